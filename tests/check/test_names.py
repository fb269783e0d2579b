"""How a rule names datasets, variables and records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cdisc_npc.check.engine import run_rules
from cdisc_npc.check.rule import RecordRule
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import Package, Table, table_of
from cdisc_npc.transport.xpt_layout import Member


def table(name: str, records: list[dict[str, Any]]) -> Table:
    return table_of(pd.DataFrame(records), Member(name), Path(f"{name.lower()}.xpt"))


def rows_found(rule: dict[str, Any], *tables: Table) -> list[tuple[str, int, str]]:
    stated = {"title": "T", "basis": "B", "severity": "error", "category": "Consistency", **rule}
    checked = Checked()
    package = Package(Path(), {one.name: one for one in tables})
    run_rules(package, {"R": RecordRule.model_validate(stated)}, checked)
    frame = checked.findings.frame()
    return list(zip(frame["dataset"], frame["row"].fillna(0).astype(int), frame["expected"], strict=True))


@pytest.mark.parametrize(
    "name, columns, domain, prefix",
    [
        ("AE", ["AESEQ"], "CM", "AE"),
        ("LBCH", ["LBSEQ"], "LB", "LB"),
        ("LABS", ["LBSEQ"], "LB", "LB"),
        ("SUPPAE", [], "", "AE"),
    ],
)
def test_the_prefix_is_that_of_the_variables(name: str, columns: list[str], domain: str, prefix: str):
    record = {"DOMAIN": domain} | dict.fromkeys(columns, 1.0)
    assert table(name, [record if domain else {"RDOMAIN": "CM"}]).prefix == prefix


def test_this_is_the_dataset_that_is_looked_at():
    rule = {
        "classes": ["Relationship"],
        "values": {"same": {"count": "THIS", "by": ["USUBJID", "QNAM"]}},
        "finding": {"same": {"above": "1"}},
        "shows": ["QNAM"],
    }
    twice = [{"USUBJID": "S1", "QNAM": "X"}, {"USUBJID": "S1", "QNAM": "X"}, {"USUBJID": "S1", "QNAM": "Y"}]
    assert [row for _, row, _ in rows_found(rule, table("SUPPAE", twice), table("SUPPCM", twice[1:]))] == [
        1,
        2,
    ]


def test_a_rule_may_go_over_words():
    rule = {
        "title": "States @",
        "dataset": ["STUDY"],
        "each": {"words": ["TITLE", "ADDON", "RANDOM"]},
        "values": {"stated": {"count": "TS", "where": {"TSPARMCD": "@"}, "by": {}}},
        "finding": {"stated": "0"},
        "shows": ["stated"],
    }
    result = rows_found(rule, table("TS", [{"TSPARMCD": "TITLE"}, {"TSPARMCD": "RANDOM"}]))
    assert result == [("STUDY", 0, "States ADDON")]


def test_a_part_is_what_a_pattern_fits():
    rule = {
        "dataset": ["TS"],
        "values": {"years": {"part": "TSVAL", "pattern": "P([0-9]+)Y"}},
        "finding": {"years": {"above": "20"}},
        "shows": ["years"],
    }
    values = [{"TSVAL": text} for text in ("P18Y", "P75Y", "P75YT", "75", "")]
    assert [row for _, row, _ in rows_found(rule, table("TS", values))] == [2]


def test_a_relation_of_datasets_needs_the_variable():
    rule = {
        "dataset": ["RELREC"],
        "values": {"parents": {"referenced": ["RDOMAIN", "IDVAR", "IDVARVAL"]}},
        "finding": {"parents": "0"},
        "shows": ["IDVAR"],
    }
    relations = [
        {"RDOMAIN": domain, "USUBJID": subject, "IDVAR": variable, "IDVARVAL": value}
        for domain, subject, variable, value in [
            ("AE", "", "AELNKID", ""),
            ("AE", "", "AEXXX", ""),
            ("XX", "", "XXLNKID", ""),
            ("AE", "S1", "AELNKID", "A"),
            ("AE", "S1", "AELNKID", ""),
            ("AE", "S2", "AELNKID", "A"),
        ]
    ]
    events = table("AE", [{"USUBJID": "S1", "AELNKID": "A"}, {"USUBJID": "S2", "AELNKID": "B"}])
    assert [row for _, row, _ in rows_found(rule, table("RELREC", relations), events)] == [2, 3, 5, 6]
