"""derive_study_day of sdtm.oak."""

from __future__ import annotations

import pandas as pd
import pytest

from cdisc_npc.columns.study_day import derive_study_day
from tests.oracles.values import arguments, cases, expected_table, is_error, records

NAMES = {
    "sdtm_in": "frame", "dm_domain": "dm", "tgdt": "date", "refdt": "reference", "study_day_var": "variable",
    "merge_key": "key",
}  # fmt: skip


def study_days(args: dict) -> pd.DataFrame:
    assert set(args) <= set(NAMES), f"arguments without an adapter: {set(args) - set(NAMES)}"
    given = {NAMES[name]: value for name, value in args.items()}
    return derive_study_day(given.pop("frame"), given.pop("dm"), **given)


@pytest.mark.parametrize("case", cases("sdtm.oak/derive_study_day"))
def test_derive_study_day(case):
    args = arguments(case)
    if is_error(case):
        with pytest.raises((TypeError, ValueError), match=r"\w"):
            study_days(args)
        return
    result, stated = study_days(args), expected_table(case)
    assert list(result) == list(stated)
    # oak turns the date's text into a date, which loses its time and what is partial; a --DTC stays as it is.
    for column in case["expected"]["columns"]:
        if column["type"] == "date":
            result[column["name"]] = result[column["name"]].str[:10].where(stated[column["name"]] != "", "")
    assert records(result) == records(stated)
