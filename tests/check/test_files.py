"""Each fault of a transport file, planted in a good package, is found by its rule, and no other rule cries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

import cdisc_npc as npc
from cdisc_npc.check.files import check_files
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import Package, read_package, table_of
from cdisc_npc.transport.xpt import Member, Variable, members, read_xpt, write_xpt
from tests.check.planted import copied, described, found, patched, rewritten, valued, with_variable

Fault = Callable[[Path], None]


def checked_files(folder: Path, study: str | None = None, **settings: int) -> Checked:
    checked = Checked()
    check_files(read_package(folder, npc.load_study(study) if study else None), checked, **settings)
    return checked


def test_a_good_package_has_none(pilot_package):
    checked = checked_files(pilot_package, "cdiscpilot")
    assert found(checked) == set()
    verdicts = checked.verdicts()
    assert set(verdicts["status"]) == {"passed"}
    assert verdicts["rule"].nunique() == 23


def of_version_8(folder: Path) -> None:
    frame, _ = read_xpt(folder / "ex.xpt")
    _, member = read_xpt(folder / "ex.xpt")
    labels = [variable.label for variable in member.variables]
    pyreadstat.write_xport(
        frame, folder / "ex.xpt", file_label=member.label, table_name="EX", column_labels=labels,
        file_format_version=8,
    )  # fmt: skip


def two_in_one(folder: Path) -> None:
    first, second = (folder / "ds.xpt").read_bytes(), (folder / "ex.xpt").read_bytes()
    (folder / "ds.xpt").write_bytes(first + second[240:])
    (folder / "ex.xpt").unlink()


def empty(folder: Path) -> None:
    rewritten(folder / "suppdm.xpt", lambda frame, member: (frame.iloc[:0], member))


def reversed_(folder: Path) -> None:
    rewritten(folder / "ae.xpt", lambda frame, member: (frame.iloc[::-1].reset_index(drop=True), member))


def number_of_4_bytes(folder: Path) -> None:
    """The four bytes of a namestr that are the width and the place of the number; the last of a row."""
    path = folder / "dm.xpt"
    (member,) = members(path)
    assert [variable.name for variable in member.variables if variable.type == "Num"] == ["AGE", "DMDY"]
    rewritten(path, lambda frame, member: (
        frame[[*frame.columns.drop("DMDY"), "DMDY"]],
        replace(member, variables=tuple(sorted(member.variables, key=lambda one: one.name == "DMDY"))),
    ))  # fmt: skip
    frame, member = read_xpt(path)
    content = path.read_bytes()
    place = content.index(b"DMDY    ") - 8
    start = content.index(b"HEADER RECORD*******OBS     ") + 80
    width = sum(variable.length or 0 for variable in member.variables)
    rows = [content[start + row * width : start + (row + 1) * width - 4] for row in range(len(frame))]
    body = b"".join(rows)
    head = content[: place + 4] + b"\0\4" + content[place + 6 : start]
    path.write_bytes(head + body + b" " * (-len(head + body) % 80))


FAULTS: dict[str, tuple[Fault, set[tuple[str, str, str]]]] = {
    "version 8": (
        of_version_8,
        # Its writer makes each field as long as its own values.
        {("NPC-XPT-001", "EX", ""), ("NPC-XPT-013", "EX", "VISIT")},
    ),
    "two datasets": (
        two_in_one,
        {("NPC-XPT-002", "DS", ""), ("NPC-XPT-002", "EX", ""), ("NPC-XPT-003", "EX", "")},
    ),
    "another file name": (
        lambda folder: (folder / "ex.xpt").rename(folder / "exposure.xpt") and None,
        {("NPC-XPT-003", "EX", "")},
    ),
    "upper case": (
        lambda folder: (folder / "ex.xpt").rename(folder / "EX.xpt") and None,
        {("NPC-XPT-004", "EX", "")},
    ),
    "dataset name with underscore": (
        lambda folder: patched(folder / "ex.xpt", b"SAS     EX      ", b"SAS     E_X     "),
        {("NPC-XPT-003", "E_X", ""), ("NPC-XPT-005", "E_X", "")},
    ),
    "dataset name in lower case": (
        lambda folder: patched(folder / "ex.xpt", b"SAS     EX      ", b"SAS     ex      "),
        {("NPC-XPT-005", "EX", "")},
    ),
    "variable name with underscore": (
        lambda folder: patched(folder / "dm.xpt", b"RACE    ", b"RA_CE   "),
        {("NPC-XPT-006", "DM", "RA_CE")},
    ),
    "no label": (
        lambda folder: described(folder / "dm.xpt", "AGE", label=""),
        {("NPC-XPT-007", "DM", "AGE")},
    ),
    "no label of the dataset": (
        lambda folder: rewritten(folder / "dm.xpt", lambda frame, member: (frame, replace(member, label=""))),
        {("NPC-XPT-007", "DM", "")},
    ),
    "label not in ASCII": (
        lambda folder: described(folder / "dm.xpt", "AGE", label="Âge"),
        {("NPC-XPT-009", "DM", "AGE")},
    ),
    "tab in a label": (
        lambda folder: described(folder / "dm.xpt", "AGE", label="Age\tin years"),
        {("NPC-XPT-009", "DM", "AGE")},
    ),
    "lone apostrophe": (
        lambda folder: described(folder / "dm.xpt", "AGE", label="Subject's Age"),
        {("NPC-XPT-010", "DM", "AGE")},
    ),
    "open bracket": (
        lambda folder: described(folder / "dm.xpt", "AGE", label="Age (Years"),
        {("NPC-XPT-010", "DM", "AGE")},
    ),
    "longer than its values": (
        lambda folder: described(folder / "ae.xpt", "AETERM", length=200),
        {("NPC-XPT-012", "AE", "AETERM")},
    ),
    "longer than its values, in one of the datasets": (
        lambda folder: described(folder / "ds.xpt", "USUBJID", length=40),
        {
            ("NPC-XPT-012", "DS", "USUBJID"),
            *(("NPC-XPT-013", name, "USUBJID") for name in ("AE", "DM", "EX")),
        },
    ),
    "longer than its values, in SUPP--": (
        lambda folder: described(folder / "suppae.xpt", "QVAL", length=200),
        {("NPC-XPT-012", "SUPPAE", "QVAL")},
    ),
    "another type": (
        lambda folder: with_variable(folder / "ex.xpt", "EPOCH", "X", "Epoch")
        or rewritten(
            folder / "ds.xpt",
            lambda frame, member: (
                frame.assign(EPOCH=1.0),
                replace(member, variables=(*member.variables, Variable("EPOCH", "Epoch", "Num", 8))),
            ),
        ),
        {("NPC-XPT-014", "EX", "EPOCH")},
    ),
    "another label": (
        lambda folder: described(folder / "ae.xpt", "USUBJID", label="Subject Identifier of the Study"),
        {("NPC-XPT-015", "AE", "USUBJID")},
    ),
    "value not in ASCII": (
        lambda folder: valued(folder / "ae.xpt", "AETERM", "N\u00c4SSE"),
        {("NPC-XPT-016", "AE", "AETERM")},
    ),
    "line break in a value": (
        lambda folder: valued(folder / "ae.xpt", "AETERM", "A\nB"),
        {("NPC-XPT-017", "AE", "AETERM")},
    ),
    "a word for a missing value": (
        lambda folder: valued(folder / "ae.xpt", "AETERM", "NaN"),
        {("NPC-XPT-023", "AE", "AETERM")},
    ),
    "no records": (empty, {("NPC-XPT-018", "SUPPDM", "")}),
    "another order": (reversed_, {("NPC-XPT-020", "AE", "")}),
    "number of 4 bytes": (number_of_4_bytes, {("NPC-XPT-021", "DM", "DMDY")}),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_its_rule(pilot_package, tmp_path, fault):
    plant, expected = FAULTS[fault]
    folder = copied(pilot_package, tmp_path)
    plant(folder)
    assert found(checked_files(tmp_path / "package", "cdiscpilot")) == expected


def test_a_value_is_reported_with_its_record(pilot_package, tmp_path):
    folder = copied(pilot_package, tmp_path)
    valued(folder / "ae.xpt", "AETERM", "N\u00c4SSE")
    (record,) = checked_files(tmp_path / "package").findings.frame().to_dict("records")
    assert (record["row"], record["value"], record["file"]) == (4, "N\u00c4SSE", "ae.xpt")
    assert record["keys"].startswith("AESEQ=") and record["USUBJID"]


def test_a_file_has_at_most_so_many_bytes(pilot_package):
    size = max(path.stat().st_size for path in pilot_package.rglob("*.xpt"))
    (record,) = checked_files(pilot_package, largest=size - 1).findings.frame().to_dict("records")
    assert (record["rule"], record["dataset"]) == ("NPC-XPT-019", "AE")
    assert record["value"] == f"{size} bytes"


def test_what_version_5_cannot_hold_is_detected_in_version_8(tmp_path):
    frame = pd.DataFrame({"STUDYID": ["S"], "EXTREATMENT": ["x" * 201]}, dtype="str")
    label = "A Label That Is Longer Than Forty Bytes Are"
    pyreadstat.write_xport(
        frame, tmp_path / "ex.xpt", file_label="Exposure", column_labels=["Study Identifier", label],
        table_name="EX", file_format_version=8,
    )  # fmt: skip
    assert found(checked_files(tmp_path)) == {
        ("NPC-XPT-001", "EX", ""),
        ("NPC-XPT-006", "EX", "EXTREATMENT"),
        ("NPC-XPT-008", "EX", "EXTREATMENT"),
        ("NPC-XPT-011", "EX", "EXTREATMENT"),
    }


def test_dates_of_an_analysis_dataset_have_a_format(tmp_path):
    frame = pd.DataFrame({"USUBJID": pd.Series(["1"], dtype="str"), "TRTSDT": [22000.0], "TRTEDT": [22001.0]})
    variables = (
        Variable("USUBJID", "Unique Subject Identifier", "Char", 1),
        Variable("TRTSDT", "Date of First Exposure to Treatment", "Num", 8, "DATE9."),
        Variable("TRTEDT", "Date of Last Exposure to Treatment", "Num", 8),
    )
    write_xpt(frame, tmp_path / "adsl.xpt", Member("ADSL", "Subject-Level Analysis Dataset", variables))
    assert found(checked_files(tmp_path)) == {("NPC-XPT-022", "ADSL", "TRTEDT")}


def test_labels_that_the_guide_itself_words_differently_are_no_fault(tmp_path):
    for name, label in (
        ("IE", "Inclusion/Exclusion Criterion Short Name"),
        ("TI", "Incl/Excl Criterion Short Name"),
    ):
        frame = pd.DataFrame({"IETESTCD": ["INCL01"]}, dtype="str")
        write_xpt(
            frame,
            tmp_path / f"{name.lower()}.xpt",
            Member(name, name, (Variable("IETESTCD", label, "Char", 6),)),
        )
    assert found(checked_files(tmp_path)) == set()


def test_chinese_is_no_fault_of_a_study_that_states_it_but_forty_bytes_are_forty_bytes(tmp_path):
    study = npc.load_study("npc")
    spec = replace(study, study=study.study.model_copy(update={"encoding": "gb18030"}))
    frame = pd.DataFrame({"AETERM": ["\u53d1\u70ed"], "AEDECOD": ["\u53d1\u70ed"]}, dtype="str")
    fits, twenty = "\u62a5\u544a\u7684\u672f\u8bed", "\u4e0d" * 20
    variables = (Variable("AETERM", fits, "Char", 4), Variable("AEDECOD", twenty, "Char", 4))
    write_xpt(
        frame, tmp_path / "ae.xpt", Member("AE", "\u4e0d\u826f\u4e8b\u4ef6", variables), encoding="gb18030"
    )
    checked = Checked()
    package = read_package(tmp_path, spec)
    check_files(package, checked)
    assert found(checked) == set()
    verdicts = checked.verdicts().set_index("rule")
    assert verdicts.loc["NPC-XPT-016", "status"] == "not evaluated"
    # Of UTF-8 the same label has 60 bytes.
    checked = Checked()
    utf8 = replace(study, study=study.study.model_copy(update={"encoding": "utf-8"}))
    check_files(replace(package, study=utf8), checked)
    assert ("NPC-XPT-008", "AE", "AEDECOD") in found(checked)


def test_a_package_in_memory_is_not_evaluated():
    table = table_of(pd.DataFrame({"USUBJID": ["1"]}), Member("DM"), Path("dm.xpt"))
    checked = Checked()
    check_files(Package(Path("nowhere"), {"DM": table}), checked)
    assert set(checked.verdicts()["status"]) == {"not evaluated"}
