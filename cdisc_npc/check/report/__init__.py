"""The report of a run of checks: for reading, for a spreadsheet and for programs."""
