"""Readers of structured files over mutated input: a right result or an error of ours, in bounded time and memory."""

from __future__ import annotations

import json
import random
import runpy
import shutil
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from cdisc_npc.check.defines import check_defines
from cdisc_npc.check.schemas import check_schemas
from cdisc_npc.check.terminology import check_terminology
from cdisc_npc.check.verdict import Checked
from cdisc_npc.cli.spec import _read as read_document
from cdisc_npc.define.skeleton import write_skeleton
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.package.read import read_package
from cdisc_npc.raw import odm, xlsx
from cdisc_npc.raw import parquet as raw_parquet
from cdisc_npc.standards.ct_import import import_terminology
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.explanations import load_explanations
from cdisc_npc.study.load import load_specification
from cdisc_npc.transport.dataset_json import write_dataset_json
from cdisc_npc.transport.dataset_json_read import read_dataset_json
from cdisc_npc.transport.parquet import read_parquet
from cdisc_npc.transport.raw_tables import RawTable
from cdisc_npc.transport.xpt import Member, Variable, write_xpt
from define_xml.read import DefineUnreadableError
from define_xml.validate import validate
from define_xml.workbook import to_workbook
from define_xml.write import to_bytes
from tests.mutation.engine import mutated, run_cases
from tests.mutation.structure import mutated_book, mutated_json, mutated_xml, mutated_yaml

DOCUMENTS = runpy.run_path(str(Path(__file__).parents[1] / "define_xml" / "documents.py"))
CT = runpy.run_path(str(Path(__file__).parents[1] / "standards" / "test_ct_import.py"))
SMALL, LONG = 40, 1_000
# Readers of which a case takes long.
FEWER = {"study with analysis": 10, "define.xml in check": 10}

ODM = b"""<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:v="urn:vendor" ODMVersion="1.3.2" FileType="Transactional">
<Study OID="S"><MetaDataVersion OID="1" Name="1"><FormDef OID="VS" Name="VS" Repeating="No">
<ItemGroupRef ItemGroupOID="IG.VS" Mandatory="No"/></FormDef><ItemGroupDef OID="IG.VS" Name="VS" Repeating="No">
<ItemRef ItemOID="SYSBP" Mandatory="No"/></ItemGroupDef></MetaDataVersion></Study>
<ReferenceData StudyOID="S">
<ItemGroupData ItemGroupOID="IG.LIMITS"><ItemData ItemOID="LOW" Value="3"/></ItemGroupData></ReferenceData>
<ClinicalData StudyOID="S" MetaDataVersionOID="1">
<SubjectData SubjectKey="001" v:SubjectName="001-1" TransactionType="Insert"><SiteRef LocationOID="701"/>
<StudyEventData StudyEventOID="V1" StudyEventRepeatKey="1" v:StartDate="2026-01-01"><FormData FormOID="VS">
<ItemGroupData ItemGroupOID="IG.VS" ItemGroupRepeatKey="1" TransactionType="Insert"><ItemData ItemOID="SYSBP" Value="120">
<MeasurementUnitRef MeasurementUnitOID="MU.mmHg"/></ItemData><ItemDataString ItemOID="NOTE">well</ItemDataString></ItemGroupData>
<ItemGroupData ItemGroupOID="IG.DM"><ItemData ItemOID="SEX" IsNull="Yes" v:ReasonForNull="NI" Value="M"/></ItemGroupData>
</FormData></StudyEventData></SubjectData>
<SubjectData SubjectKey="001" TransactionType="Update"><StudyEventData StudyEventOID="V1" StudyEventRepeatKey="1">
<FormData FormOID="VS"><ItemGroupData ItemGroupOID="IG.VS" ItemGroupRepeatKey="1" TransactionType="Update">
<ItemData ItemOID="SYSBP" Value="121" TransactionType="Update"/><Annotation/></ItemGroupData>
</FormData></StudyEventData></SubjectData>
<SubjectData SubjectKey="002" TransactionType="Remove"/>
</ClinicalData></ODM>
"""

MEMBER = Member(
    "LB", "Laboratory",
    (
        Variable("USUBJID", "Subject", length=40), Variable("SEQ", "Sequence", "Num", 8, "8."),
        Variable("DT", "Date", "Num", 8, "DATE9."), Variable("DTM", "Moment", "Num", 8, "E8601DT19."),
        Variable("TM", "Time", "Num", 8, "TIME8."),
    ),
)  # fmt: skip
FRAME = pd.DataFrame({
    "USUBJID": ["1", "知", ""], "SEQ": [1.5, -2.0, np.nan], "DT": [22523.0, np.nan, -1.0],
    "DTM": [22523 * 86400.0, 0.0, np.nan], "TM": [0.0, 86_399.0, np.nan],
})  # fmt: skip
EXPLANATIONS = (
    "NPC-1:\n- {kind: as collected, reason: a, value: X, USUBJID: [S-1, S-2]}\n"
    "- {kind: sponsor choice, reason: b, datasets: AE, variable: AETERM, keys: AESEQ=3}\n"
    "NPC-2: {kind: misfire, reason: c}\n"
)

Make = Callable[[random.Random], Any]
Judge = Callable[[Any], object]


def raw_file(path: Path, reader: Any) -> Judge:
    """Judge of a reader of raw data: each table is text, never null, under names that stand once."""

    def judge(data: bytes) -> None:
        path.write_bytes(data)
        names = reader.tables_in(path)
        read: dict[str, RawTable] = reader.read_tables(path, names)
        assert list(read) == list(dict.fromkeys(names))
        for table in read.values():
            assert table.frame.columns.is_unique
            assert all(dtype == "str" for dtype in table.frame.dtypes)
            assert not table.frame.isna().to_numpy().any()
            for column in table.frame.columns:
                "".join(table.frame[column]).encode()
            table.findings.messages()

    return judge


def dataset(path: Path, read: Callable[[Path], tuple[pd.DataFrame, Member]]) -> Judge:
    """Judge of a reader of datasets: the frame is as its description says."""

    def judge(data: bytes) -> None:
        path.write_bytes(data)
        frame, member = read(path)
        assert list(frame.columns) == [variable.name for variable in member.variables]
        for variable in member.variables:
            column = frame[variable.name]
            if variable.type == "Num":
                assert column.dtype == np.float64 and not np.isinf(column.to_numpy()).any()
            else:
                assert column.dtype == "str" and not column.isna().any()
                "".join(column).encode()

    return judge


def either(data: bytes, structured: Callable[[bytes, random.Random], bytes]) -> Make:
    return lambda chance: (mutated if chance.random() < 0.4 else structured)(data, chance)


def of_xlsx(folder: Path) -> tuple[Make, Judge]:
    book = openpyxl.Workbook()
    book.active.append(["PAT", "DAT", "TIME", "N", "B", "NOTE"])
    for number in range(4):
        book.active.append(
            [f"00{number}", datetime(2021, 8, 31, 10), time(10, 30), 1.5 * number, True, "x" * number]
        )
    book.create_sheet("two").append(["A", "B"])
    book["two"].append([1, date(2021, 8, 31)])
    book.save(folder / "crf.xlsx")
    data = (folder / "crf.xlsx").read_bytes()
    return (lambda chance: mutated_book(data, chance)), raw_file(folder / "crf.xlsx", xlsx)


def of_odm(folder: Path) -> tuple[Make, Judge]:
    return either(ODM, mutated_xml), raw_file(folder / "crf.xml", odm)


def parquet_files(folder: Path) -> Make:
    """Files of each kind of column, plain and compressed: changed anywhere, or only among the values."""
    moment = datetime(2021, 8, 31, 10, 30)
    table = pa.table({
        "T": pa.array(["a", None, "知"] * 100), "C": pa.array(["x", "y", "x"] * 100).dictionary_encode(),
        "N": pa.array([1, None, 3] * 100), "F": pa.array([0.1, None, 3] * 100, pa.float32()),
        "D": pa.array([date(2021, 8, 31)] * 300), "M": pa.array([moment] * 300, pa.timestamp("us", "UTC")),
        "Z": pa.array([time(10, 30)] * 300), "B": pa.array([True] * 300),
    })  # fmt: skip
    result = []
    for options in ({"compression": "none", "use_dictionary": False}, {"compression": "zstd"}):
        parquet.write_table(table, folder / "x.parquet", **options)
        result.append((folder / "x.parquet").read_bytes())

    def make(chance: random.Random) -> bytes:
        if chance.random() < 0.4:
            return mutated(chance.choice(result), chance)
        data = bytearray(result[0])
        for _ in range(chance.choice((1, 4))):
            data[chance.randrange(4, len(data) - 4_000)] = chance.choice(
                (0, 127, 128, 255, chance.randrange(256))
            )
        return bytes(data)

    return make


def of_raw_parquet(folder: Path) -> tuple[Make, Judge]:
    return parquet_files(folder), raw_file(folder / "lb.parquet", raw_parquet)


def of_parquet(folder: Path) -> tuple[Make, Judge]:
    def read(path: Path) -> tuple[pd.DataFrame, Member]:
        result = read_parquet(path)
        return result.frame, result.member

    return parquet_files(folder), dataset(folder / "lb.parquet", read)


def of_dataset_json(folder: Path) -> tuple[Make, Judge]:
    write_dataset_json(FRAME, folder / "lb.json", MEMBER)
    data = (folder / "lb.json").read_bytes()
    content = json.loads(data)
    return (
        either(data, lambda _, chance: mutated_json(content, chance)),
        dataset(folder / "lb.json", lambda path: read_dataset_json(path, Findings())),
    )


def of_ndjson(folder: Path) -> tuple[Make, Judge]:
    write_dataset_json(FRAME, folder / "lb.ndjson", MEMBER)
    data = (folder / "lb.ndjson").read_bytes()

    def lines(_: bytes, chance: random.Random) -> bytes:
        parts = data.splitlines()
        place = chance.choice((0, chance.randrange(len(parts))))
        parts[place] = mutated_json(json.loads(parts[place]), chance)
        return b"\n".join(parts)

    return either(data, lines), dataset(
        folder / "lb.ndjson", lambda path: read_dataset_json(path, Findings())
    )


def of_define(folder: Path) -> tuple[Make, Judge]:
    """The reader and validator of the library, and the project's commands that read a document."""
    path, datasets = folder / "define.xml", DOCUMENTS["tables"]().values()

    def judge(data: bytes) -> None:
        path.write_bytes(data)
        validate(data, datasets, folder=folder)
        result = read_document(path)
        to_bytes(result)
        shutil.rmtree(folder / "study", ignore_errors=True)
        write_skeleton(result, folder / "study", path).messages()

    return either(to_bytes(DOCUMENTS["document"](results=True)), mutated_xml), judge


def of_check(folder: Path) -> tuple[Make, Judge]:
    """The parts of `check` that read the define.xml beside the datasets."""
    for name, table in DOCUMENTS["tables"]().items():
        variables = tuple(Variable(one.name, one.label, one.type, one.length) for one in table.columns)
        write_xpt(table.frame, folder / f"{name.lower()}.xpt", Member(name, table.label, variables))

    def judge(data: bytes) -> None:
        (folder / "define.xml").write_bytes(data)
        package, checked = read_package(folder), Checked()
        for check in (check_schemas, check_terminology, check_defines):
            check(package, checked)
        checked.findings.messages()

    return either(to_bytes(DOCUMENTS["document"]()), mutated_xml), judge


def of_workbook(folder: Path) -> tuple[Make, Judge]:
    data, path = to_workbook(DOCUMENTS["document"](results=True)), folder / "spec.xlsx"

    def judge(changed: bytes) -> None:
        path.write_bytes(changed)
        result = read_document(path)
        try:
            content = to_bytes(result)
        except ValueError as error:
            raise Refused.because("DEFINE_UNREADABLE", value=str(error), expected="a document") from error
        validate(content)

    return (lambda chance: mutated_book(data, chance)), judge


def of_ct(folder: Path) -> tuple[Make, Judge]:
    text, xml, path = CT["TEXT"].encode(), CT["ODM"].encode(), folder / "SDTM Terminology.txt"

    def make(chance: random.Random) -> bytes:
        return mutated(text, chance) if chance.random() < 0.5 else either(xml, mutated_xml)(chance)

    def judge(data: bytes) -> None:
        path.write_bytes(data)
        result = import_terminology(path, folder / "sdtmct-2031-09-26")
        assert result.codelists > 0

    return make, judge


def of_study(folder: Path, name: str) -> tuple[Make, Judge]:
    """One file of a study's folder is changed."""
    shutil.copytree(mappings_root() / name, folder / name)
    files = {path: path.read_text(encoding="utf-8") for path in sorted((folder / name).rglob("*.yaml"))}

    def make(chance: random.Random) -> tuple[Path, bytes]:
        path = chance.choice(list(files))
        text = files[path]
        return path, mutated(text.encode(), chance) if chance.random() < 0.4 else mutated_yaml(text, chance)

    def judge(case: tuple[Path, bytes]) -> None:
        path, data = case
        path.write_bytes(data)
        try:
            load_specification(folder / name)
        finally:
            path.write_text(files[path], encoding="utf-8")

    return make, judge


def of_explanations(folder: Path) -> tuple[Make, Judge]:
    path = folder / "why.yaml"

    def judge(data: bytes) -> None:
        path.write_bytes(data)
        for item in load_explanations(file=path):
            assert isinstance(item.explanation.covers("AE"), bool)
            assert all(isinstance(text, str) for texts in item.explanation.content.values() for text in texts)

    return either(EXPLANATIONS.encode(), lambda data, chance: mutated_yaml(data.decode(), chance)), judge


READERS: dict[str, Callable[[Path], tuple[Make, Judge]]] = {
    "xlsx": of_xlsx,
    "odm": of_odm,
    "raw parquet": of_raw_parquet,
    "parquet": of_parquet,
    "dataset-json": of_dataset_json,
    "ndjson": of_ndjson,
    "define.xml": of_define,
    "define.xml in check": of_check,
    "workbook": of_workbook,
    "ct": of_ct,
    "study": lambda folder: of_study(folder, "cdiscpilot"),
    "study with analysis": lambda folder: of_study(folder, "npc"),
    "explanations": of_explanations,
}


@pytest.mark.parametrize(
    "count", [pytest.param(SMALL, marks=pytest.mark.slow), pytest.param(LONG, marks=pytest.mark.long)]
)
@pytest.mark.parametrize("name", READERS)
def test_a_right_result_or_an_error_of_ours(tmp_path: Path, name: str, count: int) -> None:
    make, judge = READERS[name](tmp_path)
    if count == SMALL:
        count = FEWER.get(name, count)
    # What a case imports first takes seconds, on a busy machine many.
    tally = run_cases(make, judge, count, seconds=60, refusals=(Refused, DefineUnreadableError))
    print(name, tally)
    assert not tally.faults, str(tally)
    # A reader that reads none of the cases is not tried by them.
    assert count < LONG or tally.read > count // 50
