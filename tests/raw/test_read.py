from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.raw.read import read_export
from cdisc_npc.study.forms import RawContract
from tests.raw.test_odm import event, form, group, item, subject
from tests.raw.test_odm import write as write_odm


def contract(*, extra_columns: str = "refuse", **forms: dict[str, Any]) -> RawContract:
    plain = {"fields": {"SUBJID": {}, "TERM": {}}}
    return RawContract.model_validate(
        {"extra_columns": extra_columns, "forms": {name: {**plain, **form} for name, form in forms.items()}}
    )


def refusal(path: Path, study: RawContract) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_export(path, study)
    return refused.value.findings.messages()


def test_forms_are_detected_by_name_or_file_without_regard_to_case(tmp_path: Path) -> None:
    (tmp_path / "AE.csv").write_text("SUBJID,TERM\n007,rash\n")
    (tmp_path / "history.txt").write_text("SUBJID\tTERM\n008,\tNPC\n")
    raw = read_export(tmp_path, contract(ae={}, mh={"file": "History"}))
    assert raw.forms["ae"].to_dict("list") == {"SUBJID": ["007"], "TERM": ["rash"]}
    assert raw.forms["mh"].to_dict("list") == {"SUBJID": ["008,"], "TERM": ["NPC"]}
    assert raw.tables["mh"].file == "history.txt"
    assert raw.tables["mh"].frame is raw.forms["mh"]
    assert len(raw.findings) == 0


def test_all_problems_of_all_forms_are_collected(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_text("SUBJID,TERM\n1\n")
    (tmp_path / "dm.csv").write_text("SUBJID,TERM,MORE\n")
    (tmp_path / "vs.csv").write_text("SUBJID,TERM\n1,2\n")
    (tmp_path / "VS.tsv").write_text("SUBJID\tTERM\n1\t2\n")
    (tmp_path / "zz.csv").write_text("A\n1\n")
    assert refusal(tmp_path, contract(ae={}, dm={}, vs={}, mh={"file": "history"}, up={"file": "../up"})) == [
        "form vs is found more than once: 'VS.tsv, vs.csv'; expected one file [RAW_AMBIGUOUS_FORM]",
        "form mh has no file; expected a file, sheet or ODM form named history [RAW_MISSING_FORM]",
        "path '../up' leaves the folder; expected a file inside it [RAW_OUTSIDE_FOLDER]",
        "ae.csv row 1 line 2: the record has '1' fields; expected 2 [RAW_RAGGED_ROW]",
        "dm.csv: form dm has no records; expected at least one (or `may_be_empty: yes`) [RAW_NO_RECORDS]",
        "dm.csv: column MORE is not in the raw data contract of form dm [RAW_EXTRA_COLUMN]",
        "zz.csv: table 'zz' is named by no form of the raw data contract [RAW_UNUSED_TABLE]",
    ]


def test_what_does_not_stop_the_run_is_returned(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_text("SUBJID,term,MORE\n1,x,2\n")
    (tmp_path / "dm.csv").write_text("SUBJID,TERM\n")
    raw = read_export(tmp_path, contract(extra_columns="report", ae={}, dm={"may_be_empty": True}))
    assert raw.findings.frame()["code"].tolist() == ["RAW_COLUMN_CASE", "RAW_EXTRA_COLUMN"]
    assert raw.forms["dm"].empty
    assert raw.forms["ae"]["TERM"].tolist() == ["x"]


def test_a_workbook_holds_a_form_a_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("ae", "DM"):
        sheet = book.create_sheet(name)
        sheet.append(["SUBJID", "TERM"])
        sheet.append([7, name])
    del book["Sheet"]
    book.save(tmp_path / "crf.xlsx")
    study = contract(ae={"fields": {"SUBJID": {"pad": 3}, "TERM": {}}}, dm={})
    for path in (tmp_path, tmp_path / "crf.xlsx"):
        raw = read_export(path, study)
        assert raw.forms["ae"].to_dict("list") == {"SUBJID": ["007"], "TERM": ["ae"]}
        assert raw.forms["dm"].to_dict("list") == {"SUBJID": ["7"], "TERM": ["DM"]}


def test_an_odm_file_holds_a_form_a_form(tmp_path: Path) -> None:
    groups = group(item("TERM", "rash"), oid="IG.1"), group(item("TERM", "pain"), oid="IG.2")
    path = write_odm(tmp_path, subject("01001", event(form(*groups, oid="AE"))))
    fields = {"SubjectKey": {}, "TERM": {}}
    raw = read_export(path, contract(extra_columns="report", ae={"fields": fields}))
    assert raw.forms["ae"].to_dict("list") == {"SubjectKey": ["01001"] * 2, "TERM": ["rash", "pain"]}
    raw = read_export(path, contract(extra_columns="report", ae={"fields": fields, "file": "AE.IG.2"}))
    assert raw.forms["ae"]["TERM"].tolist() == ["pain"]
    unused = raw.findings.frame().query("code == 'RAW_UNUSED_TABLE'")
    assert unused["value"].tolist() == ["AE.IG.1"]


def test_formats_may_be_mixed_in_a_folder(tmp_path: Path) -> None:
    frame = pd.DataFrame({"SUBJID": ["007"], "TERM": ["NA"]}, dtype="str")
    frame.to_parquet(tmp_path / "dm.parquet")
    frame.to_csv(tmp_path / "ae.csv", index=False, encoding="utf-16")
    raw = read_export(tmp_path, contract(ae={}, dm={}))
    assert raw.forms["ae"].equals(frame)
    assert raw.forms["dm"].equals(frame)
    assert raw.tables["ae"].encoding == "utf-16-le"


def test_an_explicit_encoding_goes_to_every_file(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_bytes("SUBJID,TERM\n1,é©\n".encode())
    assert read_export(tmp_path, contract(ae={}), encoding="cp1252").forms["ae"]["TERM"].tolist() == ["Ã©Â©"]
