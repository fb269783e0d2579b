"""A package as it lies on disk."""
