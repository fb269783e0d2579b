"""Schemas made from the specification."""
