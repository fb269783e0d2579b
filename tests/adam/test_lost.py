"""What a blank or partial field of the forms takes from the endpoints: a finding names them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.simulate import simulate

pytestmark = pytest.mark.slow

# Of a subject: the form, the field, the record (from 0) and what the field holds here.
CHANGES = [
    ("01001", "exs", "EXSTDAT", 0, "2022-02"),
    ("01001", "ext", "ECSTDAT", 0, "2022-02"),
    ("03004", "exs", "EXSTDAT", 0, "2022"),
    ("04002", "exs", "EXSTDAT", 0, "2022-05"),
    ("04002", "ext", "ECSTDAT", 0, ""),
    ("04004", "ext", "ECSTDAT", 1, "2022-08"),
    ("01005", "ext", "ECSTDAT", 3, ""),
    ("02001", "rs", "OVRLRESP", 1, ""),  # a new lesion
    ("01002", "rs", "OVRLRESP", 6, ""),  # PD of lesions that are no targets
    ("03003", "rs", "OVRLRESP", 0, ""),  # PR of the targets
    ("01001", "rs", "OVRLRESP", 6, ""),  # PD of the targets
    ("03005", "rs", "OVRLRESP", 0, ""),
    ("03005", "rs", "TRGRESP", 0, ""),
    ("03005", "rs", "NTRGRESP", 0, ""),
    ("04003", "eot", "EOTDAT", 0, ""),
    ("04003", "exs", "EXENDAT", 0, ""),
    ("03002", "eot", "EOTDAT", 0, ""),
    ("03002", "exs", "EXENDAT", 0, ""),
    ("04001", "eot", "EOTDAT", 0, "2022"),
    ("04001", "exs", "EXENDAT", 0, ""),
    ("03005", "eot", "EOTDAT", 0, ""),
    ("01005", "exs", "EXENDAT", 1, ""),
    ("01004", "eos", "EOSDAT", 0, ""),
    ("03001", "eos", "EOSDAT", 0, "UN-UN-UN"),
    ("03003", "eot", "DSSTDAT", 1, ""),
    ("01001", "eos", "EOSDAT", 0, ""),
    ("01002", "ae", "AESTDAT", 0, ""),
    ("03004", "ae", "AESTDAT", 0, ""),
    ("04004", "ae", "AESTDAT", 0, ""),
]


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
    sdtm = npc.to_sdtm(replace(raw, forms=forms), study)
    return sdtm, npc.to_adam(sdtm, study)


def subjects_of(findings: pd.DataFrame) -> list[str]:
    return sorted(findings["USUBJID"].str.replace("NCT04955886-", "").str.replace("-", ""))


def of_check(made, severity: str, words: str) -> pd.DataFrame:
    frame = made[1].findings.frame()
    return frame[(frame["severity"] == severity) & frame["rule"].str.contains(words, regex=False)]


def test_a_first_dose_of_no_stated_day_names_the_endpoints_that_it_starts(made):
    stated = of_check(made, "error", "the first dose may be one")
    assert subjects_of(stated) == ["01001", "03004", "04002"]
    assert all(name in stated["rule"].iloc[0] for name in ("PFS", "OS", "TTR", "DOR", "BOR", "ORR12M"))
    assert stated["value"].str.contains("2022-02-01").tolist() == [True, False, False]


def test_lesions_without_an_overall_response_name_what_loses_it(made):
    stated = of_check(made, "error", "without an overall response").sort_values("USUBJID")
    assert subjects_of(stated) == ["01001", "01002", "02001", "03003"]
    assert stated["value"].tolist() == ["WEEK 42", "WEEK 42", "WEEK 18", "WEEK 6"]
    assert all(name in stated["rule"].iloc[0] for name in ("PFS", "DOR", "ORR"))


def test_an_open_line_that_ends_with_the_record_of_the_end_is_said_to(made):
    stated = of_check(made, "warning", "states no last dose")
    assert subjects_of(stated) == ["03002", "04001", "04003"]
    adsl = made[1].datasets["ADSL"].set_index("SUBJID")
    assert f"{adsl.loc['04003', 'SUEDT']:%Y-%m-%d}" == "2023-03-15"


@pytest.mark.parametrize(
    ("dataset", "variable", "subjects"),
    [("DS", "DSSTDTC", ["01004", "03001", "03003"]), ("AE", "AESTDTC", ["01002", "03004", "04004"])],
)
def test_an_event_without_a_date_is_one_finding_of_the_conversion(made, dataset, variable, subjects):
    stated, later = (item.findings.frame() for item in made)
    stated = stated[
        (stated["severity"] != "note") & (stated["dataset"] == dataset) & (stated["variable"] == variable)
    ]
    stated = stated[stated["value"] == ""]
    assert stated["code"].unique().tolist() == ["MAP_CHECK"]
    assert subjects_of(stated) == subjects
    assert later[(later["severity"] != "note") & (later["dataset"] == "ADAE")].empty


def test_the_end_of_the_study_by_death_needs_no_date_of_its_form(made):
    one = made[1].datasets["ADSL"].set_index("SUBJID").loc["01001"]
    assert one["EOSDT"] == one["DTHDT"] == pd.Timestamp("2024-10-29")
