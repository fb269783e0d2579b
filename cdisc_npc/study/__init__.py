"""The specification of a study: as written, as resolved, and its checks."""
