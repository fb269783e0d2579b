"""Mutated CSV, SAS7BDAT and transport files, by the readers of raw data and of datasets."""

import contextlib

import pandas as pd
import pyreadstat
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.raw.find_tables import find_tables, reader
from cdisc_npc.transport.file_forms import read_datasets
from cdisc_npc.transport.xpt import Member, Variable, XptBlocks, write_xpt
from tests.mutation.engine import mutated, run_cases
from tests.raw.sas7bdat_files import write_sas7bdat

FRAME = pd.DataFrame(
    {"SUBJID": ["001", "002", "003"], "TERM": ["皮疹", "", "Crohn’s"], "DOSE": [1.5, float("nan"), -2e-70],
     "DAT": [22523.0, 0.0, float("nan")]}
)  # fmt: skip


def csv_file(path):
    path.write_text(FRAME.to_csv(index=False), encoding="utf-8")


def csv_in_gb18030(path):
    path.write_bytes('SUBJID;TERM\n001;"皮疹; x\ny ""z"""\n002;男\n'.encode("gb18030"))


def csv_in_windows_1252(path):
    path.write_bytes("SUBJID\tTERM\tN\n001\tCrohn’s\t1e5\n002\t5 µg\t-0.5\n".encode("cp1252"))


def xpt_5(path):
    variables = (
        Variable("SUBJID"),
        Variable("TERM", "label"),
        Variable("DOSE", type="Num"),
        Variable("DAT", "", "Num", 8, "DATE9."),
    )
    write_xpt(FRAME, path, Member("AE", "Label", variables), encoding="utf-8")


def xpt_5_of_two(path):
    xpt_5(path)
    first = path.read_bytes()
    write_xpt(FRAME[["SUBJID"]], path, Member("DM", "", (Variable("SUBJID"),)))
    path.write_bytes(first + path.read_bytes()[240:])


def xpt_8(path):
    pyreadstat.write_xport(
        FRAME, str(path), file_format_version=8, table_name="LONGNAME1", column_labels=["l" * 60, "m", "n", "o"],
        variable_format={"DAT": "DATE9"},
    )  # fmt: skip


def sas7bdat(path):
    write_sas7bdat(
        path,
        [("SUBJID", 8, ""), ("TERM", 24, ""), ("DOSE", 0, ""), ("DAT", 0, "DATE9")],
        [(b"001", "皮疹".encode(), 1.5, 22523.0), (b"002", b"", None, 0.0), (b"003", b"x", -2e-70, None)],
    )


FILES = {
    "csv": ("x.csv", csv_file), "gb18030": ("x.csv", csv_in_gb18030), "cp1252": ("x.csv", csv_in_windows_1252),
    "xpt5": ("x.xpt", xpt_5), "xpt5two": ("x.xpt", xpt_5_of_two), "xpt8": ("x.xpt", xpt_8), "sas7bdat": ("x.sas7bdat", sas7bdat),
}  # fmt: skip


def read_raw_tables(path):
    """As `read_raw` does: the names first, then all tables."""
    sources, findings = find_tables(path)
    findings.refuse_if_worst()
    if not sources:
        return
    tables = reader(sources[0].kind).read_tables(path, [source.name for source in sources])
    for table in tables.values():
        assert all(dtype == "str" for dtype in table.frame.dtypes)
        assert not table.frame.isna().any(axis=None)
        table.findings.messages()


def read_as_datasets(path):
    for dataset in read_datasets(path):
        names = [variable.name for variable in dataset.member.variables]
        assert list(dataset.frame.columns) == names and len(set(names)) == len(names)
        for variable in dataset.member.variables:
            assert str(dataset.frame[variable.name].dtype) == ("float64" if variable.type == "Num" else "str")
        dataset.findings.messages()
        if path.suffix == ".xpt":
            blocks = XptBlocks(path, dataset.member.name, rows=2)
            pd.testing.assert_frame_equal(
                pd.concat(blocks, ignore_index=True), dataset.frame, check_index_type=False
            )


READERS = {"raw": read_raw_tables, "datasets": read_as_datasets}


@pytest.mark.parametrize("count", [40, pytest.param(1000, marks=pytest.mark.long)])
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("name", FILES)
def test_mutated_files_are_read_or_refused(tmp_path, name, read, count):
    file, write = FILES[name]
    path = tmp_path / file
    write(path)
    whole = path.read_bytes()
    # Whole, it is read; a text of two languages in one file may be asked for.
    with contextlib.suppress(Refused):
        read(path)

    def judge(data):
        path.write_bytes(data)
        try:
            read(path)
        except Refused as refused:
            assert refused.findings.messages()
            raise

    tally = run_cases(lambda chance: mutated(whole, chance), judge, count)
    assert not tally.faults, str(tally)
    assert tally.read and tally.refused, str(tally)
