import re
import string

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.findings import COLUMNS, SEVERITIES, Findings, Refused, joined, meanings, message


def test_scalars_are_repeated_along_the_arrays() -> None:
    findings = Findings()
    findings.add(
        "RAW_REQUIRED", form="ae", variable="AETERM", row=[3, 7], value=np.array(["a", "b"], dtype=object)
    )
    frame = findings.frame()
    assert tuple(frame.columns) == COLUMNS
    assert frame[["code", "severity", "stage", "form", "variable", "row", "value"]].to_numpy().tolist() == [
        ["RAW_REQUIRED", "error", "raw", "ae", "AETERM", 3, "a"],
        ["RAW_REQUIRED", "error", "raw", "ae", "AETERM", 7, "b"],
    ]


def test_rows_are_whole_numbers_and_may_be_missing() -> None:
    findings = Findings()
    findings.add("RAW_REQUIRED", row=np.array([5]))
    findings.add("RAW_REQUIRED")
    findings.add("RAW_REQUIRED", row=np.int64(7))
    findings.add("RAW_REQUIRED", row=[1, None], form=["a", "b"])
    row = findings.frame()["row"]
    assert row.dtype == "Int64"
    assert [None if pd.isna(item) else item for item in row] == [5, None, 7, 1, None]


def test_text_is_never_null() -> None:
    findings = Findings()
    findings.add("MAP_DATE", value=pd.Series(["x", None, float("nan")]), dataset=None, keys=12)
    frame = findings.frame()
    text = frame.drop(columns="row")
    assert (text.dtypes == "str").all()
    assert not text.isna().any().any()
    assert frame["value"].tolist() == ["x", "", ""]
    assert frame["keys"].tolist() == ["12"] * 3


def test_no_records_no_finding() -> None:
    findings = Findings()
    findings.add("MAP_DATE", value=[], row=np.array([], dtype=int), dataset="AE")
    assert len(findings) == 0
    assert findings.worst is None
    assert findings.messages() == []


def test_an_empty_table_has_its_columns_and_counts() -> None:
    frame = Findings().frame()
    assert tuple(frame.columns) == COLUMNS
    assert frame["row"].dtype == "Int64"
    assert Findings().counts().to_dict("records") == []
    Findings().refuse_if_worst()


def test_arrays_of_unequal_length_are_a_fault() -> None:
    with pytest.raises(ValueError):
        Findings().add("MAP_DATE", value=["a", "b"], row=[1])


def test_an_unknown_column_code_or_severity_is_a_fault() -> None:
    with pytest.raises(TypeError, match=r"not a column of a finding: \['values'\]"):
        Findings().add("MAP_DATE", values=["a"])
    with pytest.raises(KeyError):
        Findings().add("NO_SUCH_CODE")
    with pytest.raises(ValueError, match="fatal"):
        Findings().add("MAP_DATE", severity="fatal")


def test_the_worst_and_the_counts_go_by_severity() -> None:
    findings = Findings()
    findings.add("MAP_TERM_CASE", value=["a", "b"])
    assert findings.worst == "note"
    findings.add("RAW_UNUSED_TABLE")
    assert findings.worst == "warning"
    findings.add("MAP_NUMBER", value=["x"] * 3)
    findings.add("MAP_DATE")
    assert findings.worst == "error"
    findings.refuse_if_worst()
    findings.add("MAP_DUPLICATE_KEY", severity="error")
    assert findings.worst == "error"
    findings.add("MAP_DUPLICATE_KEY")
    assert findings.worst == "refuse"
    assert findings.counts().to_numpy().tolist() == [
        ["refuse", "MAP_DUPLICATE_KEY", 1],
        ["error", "MAP_DATE", 1],
        ["error", "MAP_DUPLICATE_KEY", 1],
        ["error", "MAP_NUMBER", 3],
        ["warning", "RAW_UNUSED_TABLE", 1],
        ["note", "MAP_TERM_CASE", 2],
    ]
    with pytest.raises(Refused) as refused:
        findings.refuse_if_worst()
    assert refused.value.findings is findings


def test_one_table_takes_over_another_in_order() -> None:
    first, second = Findings(), Findings()
    first.add("MAP_DATE", value="1")
    second.add("MAP_DATE", value="2")
    first.extend(second)
    assert first.frame()["value"].tolist() == ["1", "2"]
    assert first.frame().index.tolist() == [0, 1]
    assert (len(first), len(second)) == (2, 1)


@pytest.mark.parametrize("code", meanings())
def test_every_code_can_be_reported(code: str) -> None:
    meaning = meanings()[code]
    assert meaning.severity in SEVERITIES
    assert meaning.stage in ("raw", "spec", "sdtm", "recist", "adam", "check", "transport", "define", "build")
    named = {name for _, name, _, _ in string.Formatter().parse(meaning.text) if name}
    assert named <= set(COLUMNS), "a text names columns of a finding"
    findings = Findings()
    columns = {
        name: f"<{name}>" for name in COLUMNS if name not in ("code", "severity", "stage", "row", "params")
    }
    findings.add(code, **columns, row=4, params={"line": 9})
    (text,) = findings.messages()
    assert text.startswith("<file> row 4 line 9: ")
    assert text.endswith(f" [{code}]")
    for name in named - {"params"}:
        assert f"<{name}>" in text
    assert "{" not in text.replace('{"line": 9}', "")
    # With nothing but its code it can be told, too.
    bare = Findings()
    bare.add(code)
    assert bare.messages()[0].endswith(f"[{code}]")
    assert not re.match(r"^\W*$", meaning.text)


def test_a_message_names_place_text_and_code() -> None:
    findings = Findings()
    findings.add(
        "MAP_DATE",
        dataset="AE",
        variable="AESTDTC",
        value="{99}",
        expected="a date",
        form="ae",
        file="ae.csv",
        row=7,
    )
    findings.add("SPEC_INVALID", file="raw.yaml", expected="no {brace} is filled", params={"line": 3})
    findings.add("SPEC_INVALID", expected="nowhere", params="a, b")
    # The most severe come first, in the order in which they were made.
    assert findings.messages() == [
        "raw.yaml line 3: no {brace} is filled [SPEC_INVALID]",
        "nowhere [SPEC_INVALID]",
        "ae.csv row 7: AE.AESTDTC is '{99}'; expected a date [MAP_DATE]",
    ]
    assert findings.messages(2) == findings.messages()[:2]
    assert message(findings.frame().iloc[2].to_dict()) == "nowhere [SPEC_INVALID]"


def test_params_are_kept_as_sorted_json() -> None:
    findings = Findings()
    findings.add("SPEC_INVALID", params={"b": "é", "a": 1}, value=["x", "y"])
    assert findings.frame()["params"].tolist() == ['{"a": 1, "b": "é"}'] * 2


def test_params_that_only_look_like_json_do_not_break_the_message() -> None:
    findings = Findings()
    findings.add("MAP_AGREE", dataset="AE", variable="AEACN", params="{A}, {B}", value="1 / 2", expected="M")
    assert findings.messages() == ["AE.AEACN: {A}, {B} differ: '1 / 2'; taken M [MAP_AGREE]"]


def test_a_refusal_tells_all_its_reasons() -> None:
    refused = Refused.because("RAW_EMPTY_FILE", file=["a.csv", "b.csv"], expected="a header")
    assert len(refused.findings) == 2
    assert str(refused) == (
        "a.csv: the file is empty; expected a header [RAW_EMPTY_FILE]\n"
        "b.csv: the file is empty; expected a header [RAW_EMPTY_FILE]"
    )


def test_findings_are_joined_in_order_and_taken_apart_again() -> None:
    first, second, third = Findings(), Findings(), Findings()
    first.add("RAW_REQUIRED", form=["a", "b"])
    second.add("RAW_REQUIRED", form="c")
    third.add("RAW_REQUIRED", form="c")
    every = joined(first, second, third)
    assert every.frame()["form"].tolist() == ["a", "b", "c", "c"]
    assert len(first) == 2 and len(joined()) == 0
    assert every.without(second).frame()["form"].tolist() == ["a", "b", "c"]
    assert every.without(first).frame()["form"].tolist() == ["c", "c"]
    assert len(every.without(every)) == 0 and len(every) == 4
    alike = Findings()
    alike.add("RAW_REQUIRED", form="c")
    assert len(every.without(alike)) == 4  # equal findings, but not taken over
