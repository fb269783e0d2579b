"""The trial: its analysis datasets from a simulated export, against what the simulator knows."""

import json
from datetime import date

import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.simulate import simulate
from tests.adam import plain
from tests.adam.trial import alike, name_of

pytestmark = pytest.mark.slow
SUBJECTS = 60


def trial(folder, subjects: int):
    simulate(folder, subjects=subjects, seed=11, export="csv", encoding="utf-8", clean=True, without=())
    study = npc.load_study("npc")
    sdtm = npc.to_sdtm(npc.read_raw(folder, study), study)
    existing = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["subjects"]
    dm = sdtm.datasets["DM"]
    truth = pd.DataFrame(existing).assign(
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
        stated = truth[name].fillna("")
        if variable == "LSTALVDT":  # of the dead the simulator says the day of death
            stated = stated.mask(truth["OSEVENT"], adsl[variable].dt.strftime("%Y-%m-%d"))
        assert adsl[variable].dt.strftime("%Y-%m-%d").fillna("").tolist() == stated.tolist(), variable


def test_responses_and_endpoints_are_the_truth(made):
    _, _, adam, truth = made
    agree_with_the_truth(adam, truth)
    assert adam.findings.worst in (None, "note", "warning")


@pytest.mark.long
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


def test_no_baseline_assessment_is_reported_and_censored_at_the_start(changed):
    who = name_of(len(EXPOSURE) + len(MISSED))
    assert any(f"ADSL {who}: treated without a baseline" in text for text in changed.findings.messages())
    adtte = changed.datasets["ADTTE"]
    one = adtte[(adtte["USUBJID"] == who) & (adtte["PARAMCD"] == "PFS")].iloc[0]
    assert (one["CNSR"], one["AVAL"]) == (4, 1)


def test_events_and_exposure_per_drug(made):
    adae, adex = made[2].datasets["ADAE"], made[2].datasets["ADEX"]
    worst = adae[adae["AOCCIFL"] == "Y"].set_index("USUBJID")["ATOXGRN"]
    emergent = adae[adae["TRTEMFL"] == "Y"].groupby("USUBJID")["ATOXGRN"].max()
    assert worst.sort_index().tolist() == emergent.sort_index().tolist()
    assert set(adae["RELSU"]) == set(adae["RELTO"]) == {"Y", "N"}
    intensity = adex[adex["PARAMCD"] == "TORDI"]["AVAL"]
    assert intensity.between(30, 110).all()


def doses_of(datasets, who, drug, last):
    """Exposure of a subject to a drug as plain records, the days missed from SUPPEC; what goes on ends at ``last``."""
    ec, supp = datasets["EC"], datasets["SUPPEC"]
    numbers = supp[(supp["USUBJID"] == who) & (supp["QNAM"] == "ECMISS")]
    by_number = dict(zip(numbers["IDVARVAL"].astype(float), numbers["QVAL"].astype(int), strict=True))
    ec = ec[(ec["USUBJID"] == who) & (ec["ECTRT"] == drug)]
    missed = {row.ECLNKID: by_number.get(row.ECSEQ, 0) for row in ec.itertuples()}
    ex = datasets["EX"]
    ex = ex[(ex["USUBJID"] == who) & (ex["EXTRT"] == drug) & (ex["EXDOSE"] > 0)]

    def day(text):
        return date.fromisoformat(text[:10]) if len(text) >= 10 else None

    return [
        plain.Dose(row.EXDOSE, day(row.EXSTDTC), day(row.EXENDTC) or last, row.EXDOSFRQ == "ONCE", missed.get(row.EXLNKID, 0))
        for row in ex.itertuples()
    ]  # fmt: skip


def test_cumulative_doses_are_those_of_the_plain_sum(made):
    _, sdtm, adam, truth = made
    adsl, adex = adam.datasets["ADSL"].set_index("USUBJID"), adam.datasets["ADEX"]
    chosen = adex[adex["PARAMCD"].isin(["SUAMT", "TOAMT"])].groupby(["USUBJID", "PARAMCD"])["AVAL"].sum()
    any_missed = False
    for who in truth.index:
        for drug, prefix in (("SURUFATINIB", "SU"), ("TORIPALIMAB", "TO")):
            doses = doses_of(sdtm.datasets, who, drug, adsl.loc[who, "LSTALVDT"].date())
            any_missed |= any(dose.missed for dose in doses)
            assert adsl.loc[who, f"{prefix}CUMDOS"] == plain.cumulative(doses) == chosen[who, f"{prefix}AMT"]
        surdi = 100 * adsl.loc[who, "SUCUMDOS"] / (250 * adsl.loc[who, "SUDURD"])
        assert adsl.loc[who, "SURDI"] == pytest.approx(surdi)
    assert any_missed


INFUSIONS = [
    {"EXSTDTC": "2022-03-01T23:30", "EXENDTC": "2022-03-02T00:30"},
    {"EXSTDTC": "2022-03-01T23:30", "EXENDTC": "2022-03-03T00:00"},
    {"EXSTDTC": "2022-03-01T23:30", "EXENDTC": ""},
    {"EXSTDTC": "2022-03", "EXENDTC": "2022-03"},
    {"EXSTDTC": "", "EXENDTC": ""},
]
INTERVAL = {"EXSTDTC": "2022-03", "EXENDTC": "2022-04"}
EXPOSURE = [*(("TORIPALIMAB", columns) for columns in INFUSIONS), ("SURUFATINIB", INTERVAL)]
MISSED = [("0", 0), ("1", 1), ("4", 4), ("999", None)]


def with_exposure(data, drug, columns):
    """Let the second record of a drug of a subject have other values."""
    ex = data["EX"]
    at = ex.index[(ex["EXTRT"] == drug) & (ex["EXDOSE"] > 0)][1]
    for name, value in columns.items():
        ex.loc[at, name] = value


def missed_of(data):
    """The first interval of a subject's surufatinib in EC, and which records of SUPPEC say what was missed of it."""
    first = data["EC"][data["EC"]["ECTRT"] == "SURUFATINIB"].iloc[0]
    supp = data["SUPPEC"]
    return first, (supp["QNAM"] == "ECMISS") & (supp["IDVARVAL"].astype(float) == first["ECSEQ"])


def with_missed(data, missed):
    _, rows = missed_of(data)
    assert rows.sum() == 1
    data["SUPPEC"].loc[rows, "QVAL"] = missed


def one_of(made):
    """A subject with a progression, and with several doses of either drug."""
    _, sdtm, _, truth = made
    ex = sdtm.datasets["EX"]
    doses = ex[ex["EXDOSE"] > 0].groupby(["USUBJID", "EXTRT"]).size().groupby("USUBJID").min()
    return next(who for who in truth.index[truth["PFSEVENT"]] if doses[who] > 1)


def without_lesions(data):
    data["TU"], data["TR"] = data["TU"].head(0), data["TR"].head(0)


@pytest.fixture(scope="module")
def changed(made):
    """ADaM of subjects like one, each with a change; one after the other as the lists have them."""
    study, sdtm, _, _ = made
    changes = [
        *(lambda data, case=case: with_exposure(data, *case) for case in EXPOSURE),
        *(lambda data, missed=missed: with_missed(data, missed) for missed, _ in MISSED),
        without_lesions,
    ]
    return npc.to_adam(alike(sdtm.datasets, one_of(made), changes), study)


def adsl_before_and_after(made, changed, number):
    before, after = (adam.datasets["ADSL"].set_index("USUBJID") for adam in (made[2], changed))
    return before.loc[one_of(made)], after.loc[name_of(number)]


def checks_of(changed, number, words):
    """Severity of the findings of a subject of a check of these words."""
    findings = changed.findings.frame()
    mine = (findings["USUBJID"] == name_of(number)) & findings["rule"].str.contains(words)
    return findings[mine]["severity"].tolist()


@pytest.mark.parametrize("number", range(len(INFUSIONS)))
def test_an_infusion_counts_once_whatever_its_dates(made, changed, number):
    before, after = adsl_before_and_after(made, changed, number)
    assert after["TOCUMDOS"] == before["TOCUMDOS"]
    undated = checks_of(changed, number, "infusion without a date")
    assert len(undated) == (0 if len(INFUSIONS[number]["EXSTDTC"]) > 9 else 1)


def test_an_interval_without_its_days_is_an_error_that_names_what_loses_it(changed):
    assert checks_of(changed, len(INFUSIONS), "lost to SUDOSE and SURDI") == ["error"]


def test_nobody_else_has_a_finding_of_a_change(changed):
    findings = changed.findings.frame()
    stated = findings[findings["rule"].str.contains("infusion without a date|lost to SUDOSE and SURDI")]
    assert set(stated["USUBJID"]) <= {name_of(number) for number in range(len(EXPOSURE))}


@pytest.mark.parametrize("number", range(len(MISSED)))
def test_days_missed_are_not_taken(made, changed, number):
    sdtm, who = made[1].datasets, one_of(made)
    data = {name: sdtm[name][sdtm[name]["USUBJID"] == who] for name in ("EC", "SUPPEC", "EX")}
    first, rows = missed_of(data)
    ex = data["EX"][data["EX"]["EXSTDTC"] == first["ECSTDTC"]]
    days = (pd.Timestamp(ex["EXENDTC"].iloc[0]) - pd.Timestamp(ex["EXSTDTC"].iloc[0])).days + 1
    wanted = MISSED[number][1]
    fewer = (days if wanted is None else wanted) - int(
        data["SUPPEC"].loc[rows, "QVAL"].item()
    )  # never below nothing
    before, after = adsl_before_and_after(made, changed, len(EXPOSURE) + number)
    assert before["SUCUMDOS"] - after["SUCUMDOS"] == ex["EXDOSE"].iloc[0] * fewer


def test_a_study_where_nobody_missed_a_day_has_no_qualifier_and_is_converted(made):
    study, sdtm, _, truth = made
    supp = sdtm.datasets["SUPPEC"]
    adam = npc.to_adam(
        {**sdtm.datasets, "SUPPEC": supp[supp["QNAM"] != "ECMISS"].reset_index(drop=True)}, study
    )
    adsl = adam.datasets["ADSL"].set_index("USUBJID")
    for who in truth.index[:10]:
        doses = doses_of(
            {**sdtm.datasets, "SUPPEC": supp.head(0)}, who, "SURUFATINIB", adsl.loc[who, "LSTALVDT"].date()
        )
        assert adsl.loc[who, "SUCUMDOS"] == plain.cumulative(doses)
