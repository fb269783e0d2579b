"""A --DTC that is a number is a finding, not the end of the check."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from cdisc_npc.cli.main import main
from cdisc_npc.transport.xpt import Member, Variable, write_xpt
from cdisc_npc.transport.xpt_layout import library_records, member_records

DM = {
    "STUDYID": "S", "DOMAIN": "DM", "USUBJID": "S-1", "SUBJID": "1", "RFSTDTC": "2020-01-02", "RFENDTC": "2020-02-01",
    "RFICDTC": "2020-01-01", "RFPENDTC": "2020-03-01", "DTHDTC": "2020-03-01", "DTHFL": "Y", "BRTHDTC": "1960-01-01",
}  # fmt: skip
AE = {
    "STUDYID": "S", "DOMAIN": "AE", "USUBJID": "S-1", "AESEQ": 1.0, "AETERM": "x", "AEDECOD": "X",
    "AESTDTC": "2020-01-05", "AEENDTC": "2020-01-09",
}  # fmt: skip


def check(folder, *arguments):
    result = CliRunner().invoke(
        main, ["check", str(folder / "in"), str(folder / "out"), "--study", "none", *arguments]
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    ("dataset", "variable", "value"),
    [
        ("DM", "RFICDTC", 21915.0), ("DM", "DTHDTC", float("nan")), ("DM", "RFSTDTC", 21916.0), ("AE", "AESTDTC", 21919.0),
        ("AE", "AEENDTC", 1.9e9),
    ],
)  # fmt: skip
def test_a_numeric_dtc_is_a_finding(tmp_path, dataset, variable, value):
    (tmp_path / "in").mkdir()
    for name, row in (("DM", DM), ("AE", AE)):
        frame = pd.DataFrame([row | ({variable: value} if name == dataset else {})])
        kinds = {item: "Num" if frame[item].dtype == float else "Char" for item in frame}
        member = Member(name, "x", tuple(Variable(item, "x", kind) for item, kind in kinds.items()))
        write_xpt(frame, tmp_path / "in" / f"{name.lower()}.xpt", member)
    assert check(tmp_path).exit_code == 1
    issues = json.loads((tmp_path / "out" / "findings.json").read_text(encoding="utf-8"))["issues"]
    rules = {item["rule"] for item in issues if (item["dataset"], item["variable"]) == (dataset, variable)}
    assert "NPC-SCH-005" in rules  # a variable has the type that the standard gives it


def test_a_transport_file_without_variables_is_checked(tmp_path):
    (tmp_path / "in").mkdir()
    moment = pd.Timestamp("2020-01-01").to_pydatetime()
    empty = library_records(moment) + member_records(Member("DM"), [], moment, "ascii")
    (tmp_path / "in" / "dm.xpt").write_bytes(empty)
    assert check(tmp_path).exit_code in (1, 2)
