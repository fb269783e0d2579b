"""What is derived is derived from what was known at the data cut."""

from __future__ import annotations

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.mapper import Sdtm
from tests.sdtm.small_study import MakeStudy, found

DM = """
dataset: DM
keys: [USUBJID]
records: [{from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {assign: SEX},
  COUNTRY: {hardcode: CHN}, DTHDTC: {iso8601: DIED}}}]
variables:
  RFICDTC: {lookup: DS.DSSTDTC, take: earliest, where: {DSDECOD: INFORMED CONSENT OBTAINED}}
  RFSTDTC: {copy: RFXSTDTC}
  RFXSTDTC: {lookup: EX.EXSTDTC, take: earliest}
  RFXENDTC: {latest: [EX.EXENDTC, EX.EXSTDTC]}
  RFENDTC: {copy: RFXENDTC, when: {ended: "Y"}}
  RFPENDTC: {latest: [DS.DSSTDTC, SV.SVENDTC, RFXENDTC]}
  DTHFL: {hardcode: "Y", when: {DTHDTC: present}}
  ended: {exists: DS, where: {DSDECOD: COMPLETED}}
supplemental: {ended: {label: End of Treatment, origin: DERIVED}}
""".replace("ended", "ENDED")
DS = """
dataset: DS
keys: [USUBJID, DSDECOD]
records:
  - from: ds
    variables: {DSTERM: {assign: WHAT}, DSDECOD: {assign: WHAT}, DSCAT: {hardcode: PROTOCOL MILESTONE},
      DSSTDTC: {iso8601: DAY}, LASTDOSE: {iso8601: LAST}}
variables: {EPOCH: {epoch: DSSTDTC}}
supplemental: {LASTDOSE: {label: Date of Last Dose, origin: CRF}}
"""
CM = """
dataset: CM
keys: [USUBJID, CMTRT]
records:
  - from: cm
    visit: VISIT
    variables: {CMTRT: {assign: DRUG}, CMSTDTC: {iso8601: DAY}}
"""
EC = """
dataset: EC
keys: [USUBJID, ECSTDTC]
records:
  - from: ex
    variables: {ECTRT: {hardcode: A}, ECDOSE: {assign: DOSE}, ECSTDTC: {iso8601: BEGIN}, ECENDTC: {iso8601: END}}
"""
EX = """
dataset: EX
keys: [USUBJID, EXSTDTC]
records:
  - from: EC
    variables: {EXTRT: {assign: ECTRT}, EXDOSE: {assign: ECDOSE}, EXSTDTC: {assign: ECSTDTC}, EXENDTC: {assign: ECENDTC}}
"""
AE = """
dataset: AE
keys: [USUBJID, AETERM]
records:
  - from: ae
    variables: {AETERM: {assign: TERM}, AEDECOD: {assign: TERM}, AESTDTC: {iso8601: BEGIN}, AEENDTC: {iso8601: END},
      AEOUT: {assign: OUTCOME}, AESDTH: {assign: DEATH}, AETOXGR: {assign: GRADE},
      AEENRTPT: {hardcode: ONGOING, when: {ON: "Y"}}, AEENTPT: {hardcode: END OF STUDY, when: {ON: "Y"}}}
variables: {EPOCH: {epoch: AESTDTC}}
"""
RS = """
dataset: RS
keys: [USUBJID, RSTESTCD, VISITNUM]
records:
  - from: rs
    visit: {name: VISIT, date: DAY}
    tests: {OVRLRESP: {value: RESP}, TRGRESP: {value: TARGET}}
    variables: {RSDTC: {iso8601: DAY}}
"""
SV = """
dataset: SV
keys: [USUBJID, VISITNUM]
records:
  - from: calendar
    variables: {VISITNUM: {assign: VISITNUM}, VISIT: {assign: VISIT}, SVSTDTC: {assign: FIRST}, SVENDTC: {assign: LAST}}
"""
FORMS = {
    "dm": "SUBJ | SUBJID | SEX | DIED\n1 | 1 | M |\n2 | 2 | F | 2024-07-20\n3 | 3 | F | 2024-06-29\n4 | 4 | M |",
    "ds": """SUBJ | WHAT | DAY | LAST
1 | INFORMED CONSENT OBTAINED | 2024-01-01 |
1 | COMPLETED | 2024-07-02 | 2024-06-28
2 | INFORMED CONSENT OBTAINED | 2024-01-01 |
2 | COMPLETED | 2024-06-10 | 2024-07-01
3 | INFORMED CONSENT OBTAINED | 2024-01-01 |
4 | INFORMED CONSENT OBTAINED | 2024-07-01 |""",
    "ex": """SUBJ | DOSE | BEGIN | END
1 | 100 | 2024-02-01 | 2024-05-31
1 | 50 | 2024-06-01 | 2024-07-05
2 | 100 | 2024-02-01 | 2024-06-05
2 | 50 | 2024-07-01 | 2024-07-05
3 | 100 | 2024-02-01 |
4 | 100 | 2024-07-03 |""",
    "ae": """SUBJ | TERM | BEGIN | END | OUTCOME | DEATH | GRADE | ON
1 | Rash | 2024-06-20 | 2024-07-04 | RECOVERED/RESOLVED | N | 2 |
1 | Nausea | 2024-06-20 | 2024-06-30 | RECOVERED/RESOLVED | N | 2 |
1 | Fatigue | 2024-06-20 | | NOT RECOVERED/NOT RESOLVED | N | 2 | Y
1 | Fever | 2024-07-01 | 2024-07-02 | RECOVERED/RESOLVED | N | 2 |
2 | Bleeding | 2024-06-25 | 2024-07-20 | FATAL | Y | 5 |
3 | Sepsis | 2024-06-25 | 2024-06-29 | FATAL | Y | 5 |""",
    "cm": """SUBJ | VISIT | DRUG | DAY
1 | W6 | Aspirin | 2024-06-20
1 | W12 | Paracetamol | 2024-06-21""",
    "rs": """SUBJ | VISIT | DAY | RESP | TARGET
1 | W6 | 2024-06-28 | SD | SD
1 | W6 | 2024-07-02 | | PR
1 | W12 | | PD | PD
2 | W6 | | SD | SD
1 | W12 | 2024-07-03 | | NE
1 | UNS | 2024-07-10 | | SD""",
}
STUDY = """
visits:
  - {visitnum: "6", visit: W6}
  - {visitnum: "12", visit: W12}
unscheduled: {names: [UNS]}
epochs:
  - {epoch: SCREENING, begins: DM.RFICDTC}
  - {epoch: TREATMENT, begins: DM.RFXSTDTC}
  - {epoch: FOLLOW-UP, begins: DM.RFENDTC, after: yes}
policies: {duplicate_key: report}
"""
CUT = 'data_cut: {date: "2024-06-30", entered: RFICDTC}\n'


@pytest.fixture
def convert(make_study: MakeStudy):
    def make(text: str = CUT) -> Sdtm:
        result = make_study(FORMS, DM, DS, CM, EC, EX, AE, RS, SV, study=STUDY + text)
        return result.convert()

    return make


def records(sdtm: Sdtm, name: str, *variables: str) -> list[tuple[object, ...]]:
    return list(sdtm.datasets[name][list(variables)].itertuples(index=False, name=None))


def test_reference_dates_are_those_of_the_cut(convert) -> None:
    sdtm = convert()
    names = ("USUBJID", "RFSTDTC", "RFXENDTC", "RFENDTC", "RFPENDTC", "DTHDTC", "DTHFL")
    assert records(sdtm, "DM", *names) == [
        # The last interval goes on, and its end and the end of treatment are heard of later.
        ("S1-1", "2024-02-01", "2024-06-01", "", "2024-06-28", "", ""),
        # Treatment had ended; the dose and the death after the cut are not known.
        ("S1-2", "2024-02-01", "2024-06-05", "2024-06-05", "2024-06-10", "", ""),
        ("S1-3", "2024-02-01", "2024-02-01", "", "2024-02-01", "2024-06-29", "Y"),
    ]
    whole = convert("")
    assert records(whole, "DM", "RFXENDTC", "DTHFL") == [
        ("2024-07-05", ""), ("2024-07-05", "Y"), ("2024-02-01", "Y"), ("2024-07-03", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("flag", "flags"),
    [
        ('{hardcode: "Y", when: {DIED: present}}', ["", "", "Y"]),
        ("{assign: DEAD, when: {DEAD: Y}}", ["", "", "Y"]),
        ("{assign: DEAD}", ["N", "", "Y"]),  # what is no death stays
    ],
)
def test_a_flag_of_death_that_the_form_gives_is_that_of_the_cut(
    make_study: MakeStudy, flag: str, flags: list[str]
) -> None:
    dead = "SUBJ | SUBJID | SEX | DIED | DEAD\n1 | 1 | M | | N\n2 | 2 | F | 2024-07-20 | Y\n3 | 3 | F | 2024-06-29 | Y"
    dm = f"""
dataset: DM
keys: [USUBJID]
records: [{{from: dm, variables: {{SUBJID: {{assign: SUBJID}}, SITEID: {{hardcode: "01"}}, SEX: {{assign: SEX}},
  COUNTRY: {{hardcode: CHN}}, DTHDTC: {{iso8601: DIED}}, DTHFL: {flag}}}}}]
"""
    sdtm = make_study({"dm": dead}, dm, study='data_cut: {date: "2024-06-30"}\n').convert()
    assert sdtm.datasets["DM"]["DTHFL"].tolist() == flags
    assert [item["USUBJID"] for item in found(sdtm, "CUT_CHANGED")] == ["S1-2", "S1-2"]


def test_an_interval_that_lasts_beyond_the_cut_has_no_end(convert) -> None:
    sdtm = convert()
    wanted = [
        ("S1-1", 1.0, "2024-02-01", "2024-05-31"),
        ("S1-1", 2.0, "2024-06-01", ""),
        ("S1-2", 1.0, "2024-02-01", "2024-06-05"),
        ("S1-3", 1.0, "2024-02-01", ""),
    ]
    assert records(sdtm, "EX", "USUBJID", "EXSEQ", "EXSTDTC", "EXENDTC") == wanted
    assert records(sdtm, "EC", "USUBJID", "ECSEQ", "ECSTDTC", "ECENDTC") == wanted
    assert sdtm.lineage["EC"]["row"].tolist() == [1, 2, 3, 5]


def test_epochs_are_those_of_the_cut(convert) -> None:
    """The subject whose treatment ended before the cut is in follow-up; after the last dose, not on its day."""
    sdtm = convert()
    assert records(sdtm, "DS", "USUBJID", "DSDECOD", "EPOCH") == [
        ("S1-1", "INFORMED CONSENT OBTAINED", "SCREENING"),
        ("S1-2", "COMPLETED", "FOLLOW-UP"),
        ("S1-2", "INFORMED CONSENT OBTAINED", "SCREENING"),
        ("S1-3", "INFORMED CONSENT OBTAINED", "SCREENING"),
    ]
    assert ("S1-1", "Rash", "TREATMENT") in records(sdtm, "AE", "USUBJID", "AETERM", "EPOCH")


def test_a_qualifier_is_no_date_after_the_cut(convert) -> None:
    sdtm = convert()
    assert "SUPPDS" not in sdtm.datasets
    assert [
        (item["variable"], item["value"]) for item in found(sdtm, "CUT_CHANGED") if item["dataset"] == "DS"
    ] == [("LASTDOSE", "2024-07-01")]


def test_an_event_that_ends_after_the_cut_goes_on(convert) -> None:
    names = ("AETERM", "AEENDTC", "AEENRTPT", "AEENTPT", "AEOUT", "AESDTH", "AETOXGR")
    assert records(convert(), "AE", *names) == [
        ("Fatigue", "", "ONGOING", "END OF STUDY", "NOT RECOVERED/NOT RESOLVED", "N", "2"),
        ("Nausea", "2024-06-30", "", "", "RECOVERED/RESOLVED", "N", "2"),
        ("Rash", "", "ONGOING", "2024-06-30", "NOT RECOVERED/NOT RESOLVED", "N", "2"),
        # A death after the cut: neither fatal, nor of grade 5.
        ("Bleeding", "", "ONGOING", "2024-06-30", "NOT RECOVERED/NOT RESOLVED", "N", ""),
        ("Sepsis", "2024-06-29", "", "", "FATAL", "Y", "5"),
    ]


def test_a_record_without_a_date_goes_where_its_visit_goes(convert) -> None:
    sdtm = convert()
    assert records(sdtm, "RS", "USUBJID", "VISITNUM", "RSTESTCD", "RSDTC") == [
        ("S1-1", 6.0, "OVRLRESP", "2024-06-28"),
        ("S1-1", 6.0, "TRGRESP", "2024-06-28"),
        ("S1-2", 6.0, "OVRLRESP", ""),
        ("S1-2", 6.0, "TRGRESP", ""),
    ]
    assert [item["value"] for item in found(sdtm, "CUT_VISIT")] == ["12", "12"]
    # The visit goes on after the cut: its last day is the last one before it.
    assert records(sdtm, "SV", "USUBJID", "VISITNUM", "SVENDTC") == [("S1-1", 6.0, "2024-06-28")]


def test_a_visit_after_the_cut_is_not_known(convert) -> None:
    sdtm = convert()
    stated = sdtm.datasets["CM"][["CMTRT", "VISITNUM", "VISIT"]].fillna(0.0).to_numpy().tolist()
    assert stated == [["Aspirin", 6.0, "W6"], ["Paracetamol", 0.0, ""]]
    changed = [item for item in found(sdtm, "CUT_CHANGED") if item["dataset"] == "CM"]
    assert [(item["variable"], item["value"]) for item in changed] == [("VISITNUM", "12"), ("VISIT", "W12")]


def test_every_record_left_out_and_every_value_is_accounted_for(convert) -> None:
    sdtm = convert()
    left = [(item["dataset"], item["file"], item["row"], item["value"]) for item in found(sdtm, "CUT_RECORD")]
    assert ("DS", "ds.csv", 2, "2024-07-02") in left
    assert ("EC", "ex.csv", 4, "2024-07-01") in left
    assert ("AE", "ae.csv", 4, "2024-07-01") in left
    assert ("RS", "rs.csv", 2, "2024-07-02") in left and ("RS", "rs.csv", 5, "2024-07-03") in left
    assert ("RS", "rs.csv", 6, "2024-07-10") in left and len(left) == 6
    assert not found(sdtm, "MAP_VISIT")
    assert [(item["USUBJID"], item["value"]) for item in found(sdtm, "CUT_SUBJECT")] == [
        ("S1-4", "2024-07-01")
    ]
    changed = {(item["dataset"], item["variable"], item["row"]) for item in found(sdtm, "CUT_CHANGED")}
    assert {("EC", "ECENDTC", 2), ("AE", "AEENDTC", 1), ("AE", "AEOUT", 5), ("DM", "DTHDTC", 2)} <= changed


@pytest.mark.parametrize("rules", ["{EC: none}", "{EC: patient}"])
def test_a_dataset_that_is_not_cut_by_date_keeps_its_records(convert, rules: str) -> None:
    sdtm = convert(f'data_cut: {{date: "2024-06-30", rules: {rules}}}\n')
    assert len(sdtm.datasets["EC"]) == 6
    assert "2024-07-05" in sdtm.datasets["EC"]["ECENDTC"].tolist()


def test_what_the_study_does_not_have_cannot_tell_who_entered(convert) -> None:
    with pytest.raises(Refused, match=r"DM\.RFCSTDTC, which is not there"):
        convert('data_cut: {date: "2024-06-30", entered: RFCSTDTC}\n')


SS = """
dataset: SS
keys: [USUBJID, SSTESTCD, VISITNUM]
records:
  - {from: ss, visit: {name: VISIT, date: DAY}, tests: {SURVSTAT: {value: STATUS}}, variables: {SSDTC: {iso8601: DAY}}}
variables: {SSSTRESC: {copy: SSORRES}}
"""
DEATHS = DS.replace("- from: ds", "- {from: dd, variables: {DSTERM: {hardcode: DEATH}, DSDECOD: {hardcode: DEATH}, "
                    "DSCAT: {hardcode: OTHER EVENT}, DSSTDTC: {iso8601: DIED}}}\n  - from: ds")  # fmt: skip


@pytest.mark.parametrize(
    ("died", "status", "known"),
    [
        ("2024", "ALIVE | 2024-07-10", ""),
        ("2024", "DEAD | 2024-07-10", "2024"),  # that is how the death became known
        ("2024", "ALIVE | 2024-06-10", "2024"),
        ("2024-06", "ALIVE | 2024-07-10", "2024-06"),  # a contradiction: the death is before the cut
        ("2024-06-29", "ALIVE | 2024-07-10", "2024-06-29"),
        ("2024-07", "DEAD | 2024-07-10", ""),
    ],
)
def test_nobody_is_dead_at_the_cut_who_was_seen_alive_after_it(
    make_study: MakeStudy, died: str, status: str, known: str
) -> None:
    dm = DM.replace(", DTHDTC: {iso8601: DIED}", "").replace(
        "  DTHFL", "  DTHDTC: {lookup: DS.DSSTDTC, take: earliest, where: {DSDECOD: DEATH}}\n  DTHFL"
    )
    forms = FORMS | {
        "dm": "SUBJ | SUBJID | SEX\n1 | 1 | M\n2 | 2 | F\n3 | 3 | F\n4 | 4 | M",
        "dd": f"SUBJ | DIED\n3 | {died}\n2 | 2024",
        "ss": f"SUBJ | VISIT | STATUS | DAY\n3 | W12 | {status}",
    }
    sdtm = make_study(forms, dm, DEATHS, CM, EC, EX, AE, RS, SV, SS, study=STUDY + CUT).convert()
    dates = dict(records(sdtm, "DM", "USUBJID", "DTHDTC"))
    # The second was dosed after the cut.
    assert (dates["S1-3"], dates["S1-2"]) == (known, "")
    deaths = [
        (who, day)
        for who, what, day in records(sdtm, "DS", "USUBJID", "DSDECOD", "DSSTDTC")
        if what == "DEATH"
    ]
    assert deaths == ([("S1-3", known)] if known else [])
    assert sdtm.records.set_index("form").unaccounted.sum() == 0


NEWS = """
dataset: DS
keys: [USUBJID, DSTERM]
records:
  - from: eos
    variables: {DSTERM: {assign: WHY}, DSDECOD: {assign: WHY}, DSCAT: {hardcode: OTHER EVENT},
      DSSTDTC: {iso8601: DIED}, DSDTC: {iso8601: HEARD}}
"""


@pytest.mark.parametrize(
    ("died", "heard", "kept"),
    [
        # A death before the cut counts, whenever it was heard of.
        ("2024-06-29", "2024-07-10", ("2024-06-29", "")),
        ("2024-06", "2024-07-10", ("2024-06", "")),
        ("2024-06-29", "2024-06-30", ("2024-06-29", "2024-06-30")),
        ("2024-07-01", "2024-07-10", None),
        ("", "2024-07-10", None),  # nothing says that it was before the cut, and it was not known then
        ("", "2024-06-30", ("", "2024-06-30")),
        ("", "2024", ("", "2024")),
    ],
)
def test_a_record_without_a_date_of_its_own_goes_by_its_collection(
    make_study: MakeStudy, died: str, heard: str, kept: tuple[str, str] | None
) -> None:
    dm = """
dataset: DM
keys: [USUBJID]
records: [{from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {assign: SEX},
  COUNTRY: {hardcode: CHN}}}]
variables: {DTHFL: {exists: DS, where: {DSDECOD: DEATH}}}
"""
    forms = {
        "dm": "SUBJ | SUBJID | SEX\n1 | 1 | M",
        "eos": f"SUBJ | WHY | DIED | HEARD\n1 | DEATH | {died} | {heard}",
    }
    sdtm = make_study(forms, dm, NEWS, study='data_cut: {date: "2024-06-30"}\n').convert()
    assert records(sdtm, "DS", "DSSTDTC", "DSDTC") == ([kept] if kept else [])
    assert sdtm.datasets["DM"]["DTHFL"].tolist() == ["Y" if kept else ""]
    named = found(sdtm, "CUT_RECORD") + [
        item for item in found(sdtm, "CUT_CHANGED") if item["dataset"] == "DS"
    ]
    assert len(named) == (kept != (died, heard))
    assert sdtm.records.set_index("form").unaccounted.sum() == 0


@pytest.mark.parametrize("serious", ["block", "dataset"])
@pytest.mark.parametrize(
    ("died", "death", "hospital", "threat", "wanted"),
    [
        ("2024-07-20", "Y", "N", "N", ("N", "N")),
        ("2024-07-20", "Y", "", "", ("N", "N")),
        ("2024-07-20", "Y", "Y", "N", ("Y", "N")),  # in hospital: serious without the death, too
        ("2024-07-20", "Y", "N", "Y", ("Y", "N")),
        ("2024-07-20", "N", "N", "N", ("Y", "N")),  # serious by what is not collected
        ("2024-06-20", "Y", "N", "N", ("Y", "Y")),
    ],
)
def test_an_event_that_a_later_death_built_serious_is_not_serious_at_the_cut(
    make_study: MakeStudy,
    died: str,
    death: str,
    hospital: str,
    threat: str,
    wanted: tuple[str, str],
    serious: str,
) -> None:
    dm = """
dataset: DM
keys: [USUBJID]
records: [{from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {assign: SEX},
  COUNTRY: {hardcode: CHN}, DTHDTC: {iso8601: DIED}}}]
"""
    ae = """
dataset: AE
keys: [USUBJID, AETERM]
records:
  - from: ae
    variables: {AETERM: {assign: TERM}, AEDECOD: {assign: TERM}, AESTDTC: {iso8601: BEGIN}, AESER: {assign: SERIOUS},
      AESDTH: {assign: DEATH}, AESHOSP: {assign: HOSPITAL}, AESLIFE: {assign: THREAT}}
variables: {SERIOUS: {copy: AESER}}
supplemental: {SERIOUS: {label: Seriousness, origin: DERIVED}}
"""
    if serious == "dataset":
        for old, new in (
            ("AESER: {assign", "ANSWER: {assign"),
            ("variables: {SERIOUS:", "variables: {AESER: {copy: ANSWER}, SERIOUS:"),
            ("supplemental: {", "supplemental: {ANSWER: {label: As Answered, origin: CRF}, "),
        ):
            ae = ae.replace(old, new)
    forms = {
        "dm": f"SUBJ | SUBJID | SEX | DIED\n1 | 1 | M | {died}",
        "ae": "SUBJ | TERM | BEGIN | SERIOUS | DEATH | HOSPITAL | THREAT\n"
        f"1 | Sepsis | 2024-06-10 | Y | {death} | {hospital} | {threat}",
    }
    sdtm = make_study(forms, dm, ae, study='data_cut: {date: "2024-06-30"}\n').convert()
    assert records(sdtm, "AE", "AESER", "AESDTH") == [wanted]
    supp = sdtm.datasets["SUPPAE"]
    assert supp[supp["QNAM"] == "SERIOUS"]["QVAL"].tolist() == [wanted[0]]
