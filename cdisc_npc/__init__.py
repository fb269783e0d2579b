"""Raw clinical-trial data in, a regulator-ready CDISC package out."""
