"""What an attacker, or a damaged disk, may put into a folder of raw data."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdisc_npc.findings import Refused
from cdisc_npc.raw.find_tables import find_tables
from cdisc_npc.raw.odm import read_tables as read_odm
from cdisc_npc.raw.odm import tables_in as odm_tables
from cdisc_npc.raw.read import read_export
from cdisc_npc.raw.xlsx import read_tables as read_xlsx
from cdisc_npc.raw.xlsx import tables_in as xlsx_tables
from cdisc_npc.study.forms import RawContract
from cdisc_npc.transport.delimited import read_delimited
from tests.raw.test_odm import event, form, group, item, subject
from tests.raw.test_odm import write as write_odm
from tests.raw.test_xlsx import rewrite
from tests.raw.test_xlsx import write as write_xlsx

AE = RawContract.model_validate(
    {"forms": {"ae": {"key": ["SUBJID"], "fields": {"SUBJID": {"required": "yes"}, "TERM": {}}}}}
)
NO_RECORDS = ": form ae has no records; expected at least one (or `may_be_empty: yes`) [RAW_NO_RECORDS]"
EXTRA_COLUMN = ": column X is not in the raw data contract of form ae [RAW_EXTRA_COLUMN]"
RAGGED = " row 2 line 3: the record has '3' fields; expected 2 [RAW_RAGGED_ROW]"
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refusal(path: Path) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_export(path, AE)
    return refused.value.findings.messages()


def bill_of_entities(first: str) -> str:
    """Ten levels, each ten times the one before."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 11))
    return f'<?xml version="1.0"?><!DOCTYPE ODM [<!ENTITY e0 "{first}">{levels}]>'


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE ODM [<!ENTITY e10 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE ODM SYSTEM "http://localhost:9/odm.dtd">',
        '<!DOCTYPE ODM [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        bill_of_entities("ha"),
    ],
)
@pytest.mark.parametrize("place", ["attribute", "text"])
def test_entities_are_refused_before_they_are_expanded(tmp_path: Path, prolog: str, place: str) -> None:
    value = (
        '<ItemData ItemOID="A" Value="&e10;"/>'
        if place == "attribute"
        else '<ItemDataText ItemOID="A">&e10;</ItemDataText>'
    )
    body = write_odm(tmp_path, subject("1", event(form(group(value), oid="ae")))).read_text(encoding="utf-8")
    (tmp_path / "export.xml").write_text(prolog + body[body.index("<ODM") :])
    messages = refusal(tmp_path)
    assert messages[0].startswith("export.xml: the XML declares '<!DOCTYPE ODM")
    assert messages[0].endswith("expected no document type and no entities [RAW_XML_ENTITY]")


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("SUBJID,TERM\n1,x\n")
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "ae.csv").symlink_to("../secret.csv")
    assert refusal(folder) == [
        f"ae.csv: path '{tmp_path.resolve() / 'secret.csv'}' leaves the folder; "
        "expected a file inside it [RAW_OUTSIDE_FOLDER]",
        "form ae has no file; expected a file, sheet or ODM form named ae [RAW_MISSING_FORM]",
    ]


def test_a_link_inside_the_folder_and_a_link_to_the_folder_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "v1.csv").write_text("SUBJID,TERM\n1,x\n")
    (folder / "ae.csv").symlink_to("v1.csv")
    (tmp_path / "latest").symlink_to("raw")
    assert read_export(tmp_path / "latest", AE).forms["ae"]["TERM"].tolist() == ["x"]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "..", "a\\b"])
def test_a_contract_may_not_name_files_outside_the_folder(tmp_path: Path, name: str) -> None:
    study = RawContract.model_validate({"forms": {"ae": {"file": name, "fields": {"SUBJID": {}}}}})
    with pytest.raises(Refused, match="RAW_OUTSIDE_FOLDER"):
        read_export(tmp_path, study)


def test_a_broken_link_and_a_pipe_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "dm.csv").symlink_to("gone.csv")
    os.mkfifo(tmp_path / "ae.csv")
    sources, findings = find_tables(tmp_path)
    assert sources == []
    assert findings.frame()["code"].tolist() == ["RAW_IGNORED_FILE"] * 2


@pytest.mark.parametrize("shape", ["plain", "quoted", "never closed", "line breaks", "two bytes"])
def test_a_field_of_50_mb_is_refused_quickly_and_in_little_memory(tmp_path: Path, shape: str) -> None:
    size = 50_000_000
    field = {
        "plain": b"x" * size,
        "quoted": b'"' + b"x" * size + b'"',
        "never closed": b'"' + b"x" * size,
        "line breaks": b'"' + b"xxxxxxxx\n" * (size // 9) + b'"',
        "two bytes": "é".encode() * (size // 2),
    }[shape]
    (tmp_path / "ae.csv").write_bytes(b"SUBJID,TERM\n1,2\n3," + field + b"\n4,5\n")
    del field
    # In a process of its own, for only a process' highest mark of memory can be read.
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from cdisc_npc.findings import Refused\n"
        "from cdisc_npc.transport.delimited import read_delimited\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    read_delimited(Path(sys.argv[1]))\n"
        "except Refused as refused:\n    print(refused)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)\n"
    )
    run = [sys.executable, "-c", program, str(tmp_path / "ae.csv")]
    out = subprocess.run(
        run, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    ).stdout
    message, megabytes = out.splitlines()
    assert message.startswith(("ae.csv row 2 line 3: ", "ae.csv line 3: "))
    assert "[RAW_FIELD_TOO_LONG]" in message
    assert float(megabytes) < 400


def test_a_header_of_50_mb_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_bytes(b"A" * 50_000_000)
    with pytest.raises(Refused, match=r"ae\.csv line 1: a field of '50000000' bytes"):
        read_delimited(tmp_path / "ae.csv")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", ": the file is empty; expected a header and records [RAW_EMPTY_FILE]"),
        (b"SUBJID,TERM\n", NO_RECORDS),
        (b"SUBJID\n1\n", ": column TERM is missing; expected it in form ae [RAW_MISSING_COLUMN]"),
        (b"SUBJID,TERM,X\n1,2,3\n", EXTRA_COLUMN),
        (
            b"SUBJID,TERM,TERM\n1,2,3\n",
            ": column TERM stands more than once; expected each name once [RAW_DUPLICATE_COLUMN]",
        ),
        (b"SUBJID,TERM\n1,2\n3,4,5\n", RAGGED),
        (b"SUBJID,TERM\n1,2\n3,\0\n", " line 3: NUL byte in the text; expected text [RAW_NUL]"),
        (
            b"SUBJID,TERM\n1,\xe7\x9a\xae\n2,\xe7\x96\xb9\n3,\xc6\xa4\xd5\n",
            " line 4: bytes 'c6 a4 d5' cannot be decoded; expected utf-8, as the other lines [RAW_ENCODING]",
        ),
        (
            b"SUBJID,TERM\n1,x\n1,y\n",
            " row 1 line 2: key SUBJID of form ae is not unique: '1' [RAW_DUPLICATE_KEY]",
        ),
    ],
)  # fmt: skip
def test_every_refusal_says_where_and_what(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "ae.csv").write_bytes(data)
    assert refusal(tmp_path)[0] == f"ae.csv{message}"


def mutations(size: int) -> st.SearchStrategy[list[tuple[int, int, bytes]]]:
    """Places, how many bytes go there, and what comes instead."""
    tokens = st.sampled_from(
        [b'"', b"\n", b",", b"\0", b"\xff", b"<", b"&", b">", b"\xe9", b"1", b"]]>", b"<!--"]
    )
    piece = st.tuples(st.integers(0, size - 1), st.integers(0, 6), tokens | st.binary(max_size=4))
    return st.lists(piece, min_size=1, max_size=6)


@cache
def workbook() -> bytes:
    """One workbook for all examples: openpyxl writes the time into each."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [["SUBJID", "TERM"], ["001", 0.5], ["002", True]]
        return write_xlsx(Path(folder) / "crf.xlsx", ae=rows).read_bytes()


def mutate(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, gone, new in changes:
        data = data[:place] + new + data[place + gone :]
    return data


CSV = 'SUBJID,TERM\r\n001,"皮疹, x\r\ny ""z"""\r\n002,é\r\n003,\r\n'
CSV_FILES = [
    CSV.encode(),
    CSV.encode("utf-16"),
    CSV.replace("é", "男").encode("gb18030"),
    CSV.encode("utf-8-sig"),
]


@pytest.mark.parametrize("data", CSV_FILES)
@FEW
@given(changes=mutations(60))
def test_damaged_csv_is_a_table_or_a_refusal(
    tmp_path: Path, data: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    (tmp_path / "ae.csv").write_bytes(mutate(data, changes))
    try:
        table = read_delimited(tmp_path / "ae.csv")
    except Refused as refused:
        assert refused.findings.worst == "refuse"
        assert str(refused)
    else:
        assert table.lines is not None
        assert len(table.lines) == len(table.frame)
        assert not table.frame.isna().any(axis=None)


@FEW
@given(data=st.data())
def test_damaged_odm_is_tables_or_a_refusal(tmp_path: Path, data: st.DataObject) -> None:
    groups = group(item("TERM", "rash"), oid="IG.1"), group(item("TERM", "皮疹"), oid="IG.2")
    path = write_odm(tmp_path, subject("01001", event(form(*groups, oid="AE"))), kind="Transactional")
    whole = path.read_bytes()
    path.write_bytes(mutate(whole, data.draw(mutations(len(whole)))))
    try:
        for name, table in read_odm(path, odm_tables(path)).items():
            assert table.name == name
            assert not table.frame.isna().any(axis=None)
    except Refused as refused:
        assert str(refused)


@pytest.mark.parametrize("part", [None, "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
@settings(FEW, max_examples=60)
@given(data=st.data())
def test_a_damaged_workbook_is_tables_or_a_refusal(
    tmp_path: Path, part: str | None, data: st.DataObject
) -> None:
    path = tmp_path / "crf.xlsx"
    path.write_bytes(workbook())
    if part is None:
        whole = path.read_bytes()
        path.write_bytes(mutate(whole, data.draw(mutations(len(whole)))))
    else:
        with zipfile.ZipFile(path) as archive:
            whole = archive.read(part)
        rewrite(path, part, whole, mutate(whole, data.draw(mutations(len(whole)))))
    try:
        for table in read_xlsx(path, xlsx_tables(path)).values():
            assert not table.frame.isna().any(axis=None)
    except Refused as refused:
        assert str(refused)
