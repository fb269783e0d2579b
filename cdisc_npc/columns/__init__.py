"""The algebra of columns: distinct values and codes, conditions, dates, keys."""
