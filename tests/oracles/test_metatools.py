"""check_ct_col, get_bad_ct and combine_supp of metatools."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.texts import text_of
from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.qualifiers import merge_supp
from cdisc_npc.sdtm.terms import recode
from cdisc_npc.standards.terminology import Codelist
from tests.oracles.r_conditions import parse_r
from tests.oracles.values import (
    argument,
    arguments,
    cases,
    expected_table,
    expected_vector,
    is_error,
    many,
    records,
)

REFUSALS = (Refused, ValueError, TypeError, KeyError)
KNOWN = {"data", "metacore", "var", "na_acceptable"}


def codelist_of(case: dict[str, Any], variable: str) -> tuple[Codelist, bool]:
    """The variable's codelist as ours, and whether the specification requires a value."""
    stored = {name: argument(case, part) for name, part in case["args"]["metacore"]["metacore"].items()}
    rows = stored["value_spec"].query("variable == @variable")
    codes = [code for code in rows["code_id"] if code]
    if not codes:
        raise KeyError(f"the specification has no codelist of {variable}")
    entry = stored["codelist"].query("code_id == @codes[0]").iloc[0]
    core = stored["ds_vars"].query("variable == @variable")["core"]
    required = bool((core == "Required").any())
    return Codelist.of_sponsor(
        codes[0], entry["name"], False, dict.fromkeys(_codes(entry["codes"]), "")
    ), required


def _codes(text: str) -> list[str]:
    """The values of R text such as ``structure(list(code = c("Y", "N"), …)`` or ``c("Y", "N")``."""

    def vector(node: Any) -> list[str] | None:
        if node[0] == "literal":
            return [str(node[1])]
        if node[0] != "call":
            return None
        if node[1] == "c":
            return [str(value) for _, (_, value) in node[2]]
        named = dict(node[2])
        if node[1] == "list":
            return vector(named["code"])
        return vector(node[2][0][1])

    result = vector(parse_r(text.replace("\n", " ")))
    assert result is not None, f"no values in {text}"
    return result


def bad_values(case: dict[str, Any]) -> list[str]:
    """Distinct values of the column that are no term, and a blank where none is allowed."""
    assert set(case["args"]) <= KNOWN, f"arguments without an adapter: {set(case['args']) - KNOWN}"
    data = argument(case, case["args"]["data"])
    variable = str(argument(case, case["args"]["var"]))
    codelist, required = codelist_of(case, variable)
    blank_is_bad = required
    if "na_acceptable" in case["args"]:
        stated = argument(case, case["args"]["na_acceptable"])
        if not (stated is None or isinstance(stated, bool)):
            raise TypeError(f"na_acceptable is {stated!r}; expected TRUE, FALSE or NULL")
        blank_is_bad = required if stated is None else not stated
    values = distinct(text_of(data[variable]))[1].tolist()
    how = recode(values, [codelist]).how
    blank = [value == "" for value in values]
    return [
        value
        for value, matched, nothing in zip(values, how, blank, strict=True)
        if matched != "exact" or (nothing and blank_is_bad)
    ]


@pytest.mark.parametrize("case", cases("metatools/get_bad_ct"))
def test_get_bad_ct(case: dict[str, Any]) -> None:
    if is_error(case):
        with pytest.raises(REFUSALS, match=r"\w"):
            bad_values(case)
        return
    assert bad_values(case) == ["" if value is None else str(value) for value in expected_vector(case)]


@pytest.mark.parametrize("case", cases("metatools/check_ct_col"))
def test_check_ct_col(case: dict[str, Any]) -> None:
    if not is_error(case):
        assert bad_values(case) == []
        assert records(expected_table(case)) == records(argument(case, case["args"]["data"])), (
            "nothing is changed"
        )
        return
    try:
        result = bad_values(case)
    except REFUSALS as refusal:
        assert str(refusal)
        return
    assert result, case["expected"]["message"]
    named = {
        "" if text == "NA" else text
        for text in case["expected"]["message"].partition("'")[2].rstrip("'").split("', '")
    }
    assert set(result) == named


@pytest.mark.parametrize("case", cases("metatools/combine_supp"))
def test_combine_supp(case: dict[str, Any]) -> None:
    args = arguments(case)
    assert set(args) <= {"dataset", "supp"}, (
        f"arguments without an adapter: {set(args) - {'dataset', 'supp'}}"
    )
    if is_error(case):
        with pytest.raises(REFUSALS, match=r"\w"):
            merge_supp(args["dataset"], supp_of(args["supp"]))
        return
    merged, stated = merge_supp(args["dataset"], supp_of(args["supp"])), expected_table(case)
    assert sorted(merged) == sorted(stated)
    assert records(merged[list(stated)]) == records(stated)


def supp_of(frame: Any) -> pd.DataFrame:
    """SUPP-- of a case: SDTM keeps IDVARVAL as text, R's as a number where all are."""
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"expected SUPP--, not {many(frame)}")
    return frame.assign(IDVARVAL=text_of(frame["IDVARVAL"]))
