"""A form that repeats something at every visit: the record where it was first."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy, found

STUDY = """
visits:
  - {visitnum: 1, visit: SCREENING}
  - {visitnum: 2, visit: WEEK 6}
  - {visitnum: 3, visit: WEEK 12}
"""
TU = """
dataset: TU
records:
  - from: tl
    visit: {name: FOLDER, date: DAY}
    first: {by: NO, same: {SITE: places}}
    variables:
      TULNKID: {assign: NO, case: upper}
      TUTESTCD: {hardcode: TUMIDENT}
      TUTEST: {hardcode: Tumor Identification}
      TUORRES: {hardcode: TARGET}
      TULOC: {assign: SITE, terms: places, match: ignore case}
      TUDTC: {iso8601: DAY}
"""
WORDS = "terms: {places: {Liver: LIVER, Hepatic: LIVER, Lung: LUNG}}\n"
FORM = """
SUBJ | FOLDER | NO | SITE | DAY
1 | Week 12 | T01 | Liver | 2020-03-01
1 | Week 6 | T01 | Hepatic | 2020-02-01
1 | Screening | T01 | liver | 2020-01-02
1 | Screening | t01 | Liver | 2020-01-01
1 | Week 6 | T02 | Lung | 2020-02-01
1 | Week 12 | T02 | Liver | 2020-03-01
1 | Week 12 | T02 | | 2020-03-01
2 | Week 6 | T01 | Lung | 2020-02-01
"""


def test_the_first_by_visit_then_date(make_study: MakeStudy):
    result = make_study({"tl": FORM}, TU, study=STUDY, codelists=WORDS).convert()
    frame = result.datasets["TU"]
    assert frame[["USUBJID", "TULNKID", "TULOC", "VISITNUM", "TUDTC"]].to_numpy().tolist() == [
        ["S1-1", "T01", "LIVER", 1.0, "2020-01-01"],
        ["S1-1", "T02", "LUNG", 2.0, "2020-02-01"],
        ["S1-2", "T01", "LUNG", 2.0, "2020-02-01"],
    ]
    assert result.lineage["TU"]["row"].tolist() == [4, 5, 8]


def test_the_others_are_left_out_with_the_reason(make_study: MakeStudy):
    result = make_study({"tl": FORM}, TU, study=STUDY, codelists=WORDS).convert()
    account = result.records.set_index("form").loc["tl"]
    assert (account["mapped"], account["left_out"], account["unaccounted"]) == (3, 5, 0)
    assert account["reasons"] == "Not the first of NO (5)"


def test_another_value_than_the_first_is_a_finding_whatever_its_words(make_study: MakeStudy):
    result = make_study({"tl": FORM}, TU, study=STUDY, codelists=WORDS).convert()
    (differs,) = found(result, "MAP_FIRST_DIFFERS")
    assert [differs[name] for name in ("row", "keys", "value", "expected")] == [6, "NO=T02", "Liver", "Lung"]
