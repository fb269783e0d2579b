"""define.xml from a study's specification and the datasets that were made by it."""
