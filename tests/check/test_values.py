"""The operators that bring a value to each record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from cdisc_npc.check.rule import Value
from cdisc_npc.check.view import NotEvaluatedError, View
from cdisc_npc.columns.condition import parse_condition
from cdisc_npc.package.read import Package, table_of
from cdisc_npc.transport.xpt_layout import Member


def package(**datasets: dict[str, list[Any]]) -> Package:
    frames = {
        name: pd.DataFrame(
            {
                column: pd.Series(values, dtype="str" if isinstance(values[0], str) else "float64")
                for column, values in columns.items()
            }
        )
        for name, columns in datasets.items()
    }
    return Package(
        Path(),
        {name: table_of(frame, Member(name), Path(f"{name.lower()}.xpt")) for name, frame in frames.items()},
    )


def brought(data: Package, dataset: str, optional: tuple[str, ...] = (), **stated: Any) -> list[Any]:
    view = View(data, data.tables[dataset], {"IT": Value.model_validate(stated)}, optional)
    values = view.coded("IT").series()
    return [None if value != value else value for value in values]


RS = {
    "USUBJID": ["A", "A", "A", "A", "B"],
    "VISITNUM": [1.0, 2.0, 2.0, 3.0, 1.0],
    "RSDTC": ["2024-01", "2024-02-03", "2024-02-01", "", "2024-05-05"],
    "RSSTRESC": ["PR", "PD", "SD", "NE", "CR"],
    "RSSEQ": [1.0, 2.0, 3.0, 4.0, 1.0],
}
DM = {"USUBJID": ["A", "B", "C"], "DTHDTC": ["2024-03-01", "", "2024-01-01"]}


@pytest.mark.parametrize(
    ("stated", "values"),
    [
        ({"count": "RS"}, [4, 1, 0]),
        ({"count": "RS", "where": {"RSSTRESC": ["PR", "CR"]}}, [1, 1, 0]),
        ({"distinct": "RS.VISITNUM"}, [3, 1, 0]),
        ({"only": "RS.RSSTRESC"}, ["", "CR", ""]),
        ({"all": "RS.RSSTRESC"}, ["NE; PD; PR; SD", "CR", ""]),
        ({"earliest": "RS.RSDTC"}, ["2024-01", "2024-05-05", ""]),
        ({"latest": "RS.RSDTC"}, ["2024-02-03", "2024-05-05", ""]),
        ({"least": "RS.VISITNUM"}, [1, 1, None]),
        ({"greatest": "RS.VISITNUM"}, [3, 1, None]),
        ({"sum": "RS.VISITNUM"}, [8, 1, None]),
        ({"first": "RS.RSSTRESC", "order": ["VISITNUM", "RSDTC"]}, ["PR", "CR", ""]),
        ({"last": "RS.RSSTRESC", "order": "VISITNUM"}, ["NE", "CR", ""]),
        ({"count": "RS", "by": []}, [5, 5, 5]),
    ],
)  # fmt: skip
def test_of_other_records(stated: dict[str, Any], values: list[Any]):
    assert brought(package(DM=DM, RS=RS), "DM", **stated) == values


def test_a_date_of_the_subject_needs_no_operator():
    data = package(DM=DM, RS=RS)
    view = View(data, data.tables["RS"])
    assert view.coded("DM.DTHDTC").series().tolist() == ["2024-03-01"] * 4 + [""]


def test_names_may_differ_between_the_datasets():
    data = package(
        TU={"USUBJID": ["A", "A"], "TULNKID": ["T01", "T02"]},
        TR={"USUBJID": ["A", "A", "B"], "TRLNKID": ["T01", "T01", "T02"]},
    )
    assert brought(data, "TU", count="TR", by={"USUBJID": "USUBJID", "TULNKID": "TRLNKID"}) == [2, 0]


@pytest.mark.parametrize(
    ("stated", "values"),
    [
        # Of two records at one visit neither is before the other.
        ({"latest": "RS.RSDTC", "before": "VISITNUM"}, ["", "2024-01", "2024-01", "2024-02-03", ""]),
        ({"earliest": "RS.RSDTC", "before": "VISITNUM"}, ["", "2024-01", "2024-01", "2024-01", ""]),
        ({"greatest": "RS.RSSEQ", "before": "VISITNUM"}, [None, 1, 1, 3, None]),
        ({"least": "RS.RSSEQ", "before": "RSSEQ"}, [None, 1, 1, 1, None]),
        ({"last": "RS.RSSTRESC", "before": "RSSEQ"}, ["", "PR", "PD", "SD", ""]),
        ({"count": "RS", "before": "VISITNUM"}, [0, 1, 1, 3, 0]),
        ({"count": "RS", "where": {"RSSTRESC": "PD"}, "before": "VISITNUM"}, [0, 0, 0, 1, 0]),
        ({"last": "RS.RSSTRESC", "where": {"RSSTRESC": {"not": "PD"}}, "before": "RSSEQ"}, ["", "PR", "PR", "SD", ""]),
        ({"sum": "RS.RSSEQ", "before": "RSSEQ"}, [0, 1, 3, 6, 0]),
    ],
)  # fmt: skip
def test_of_earlier_records(stated: dict[str, Any], values: list[Any]):
    assert brought(package(RS=RS), "RS", **stated) == values


@pytest.mark.parametrize(
    ("stated", "values"),
    [
        ({"subtract": ["X", "Y"]}, [2, None]),
        ({"distance": ["Y", "X"]}, [2, None]),
        ({"divide": ["X", "0"]}, [None, None]),
        ({"multiply": ["X", "1.5"]}, [4.5, None]),
        ({"add": ["X", "T"]}, [10, None]),
        ({"study_day": ["D", "E"]}, [-1, 1]),
        ({"days": ["E", "D"]}, [-1, 0]),
        ({"days": ["P", "D"]}, [None, None]),
        ({"sas_date": "E"}, [23436, 23436]),
        ({"flag": {"X": "3"}}, ["Y", ""]),
        ({"part": "E", "size": "7"}, ["2024-03", "2024-03"]),
        ({"joined": ["P", "X"], "with": "/"}, ["2024-03/3", "2024-03/"]),
        ({"bytes": "C"}, [3, 1]),
        ({"number": "T"}, [7, None]),
    ],
)
def test_of_the_record_itself(stated: dict[str, Any], values: list[Any]):
    data = package(XX={
        "USUBJID": ["A", "A"], "X": [3.0, np.nan], "Y": [1.0, 1.0], "D": ["2024-02-29", "2024-03-01"],
        "E": ["2024-03-01", "2024-03-01T10:00"], "P": ["2024-03", "2024-03"], "C": ["鼻", "a"], "T": ["7", "x"],
    })  # fmt: skip
    assert brought(data, "XX", **stated) == values


def test_what_a_supplemental_dataset_refers_to():
    data = package(
        AE={"USUBJID": ["A", "A"], "AESEQ": [1.0, 2.0]},
        SUPPAE={
            "USUBJID": ["A", "A", "B"], "RDOMAIN": ["AE"] * 3, "IDVAR": ["AESEQ"] * 3,
            "IDVARVAL": ["2", "3", "2"], "QNAM": ["AETRT"] * 3, "QVAL": ["Y"] * 3,
        },
    )  # fmt: skip
    assert brought(data, "SUPPAE", referenced=["RDOMAIN", "IDVAR", "IDVARVAL"]) == [1, 0, 0]
    assert View(data, data.tables["AE"]).coded("AETRT").series().tolist() == ["", "Y"]


def test_sequence_numbers_of_a_source():
    data = package(
        ADRS={"USUBJID": ["A", "A", "B"], "RSSEQ": [7.0, 8.0, 7.0], "ASEQ": [1.0, 2.0, 1.0]},
        ADTTE={
            "USUBJID": ["A", "A", "A", "B", "A"],
            "SRCDOM": ["ADRS", "ADRS", "ADRS", "ADRS", "ADXX"],
            "SRCSEQ": [2.0, 7.0, 3.0, 2.0, 1.0],
        },
    )
    assert brought(data, "ADTTE", referenced=["SRCDOM", "SRCSEQ"]) == [1, 1, 0, 0, None]


def test_a_name_with_a_star_is_any_of_the_variables():
    data = package(AE={"USUBJID": ["A", "A"], "AEACN": ["X", "X"], "AEACN1": ["Y", ""], "AEACN2": ["", "X"]})
    view = View(data, data.tables["AE"])
    assert view.holding(parse_condition({"AEACN*": "Y"})).tolist() == [True, False]
    assert view.holding(parse_condition({"AEACN*": "blank"})).tolist() == [True, True]


def test_what_is_absent_is_said():
    data = package(RS=RS)
    with pytest.raises(NotEvaluatedError, match="RS has no variable RSEVAL"):
        View(data, data.tables["RS"]).coded("RSEVAL").series()
    with pytest.raises(NotEvaluatedError, match="the package has no dataset DD"):
        brought(data, "RS", count="DD")
    assert brought(data, "RS", ("DD",), count="DD") == [0] * 5
    assert brought(data, "RS", ("DD",), latest="DD.DDDTC") == [""] * 5


@pytest.mark.parametrize(
    "stated", [{}, {"count": "AE", "sum": "AE.X"}, {"subtract": ["X"]}, {"counts": "AE"}]
)
def test_a_value_has_one_operator(stated: dict[str, Any]):
    with pytest.raises(ValidationError):
        Value.model_validate(stated)


def test_a_column_of_no_records_is_there():
    table = package(RS={"USUBJID": ["01"], "RSEVAL": ["INVESTIGATOR"]}).tables["RS"]
    data = Package(Path(), {"RS": table_of(table.frame.iloc[:0], table.member, table.path)})
    view = View(
        data,
        data.tables["RS"],
        {"FLAG": Value.model_validate({"flag": {"RSEVAL": "present"}})},
        ["RSDTC", "TU"],
    )
    for name in ("RSEVAL", "RSDTC", "TU.TUDTC", "FLAG"):
        assert view.coded(name).series().tolist() == []
    assert view.holding(parse_condition({"RSEVAL": "INVESTIGATOR", "RSDTC": "blank"})).tolist() == []
    with pytest.raises(NotEvaluatedError):
        view.coded("RSSTAT")
