"""Facts of the standards: SDTMIG, ADaMIG, controlled terminology."""
