"""The files that leave."""
