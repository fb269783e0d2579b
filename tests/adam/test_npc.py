"""The trial: its analysis datasets from a simulated export, against what the simulator knows."""

import json

import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.simulate import simulate

SUBJECTS = 60


def trial(folder, subjects: int):
    simulate(folder, subjects=subjects, seed=11, export="csv", encoding="utf-8", clean=True, without=())
    study = npc.load_study("npc")
    sdtm = npc.to_sdtm(npc.read_raw(folder, study), study)
    known = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["subjects"]
    dm = sdtm.datasets["DM"]
    truth = pd.DataFrame(known).assign(
        USUBJID=lambda table: table["SUBJID"].map(dict(zip(dm["SUBJID"], dm["USUBJID"], strict=True)))
    )
    return study, sdtm, npc.to_adam(sdtm, study), truth.set_index("USUBJID")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return trial(tmp_path_factory.mktemp("trial"), SUBJECTS)


def agree_with_the_truth(adam, truth):
    adrs, adtte, adsl = (adam.datasets[name] for name in ("ADRS", "ADTTE", "ADSL"))
    assert (adsl["SAFFL"] == "Y").sum() == len(truth)

    def parameter(table, code):
        return table[table["PARAMCD"] == code].set_index("USUBJID").reindex(truth.index)

    assert parameter(adrs, "BOR")["AVALC"].tolist() == truth["BOR"].tolist()
    response = parameter(adrs, "RSP")["ADT"].dt.strftime("%Y-%m-%d").fillna("")
    assert response.tolist() == truth["RSPDATE"].fillna("").tolist()
    # PFSS counts every progression and death, as the simulator does; PFS censors by FDA's rules.
    for code, name in (("PFSS", "PFS"), ("OS", "OS")):
        one = parameter(adtte, code)
        assert (one["CNSR"] == 0).tolist() == truth[f"{name}EVENT"].tolist()
        assert one["ADT"].dt.strftime("%Y-%m-%d").tolist() == truth[f"{name}DATE"].tolist()
        assert one["AVAL"].tolist() == truth[f"{name}DAYS"].tolist()
    adsl = adsl.set_index("USUBJID").reindex(truth.index)
    for variable, name in (
        ("TRTSDT", "TRTSDATE"), ("TRTEDT", "TRTEDATE"), ("DTHDT", "DTHDATE"), ("NACTDT", "NACTDATE"),
        ("LSTALVDT", "LSTALVDATE"),
    ):  # fmt: skip
        told = truth[name].fillna("")
        if variable == "LSTALVDT":  # of the dead the simulator says the day of death
            told = told.mask(truth["OSEVENT"], adsl[variable].dt.strftime("%Y-%m-%d"))
        assert adsl[variable].dt.strftime("%Y-%m-%d").fillna("").tolist() == told.tolist(), variable


def test_responses_and_endpoints_are_the_truth(made):
    _, _, adam, truth = made
    agree_with_the_truth(adam, truth)
    assert adam.findings.worst in (None, "note", "warning")


@pytest.mark.slow
def test_responses_and_endpoints_of_2000_subjects_are_the_truth(tmp_path):
    _, _, adam, truth = trial(tmp_path, 2000)
    agree_with_the_truth(adam, truth)


def test_what_is_computed_from_the_lesions_agrees_with_the_investigator(made):
    adrs = made[2].datasets["ADRS"]
    recorded, computed = (
        adrs[adrs["PARAMCD"] == code].set_index("USUBJID")["AVALC"] for code in ("BOR", "BORC")
    )
    assert recorded.equals(computed)


def test_rates_and_horizons(made):
    _, _, adam, _ = made
    adrs, adtte = adam.datasets["ADRS"], adam.datasets["ADTTE"]
    yes = adrs[adrs["AVALC"] == "Y"].groupby("PARAMCD").size()
    best = adrs[adrs["PARAMCD"] == "BOR"]["AVALC"]
    assert yes["DCR"] == best.isin(["CR", "PR", "SD"]).sum() > yes["BCP"] == best.isin(["CR", "PR"]).sum()
    assert len(best) == SUBJECTS  # those treated, not those screened
    assert yes["ORR"] == yes["CBCP"] == yes["CRSP"]
    whole, short = (adtte[adtte["PARAMCD"] == code].set_index("USUBJID") for code in ("PFS", "PFS12M"))
    assert (short["AVAL"] <= whole["AVAL"]).all() and short["AVAL"].max() <= 367
    beyond = whole["AVAL"] > 367
    assert (short["CNSR"][beyond] == 6).all() and beyond.any()


def test_no_baseline_assessment_is_told_and_censored_at_the_start(made):
    study, sdtm, _, truth = made
    who = truth.index[truth["PFSEVENT"]][0]
    data = dict(sdtm.datasets)
    for name in ("TU", "TR"):
        data[name] = data[name][data[name]["USUBJID"] != who].reset_index(drop=True)
    adam = npc.to_adam(data, study)
    assert any(f"ADSL {who}: treated without a baseline" in text for text in adam.findings.messages())
    adtte = adam.datasets["ADTTE"]
    one = adtte[(adtte["USUBJID"] == who) & (adtte["PARAMCD"] == "PFS")].iloc[0]
    assert (one["CNSR"], one["AVAL"]) == (4, 1)


def test_events_and_exposure_per_drug(made):
    adae, adex = made[2].datasets["ADAE"], made[2].datasets["ADEX"]
    worst = adae[adae["AOCCIFL"] == "Y"].set_index("USUBJID")["ATOXGRN"]
    emergent = adae[adae["TRTEMFL"] == "Y"].groupby("USUBJID")["ATOXGRN"].max()
    assert worst.sort_index().tolist() == emergent.sort_index().tolist()
    assert set(adae["RELSU"]) == set(adae["RELTO"]) == {"Y", "N"}
    overall = adex[adex["PARAMCD"] == "SUDOSE"].set_index("USUBJID")["AVAL"]
    intervals = adex[adex["PARAMCD"] == "SUINT"]
    days = (intervals["AENDT"] - intervals["ASTDT"]).dt.days + 1
    assert (intervals["AVAL"] * days).groupby(intervals["USUBJID"]).sum().sort_index().tolist() == (
        overall.sort_index().tolist()
    )
    intensity = adex[adex["PARAMCD"] == "TORDI"]["AVAL"]
    assert intensity.between(30, 110).all()
