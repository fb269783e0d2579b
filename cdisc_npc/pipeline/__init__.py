"""A build as a row of stages: from files to files, whole or not at all."""
