"""The account: what became of every raw record, and the same for any subset of subjects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.mapper import Sdtm
from tests.sdtm.small_study import MakeStudy, Study, write_study

CM = """
dataset: CM
records: [{from: cm, where: {KIND: drug}, variables: {CMTRT: {assign: NAME}}}]
%s
"""
FORM = "SUBJ | NAME | KIND\n1 | x | drug\n1 | y | food\n1 | z | food\n? ? | q | food"
LEAVE_OUT = "leave_out: [{from: cm, where: {KIND: food}, reason: Food is not submitted}]"


def test_records_that_no_block_reads_are_refused(make_study: MakeStudy):
    with pytest.raises(Refused, match=r"cm.csv row 2: form cm: '2' of its records .* `leave_out`"):
        make_study({"cm": FORM}, CM % "").convert()


def test_left_out_mapped_and_rejected_make_up_the_whole(make_study: MakeStudy):
    sdtm = make_study({"cm": FORM}, CM % LEAVE_OUT).convert()
    assert sdtm.records.to_dict("records") == [
        {"form": "cm", "records": 4, "mapped": 1, "left_out": 2, "rejected": 1, "unaccounted": 0,
         "reasons": "Food is not submitted (2)"}
    ]  # fmt: skip


def test_a_record_that_is_mapped_once_and_left_out_once_is_mapped(make_study: MakeStudy):
    both = LEAVE_OUT.replace("{KIND: food}", "{KIND: present}")
    assert make_study({"cm": FORM}, CM % both).convert().records[["mapped", "left_out"]].iloc[0].tolist() == [
        1,
        2,
    ]


def test_fields_and_their_cells(make_study: MakeStudy):
    data = {"cm": "SUBJ | NAME | KIND | PAGE\n1 | x | drug | 7\n1 |  | drug |\n1 | z | food | 9"}
    fields = make_study(data, CM % LEAVE_OUT).convert().fields.set_index("field")
    assert fields["use"].to_dict() == {
        "SUBJ": "mapped", "NAME": "mapped", "KIND": "condition only", "PAGE": "not submitted",
    }  # fmt: skip
    assert fields.loc["NAME", ["cells", "mapped", "left_out", "rejected"]].tolist() == [2, 1, 1, 0]
    assert fields.loc["PAGE", "reason"] == "not used"


def test_a_form_that_is_not_submitted_is_left_out_as_a_whole(make_study: MakeStudy):
    study = make_study({"cm": FORM.replace("food", "drug"), "log": "NOTE\na\nb"}, CM % "")
    path = study.folder / "raw.yaml"
    path.write_text(path.read_text().replace("  log:\n", "  log:\n    not_submitted: An audit log\n"))
    account = study.convert().records.set_index("form").loc["log"]
    assert account[["records", "left_out", "reasons"]].tolist() == [2, 2, "An audit log (2)"]


# --- any subset of whole subjects gives the same records -----------------------------------

STUDY = """
visits: [{visitnum: 1, visit: SCREENING}, {visitnum: 2, visit: WEEK 1}, {visitnum: 3, visit: WEEK 2}]
unscheduled: {names: [EXTRA]}
epochs: [{epoch: SCREENING, begins: DM.RFICDTC}, {epoch: TREATMENT, begins: DM.RFSTDTC}]
policies: {duplicate_subject: report, unknown_unit: report, unknown_visit: report}
"""
DM = """
dataset: DM
keys: [USUBJID]
records: [{from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {assign: SEX, case: upper},
  COUNTRY: {hardcode: USA}, RFICDTC: {iso8601: IC}, REMARK: {assign: NOTE}}}]
variables:
  RFSTDTC: {lookup: EX.EXSTDTC, take: earliest}
  RFENDTC: {latest: [EX.EXSTDTC, VS.VSDTC]}
  DTHFL: {exists: VS, where: {VSSTRESN: {max: "0"}}}
supplemental: {REMARK: {label: Remark}}
"""
EX = """
dataset: EX
sequence: [EXSTDTC]
records: [{from: ex, visit: {date: DAY}, variables: {EXTRT: {assign: DRUG}, EXSTDTC: {iso8601: DAY}}}]
variables: {EXSTDY: {study_day: EXSTDTC}}
"""
VS = """
dataset: VS
sequence: [VSTESTCD, VSDTC]
records:
  - from: vs
    visit: {name: VIS, date: DAY}
    tests:
      TEMP: {value: TEMP, unit: U, standard_unit: C}
      PULSE: {value: PULSE}
    variables: {VSDTC: {iso8601: DAY}}
variables:
  VSDY: {study_day: VSDTC}
  EPOCH: {epoch: VSDTC}
  VSLOBXFL: {baseline_flag: VSDTC, reference: DM.RFSTDTC}
"""
SUBJECTS = ("A", "B", "C", "D")
DAYS = st.sampled_from([*(f"2020-01-0{day}" for day in range(1, 8)), "2020-01", ""])


def rows(**cells: st.SearchStrategy) -> st.SearchStrategy:
    """A form of some records of some subjects."""
    record = st.fixed_dictionaries({"SUBJ": st.sampled_from(SUBJECTS), **cells})
    return st.lists(record, max_size=10).map(
        lambda records: pd.DataFrame(records, columns=pd.Index(["SUBJ", *cells]), dtype="str")
    )


FORMS = st.fixed_dictionaries(
    {
        "dm": rows(SEX=st.sampled_from(["m", "F"]), IC=DAYS, NOTE=st.sampled_from(["", "n", "long " * 60 + "end"])),
        "ex": rows(DRUG=st.sampled_from(["x", "y", ""]), DAY=DAYS),
        "vs": rows(
            VIS=st.sampled_from(["Screening", "WEEK 1", "week 2", "EXTRA", ""]), DAY=DAYS,
            TEMP=st.sampled_from(["98.6", "37", "<30", ""]), U=st.sampled_from(["F", "C", "?"]),
            PULSE=st.sampled_from(["60", "0", ""]),
        ),
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def whole_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    form = {
        "dm": pd.DataFrame(columns=["SUBJ", "SEX", "IC", "NOTE"]),
        "ex": pd.DataFrame(columns=["SUBJ", "DRUG", "DAY"]),
        "vs": pd.DataFrame(columns=["SUBJ", "VIS", "DAY", "TEMP", "U", "PULSE"]),
    }
    return write_study(tmp_path_factory.mktemp("study"), form, DM, EX, VS, study=STUDY)


def of_subjects(sdtm: Sdtm, subjects: set[str]) -> dict[str, pd.DataFrame]:
    names = [f"S1-{subject}" for subject in sorted(subjects)]
    return {
        name: frame[frame["USUBJID"].isin(names)].reset_index(drop=True)
        for name, frame in sdtm.datasets.items()
    }


@pytest.mark.slow
@settings(max_examples=25)
@given(forms=FORMS, subjects=st.sets(st.sampled_from(SUBJECTS)))
def test_a_subset_of_subjects_gives_the_same_records(whole_study: Study, forms, subjects):
    whole = whole_study.convert(forms)
    part = whole_study.convert(
        {name: form[form["SUBJ"].isin(subjects)].reset_index(drop=True) for name, form in forms.items()}
    )
    expected = of_subjects(whole, subjects)
    for name, frame in part.datasets.items():
        pd.testing.assert_frame_equal(frame, expected[name], obj=name)
    for name in set(expected) - set(part.datasets):
        assert expected[name].empty, name
    # What is said of no subject, such as a dataset without records, is of all the subjects at hand.
    counts = part.findings.frame().query("stage == 'sdtm' and USUBJID != ''").groupby("code").size()
    own = whole.findings.frame().query("stage == 'sdtm'")
    own = own[own["USUBJID"].isin([f"S1-{subject}" for subject in subjects])]
    pd.testing.assert_series_equal(counts, own.groupby("code").size())


@settings(max_examples=15)
@given(forms=FORMS)
def test_every_raw_record_is_accounted_for_and_found_in_the_lineage(whole_study: Study, forms):
    sdtm = whole_study.convert(forms)
    for account in sdtm.records.to_dict("records"):
        form = forms[account["form"]]
        assert account["records"] == len(form)
        assert account["mapped"] + account["left_out"] + account["rejected"] == len(form)
    for name, form in (("EX", "ex"), ("VS", "vs"), ("DM", "dm")):
        lineage, frame = sdtm.lineage[name], sdtm.datasets[name]
        assert len(lineage) == len(frame)
        raw = forms[form]["SUBJ"].to_numpy()[lineage["row"].to_numpy(dtype=int) - 1]
        assert np.array_equal(frame["USUBJID"].to_numpy(), np.array([f"S1-{subject}" for subject in raw]))
