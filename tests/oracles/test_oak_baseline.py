"""derive_blfl of sdtm.oak."""

from __future__ import annotations

import pandas as pd
import pytest

from cdisc_npc.columns.baseline import derive_baseline_flag
from tests.oracles.values import arguments, case_ids, cases, expected_table, is_error, many, records

FILE = "sdtm.oak/derive_blfl"
# Case id -> why the standard has it otherwise. None of the cases found so far differs: oak's own choices
# ('ND' as a result is none; a record of the reference's day without visit or timepoint does not count)
# are policies of ours, stated in the call.
DEVIATIONS: dict[str, str] = {}


def baseline_flags(args: dict) -> pd.DataFrame:
    given = dict(args)
    frame, dm = given.pop("sdtm_in"), given.pop("dm_domain")
    policy = {
        "variable": given.pop("tgt_var"),
        "reference": given.pop("ref_var"),
        "same_day_visits": many(given.pop("baseline_visits", None)),
        "same_day_timepoints": many(given.pop("baseline_timepoints", None)),
    }
    assert not given, f"arguments without an adapter: {set(given)}"
    return derive_baseline_flag(
        frame,
        dm,
        same_day="exclude",
        not_done=("ND", "NOT DONE"),
        # oak's key of a raw record stands in for --SEQ.
        order=("raw_source", "oak_id", "patient_number"),
        **policy,
    )


@pytest.mark.parametrize("case", cases(FILE))
def test_derive_blfl(case):
    args = arguments(case)
    if is_error(case):
        with pytest.raises((TypeError, ValueError), match=r"\w"):
            baseline_flags(args)
        return
    result, stated = baseline_flags(args), expected_table(case)
    assert list(result) == list(stated)
    assert (records(result) == records(stated)) is (case["id"] not in DEVIATIONS)


def test_deviations_are_cases_that_exist():
    result = case_ids(FILE)
    assert not result or set(DEVIATIONS) <= result
