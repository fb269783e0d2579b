"""The pilot study's raw data, multiplied: the same forms for many more subjects.

Each copy has its own subjects, its own shift of all dates and its own verbatim terms, so
that no cache of distinct values is flattered.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

SHARED = Path(os.environ.get("CDISC_NPC_SHARED", Path(__file__).parents[2] / "shared"))
RAW = SHARED / "oracles" / "raw_to_sdtm" / "raw"

# Complete dates of each form and how they are written.
DATES = {
    "dm": {"COL_DT": "%m/%d/%Y", "IC_DT": "%m/%d/%Y"},
    "ae": {"AEDTCOL": "%m/%d/%Y", "IT.AESTDAT": "%m/%d/%Y", "IT.AEENDAT": "%m/%d/%Y"},
    "ec": {"IT.ECSTDAT": "%d-%b-%Y", "IT.ECENDAT": "%d-%b-%Y"},
    "ds": {"DSDTCOL": "%m-%d-%Y", "IT.DSSTDAT": "%m-%d-%Y", "DEATHDT": "%m/%d/%Y"},
}
VERBATIM = {"ae": ["IT.AETERM"], "ds": ["IT.DSTERM"]}


def raw_forms(copies: int) -> dict[str, pd.DataFrame]:
    """The four forms, ``copies`` times 306 subjects (1,191 adverse events)."""
    return {form: _many(form, copies) for form in DATES}


def _many(form: str, copies: int) -> pd.DataFrame:
    one = pd.read_csv(RAW / f"{form}_raw.csv", dtype="str", keep_default_na=False)
    whole = pd.concat([one] * copies, ignore_index=True)
    copy = np.repeat(np.arange(copies), len(one))
    site, _, number = (whole["PATNUM"].str.partition("-")[part] for part in range(3))
    whole["PATNUM"] = site + "-" + number + pd.Series(copy).map("{:03d}".format)
    for field, form_of_date in DATES[form].items():
        days = pd.to_datetime(whole[field].where(whole[field].str.len() > 4), format=form_of_date)
        shifted = (days + pd.to_timedelta(copy, unit="D")).dt.strftime(form_of_date)
        whole[field] = shifted.where(days.notna(), whole[field]).astype("str")
    for field in VERBATIM.get(form, []):
        marked = whole[field] + pd.Series(copy).map(" {}".format)
        whole[field] = marked.where(whole[field] != "", "").astype("str")
    return whole
