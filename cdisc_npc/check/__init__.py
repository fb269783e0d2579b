"""What a package is tried against before a regulator tries it."""
