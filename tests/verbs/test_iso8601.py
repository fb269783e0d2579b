"""Dates and times as collected."""

from __future__ import annotations

import json

import pytest

from tests.sdtm.small_study import MakeStudy, found


def test_dates(cm):
    values, sdtm = cm("CMSTDTC: {iso8601: [D, T]}")
    assert values == ["", "2020-02", "", "2020-02-03T09:05"]
    (wrong,) = found(sdtm, "MAP_DATE")
    assert (wrong["row"], wrong["variable"], wrong["value"], wrong["params"]) == (
        1,
        "CMSTDTC",
        "2020-02-30",
        "D, T",
    )


def test_order_of_dates_by_field_verb_and_study(make_study: MakeStudy):
    mapping = """
dataset: CM
records:
  - from: cm
    variables: {CMTRT: {hardcode: X}, CMSTDTC: {iso8601: D%s}, CMENDTC: {iso8601: E}}
"""
    data = {"cm": "SUBJ | D | E\n1 | 01/02/2020 | 01/02/2020"}
    study = "dates: {order: mdy}"

    def dates(verb: str, **fields) -> list[str]:
        result = make_study(data, mapping % verb, study=study, fields={"cm": fields}).convert().datasets["CM"]
        return result[["CMSTDTC", "CMENDTC"]].iloc[0].tolist()

    assert dates("") == ["2020-01-02", "2020-01-02"]
    assert dates("", D={"dates": {"order": "dmy"}}) == ["2020-02-01", "2020-01-02"]
    assert dates(", order: dmy") == ["2020-02-01", "2020-01-02"]
    assert dates(", order: mdy", D={"dates": {"order": "dmy"}}) == ["2020-01-02", "2020-01-02"]


@pytest.mark.parametrize(
    ("study", "stated", "collected", "expected"),
    [
        ("", {"order": "mdy"}, "08/20/2022", "2022-08-20"),
        ("", {"order": "dmy", "century": "1950"}, "28-AUG-22", "2022-08-28"),
        ("dates: {order: dmy, century: '1930'}", {"century": "1900"}, "28-AUG-22", "1922-08-28"),
        ("dates: {unknown: [UNK]}", {"unknown": ["??"]}, "2022-??-??", "2022"),
        ("dates: {excel_serials: yes}", {"excel_serials": "no"}, "44439", ""),
        ("", {"excel_serials": "yes"}, "44439", "2021-08-31"),
        ("dates: {excel_serials: yes}", {}, "44439.4375", "2021-08-31T10:30"),
        ("", {}, "23385", ""),
    ],
)
@pytest.mark.parametrize("of", ["field", "form"])
def test_dates_are_read_as_the_field_the_form_or_the_study_states(
    make_study: MakeStudy, study, stated, collected, expected, of
):
    mapping = """
dataset: CM
records:
  - from: cm
    variables: {CMTRT: {hardcode: X}, CMSTDTC: {iso8601: D}}
"""
    data = {"cm": f"SUBJ | D\n1 | {collected}"}
    tiny = make_study(
        data, mapping, study=study, fields={"cm": {"D": {"dates": stated}} if of == "field" else {}}
    )
    if of == "form":
        raw = tiny.folder / "raw.yaml"
        raw.write_text(raw.read_text().replace("  cm:\n", f"  cm:\n    dates: {json.dumps(stated)}\n"))
    sdtm = tiny.convert()
    assert sdtm.datasets["CM"]["CMSTDTC"].tolist() == [expected]
    serial = expected and collected.startswith("44439")
    assert [item["expected"] for item in found(sdtm, "MAP_DATE_SERIAL")] == ([expected] if serial else [])
    assert len(found(sdtm, "MAP_DATE")) == (0 if expected else 1)


def test_parts_of_a_date(make_study: MakeStudy):
    mapping = """
dataset: CM
records:
  - from: cm
    variables: {CMTRT: {hardcode: X}, CMSTDTC: {iso8601: {year: Y, month: M, day: D}}}
"""
    sdtm = make_study(
        {"cm": "SUBJ | Y | M | D\n1 | 2020 | 2 | 3\n1 | 2020 | 2 |\n1 | 2020 | 13 | 1"}, mapping
    ).convert()
    assert sdtm.datasets["CM"]["CMSTDTC"].tolist() == ["2020-02-03", "2020-02", ""]
    assert [item["row"] for item in found(sdtm, "MAP_DATE")] == [3]
