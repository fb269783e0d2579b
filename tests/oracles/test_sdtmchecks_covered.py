"""How many of the published clinical checks stand in our rules, and that a wrong verdict would be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracles import test_sdtmchecks, test_sdtmchecks_tumour
from tests.oracles.r_checks import assert_agrees
from tests.oracles.values import ORACLES, case_ids

COVERED = test_sdtmchecks.FUNCTIONS | test_sdtmchecks_tumour.FUNCTIONS


@pytest.mark.skipif(not ORACLES.is_dir(), reason=f"no reference cases: {ORACLES} is absent")
def test_published_cases_are_covered():
    every = {path.stem for path in (ORACLES / "sdtmchecks").glob("check_*.json")}
    cases = {name: len(case_ids(f"sdtmchecks/{name}")) for name in every}
    covered = sum(cases[name] for name in every & set(COVERED))
    assert covered >= 0.95 * sum(cases.values()), sorted(every - set(COVERED))


@pytest.mark.parametrize(
    ("outcome", "values", "agrees"),
    [
        ("FATAL", [True], True),
        ("FATAL", [False], False),
        ("UNKNOWN", [True], False),
        ("UNKNOWN", [False], True),
    ],
)
def test_a_wrong_verdict_is_seen(outcome: str, values: list[bool], agrees: bool):
    columns = [{"name": name, "type": "string"} for name in ("USUBJID", "AEOUT", "AEDTHDTC")]
    stored = {"columns": columns, "rows": [["S1", outcome, "2024-03-01"]]}
    expected = {"kind": "vector", "values": values, "msg": "1 AE(s)"} | (
        {} if values == [True] else {"data": stored}
    )
    case = {
        "id": "own", "function": "check_ae_aeout", "_folder": Path(),
        "args": {"AE": {"table": "AE"}}, "inputs": {"AE": stored}, "expected": expected,
    }  # fmt: skip
    if agrees:
        assert_agrees(case, COVERED, [])
    else:
        with pytest.raises(AssertionError):
            assert_agrees(case, COVERED, [])
