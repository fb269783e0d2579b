"""SDTM to ADaM: the verbs, the response and time-to-event algorithms, the datasets."""
