"""Dates of --DTC."""

import pytest
from pydantic import ValidationError

from cdisc_npc.findings import Findings
from tests.verbs.records import PARSE, made, records


def test_a_partial_date_is_missing_unless_it_is_imputed():
    frame, findings = records(ADTC=["2024-02-29", "2024-02", "", "2023-02-29"]), Findings()
    assert made({"date": "ADTC"}, frame, findings) == ["2024-02-29T00:00:00", None, None, None]
    assert findings.frame()[["code", "USUBJID", "value"]].values.tolist() == [
        ["ADAM_DATE", "3", "2023-02-29"], ["ADAM_PARTIAL", "1", "2024-02"],
    ]  # fmt: skip
    last = {"date": "ADTC", "highest": "day", "impute": "last"}
    assert made(last, frame) == ["2024-02-29T00:00:00", "2024-02-29T00:00:00", None, None]


def test_bounds_act_on_what_is_imputed():
    frame = records(ADTC=["2024-02", "2024-02-01"], RFDT=["2024-02-10", "2024-02-10"])
    assert made({"date": "ADTC", "highest": "day", "lower": "RFDT"}, frame) == [
        "2024-02-10T00:00:00", "2024-02-01T00:00:00",
    ]  # fmt: skip


def test_a_year_that_is_imputed_needs_a_bound():
    with pytest.raises(ValidationError, match="needs a bound"):
        PARSE({"date": "ADTC", "highest": "year"})
