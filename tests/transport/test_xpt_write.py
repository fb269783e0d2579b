import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.transport import xpt_write
from cdisc_npc.transport.xpt import Member, Variable, read_xpt, write_xpt

NAN = float("nan")
SAMPLE_TIME = datetime(1989, 4, 13, 10, 20, 6)


def refusals(frame, *arguments, **options):
    with pytest.raises(Refused) as caught:
        write_xpt(frame, *arguments, **options)
    table = caught.value.findings.frame()
    assert (table["code"] == "XPT_REFUSED").all()
    return table


def reasons(table):
    row = table["row"].astype("str").fillna("")
    return list(zip(table["variable"], row, table["value"], table["expected"], strict=True))


def vitals():
    return pd.DataFrame({
        "USUBJID": ["01", "02", "03"],
        "VSTEST": ["Weight", "", "Temperature  "],
        "VSSTRESN": [70.5, NAN, 0.1],
        "VSDT": [22523.0, 22828.0, NAN],
    })  # fmt: skip


VITALS = Member(
    "VS",
    "Vital Signs",
    (
        Variable("USUBJID", "Unique Subject Identifier", length=20),
        Variable("VSTEST", "Vital Signs Test Name", length=40, format="$40."),
        Variable("VSSTRESN", "Numeric Result", "Num", format="8.2"),
        Variable("VSDT", "Date", "Num", format="E8601DA10.", informat="DATE9."),
    ),
)


def test_the_sample_of_ts_140_to_the_byte(tmp_path):
    frame = pd.DataFrame({"X": [1, 2, NAN, NAN], "Y": ["a", "B", "", "*"]})
    member = Member(
        "ABC",
        variables=(
            Variable("X", type="Num", format="DATE7."),
            Variable("Y", "character variable", length=8),
        ),
    )
    path = tmp_path / "abc.xpt"
    write_xpt(frame, path, member, created=SAMPLE_TIME, missing_tags={"X": ["", "", ".", ".A"]})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == "0f78f676543a9f03f4074a02e0a8ce491fbb8d6bfc42b8530595984ff9621253"


def test_pyreadstat_reads_the_same(tmp_path):
    path = tmp_path / "vs.xpt"
    write_xpt(vitals(), path, VITALS)
    frame, meta = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
    expected = vitals().assign(VSTEST=["Weight", "", "Temperature"])
    pd.testing.assert_frame_equal(frame, expected, check_dtype=False)
    assert (meta.table_name, meta.file_label) == ("VS", "Vital Signs")
    assert meta.column_labels == [variable.label for variable in VITALS.variables]
    formats = list(meta.original_variable_types.values())
    assert formats == [None, "$40", "8.2", "E8601DA10"]


def test_without_a_description_the_frame_describes_itself(tmp_path):
    frame = vitals().assign(N=[1, 2, 3], FLAG=[True, False, True], DTM=pd.Timestamp("2021-08-31"))
    write_xpt(frame, tmp_path / "vs.xpt")
    back, member = read_xpt(tmp_path / "vs.xpt")
    assert member.name == "VS"
    described = [(v.type, v.length, v.format) for v in member.variables]
    assert described[:3] == [("Char", 2, ""), ("Char", 11, ""), ("Num", 8, "")]
    assert described[-1] == ("Num", 8, "DATETIME20.")
    assert back["DTM"].tolist() == [22523 * 86400.0] * 3
    assert back["FLAG"].tolist() == [1, 0, 1]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_datetimes_become_sas_numbers(tmp_path, unit):
    moments = pd.Series(["2021-08-31", "1959-12-31", None]).astype(f"datetime64[{unit}]")
    frame = pd.DataFrame({"D": moments, "T": moments + pd.Timedelta("12h")})
    member = Member(
        "X",
        variables=(
            Variable("D", type="Num", format="DATE9."),
            Variable("T", type="Num", format="DATETIME20."),
        ),
    )
    write_xpt(frame, tmp_path / "x.xpt", member)
    back, _ = read_xpt(tmp_path / "x.xpt")
    assert back["D"].tolist()[:2] == [22523, -1]
    assert back["T"].tolist()[:2] == [22523 * 86400 + 43200, -43200]
    assert back.isna().iloc[2].all()


def test_datetimes_that_do_not_fit_their_format_are_refused(tmp_path):
    frame = pd.DataFrame({
        "D": pd.to_datetime(["2021-08-31", "2021-08-31 12:00"], format="ISO8601"),
        "N": pd.to_datetime(["2021-08-31", "2021-08-31"]),
        "T": pd.Series(["2021-08-31", "2021-08-31T12:00:00.000000001"]).astype("datetime64[ns]"),
    })  # fmt: skip
    forms = {"D": "DATE9.", "N": "8.", "T": "DATETIME20."}
    member = Member("X", variables=tuple(Variable(n, type="Num", format=f) for n, f in forms.items()))
    failing = [
        (variable, row) for variable, row, _, _ in reasons(refusals(frame, tmp_path / "x.xpt", member))
    ]
    assert failing == [("D", "2"), ("N", "1"), ("N", "2"), ("T", "2")]


def test_every_reason_is_given_at_once(tmp_path):
    path = tmp_path / "x.xpt"
    frame = pd.DataFrame({
        "LONG": ["x" * 201, "ok"],
        "SHORT": ["abcd", "abc"],
        "ACCENT": ["ok", "é"],
        "NUL": ["ok", "a\0b"],
        "HUGE": [1e76, 1],
        "INF": [1.0, -np.inf],
        "TINY": [1e-80, 0],
        "ODD": [2**53 + 1, 2**53],
        "EXTRA": ["", ""],
        "lower": ["", ""],
        "MIXED": pd.Series(["a", 1], dtype=object),
        "WORDS": ["a", "b"],
        "COUNT": [1, 2],
    })  # fmt: skip
    numbers = ("HUGE", "INF", "TINY", "ODD", "WORDS")
    variables = [
        Variable(name, type="Num" if name in numbers else "Char", length=3 if name == "SHORT" else None)
        for name in frame.columns
        if name != "EXTRA"
    ]
    variables += [
        Variable("MISSING"),
        Variable("TOOLONGNAME"),
        Variable("LABEL", "l" * 41),
        Variable("LABEL2", "é"),
        Variable("FORMAT", format="DATE9."),
        Variable("WIDTH", length=201),
        Variable("WIDTH2", type="Num", length=4),
    ]
    table = refusals(frame, path, Member("1X", "m" * 41, tuple(variables)))
    assert not path.exists()
    assert set(table["dataset"]) == {"1X"}
    result = {(variable, row) for variable, row, _, _ in reasons(table)}
    assert result >= {
        ("", ""), ("LONG", "1"), ("SHORT", "1"), ("ACCENT", "2"), ("NUL", "2"), ("HUGE", "1"), ("INF", "2"),
        ("TINY", "1"), ("ODD", "1"), ("EXTRA", ""), ("lower", ""), ("MIXED", "2"), ("WORDS", ""),
        ("COUNT", ""),
        ("MISSING", ""), ("TOOLONGNAME", ""), ("LABEL", ""), ("LABEL2", ""), ("FORMAT", ""), ("WIDTH", ""),
        ("WIDTH2", ""),
    }  # fmt: skip
    assert ("SHORT", "2") not in result
    assert ("ODD", "2") not in result
    assert table.loc[table["variable"] == "SHORT", "value"].tolist() == ["abcd"]


@pytest.mark.parametrize("name", ["ae", "Ae", "1AE", "A-E", "ABCDEFGHI", "", "Ä", "A\n", "\ud800"])
def test_names_that_are_none(tmp_path, name):
    frame = pd.DataFrame({"A": ["x"]})
    table = refusals(frame, tmp_path / "x.xpt", Member(name, variables=(Variable("A"),)))
    assert table["expected"].tolist() == ["1 to 8 of A-Z, 0-9 and _, the first no digit"]


def test_duplicate_names_and_no_variables(tmp_path):
    frame = pd.DataFrame([["x", "y"]], columns=["A", "A"])
    values = set(refusals(frame, tmp_path / "x.xpt")["value"])
    assert values == {"2 variables", "2 columns of the frame"}
    assert refusals(pd.DataFrame(), tmp_path / "x.xpt")["value"].tolist() == ["0 variables"]


@pytest.mark.parametrize("text", ["date9.", "DATE9.2.1", "ABCDEFGHI5.", "$5.", "5 ", "9A"])
def test_formats_that_are_none(tmp_path, text):
    member = Member("X", variables=(Variable("A", type="Num", format=text, informat=text),))
    assert len(refusals(pd.DataFrame({"A": [1.0]}), tmp_path / "x.xpt", member)) == 2


@pytest.mark.parametrize("text", ["", "8.2", "DATE9.", "E8601DA10.", "BEST.", "12.", "F8.3"])
def test_formats_come_back(tmp_path, text):
    member = Member("X", variables=(Variable("A", type="Num", length=8, format=text, informat=text),))
    write_xpt(pd.DataFrame({"A": [1.0]}), tmp_path / "x.xpt", member)
    assert read_xpt(tmp_path / "x.xpt")[1] == member


def test_integers_and_nullable_types(tmp_path):
    frame = pd.DataFrame({
        "I": pd.array([1, None, 2**53], dtype="Int64"),
        "U": np.array([0, 1, 2**63], dtype=np.uint64),
        "F": pd.array([0.5, None, 1], dtype="Float64"),
        "S": np.array([0.1, 1, NAN], dtype=np.float32),
        "B": pd.array([True, None, False], dtype="boolean"),
        "P": pd.array([True, False, False]),
        "A": pd.array([1, None, 3], dtype="int64[pyarrow]"),
        "C": pd.Categorical(["x", None, "yy"]),
        "O": pd.Series(["x", None, "yy"], dtype=object),
    })  # fmt: skip
    write_xpt(frame, tmp_path / "x.xpt")
    back, _ = read_xpt(tmp_path / "x.xpt")
    for name in "IUFSBPA":
        expected = frame[name].to_numpy(dtype=float, na_value=NAN)
        np.testing.assert_array_equal(back[name], expected, err_msg=name)
    assert back["C"].tolist() == back["O"].tolist() == ["x", "", "yy"]


@pytest.mark.parametrize("value", [2**53 + 1, 2**63 - 1, -(2**63) + 1])
def test_integers_that_no_double_holds(tmp_path, value):
    assert reasons(refusals(pd.DataFrame({"A": [0, value]}), tmp_path / "x.xpt"))[0][:3] == (
        "A",
        "2",
        str(value),
    )


@pytest.mark.parametrize("column", [[1j], [pd.Timedelta("1s")], pd.to_datetime(["2021-01-01"], utc=True)])
def test_types_that_sas_does_not_have(tmp_path, column):
    member = Member("X", variables=(Variable("A", type="Num", format="DATETIME20."),))
    assert "a column of" in refusals(pd.DataFrame({"A": column}), tmp_path / "x.xpt", member)["value"][0]


@pytest.mark.parametrize("tags", [["", ".a"], [".A", "."], ["."]])
def test_tags_that_do_not_fit(tmp_path, tags):
    frame = pd.DataFrame({"A": [1.0, NAN]})
    assert refusals(frame, tmp_path / "x.xpt", missing_tags={"A": tags})["variable"].tolist() == ["A"]
    assert len(refusals(frame, tmp_path / "x.xpt", missing_tags={"B": ["", ""]})) == 1


def test_a_last_record_that_looks_like_padding_is_refused(tmp_path):
    path = tmp_path / "x.xpt"
    table = refusals(pd.DataFrame({"A": ["x", ""]}), path)
    assert table["row"].tolist() == [2]
    # In the middle it is followed by a value; over 80 bytes no padding is so long.
    for frame in (pd.DataFrame({"A": ["x", "", "y"]}), pd.DataFrame({"A": ["x" * 80, ""]})):
        write_xpt(frame, path)
        assert read_xpt(path)[0].equals(frame)


@pytest.mark.parametrize(("encoding", "characters"), [("utf-8", 13), ("gb18030", 20)])
def test_labels_are_limited_in_bytes(tmp_path, encoding, characters):
    for count in (characters, characters + 1):
        member = Member("X", "知" * count, (Variable("A", "知" * count, length=1),))
        if count == characters:
            write_xpt(pd.DataFrame({"A": ["x"]}), tmp_path / "x.xpt", member, encoding=encoding)
            assert read_xpt(tmp_path / "x.xpt", encoding=encoding)[1] == member
        else:
            assert (
                len(refusals(pd.DataFrame({"A": ["x"]}), tmp_path / "x.xpt", member, encoding=encoding)) == 2
            )


@pytest.mark.parametrize("encoding", ["utf-16", "cp500", "utf-7", "nonesuch", "utf-8-sig"])
def test_encodings_that_change_ascii_are_refused(tmp_path, encoding):
    table = refusals(pd.DataFrame({"A": ["x"]}), tmp_path / "x.xpt", encoding=encoding)
    assert table["value"].tolist() == [encoding]


def test_the_time_in_the_headers(tmp_path, monkeypatch):
    frame, path = pd.DataFrame({"A": ["x"]}), tmp_path / "x.xpt"

    def stamps(**options):
        write_xpt(frame, path, **options)
        data = path.read_bytes()
        assert data[144:160] == data[160:176] == data[464:480] == data[480:496]
        return data[144:160]

    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert stamps() == b"01JAN60:00:00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "608466006")
    assert stamps() == b"13APR89:10:20:06"
    east = timezone(timedelta(hours=8))
    assert stamps(created=datetime(2026, 1, 1, 7, 30, tzinfo=east)) == b"31DEC25:23:30:00"
    assert stamps(created=datetime(2026, 1, 1, 7, 30)) == b"01JAN26:07:30:00"
    assert stamps(created=datetime(2026, 1, 1, tzinfo=UTC)) == b"01JAN26:00:00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "today")
    assert refusals(frame, path)["value"].tolist() == ["SOURCE_DATE_EPOCH=today"]


def test_the_same_bytes_under_another_locale_time_and_hash_seed(tmp_path):
    program = (
        "import locale, sys, pandas as pd; locale.setlocale(locale.LC_ALL, '')\n"
        "from cdisc_npc.transport.xpt import write_xpt\n"
        "frame = pd.DataFrame({'A': ['x', 'é'], 'B': [0.1, float('nan')]})\n"
        "write_xpt(frame, sys.argv[1], encoding='utf-8')"
    )
    digests = set()
    root = str(Path(xpt_write.__file__).parents[2])
    for place, zone, seed in (
        ("C", "UTC", "1"),
        ("C.UTF-8", "Asia/Shanghai", "2"),
        ("POSIX", "America/New_York", "3"),
    ):
        environment = {**os.environ, "LC_ALL": place, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": root}
        environment.pop("SOURCE_DATE_EPOCH", None)
        path = tmp_path / "x.xpt"
        subprocess.run([sys.executable, "-c", program, str(path)], env=environment, check=True)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_the_size_of_blocks_changes_nothing(tmp_path, monkeypatch):
    frame = pd.DataFrame(
        {"A": [f"text {i}" * (i % 5) for i in range(1000)] + ["x"], "B": np.arange(1001) / 7}
    )
    write_xpt(frame, tmp_path / "a.xpt")
    monkeypatch.setattr(xpt_write, "BLOCK", 100)
    write_xpt(frame, tmp_path / "b.xpt", Member("A", variables=(Variable("A"), Variable("B", type="Num"))))
    assert (tmp_path / "a.xpt").read_bytes() == (tmp_path / "b.xpt").read_bytes()
    # A frame that was cut out of another one holds Arrow slices.
    write_xpt(frame.iloc[10:500], tmp_path / "c.xpt")
    pd.testing.assert_frame_equal(read_xpt(tmp_path / "c.xpt")[0], frame.iloc[10:500].reset_index(drop=True))
    joined = pd.concat([frame.iloc[:300], frame.iloc[300:]])
    write_xpt(joined, tmp_path / "d.xpt", Member("A", variables=(Variable("A"), Variable("B", type="Num"))))
    assert (tmp_path / "d.xpt").read_bytes() == (tmp_path / "a.xpt").read_bytes()


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt, MemoryError])
def test_a_failure_at_any_block_leaves_the_old_file_or_none(tmp_path, monkeypatch, failure):
    frame = pd.DataFrame({"A": [f"{i:08}" for i in range(100)]})
    monkeypatch.setattr(xpt_write, "BLOCK", 80)
    blocks = xpt_write._blocks
    for old in (None, b"old"):
        path = tmp_path / "a.xpt"
        if old:
            path.write_bytes(old)
        for last in range(10):

            def failing(*arguments, last=last):
                for number, block in enumerate(blocks(*arguments)):
                    if number == last:
                        raise failure
                    yield block

            monkeypatch.setattr(xpt_write, "_blocks", failing)
            with pytest.raises(failure):
                write_xpt(frame, path)
            assert (path.read_bytes() if path.exists() else None) == old
            assert len(list(tmp_path.iterdir())) == (1 if old else 0)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_a_killed_process_leaves_the_old_file(tmp_path):
    program = (
        "import os, signal, sys, pandas as pd\n"
        "from cdisc_npc.transport import xpt_write\n"
        "def killed(*arguments):\n"
        "    yield b'half a file' * 100_000\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "xpt_write._blocks = killed\n"
        "xpt_write.write_xpt(pd.DataFrame({'A': ['x' * 100]}), sys.argv[1])\n"
    )
    path = tmp_path / "x.xpt"
    path.write_bytes(b"old")
    environment = {**os.environ, "PYTHONPATH": str(Path(xpt_write.__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program, str(path)], env=environment, check=False)
    assert done.returncode == -9
    assert path.read_bytes() == b"old"


def test_the_number_that_looks_like_blanks(tmp_path):
    number = 0x20202020202020 / 2.0**56 * 16.0 ** (0x20 - 64)
    assert refusals(pd.DataFrame({"A": [1, number]}), tmp_path / "x.xpt")["row"].tolist() == [2]


def test_no_rows(tmp_path):
    frame = pd.DataFrame({"A": pd.Series(dtype="str"), "B": pd.Series(dtype=float)})
    write_xpt(frame, tmp_path / "x.xpt")
    back, member = read_xpt(tmp_path / "x.xpt")
    pd.testing.assert_frame_equal(back, frame, check_index_type=False)
    assert [variable.length for variable in member.variables] == [1, 8]


def test_columns_without_any_value(tmp_path):
    frame = pd.DataFrame(
        {
            "A": pd.Series([None, None], dtype="str"),
            "B": [NAN, NAN],
            "C": pd.Series([None, None], dtype=object),
        }
    )
    write_xpt(frame, tmp_path / "x.xpt")
    back, member = read_xpt(tmp_path / "x.xpt")
    assert back["A"].tolist() == back["C"].tolist() == ["", ""]
    assert back["B"].isna().all()
    assert [(v.type, v.length) for v in member.variables] == [("Char", 1), ("Num", 8), ("Char", 1)]
    assert len(pyreadstat.read_xport(str(tmp_path / "x.xpt"))[0]) == 2
