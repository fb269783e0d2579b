"""The language of a specification: what a variable can be made of, one verb a module."""
