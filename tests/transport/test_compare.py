import json
import time

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from cdisc_npc.cli.main import main
from cdisc_npc.findings import Refused
from cdisc_npc.transport import compare_report as report
from cdisc_npc.transport.compare import compare_frames
from cdisc_npc.transport.compare_files import compare_files
from cdisc_npc.transport.xpt import Member, Variable, write_xpt

NAN = float("nan")
BASE = pd.DataFrame({
    "USUBJID": ["1", "1", "2", "3"], "SEQ": [1.0, 2, 1, 1], "TERM": ["a", "b", "c", "d"], "RES": [1.0, NAN, 3, 4]
})  # fmt: skip


def rows(table):
    return table.values.tolist()


def test_the_same_is_equal():
    for keys in ([], ["USUBJID", "SEQ"]):
        result = compare_frames(BASE, BASE.copy(), keys=keys)
        assert result.equal
        assert result.counts == {
            "base": 4, "compare": 4, "matched": 4, "only_base": 0, "only_compare": 0, "different": 0
        }  # fmt: skip


def test_by_keys_in_any_order():
    other = BASE.iloc[[3, 0, 2]].assign(RES=[4.5, 1, 3], TERM=["d", "a ", "C"])
    other = pd.concat([other, pd.DataFrame({"USUBJID": ["9"], "SEQ": [1.0], "TERM": ["z"], "RES": [0.0]})])
    result = compare_frames(BASE, other, keys=["USUBJID", "SEQ"])
    assert not result.equal
    assert result.counts == {
        "base": 4, "compare": 4, "matched": 3, "only_base": 1, "only_compare": 1, "different": 2
    }  # fmt: skip
    assert rows(result.records_only) == [["base", 2, "1", 2.0], ["compare", 4, "9", 1.0]]
    # Blanks at the end of a text are none of its value.
    assert rows(result.variables.fillna(-1)) == [["TERM", 1, -1], ["RES", 1, 0.5]]
    values = rows(result.values.fillna(-1))
    assert values == [["TERM", 3, 3, "2", 1.0, "c", "C", -1], ["RES", 4, 1, "3", 1.0, 4.0, 4.5, 0.5]]


def test_by_position():
    result = compare_frames(BASE, BASE.iloc[1:])
    assert result.counts["matched"] == 3
    assert rows(result.records_only) == [["base", 4]]
    assert dict(zip(result.variables["variable"], result.variables["different"], strict=True)) == {
        "USUBJID": 2, "SEQ": 2, "TERM": 3, "RES": 3
    }  # fmt: skip


@pytest.mark.parametrize(("method", "tolerance", "different"), [
    ("absolute", 0, 3), ("absolute", 0.01, 2), ("absolute", 1, 1), ("relative", 0.01, 1), ("percent", 0.5, 3), ("percent", 1, 1),
])  # fmt: skip
def test_tolerance(method, tolerance, different):
    base = pd.DataFrame({"X": [1.0, 100, NAN, NAN, np.inf, -np.inf]})
    other = pd.DataFrame({"X": [1.01 - 1e-12, 101, 0, NAN, np.inf, -np.inf]})
    result = compare_frames(base, other, tolerance=tolerance, method=method)
    assert result.counts["different"] == different
    # A missing number equals no number, whatever the tolerance.
    assert result.values["row_base"].tolist()[-1] == 3


def test_keys_that_stand_more_than_once_are_named_and_matched_in_their_order():
    base = BASE.assign(SEQ=[1.0, 1, 1, 1])
    result = compare_frames(base, base.assign(TERM=["a", "x", "c", "d"]), keys=["USUBJID", "SEQ"])
    assert rows(result.duplicates) == [["base", "1", 1.0, 2], ["compare", "1", 1.0, 2]]
    assert result.duplicate_keys == {"base": 1, "compare": 1}
    assert result.values["row_base"].tolist() == [2]
    result = compare_frames(base, base.iloc[1:], keys=["USUBJID", "SEQ"])
    assert result.counts["only_base"] == 1
    with pytest.raises(Refused, match="USUBJID=1, SEQ=1"):
        compare_frames(base, base, keys=["USUBJID", "SEQ"], duplicates="refuse")


def test_blank_and_missing_keys_match():
    base = pd.DataFrame({"K": ["", "a"], "N": [NAN, 1], "V": [1.0, 2]})
    result = compare_frames(base, base.iloc[::-1].assign(K=["a", None]), keys=["K", "N"])
    assert result.equal


def test_variables_attributes_and_order():
    left = Member(
        "AE", "Adverse Events", (Variable("A", "a", length=3), Variable("B", "b", "Num", 8, "8.2", "9."))
    )
    right = Member("AE", "Events", (Variable("B", "B", "Num", 8, "8.1"), Variable("A", "a", length=4)))
    base, other = (
        pd.DataFrame({"A": ["x"], "B": [1.0], "C": [1.0]}),
        pd.DataFrame({"B": [1.0], "A": ["x"], "D": [1]}),
    )
    result = compare_frames(base, other, left, right, check_order=True)
    assert rows(result.variables_only) == [["base", "C"], ["compare", "D"]]
    assert rows(result.attributes) == [
        ["", "label", "Adverse Events", "Events"], ["A", "length", 3, 4], ["B", "label", "b", "B"],
        ["B", "format", "8.2", "8.1"], ["B", "informat", "9.", ""],
    ]  # fmt: skip
    assert rows(result.order) == [["A", 1, 2], ["B", 2, 1]]
    assert result.counts["different"] == 0


def test_types_that_differ_are_not_compared():
    result = compare_frames(pd.DataFrame({"A": ["1"]}), pd.DataFrame({"A": [1.0]}))
    assert rows(result.attributes) == [["A", "type", "Char", "Num"]]
    assert rows(result.not_compared) == [["A", "the types differ"]]
    assert not result.equal
    assert compare_frames(pd.DataFrame({"A": [1, 2]}), pd.DataFrame({"A": [1.0, 2]})).equal
    assert compare_frames(
        pd.DataFrame({"A": pd.Categorical(["x", "y"])}), pd.DataFrame({"A": ["x", "y"]})
    ).equal


def test_special_missing_values_differ():
    base = pd.DataFrame({"A": [1.0, NAN, NAN]})
    result = compare_frames(base, base, tags=({"A": ["", ".A", "."]}, {}))
    assert rows(result.values[["row_base", "base", "compare"]]) == [[2, ".A", "."]]
    assert compare_frames(base, base, tags=({"A": ["", ".A", "."]}, {"A": ["", ".A", "."]})).equal


@pytest.mark.parametrize(("options", "said"), [
    ({"keys": ["X"]}, "no key X"), ({"keys": ["TERM", "TERM"]}, "twice"), ({"tolerance": -1}, "tolerance"),
    ({"tolerance": NAN}, "tolerance"), ({"tolerance": "1"}, "tolerance"), ({"method": "exact"}, "exact"),
])  # fmt: skip
def test_what_is_refused(options, said):
    with pytest.raises(Refused, match=said):
        compare_frames(BASE, BASE, **options)


def test_details_are_capped_and_counts_are_exact():
    base = pd.DataFrame({"K": np.arange(1000.0), "A": "x", "B": 0.0})
    other = base.assign(A="y", B=1.0, K=base["K"] + 500)
    result = compare_frames(base, other, keys=["K"], limit=7)
    assert result.counts["different"] == result.counts["only_base"] == result.counts["only_compare"] == 500
    assert (len(result.values), len(result.records_only)) == (14, 14)
    assert result.variables["different"].tolist() == [500, 500]


def test_hundreds_of_thousands_of_records_take_no_time():
    count = 300_000
    base = pd.DataFrame({
        "USUBJID": [f"S{i // 100:05}" for i in range(count)], "SEQ": np.arange(count) % 100.0,
        "A": "some text", "B": np.arange(count) / 7,
    })  # fmt: skip
    other = base.iloc[np.random.default_rng(1).permutation(count)]
    start = time.process_time()
    assert compare_frames(base, other, keys=["USUBJID", "SEQ"]).equal
    # A loop over records would take minutes; this machine needs a tenth of that bound.
    assert time.process_time() - start < 5


# Files, folders and reports


@pytest.fixture
def folders(tmp_path):
    for side, frame in (
        ("base", BASE),
        ("other", BASE.assign(TERM=["a", "=1+1", "<b>", "d\x01"], RES=[1, NAN, 3.5, 4])),
    ):
        (tmp_path / side).mkdir()
        variables = [Variable(n, n.title(), "Char" if n in ("USUBJID", "TERM") else "Num") for n in frame]
        write_xpt(frame, tmp_path / side / "ae.xpt", Member("AE", "Events", tuple(variables)))
        write_xpt(frame[["USUBJID"]], tmp_path / side / f"{side[:2]}.xpt")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["compare", *map(str, arguments)])


def test_folders_and_the_exit_status(folders):
    base, other = folders / "base", folders / "other"
    done = run(base, other, "--keys", "AE=USUBJID,SEQ")
    assert done.exit_code == 1, done.output
    lines = done.output.splitlines()
    assert lines[2] == "The datasets differ."
    assert "Datasets only in base: BA" in done.output
    assert "Datasets only in compare: OT" in done.output
    assert lines.index("The datasets differ.") < next(
        i for i, line in enumerate(lines) if "Differing values" in line
    )
    assert run(base, base).exit_code == 0
    assert run(base, base / "ae.xpt").exit_code == 2
    assert run(base, other, "--keys", "NOPE").exit_code == 2
    assert run(base / "ae.xpt", other / "ae.xpt", "--keys", "USUBJID", "--unique").exit_code == 2
    assert run(base / "ae.xpt", folders / "nope.xpt").exit_code == 2


def test_tolerance_and_placeholder_on_the_command_line(folders):
    base = folders / "base" / "ae.xpt"
    for value, status in (("0.4", 1), ("0.5", 0)):
        other = folders / "x.xpt"
        write_xpt(BASE.assign(RES=[1, NAN, 3.5, 4]).rename(columns={"SEQ": "AESEQ"}), other)
        one = folders / "y.xpt"
        write_xpt(BASE.rename(columns={"SEQ": "AESEQ"}), one)
        (folders / "l").mkdir(exist_ok=True)
        (folders / "r").mkdir(exist_ok=True)
        for path, place in ((one, "l"), (other, "r")):
            write_xpt(pd.read_pickle(_pickled(path)), folders / place / "ae.xpt")
        assert (
            run(folders / "l", folders / "r", "--keys=USUBJID,--SEQ", "--tolerance", value).exit_code
            == status
        )
    assert run(base, base, "-t", "-1").exit_code == 2


def _pickled(path):
    from cdisc_npc.transport.xpt import read_xpt

    read_xpt(path)[0].to_pickle(path.with_suffix(".pkl"))
    return path.with_suffix(".pkl")


def test_the_report_as_json(folders):
    done = run(folders / "base", folders / "other", "--keys", "AE=USUBJID,SEQ", "--json")
    content = json.loads(done.stdout)
    assert (done.exit_code, content["equal"], content["only_base"]) == (1, False, ["BA"])
    result = content["datasets"]["AE"]
    assert result["counts"]["different"] == 3
    # Texts are as long as the data: that differs too.
    assert result["attributes"] == [{"variable": "TERM", "attribute": "length", "base": 1, "compare": 4}]
    assert result["values"][0] == {
        "variable": "TERM", "row_base": 2, "row_compare": 2, "USUBJID": "1", "SEQ": 2.0, "base": "b", "compare": "=1+1",
        "difference": None,
    }  # fmt: skip


def test_the_report_as_html_and_xlsx(folders):
    html_file, book_file = folders / "c.html", folders / "c.xlsx"
    done = run(
        folders / "base",
        folders / "other",
        "--keys",
        "AE=USUBJID,SEQ",
        "--html",
        html_file,
        "--xlsx",
        book_file,
    )
    assert done.exit_code == 1, done.output
    text = html_file.read_text(encoding="utf-8")
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
    assert "<script" not in text
    assert text.index("Summary") < text.index("Differing values")
    book = openpyxl.load_workbook(book_file)
    assert book.sheetnames[0] == "Summary"
    cells = {cell.value: cell.data_type for row in book["Differing values"].iter_rows() for cell in row}
    # No formula came of a text.
    assert cells["=1+1"] == "s"
    assert 0.5 in cells


def test_a_file_without_descriptions_is_compared_by_values(folders):
    (folders / "x.csv").write_text(
        '"USUBJID","SEQ","TERM","RES"\n"1",1,"a",1\n"1",2,"b",\n"2",1,"c",3\n"3",1,"d",4\n'
    )
    assert compare_files(folders / "base" / "ae.xpt", folders / "x.csv").equal


def test_text_reports_break_no_line(folders):
    text = report.as_text(compare_files(folders / "base", folders / "other"))
    assert "d\\x01" in text
