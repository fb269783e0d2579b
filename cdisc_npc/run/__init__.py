"""The build, whole or not at all."""
