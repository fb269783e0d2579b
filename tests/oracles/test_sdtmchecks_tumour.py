"""The published clinical checks of TU, TR and RS (package sdtmchecks), case by case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.where import is_blank
from cdisc_npc.package.read import Package
from tests.oracles.r_checks import Deviation, assert_agrees, files_of, package_of, records_said, said, verdict
from tests.oracles.values import case_ids, cases

FUNCTIONS = {
    "check_tu_tuloc_missing": ["NPC-TU-001"],
    "check_tu_tudtc": ["NPC-TU-002"],
    "check_tu_tudtc_across_visit": ["NPC-TU-003"],
    "check_tu_tudtc_visit_ordinal_error": ["NPC-TU-004"],
    "check_tu_rs_new_lesions": ["NPC-TU-005"],
    "check_tr_dup": ["NPC-TR-001"],
    "check_tr_trdtc_across_visit": ["NPC-TR-002"],
    "check_tr_trdtc_visit_ordinal_error": ["NPC-TR-003"],
    "check_tr_trstresn_ldiam": ["NPC-TR-004"],
    "check_rs_rscat_rsscat": ["NPC-RS-001"],
    "check_rs_rsdtc_across_visit": ["NPC-RS-002"],
    "check_rs_rsdtc_visit": ["NPC-RS-003"],
    "check_rs_rsdtc_visit_ordinal_error": ["NPC-RS-004"],
}


def frame(package: Package, dataset: str) -> pd.DataFrame:
    return package.tables[dataset].frame if dataset in package.tables else pd.DataFrame()


def in_order(dataset: str) -> Callable[[Package], bool]:
    """All that is compared is there, but there is one visit, or nothing of the investigator."""

    def looks(package: Package) -> bool:
        result = frame(package, dataset)
        evaluator = f"{dataset}EVAL"
        if not {"USUBJID", "VISITNUM", evaluator, f"{dataset}DTC"} <= set(result):
            return False
        return len(set(result["VISITNUM"])) <= 1 or not (result[evaluator] == "INVESTIGATOR").any()

    return looks


def dated_without(variable: str, rule_needs: str) -> Callable[[Package], bool]:
    """A variable that is only shown is absent; what the rule needs is there."""

    def looks(package: Package) -> bool:
        result = frame(package, "TU")
        return variable not in result and rule_needs in result and not is_blank(result[rule_needs]).any()

    return looks


def without_diameters(package: Package) -> bool:
    result = frame(package, "TR")
    return "TRTESTCD" in result and not (result["TRTESTCD"] == "LDIAM").any()


def only_not_done(package: Package) -> bool:
    """The longest diameters without a number are marked as not done, or not evaluable."""
    result = frame(package, "TR").reindex(
        columns=["TRTESTCD", "TRSTRESN", "TRSTAT", "TRORRES"], fill_value=""
    )
    missing = result[(result["TRTESTCD"] == "LDIAM") & is_blank(result["TRSTRESN"])]
    marked = (missing["TRSTAT"] == "NOT DONE") | missing["TRORRES"].isin(
        ["NOT DONE", "ND", "NOT EVALUABLE", "NE"]
    )
    return len(missing) > 0 and bool(marked.all())


NOTHING_TO_COMPARE = "With one visit, or none of the investigator, no order can be broken: the rule holds"
DEVIATIONS = [
    Deviation(
        "check_tu_tudtc_visit_ordinal_error",
        in_order("TU"),
        "pass",
        NOTHING_TO_COMPARE,
    ),
    Deviation("check_tr_trdtc_visit_ordinal_error", in_order("TR"), "pass", NOTHING_TO_COMPARE),
    Deviation("check_rs_rsdtc_visit_ordinal_error", in_order("RS"), "pass", NOTHING_TO_COMPARE),
    Deviation(
        "check_tr_trstresn_ldiam",
        without_diameters,
        "pass",
        "LDIAM is one of several ways to measure a lesion; where none is there, none lacks its number",
    ),
    Deviation(
        "check_tr_trstresn_ldiam",
        only_not_done,
        "pass",
        "A measurement that was not done has no number (SDTMIG 3.4, 4.5.1.2); the published check counts it apart",
    ),
    Deviation(
        "check_tu_tudtc",
        dated_without("VISIT", "TUDTC"),
        "pass",
        "VISIT is permissible in TU, and whether a date is there does not depend on it",
    ),
    Deviation(
        "check_tu_rs_new_lesions",
        dated_without("TUDTC", "TUSTRESC"),
        "pass",
        "TUDTC is only shown: whether a subject with a new lesion has progressed does not depend on it",
    ),
]


@pytest.mark.parametrize("case", cases(*files_of(FUNCTIONS)))
def test_case(case: dict[str, Any]):
    assert_agrees(case, FUNCTIONS, DEVIATIONS)


def reported(case: dict[str, Any]) -> bool:
    return case is not None and said(case) == "fail"


def records(table: pd.DataFrame, columns: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(Column.of(table[name]).as_text.series() for name in columns), strict=True))


@pytest.mark.parametrize(
    "case", [item for item in cases(*files_of(FUNCTIONS)) if item.marks or reported(item.values[0])]
)
def test_the_same_records_are_failing(case: dict[str, Any]):
    theirs = records_said(case)
    _, checked = verdict(case, FUNCTIONS[case["function"]])
    findings = checked.findings.frame()
    (dataset,) = findings["dataset"].unique()
    ours = frame(package_of(case), dataset).take(findings["row"].astype(int).to_numpy() - 1)
    columns = [name for name in theirs if name in ours]
    assert "USUBJID" in columns and len(columns) > 1
    assert records(ours, columns) == records(theirs, columns)


def test_every_published_check_of_tumours_is_here():
    existing = {identifier.split("/")[1] for identifier in case_ids(*files_of(FUNCTIONS))}
    assert not existing or existing == set(FUNCTIONS)
