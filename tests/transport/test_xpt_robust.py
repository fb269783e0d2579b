"""What others do to a file, and what a machine does to a write."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdisc_npc.findings import Refused
from cdisc_npc.transport import replace as replacing_module
from cdisc_npc.transport import xpt_write
from cdisc_npc.transport.ibm import out_of_range
from cdisc_npc.transport.xpt import Member, Variable, read_xpt, write_xpt

NAN = float("nan")
ROOT = Path(xpt_write.__file__).parents[2]
FRAME = pd.DataFrame({"A": ["subject 1", "", "subject 3"], "B": [1.5, NAN, -2e-70], "C": ["x", "y", "z"]})


FULL_DISK = """
import os, pathlib, resource, signal, sys
import pandas as pd
from cdisc_npc.transport.xpt import write_xpt

path, size = pathlib.Path(sys.argv[1]), int(sys.argv[2])
frame = pd.DataFrame({"A": ["subject 1", "", "subject 3"], "B": [1.5, float("nan"), -2e-70], "C": list("xyz")})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for old in (None, b"old"):
    if old:
        path.write_bytes(old)
    before = os.listdir(path.parent)
    # Every byte while there is an old file; without one, some.
    for limit in range(0, size, 1 if old else 7):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            write_xpt(frame, path)
        except OSError:
            assert os.listdir(path.parent) == before, limit
        else:
            raise SystemExit(f"written whole with {limit} bytes")
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    assert (path.read_bytes() if old else None) == old
write_xpt(frame, path)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="limits of a file's size are POSIX")
def test_a_disk_that_is_full_at_any_byte_leaves_the_old_file_or_none(memory_folder):
    """A writer that fails at every byte offset in turn, by the kernel's own limit."""
    path = memory_folder / "x.xpt"
    write_xpt(FRAME, path)
    size = path.stat().st_size
    path.unlink()
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), str(size)],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert path.stat().st_size == size


def test_a_flush_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.xpt"
    path.write_bytes(b"old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(replacing_module.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_xpt(FRAME, path)
    assert (path.read_bytes(), len(list(tmp_path.iterdir()))) == (b"old", 1)


@pytest.mark.parametrize("change", [
    lambda data: b"",
    lambda data: data[:100],
    lambda data: data[:-80],
    lambda data: data[:-1],
    lambda data: data + b"x",
    lambda data: data + b"garbage".ljust(80),
    lambda data: b"PK\x03\x04" + data[4:],
    lambda data: data.replace(b"NAMESTR HEADER RECORD!!!!!!!0000000003", b"NAMESTR HEADER RECORD!!!!!!!0000000004"),
    lambda data: data.replace(b"NAMESTR HEADER RECORD!!!!!!!0000000003", b"NAMESTR HEADER RECORD!!!!!!!0000000002"),
    lambda data: data.replace(b"0000000140", b"0000000136"),
    lambda data: data.replace(b"subject 1", b"subject \x81"),
])  # fmt: skip
def test_every_damage_is_named(tmp_path, change):
    path = tmp_path / "x.xpt"
    write_xpt(pd.concat([FRAME] * 30), path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Refused) as caught:
        read_xpt(path, encoding="utf-8")
    table = caught.value.findings.frame()
    assert (table["code"].tolist(), table["file"].tolist()) == (["XPT_UNREADABLE"], [str(path)])
    assert (table["value"] != "").all()
    assert (table["expected"] != "").all()


# Any Unicode, any double, any width.
records = st.lists(
    st.tuples(st.text(max_size=30), st.text(st.characters(codec="ascii"), max_size=210), st.floats(), st.floats(width=32)),
    min_size=1, max_size=6,
)  # fmt: skip


@given(
    records, st.sampled_from(["us-ascii", "utf-8", "cp1252", "gb18030"]), st.sampled_from([None, 1, 20, 200])
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=150,
)
def test_pyreadstat_reads_what_is_written(tmp_path, rows, encoding, length):
    frame = pd.DataFrame(rows, columns=["A", "B", "C", "D"]).assign(K="key")
    variables = [
        Variable(name, type="Num" if name in "CD" else "Char", length=length if name in "AB" else None)
        for name in frame
    ]
    path = tmp_path / "x.xpt"
    path.unlink(missing_ok=True)
    try:
        write_xpt(frame, path, Member("X", variables=tuple(variables)), encoding=encoding)
    except Refused as refusal:
        assert not path.exists()
        assert (refusal.findings.frame()["code"] == "XPT_REFUSED").all()
        return
    back, _ = read_xpt(path, encoding=encoding)
    other, _ = pyreadstat.read_xport(
        str(path), encoding={"us-ascii": "ASCII", "cp1252": "WINDOWS-1252"}.get(encoding, encoding.upper())
    )
    for name in "AB":
        expected = [value.rstrip(" ") for value in frame[name]]
        assert back[name].tolist() == expected
        assert [value.rstrip(" ") for value in other[name]] == expected
    for name in "CD":
        # IBM has one zero only.
        np.testing.assert_array_equal(back[name], frame[name] + 0.0)
        # ReadStat reads the smallest numbers as zero.
        near = frame[name].abs().to_numpy() < 1e-70
        assert not out_of_range(frame[name].to_numpy(np.float64)).any()
        np.testing.assert_array_equal(other[name].to_numpy(float)[~near], frame[name].to_numpy()[~near] + 0.0)


# What R's haven and foreign read, one column a line; then labels, formats, special missing values and texts by haven.
R_PROGRAM = """
path <- commandArgs(trailingOnly = TRUE)
line <- function(values) cat(paste(values, collapse = "|"), "\\n", sep = "")
number <- function(x) sprintf("%.17g", as.numeric(x) + ifelse(inherits(x, "Date"), 3653, 0))
show <- function(frame) for (column in frame) line(if (is.character(column)) column else number(column))
read <- haven::read_xpt(path)
show(read)
show(foreign::read.xport(path, stringsAsFactors = FALSE))
attribute <- function(name) line(sapply(read, function(x) c(attr(x, name), "")[1]))
attribute("label")
attribute("format.sas")
line(haven::na_tag(read$E))
line(class(read$D))
"""


def test_haven_and_foreign_read_the_same(tmp_path, rscript):
    frame = pd.DataFrame({
        "A": ["subject 1", "b c", "it's \"quoted\"", ""],
        "B": [0.1, 123456789.123456789, -2e-70, 0.0],
        "C": ["x" * 200, "y", "z", " leading"],
        "D": [22523.0, 0.0, -1.0, 23435.0],
        "E": [NAN, 5e75, NAN, NAN],
    })  # fmt: skip
    formats = {"B": "8.2", "C": "$200.", "D": "DATE9."}
    variables = [
        Variable(n, f"label of {n}", "Num" if n in "BDE" else "Char", None, formats.get(n, "")) for n in frame
    ]
    write_xpt(
        frame,
        tmp_path / "x.xpt",
        Member("X", variables=tuple(variables)),
        missing_tags={"E": [".A", "", ".Z", "._"]},
    )
    (tmp_path / "x.R").write_text(R_PROGRAM)
    done = subprocess.run(
        [rscript, "--vanilla", str(tmp_path / "x.R"), str(tmp_path / "x.xpt")],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split("|") for line in done.stdout.splitlines()]
    for read in (lines[:5], lines[5:10]):
        for name, values in zip(frame, read, strict=True):
            if name in "BDE":
                numbers = [NAN if value in ("NA", "NaN") else float(value) for value in values]
                np.testing.assert_array_equal(numbers, frame[name])
            else:
                assert values == frame[name].tolist()
    labels, shown, tags, kind = lines[10:]
    assert labels == [f"label of {n}" for n in frame]
    assert [form.rstrip(".") for form in shown] == ["", "8.2", "$200", "DATE9", ""]
    assert tags == ["a", "NA", "z", "_"]
    assert kind == ["Date"]


def test_the_same_bytes_on_another_day(tmp_path, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    write_xpt(FRAME, tmp_path / "x.xpt")
    first = (tmp_path / "x.xpt").read_bytes()
    import time

    later = time.time() + 400 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    write_xpt(FRAME, tmp_path / "x.xpt")
    assert (tmp_path / "x.xpt").read_bytes() == first
