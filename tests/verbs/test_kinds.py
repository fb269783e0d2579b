"""What verbs, conditions and endpoints can take is known from the specification: the rest is refused, or right."""

import pytest

from cdisc_npc import to_adam
from cdisc_npc.package.members import adam_members
from cdisc_npc.study.packaged import load_study
from tests.adam.study import ADRS, ADSL, loaded, sdtm, write
from tests.study.test_adam_load import ADTTE, errors, with_endpoints

LABELS = "labels: {CHGCAT1: C}\n"
COPY = "AVALC: {copy: RSSTRESC}"


def with_variable(verb: str) -> str:
    return ADRS.replace(COPY, f"{COPY}\n      CHGCAT1: {verb}") + LABELS


@pytest.mark.parametrize(
    ("verb", "text"),
    [
        ("{difference: [ADT, ADSL.TRTSDT]}", "ADT is a date; expected a number or text"),
        ('{total: [ADT, "30"]}', "ADT is a date; expected a number or text"),
        ("{product: [ADSL.TRTSDT, RSSEQ]}", "ADSL.TRTSDT is a date"),
        ("{latest: [ADT, RSDTC]}", "RSDTC is a text"),
        ("{earliest: [ADT, RSSEQ]}", "values of one type expected: ADT is a date, RSSEQ is a number"),
        ("{date: ADT}", "ADT is a date; expected a text"),
        ("{date_of: RSDTC}", "RSDTC is a text; expected a date or datetime"),
        ("{study_day: RSDTC}", "RSDTC is a text; expected a date or datetime"),
        ("{duration: [RSDTC, ADT]}", "RSDTC is a text"),
        ("{date: RSDTC, highest: day, upper: DM.RFXENDTC}", "DM.RFXENDTC is a text"),
        ('{date: RSDTC, when: {AVALC: PD}, else: "2020"}', "else gives 2020; expected a date"),
        ('{number: "1", when: {AVALC: PD}, else: none}', "else gives none; expected a number"),
        ("{lookup: RS.RSDTC, take: max}", "RS.RSDTC is a text; expected a number or date or datetime"),
        ("{lookup: RS.RSSTRESC, take: sum}", "RS.RSSTRESC is a text; expected a number"),
        ("{lookup: RS.RSSTRESC, take: first, order: RSSEQ, until: {RSDTC: ADT}}", "RS.RSDTC is a text"),
        ("{cases: [{hardcode: x, when: {AVALC: PD}}, {copy: ADT}]}", "the cases give a text and a date"),
        ('{hardcode: x, when: {ADT: {min: "2020-04"}}}', "ADT is a date, and 2020-04 is none"),
        ("{hardcode: x, when: {ADT: PD}}", "ADT is a date, and PD is none"),
        ('{hardcode: x, when: {ADT: {matches: "2020.*"}}}', "ADT is a date; a pattern is for text"),
        ("{hardcode: x, when: {ADT: {before: {variable: RSDTC}}}}", "`before` does not compare them"),
        ("{hardcode: x, when: {ADT: {variable: RSSEQ}}}", "`in` does not compare them"),
        ("{hardcode: x, when: {RSSEQ: one}}", "RSSEQ is a number, and one is none"),
        ('{hardcode: x, when: {RSSEQ: {before: "2"}}}', "RSSEQ is a number; `before` is for dates"),
        ("{exists: RS, where: {RSSEQ: {not: many}}}", "RSSEQ is a number, and many is none"),
        ("{worst_of_day: AVALC, date: RSDTC}", "RSDTC is a text"),
    ],
)
def test_what_does_not_fit_is_refused_with_file_and_line(tmp_path, verb, text):
    result = errors(tmp_path / "s", adrs=with_variable(verb))
    assert any(message.startswith("adam/adrs.yaml line 14: ADRS.CHGCAT1: ") and text in message
               for message in result), result  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ('{hardcode: hit, when: {ADT: "2024-03-01"}}', ["hit", "", ""]),
        ('{hardcode: hit, when: {ADT: ["2024-03-01", "2024-07-01"]}}', ["hit", "", "hit"]),
        ('{hardcode: hit, when: {ADT: {not: "2024-03-01"}}}', ["", "hit", "hit"]),
        ('{hardcode: hit, when: {ADT: {min: "2024-05-01"}}}', ["", "hit", "hit"]),
        ('{hardcode: hit, when: {ADT: {after: "2024-05-01"}}}', ["", "", "hit"]),
        ('{hardcode: hit, when: {ADT: {before: "2024-05-01"}}}', ["hit", "", ""]),
        ("{hardcode: hit, when: {ADT: {before: {variable: ADSL.TRTSDT}}}}", ["", "", ""]),
        ("{hardcode: hit, when: {ADT: {after: {variable: ADSL.TRTSDT}}}}", ["hit", "hit", "hit"]),
        ('{text: "on {ADT}"}', ["on 2024-03-01", "on 2024-05-01", "on 2024-07-01"]),
        ('{text: "at {ADTM}, {AVALC}"}', ["at 2024-03-01T00:00:00, SD", "at 2024-05-01T09:30:00, PR",
                                          "at 2024-07-01T00:00:00, PD"]),
        ('{recode: ADT, to: {"2024-05-01": hit}, else: miss}', ["miss", "hit", "miss"]),
        ('{extract: ADT, pattern: "-(0[57])-"}', ["", "05", "07"]),
        ('{extract: RSSEQ, pattern: "([12])"}', ["1", "2", ""]),
    ],
)  # fmt: skip
def test_dates_in_conditions_and_texts_are_right(tmp_path, verb, expected):
    adrs = with_variable(verb).replace(
        "      AVALC:", "      ADTM: {datetime: RSDTC, highest: hour}\n      AVALC:", 1
    )
    data = sdtm(A=[("2024-03-01", "SD"), ("2024-05-01T09:30", "PR"), ("2024-07-01", "PD")])
    table = to_adam(data, loaded(tmp_path / "s", adrs=adrs)).datasets["ADRS"]
    assert table[table["PARAMCD"] == "OVR"]["CHGCAT1"].tolist() == expected


def test_a_date_may_stand_where_nothing_else_applies(tmp_path):
    adrs = with_variable('{date: RSDTC, when: {AVALC: PD}, else: "2020-01-01"}')
    table = to_adam(
        sdtm(A=[("2024-03-01", "SD"), ("2024-05-01", "PD")]), loaded(tmp_path / "s", adrs=adrs)
    ).datasets
    result = table["ADRS"][table["ADRS"]["PARAMCD"] == "OVR"]["CHGCAT1"]
    assert result.dt.strftime("%Y-%m-%d").tolist() == ["2020-01-01", "2024-05-01"]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (
            "from: ADSL, date: DTHDT",
            "from: DM, date: DTHDTC",
            "DTHDTC is a text; expected a date or datetime",
        ),
        ("start: TRTSDT", "start: STUDYID", "STUDYID is a text; expected a date or datetime"),
        ("date: DTHDT", "date: DTHDT, where: {DTHDT: dead}", "DTHDT is a date, and dead is none"),
        ("date: DTHDT", "date: DTHDT, order: XSEQ", "there is no variable XSEQ"),
    ],
)
def test_a_source_needs_a_date(tmp_path, old, new, text):
    result = with_endpoints(tmp_path / "s", ADTTE.replace(old, new))
    assert any(message.startswith("adam/adtte.yaml line") and text in message for message in result), result


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("reference: TRTSDT", "reference: STUDYID", "STUDYID is a text; expected a date or datetime"),
        ("ADT: {date: RSDTC}", "ADT: {copy: RSDTC}", "ADT is a text; expected a date or datetime"),
        ("best: unconfirmed", "date: STUDYID", "STUDYID is a text; expected a date or datetime"),
        ("best: unconfirmed", "first: XX", "XX is no response; expected CR, PR"),
        ("best: unconfirmed", "benefit: confirmed, benefit_of: [XX]", "XX is no response"),
        ("best: unconfirmed", "best: unconfirmed, assessor: nobody", "responses has no nobody"),
        ("  BOR:", "  ORR: {label: R, best_is: BOR, of: [CR]}\n  BOR:", "BOR is no best response of the same assessor"),
        ("reference: TRTSDT", "reference: TRTSDT, benefit: [XX]", "XX is no response"),
    ],
)  # fmt: skip
def test_what_responses_need(tmp_path, old, new, text):
    result = errors(tmp_path / "s", adrs=ADRS.replace(old, new))
    assert any(text in message for message in result), result


def test_parameters_need_responses(tmp_path):
    adrs = ADRS[: ADRS.index("responses:")] + ADRS[ADRS.index("parameters:") :]
    assert "BOR needs `responses`" in errors(tmp_path / "s", adrs=adrs)[0]


def test_a_name_is_of_one_kind_in_a_dataset(tmp_path):
    adsl = ADSL.replace("  scanned:", "  x: {datetime: DM.RFXSTDTC}\n  scanned:").replace(
        "keep: [STUDYID, USUBJID]}", "keep: [STUDYID, USUBJID], variables: {x: {date: RFXSTDTC}}}"
    )
    assert "x is a datetime here, and a date before" in errors(tmp_path / "s", adsl=adsl)[0]


BOUNDS = """
  dosed: {datetime: DM.RFXENDTC}
  last_day: {date: DM.RFXENDTC}
  LSTDTM: {datetime: DM.DTHDTC, highest: day, impute: last, time: last, upper: dosed}
  LSTDT2: {datetime: DM.DTHDTC, highest: day, impute: last, time: last, upper: last_day}
  LSTDT3: {datetime: DM.DTHDTC, highest: day, lower: dosed}
  LSTDT4: {latest: [dosed, last_day]}
  HRS: {duration: [TRTSDTM, dosed], unit: hours}
  HRSA: {duration: [TRTSDTM, dosed], unit: h, add_one: yes}
  MINS: {duration: [TRTSDTM, dosed], unit: minutes}
  DAYS: {duration: [TRTSDTM, dosed]}
labels: {LSTDTM: A, LSTDT2: B, LSTDT3: C, LSTDT4: D, HRS: E, HRSA: F, MINS: G, DAYS: H}
"""


def test_datetimes_are_reported_from_dates_whatever_their_names(tmp_path):
    head, _, tail = ADSL.partition("checks:")
    adsl = head + "  TRTSDTM: {datetime: DM.RFXSTDTC}" + BOUNDS + "checks:" + tail
    data = sdtm(A=[])
    data["DM"] = data["DM"].assign(RFXSTDTC="2024-05-09T21:00", RFXENDTC="2024-05-10T09:30", DTHDTC="2024-05")
    study = loaded(tmp_path / "s", adsl=adsl)
    adam = to_adam(data, study)
    row = adam.datasets["ADSL"].iloc[0]
    assert [str(row[name]) for name in ("LSTDTM", "LSTDT2", "LSTDT3", "LSTDT4")] == [
        "2024-05-10 09:30:00", "2024-05-10 23:59:59", "2024-05-10 09:30:00", "2024-05-10 09:30:00",
    ]  # fmt: skip
    assert row[["HRS", "HRSA", "MINS", "DAYS"]].tolist() == [12.5, 13.5, 750.0, 2.0]
    formats = {
        one.name: one.format for one in adam_members(adam.datasets, study, study.adam)["ADSL"].variables
    }
    assert {formats[name] for name in ("TRTSDTM", "LSTDT2", "LSTDT4")} == {"DATETIME20."}
    assert formats["TRTSDT"] == "DATE9."


def test_findings_of_endpoints_name_their_dataset(tmp_path):
    adtos = ADTTE.replace("dataset: ADTTE", "dataset: ADTOS").replace("censors: start", "censors: death")
    folder = write(tmp_path / "s")
    (folder / "adam/adtos.yaml").write_text(adtos, encoding="utf-8")
    result = to_adam(sdtm(A=[]), load_study(folder)).findings.frame()
    result = result[result["code"] != "ADAM_BLANK"]
    assert result[["code", "dataset"]].values.tolist() == [["ADAM_NO_OUTCOME", "ADTOS"]]
