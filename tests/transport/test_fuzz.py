"""10,000 mutations of valid transport files, and some of other forms.

Each gives a frame or a refusal; no crash, no hang, no runaway memory.
"""

import contextlib
import random
import re
import signal
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport import xpt_scan
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.file_forms import read_datasets, write_dataset
from cdisc_npc.transport.xpt import Member, Variable, XptBlocks, members, read_xpt, write_xpt
from cdisc_npc.transport.xpt_layout import library_records, member_records

FRAME = pd.DataFrame(
    {"A": ["subject 1", "", "subject 3"], "B": [1.5, float("nan"), -2e-70], "C": ["x", "é", "z"]}
)


def one_dataset(path):
    write_xpt(FRAME, path, encoding="utf-8")


def two_datasets(path):
    write_xpt(FRAME[["A"]], path)
    first = path.read_bytes()
    write_xpt(FRAME, path, Member("Y", "Label", tuple(Variable(n, type="Num" if n == "B" else "Char") for n in "ABC")),
              encoding="utf-8")  # fmt: skip
    path.write_bytes(first + path.read_bytes()[240:])


def version_8(path):
    pyreadstat.write_xport(
        FRAME,
        str(path),
        file_format_version=8,
        table_name="LONGNAME1",
        column_labels=["l" * 60, "m", "n"],
        variable_format={"A": "$ALONGFORMATNAME12."},
    )


def vax(path):
    """NAMESTR records of 136 bytes, and numbers of 3."""
    member = Member("X", variables=(Variable("A", type="Num"), Variable("B")))
    head = member_records(member, [3, 2], datetime(2020, 1, 1), "ascii")
    namestr = head[400:536] + head[540:676]
    head = head[:400].replace(b"0000140", b"0000136") + namestr + b" " * (-len(namestr) % 80) + head[-80:]
    path.write_bytes(library_records(datetime(2020, 1, 1)) + head + (b"\x41\x10\x00ab" * 3).ljust(80))


def mutated(data, chance):
    """Cut off, repeat or drop a record, put bytes in, change some bytes, or all of this."""
    data = bytearray(data)
    kind = chance.randrange(6)
    if kind == 0:
        del data[chance.randrange(len(data)) :]
    elif kind in (1, 2):
        at = chance.randrange(0, len(data), 80)
        start = chance.randrange(0, len(data), 80)
        data[at : at + 80 * (kind - 1)] = data[start : start + 80] if chance.random() < 0.7 else b""
    elif kind == 3:
        at = chance.randrange(len(data))
        data[at:at] = bytes(chance.randrange(256) for _ in range(chance.choice([1, 80])))
    for _ in range(chance.choice([0, 1, 3]) if kind < 4 else chance.choice([1, 2, 8])):
        if data:
            data[chance.randrange(len(data))] = chance.choice([0, 32, 255, chance.randrange(256)])
    return bytes(data)


@contextlib.contextmanager
def at_most(seconds):
    """End what hangs, where the system has alarms."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def late(*_):
        raise AssertionError(f"not done in {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def little_memory():
    """Refuse the process more than 2 GB above what it has, where the system has such limits."""
    if not Path("/proc/self/status").is_file():
        yield
        return
    import resource

    size = int(re.search(r"VmSize:\s*([0-9]+)", Path("/proc/self/status").read_text())[1]) * 1024
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size + 2 * 10**9, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def read_all(path, size, in_blocks):
    for member in members(path):
        frame, described, _ = read_xpt(path, member.name, missing_tags=True)
        assert list(frame.columns) == [variable.name for variable in described.variables]
        assert len(frame) <= size
        if in_blocks:
            again = pd.concat(XptBlocks(path, member.name, rows=2), ignore_index=True)
            pd.testing.assert_frame_equal(again, frame, check_index_type=False)


@pytest.mark.slow
@pytest.mark.parametrize("valid", [one_dataset, two_datasets, version_8, vax])
def test_2500_mutations_give_a_frame_or_are_refused(memory_folder, monkeypatch, valid):
    path = memory_folder / "x.xpt"
    valid(path)
    whole = path.read_bytes()
    said = []

    def because(code, **columns):
        # A table of findings for each file would take most of the time.
        said.append((code, columns))
        return Refused(Findings())

    monkeypatch.setattr(xpt_scan.Refused, "because", because)
    chance = random.Random(valid.__name__)
    read = 0
    with little_memory():
        for number in range(2500):
            data = mutated(whole, chance)
            path.write_bytes(data)
            with at_most(10):
                try:
                    read_all(path, len(data), in_blocks=number % 8 == 0)
                    read += 1
                except Refused:
                    pass
    assert len(said) == 2500 - read
    assert 100 < read < 2400
    for code, columns in said:
        assert code in ("XPT_UNREADABLE", "ENCODING_UNCLEAR") and columns["file"] == str(path)
        assert columns["value"]
        assert columns["expected"]


def test_a_valid_file_is_read_before_it_is_mutated(memory_folder):
    for valid in (one_dataset, two_datasets, version_8, vax):
        valid(memory_folder / "x.xpt")
        for member in members(memory_folder / "x.xpt"):
            assert len(read_xpt(memory_folder / "x.xpt", member.name)[0]) == 3


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "parquet"])
def test_150_mutations_of_another_form_give_a_frame_or_are_refused(memory_folder, form):
    path = memory_folder / f"x.{form}"
    variables = (Variable("A", "a", length=12), Variable("B", "b", "Num", 8, "8.2"), Variable("C", "c"))
    write_dataset(Dataset(FRAME, Member("X", "Label", variables)), path)
    whole = path.read_bytes()
    chance = random.Random(form)
    refused = 0
    for _ in range(150):
        path.write_bytes(mutated(whole, chance))
        with at_most(10):
            try:
                (dataset,) = read_datasets(path)
                assert list(dataset.frame.columns) == [v.name for v in dataset.member.variables]
            except Refused:
                refused += 1
    assert 0 < refused < 150
