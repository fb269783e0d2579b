"""Raw data to SDTM."""
