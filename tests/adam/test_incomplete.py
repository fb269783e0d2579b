"""Therapies, doses and deaths of which a part is not there: what they count for, and the error that names what is lost."""

from dataclasses import replace

import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.simulate import simulate

pytestmark = pytest.mark.slow

# Of a subject: the form, the field, what it held (or the record, from 0), and what it holds here.
CHANGES = [
    ("01001", "pat", "CMSTDAT", 0, "2022-12"),
    ("01005", "pat", "CMSTDAT", 0, "2023-03"),
    ("03002", "pat", "CMSTDAT", 0, "2022"),
    ("04003", "pat", "CMSTDAT", 0, "2023-04"),
    ("01002", "pat", "CMSTDAT", 0, ""),
    ("03003", "pat", "CMSTDAT", 0, "UN-UN-UN"),
    ("03004", "pat", "CMSTDAT", 0, ""),
    ("03004", "pat", "CMTRT", 0, "Radiotherapy"),
    ("03005", "exs", "EXDOSE", 0, ""),
    ("04003", "ext", "ECDOSE", 2, ""),
    ("04001", "ext", "ECOCCUR", 1, "No"),
    ("04004", "ext", "ECOCCUR", 1, ""),
    ("01004", "exs", "EXMISS", 0, "60"),
    ("04002", "exs", "EXMISS", 0, "49"),
    ("01002", "exs", "EXMISS", 0, "34"),
    ("03001", "exs", "EXMISS", 0, "19"),
    ("02001", "exs", "EXENDAT", 2, "2022-07"),
    ("01004", "exs", "EXENDAT", 1, "2023"),
    ("03003", "exs", "EXENDAT", 0, "2022-05"),
    ("02001", "dd", "DTHDAT", 0, ""),
    ("03001", "ae", "AEOUT", 0, "Fatal"),
]
NO_RECORD = [("01005", "dd"), ("04001", "dd"), ("04001", "eos")]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """SDTM and ADaM of a trial of 14 subjects, and of what each subject has findings."""
    folder = tmp_path_factory.mktemp("trial")
    simulate(folder, subjects=14, seed=7, clean=True)
    study = npc.load_study("npc")
    raw = npc.read_raw(folder, study)
    forms = {name: frame.copy() for name, frame in raw.forms.items()}
    for subject, form, field, record, value in CHANGES:
        frame = forms[form]
        frame.loc[frame.index[frame["SUBJID"] == subject][record], field] = value
    for subject, form in NO_RECORD:
        forms[form] = forms[form][forms[form]["SUBJID"] != subject]
    sdtm = npc.to_sdtm(replace(raw, forms=forms), study)
    return sdtm, npc.to_adam(sdtm, study)


def usubjid(subject: str) -> str:
    return f"NCT04955886-{subject[:2]}-{subject[2:]}"


def adsl(made, subject: str) -> pd.Series:
    return made[1].datasets["ADSL"].set_index("USUBJID").loc[usubjid(subject)]


def subjects_of(made, severity: str, words: str) -> list[str]:
    """Who has a finding of a check of these words."""
    frame = made[1].findings.frame()
    frame = frame[(frame["severity"] == severity) & frame["rule"].str.contains(words, regex=False)]
    return sorted(frame["USUBJID"].str.replace("NCT04955886-", "").str.replace("-", ""))


@pytest.mark.parametrize(
    ("subject", "day", "flag", "progression"),
    [
        ("01001", "2022-12-17", "D", "2022-12-15"),  # the last dose lies in the month
        ("01005", "2023-03-17", "D", "2023-03-15"),
        ("03002", "2022-11-28", "M", "2022-11-26"),  # in the year
        ("04003", "2023-04-01", "D", "2023-03-11"),  # before the month
    ],
)
def test_a_later_therapy_of_a_partial_date_is_not_before_the_last_dose(made, subject, day, flag, progression):
    one = adsl(made, subject)
    assert (f"{one['NACTDT']:%Y-%m-%d}", one["NACTDTF"]) == (day, flag)
    adtte = made[1].datasets["ADTTE"]
    pfs = adtte[(adtte["USUBJID"] == usubjid(subject)) & (adtte["PARAMCD"] == "PFS")].iloc[0]
    assert (f"{pfs['ADT']:%Y-%m-%d}", pfs["CNSR"]) == (progression, 0)
    assert subject in subjects_of(made, "warning", "day of a new therapy is imputed")


def test_a_later_therapy_of_a_stated_day_has_no_flag(made):
    one = adsl(made, "04002")
    assert (f"{one['NACTDT']:%Y-%m-%d}", one["NACTDTF"]) == ("2022-07-20", "")


def test_a_later_therapy_without_a_date_is_an_error(made):
    assert subjects_of(made, "error", "cannot end PFS") == ["01002", "03003", "03004"]


def test_a_dose_without_its_amount_or_the_reverse_is_an_error(made):
    assert subjects_of(made, "error", "lost to exposure") == ["03005", "04001", "04003", "04004"]


def test_more_days_missed_than_an_interval_has_is_an_error(made):
    assert subjects_of(made, "error", "more days missed") == ["01002", "01004", "04002"]


@pytest.mark.parametrize(
    ("subject", "interval", "last"),
    [("02001", 2, "2022-07-16"), ("01004", 1, "2023-04-16"), ("03003", 0, "2022-05-31")],
)
def test_an_interval_ends_with_the_last_day_that_its_partial_end_allows(made, subject, interval, last):
    adex = made[1].datasets["ADEX"]
    amounts = adex[(adex["USUBJID"] == usubjid(subject)) & (adex["PARAMCD"] == "SUAMT")]
    assert f"{amounts['AENDT'].iloc[interval]:%Y-%m-%d}" == last
    assert pd.isna(amounts["AVAL"].iloc[interval])  # its days are not known
    assert subject in subjects_of(made, "error", "without its days")
    assert adsl(made, subject)["SUEDT"] == amounts["AENDT"].max()


def test_whoever_died_is_flagged_without_a_date_and_lost_to_survival(made):
    dm = made[0].datasets["DM"].set_index("USUBJID")
    died = [usubjid(subject) for subject in ("01005", "02001")]
    assert dm.loc[died, ["DTHFL", "DTHDTC"]].to_numpy().tolist() == [["Y", ""], ["Y", ""]]
    frame = made[1].findings.frame()
    lost = frame[frame["code"] == "ADAM_UNDATED"].set_index("USUBJID")["expected"]
    assert lost[died].tolist() == ["PFS, PFS12M, PFSS, OS, OS36M"] * 2


def test_a_death_that_only_a_contact_or_an_event_reports_is_an_error(made):
    assert subjects_of(made, "error", "death reported by") == ["03001", "04001"]
