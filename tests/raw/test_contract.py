from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pandera.errors
import pytest

from cdisc_npc.raw.contract import check_form, form_schema
from cdisc_npc.study.forms import Field, Form
from cdisc_npc.transport.raw_tables import RawTable

FORM = Form.model_validate(
    {
        "key": ["SUBJID", "LINE"],
        "fields": {
            "SUBJID": {"required": "yes", "pad": "5"},
            "LINE": {"type": "integer"},
            "TERM": {"required": "yes", "length": "4"},
            "DOSE": {"type": "number"},
            "SER": {"values": ["Y", "N"]},
            "NOTE": {"optional": "yes"},
        },
    }
)


def table(**columns: list[str]) -> RawTable:
    frame = pd.DataFrame(columns, dtype="str")
    return RawTable("ae", frame, "ae.csv", lines=np.arange(2, len(frame) + 2))


def found(raw: RawTable, form: Form = FORM, extra: str = "refuse") -> list[tuple[str, ...]]:
    _, findings = check_form(raw, "ae", form, extra_columns=extra)  # type: ignore[arg-type]
    frame = findings.frame()
    assert (frame["form"] == "ae").all()
    assert (frame["file"] == "ae.csv").all()
    return list(frame[["code", "variable", "row", "value", "params"]].itertuples(index=False, name=None))


def good(**changes: list[str]) -> RawTable:
    columns = {
        "SUBJID": ["1001", "01001"],
        "LINE": ["1", "2"],
        "TERM": ["皮疹皮疹", "ache"],
        "DOSE": ["1.5", ""],
        "SER": ["Y", ""],
    }
    return table(**{**columns, **changes})


def test_a_form_that_keeps_to_its_contract_has_no_findings() -> None:
    raw = good()
    frame, findings = check_form(raw, "ae", FORM)
    assert len(findings) == 0
    assert frame.columns.tolist() == list(FORM.fields)
    assert frame["SUBJID"].tolist() == ["01001", "01001"]
    assert frame["NOTE"].tolist() == ["", ""]
    assert all(dtype == "str" for dtype in frame.dtypes)


def test_every_failure_is_detected_with_its_record() -> None:
    raw = good(
        SUBJID=["1001", " \xa0"],
        TERM=["", "itching"],
        LINE=["1.0", "２"],
        DOSE=["<0.5", "-1e3"],
        SER=["y", "N "],
    )
    assert found(raw) == [
        ("RAW_REQUIRED", "SUBJID", 2, " \xa0", '{"line": 3}'),
        ("RAW_TYPE", "LINE", 1, "1.0", '{"line": 2}'),
        ("RAW_TYPE", "LINE", 2, "２", '{"line": 3}'),
        ("RAW_REQUIRED", "TERM", 1, "", '{"line": 2}'),
        ("RAW_LENGTH", "TERM", 2, "itching", '{"line": 3}'),
        ("RAW_TYPE", "DOSE", 1, "<0.5", '{"line": 2}'),
        ("RAW_VALUE", "SER", 1, "y", '{"line": 2}'),
    ]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("TERM", "", "ae.csv row 1 line 2: ae.TERM is blank; expected a value [RAW_REQUIRED]"),
        (
            "TERM",
            "itching",
            "ae.csv row 1 line 2: ae.TERM is 'itching'; expected at most 4 characters [RAW_LENGTH]",
        ),
        ("LINE", "x", "ae.csv row 1 line 2: ae.LINE is 'x'; expected an integer [RAW_TYPE]"),
        ("DOSE", "1,5", "ae.csv row 1 line 2: ae.DOSE is '1,5'; expected a number [RAW_TYPE]"),
        ("SER", "是", "ae.csv row 1 line 2: ae.SER is '是'; expected one of Y, N [RAW_VALUE]"),
    ],
)
def test_messages_name_file_row_variable_value_and_expectation(field: str, value: str, text: str) -> None:
    _, findings = check_form(good(**{field: [value, good().frame[field][1]]}), "ae", FORM)
    assert findings.messages() == [text]


def test_surrounding_blanks_are_no_text() -> None:
    assert found(good(TERM=["ache   ", " ache"], LINE=[" 1", "2 "], SER=["Y ", "  "])) == []


def test_duplicate_keys_are_refused_after_padding() -> None:
    _, findings = check_form(good(LINE=["1", "1"]), "ae", FORM)
    assert findings.worst == "refuse"
    assert findings.messages() == [
        "ae.csv row 1 line 2: key SUBJID, LINE of form ae is not unique: '01001, 1' [RAW_DUPLICATE_KEY]",
        "ae.csv row 2 line 3: key SUBJID, LINE of form ae is not unique: '01001, 1' [RAW_DUPLICATE_KEY]",
    ]


def test_missing_columns_are_reported_once_and_the_rest_is_checked() -> None:
    raw = good(TERM=["", "ache"])
    raw = replace(raw, frame=raw.frame.drop(columns=["SUBJID", "DOSE"]))
    assert found(raw) == [
        ("RAW_MISSING_COLUMN", "SUBJID", pd.NA, "", ""),
        ("RAW_MISSING_COLUMN", "DOSE", pd.NA, "", ""),
        ("RAW_REQUIRED", "TERM", 1, "", '{"line": 2}'),
    ]


def test_columns_in_another_case_are_noted() -> None:
    raw = good(Note=["x", "y"])
    frame, findings = check_form(raw, "ae", FORM)
    assert frame["NOTE"].tolist() == ["x", "y"]
    assert findings.worst == "note"
    assert findings.messages() == [
        "ae.csv: column 'Note' was read as NOTE, without regard to case [RAW_COLUMN_CASE]"
    ]


def test_an_exact_name_goes_before_another_case() -> None:
    assert found(good(NOTE=["", ""], note=["x", "y"])) == [("RAW_EXTRA_COLUMN", "note", pd.NA, "", "")]
    assert found(good(Note=["", ""], note=["x", "y"])) == [
        ("RAW_DUPLICATE_COLUMN", "NOTE", pd.NA, "Note, note", "")
    ]


@pytest.mark.parametrize(("extra", "severity"), [("refuse", "refuse"), ("report", "warning")])
def test_extra_columns_are_refused_or_reported(extra: str, severity: str) -> None:
    frame, findings = check_form(good(MORE=["1", "2"]), "ae", FORM, extra_columns=extra)  # type: ignore[arg-type]
    assert "MORE" not in frame
    assert findings.worst == severity
    assert findings.messages() == [
        "ae.csv: column MORE is not in the raw data contract of form ae [RAW_EXTRA_COLUMN]"
    ]


def test_only_digits_are_padded() -> None:
    frame, _ = check_form(good(SUBJID=["7", "A7"]), "ae", FORM)
    assert frame["SUBJID"].tolist() == ["00007", "A7"]


def test_no_records_are_no_failure() -> None:
    frame, findings = check_form(table(**{name: [] for name in FORM.fields}), "ae", FORM)
    assert frame.shape == (0, 6)
    assert len(findings) == 0


def test_the_schema_is_a_pandera_schema_of_its_own() -> None:
    schema = form_schema("ae", FORM)
    assert schema.unique == ["SUBJID", "LINE"]
    assert not schema.columns["NOTE"].required
    schema.validate(good().frame.assign(SUBJID="01001"), lazy=True)
    with pytest.raises(pandera.errors.SchemaErrors):
        schema.validate(good(TERM=["", ""]).frame, lazy=True)


def test_a_column_of_another_name_that_the_field_has() -> None:
    form = Form(fields={"AEREL_SURU": Field(also=["AERELSUR"]), "AETERM": Field()})
    frame = pd.DataFrame({"AERELSUR": ["Related"], "AETERM": ["Rash"], "StudyOID": ["S"]}, dtype="str")
    table = RawTable("ae", frame, "ae.xpt", keys=("StudyOID",))
    found, findings = check_form(table, "ae", form)
    assert found.to_dict("list") == {"AEREL_SURU": ["Related"], "AETERM": ["Rash"]}
    assert not len(findings)
    lower = RawTable("ae", frame.rename(columns=str.lower), "ae.csv", keys=("studyoid",))
    found, findings = check_form(lower, "ae", form)
    assert found["AEREL_SURU"].tolist() == ["Related"]
    assert findings.frame().variable.tolist() == ["AEREL_SURU", "AETERM"]


def test_a_special_missing_value_is_a_finding_of_its_cell() -> None:
    raw = replace(good(), tags={"DOSE": np.array(["", ".B"], dtype=object)})
    assert found(raw) == [("RAW_SPECIAL_MISSING", "DOSE", 2, ".B", '{"line": 3}')]
