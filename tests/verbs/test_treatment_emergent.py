"""Treatment emergence of events."""

import numpy as np
import pandas as pd
import pytest

from cdisc_npc import to_adam
from cdisc_npc.findings import Refused
from cdisc_npc.study.packaged import load_study
from cdisc_npc.verbs.treatment_emergent import treatment_emergent, worsened, worsened_in_group
from tests.adam.study import frame, sdtm, write


def moments(*values):
    return np.array(values, dtype="datetime64[us]")


FIRST, LAST = moments(*["2024-02-01"] * 5), moments(*["2024-03-01"] * 5)


def test_between_first_dose_and_the_window_after_the_last():
    start = moments("2024-01-31", "2024-02-01", "2024-03-31", "2024-04-01", "NaT")
    end = moments("2024-02-03", "NaT", "NaT", "NaT", "2024-01-15")
    assert treatment_emergent(start, end, FIRST, LAST, window=30).tolist() == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert treatment_emergent(start, end, FIRST).tolist() == [False, True, True, True, False]


def test_no_treatment_no_emergence_and_worsening_counts():
    none, start = moments("NaT"), moments("2024-01-31")
    assert treatment_emergent(start, none, none).tolist() == [False]
    worse = worsened(pd.Series(["1"]), pd.Series(["3"]))
    assert treatment_emergent(start, none, FIRST[:1], worsened=worse).tolist() == [True]
    with pytest.raises(ValueError, match="belong together"):
        treatment_emergent(start, none, FIRST[:1], window=30)


def test_a_later_record_of_the_event_is_worse():
    frame = pd.DataFrame(
        {"ID": ["a", "a", "a", "b"], "AST": moments("2024-01-01", "2024-02-02", "2024-02-09", "2024-02-02"),
         "TRT": moments(*["2024-02-01"] * 4), "GR": pd.Series(["2", "2", "3", "4"], dtype="str")}
    )  # fmt: skip
    assert worsened_in_group(frame, ["ID"], "AST", "TRT", "GR").tolist() == [False, False, True, False]


EVENTS = """
dataset: ADAE
label: Adverse Events Analysis Dataset
structure: OCCDS
keys: [USUBJID, AESEQ]
records:
  - from: AE
    keep: [STUDYID, USUBJID, AESEQ]
    variables:
      ASTDT: {date: AESTDTC}
      AENDT: {date: AEENDTC}
      grade: {recode: AETOXGR, to: {"1": "1", "2": "2", "3": "3"}, numeric: yes}
      TRTEMFL: {treatment_emergent: [ASTDT, AENDT], group: AEGRPID, intensity: %s}
"""


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        # (event, grade, start), treatment from 2024-01-10 on
        ([("2", "3", "2024-01-01"), ("2", "1", "2024-01-15")], ["", ""]),  # milder
        ([("2", "2", "2024-01-01"), ("2", "2", "2024-01-15")], ["", ""]),  # as before
        ([("2", "1", "2024-01-01"), ("2", "3", "2024-01-15")], ["", "Y"]),  # worse
        ([("2", "3", "2024-01-01"), ("2", "1", "2024-01-05"), ("2", "2", "2024-01-15")], ["", "", "Y"]),
        ([("2", "3", "2024-01-01"), ("3", "1", "2024-01-15")], ["", "Y"]),  # another event
        ([("", "3", "2024-01-01"), ("", "1", "2024-01-15")], ["", "Y"]),  # of no event
        ([("2", "3", "2024-01-01"), ("2", "", "2024-01-15")], ["", "Y"]),  # not known
        ([("2", "1", "2024-01-01"), ("2", "2", "2024-01-15"), ("2", "1", "2024-01-20")], ["", "Y", ""]),
    ],
)
@pytest.mark.parametrize("intensity", ["AETOXGR", "grade"])
def test_an_event_of_before_treatment_is_emergent_where_it_worsens(tmp_path, records, expected, intensity):
    folder = write(tmp_path / "s")
    (folder / "adam/adae.yaml").write_text(EVENTS % intensity, encoding="utf-8")
    count = len(records)
    ae = frame(
        STUDYID=["S1"] * count, USUBJID=["A"] * count, AESEQ=np.arange(1.0, count + 1).tolist(),
        AEGRPID=[r[0] for r in records], AETOXGR=[r[1] for r in records], AESTDTC=[r[2] for r in records],
        AEENDTC=[""] * count,
    )  # fmt: skip
    adam = to_adam(sdtm(A=[], B=[]) | {"AE": ae}, load_study(folder))
    assert adam.datasets["ADAE"]["TRTEMFL"].tolist() == expected


def test_an_intensity_in_words_is_refused_by_name(tmp_path):
    folder = write(tmp_path / "s")
    (folder / "adam/adae.yaml").write_text(EVENTS % "AETOXGR", encoding="utf-8")
    ae = frame(
        STUDYID=["S1"],
        USUBJID=["A"],
        AESEQ=[1.0],
        AEGRPID=["1"],
        AETOXGR=["MILD"],
        AESTDTC=[""],
        AEENDTC=[""],
    )
    with pytest.raises(Refused, match="AETOXGR is 'MILD'; expected a number"):
        to_adam(sdtm(A=[]) | {"AE": ae}, load_study(folder))
