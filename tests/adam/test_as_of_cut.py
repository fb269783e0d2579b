"""The trial as of a data cut, subjects on treatment, and deaths heard of later."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.simulate import simulate
from cdisc_npc.study.versions import DataCut
from tests.adam.trial import alike, name_of

pytestmark = pytest.mark.slow
CUT = "2022-12-31"


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """The study, the raw data, and SDTM of all of it."""
    folder = tmp_path_factory.mktemp("trial")
    simulate(folder, subjects=14, seed=7, clean=True)
    study = npc.load_study("npc")
    raw = npc.read_raw(folder, study)
    return study, raw, npc.to_sdtm(raw, study).datasets


@pytest.fixture(scope="module")
def cut(trial):
    """SDTM and ADaM as of the cut."""
    study, raw, _ = trial
    stated = DataCut(date=CUT, entered="RFICDTC", rules={"TS": "none"})
    study = replace(study, study=study.study.model_copy(update={"data_cut": stated}))
    sdtm = npc.to_sdtm(raw, study)
    return sdtm.datasets, npc.to_adam(sdtm, study)


def adsl_of(study, datasets) -> tuple[pd.DataFrame, pd.DataFrame]:
    adam = npc.to_adam(datasets, study)
    return adam.datasets["ADSL"].set_index("USUBJID"), adam.findings.frame()


def day(value: pd.Timestamp) -> str:
    return "" if pd.isna(value) else f"{value:%Y-%m-%d}"


# the data cut ----


def test_nothing_is_dated_after_the_cut(cut) -> None:
    sdtm, adam = cut
    for name, frame in sdtm.items():
        dates = [column for column in frame if str(column).endswith("DTC")]
        assert not any((frame[column].str.slice(0, 10) > CUT).any() for column in dates), name
        if name.startswith("SUPP"):
            assert not (frame["QVAL"].str.fullmatch(r"\d{4}-\d\d-\d\d.*") & (frame["QVAL"] > CUT)).any()
    for name, frame in adam.datasets.items():
        moments = frame.select_dtypes("datetime")
        assert not (moments > pd.Timestamp(CUT)).any().any(), name


def test_the_summary_states_the_cut(trial, cut) -> None:
    summary = cut[0]["TS"].set_index("TSPARMCD")[["TSVAL", "TSVALNF"]]
    assert summary.loc["DCUTDTC"].tolist() == [CUT, ""]
    assert summary.loc["DCUTDESC"].tolist() == ["Data cut", ""]
    whole = trial[2]["TS"].set_index("TSPARMCD")[["TSVAL", "TSVALNF"]]
    assert whole.loc["DCUTDTC"].tolist() == whole.loc["DCUTDESC"].tolist() == ["", "NA"]
    assert summary.loc["SSTDTC"].equals(whole.loc["SSTDTC"])


def test_a_subject_on_treatment_at_the_cut_is_exposed_up_to_it(cut) -> None:
    sdtm, adam = cut
    adsl = adam.datasets["ADSL"].set_index("USUBJID")
    ex, ds = sdtm["EX"], sdtm["DS"]
    stopped = ds[ds["DSSCAT"] == "STUDY TREATMENT"].groupby("USUBJID")["DSGRPID"].nunique()
    treated = adsl.index[adsl["SAFFL"] == "Y"]
    going_on = [who for who in treated if stopped.get(who, 0) < 2 and adsl.loc[who, "DTHFL"] != "Y"]
    assert adsl.index[adsl["EOTSTT"] == "ONGOING"].tolist() == going_on and going_on
    open_ = ex[(ex["EXENDTC"] == "") & (ex["EXTRT"] == "SURUFATINIB")]["USUBJID"].unique()
    assert len(open_) and {day(adsl.loc[who, "SUEDT"]) for who in open_} == {CUT}
    assert {day(adsl.loc[who, "TRTEDT"]) for who in open_} == {CUT}
    assert (adsl.loc[going_on, "RFENDTC"] == "").all()
    assert not (sdtm["SE"]["USUBJID"].isin(going_on) & (sdtm["SE"]["ETCD"] == "FUP")).any()


def test_nobody_is_censored_alive_on_the_day_of_death_or_later(trial, cut) -> None:
    died = trial[2]["DM"].set_index("USUBJID")["DTHDTC"].str.slice(0, 10)
    adtte = cut[1].datasets["ADTTE"]
    os_ = adtte[adtte["PARAMCD"] == "OS"].set_index("USUBJID")
    for who, one in os_.iterrows():
        dead = "" < died[who] <= CUT
        assert (one["CNSR"] == 0) == dead
        assert day(one["ADT"]) == died[who] if dead else not died[who] or day(one["ADT"]) < died[who]
    assert (os_["CNSR"] == 0).any() and (os_["CNSR"] == 1).any()


# on treatment, without a cut ----


def test_treatment_goes_on_until_its_end_is_reported(trial) -> None:
    study, raw, sdtm = trial
    dm = sdtm["DM"]
    who = dm[(dm["RFXSTDTC"] != "") & (dm["DTHFL"] == "")]["SUBJID"].iloc[-1]
    usubjid = dm[dm["SUBJID"] == who]["USUBJID"].iloc[0]
    forms = dict(raw.forms)
    mine = forms["exs"]["SUBJID"] == who
    last = forms["exs"][mine]["EXSTDAT"].idxmax()
    forms["exs"] = forms["exs"].assign(EXENDAT=forms["exs"]["EXENDAT"].where(forms["exs"].index != last, ""))
    for form in ("eot", "eos"):
        forms[form] = forms[form][forms[form]["SUBJID"] != who]
    # An event long after the last dose that was recorded.
    first = forms["ae"][forms["ae"]["SUBJID"] == who].index[0]
    contact = sdtm["SV"][sdtm["SV"]["USUBJID"] == usubjid]["SVENDTC"].max()[:10]
    ae = forms["ae"].copy()
    ae.loc[first, ["AESTDAT", "AEENDAT"]] = [contact, contact]
    forms["ae"] = ae
    result = npc.to_sdtm(replace(raw, forms=forms), study)
    assert result.datasets["DM"].set_index("USUBJID").loc[usubjid, "RFENDTC"] == ""
    adam = npc.to_adam(result, study)
    adsl = adam.datasets["ADSL"].set_index("USUBJID").loc[usubjid]
    assert (adsl["SUEOTSTT"], adsl["EOTSTT"], adsl["EOSSTT"]) == ("ONGOING", "ONGOING", "ONGOING")
    assert day(adsl["SUEDT"]) == day(adsl["TRTEDT"]) == day(adsl["LSTALVDT"]) == contact
    adae = adam.datasets["ADAE"]
    event = adae[(adae["USUBJID"] == usubjid) & (adae["AESTDTC"] == contact)].iloc[0]
    assert (event["TRTEMFL"], event["EPOCH"]) == ("Y", "TREATMENT")


def test_who_takes_part_is_in_contact_on_every_day_that_is_dated(trial) -> None:
    study, raw, sdtm = trial
    forms = dict(raw.forms)
    dm = sdtm["DM"].set_index("SUBJID")
    there = [set(forms[form]["SUBJID"]) for form in ("ae", "cm", "dv")]
    alive = [who for who in dm.index if dm.loc[who, "RFXSTDTC"] and not dm.loc[who, "DTHFL"]]
    late = {}
    for form, has, field in zip(("ae", "cm", "dv"), there, ("AEENDAT", "CMENDAT", "DVSTDAT"), strict=True):
        late[form] = next(who for who in alive if who in has and who not in late.values()), field
    left = next(who for who in alive if who in there[0] and who not in {who for who, _ in late.values()})
    going_on = {who for who, _ in late.values()}
    forms["eos"] = forms["eos"][~forms["eos"]["SUBJID"].isin(going_on)]
    for form, who, field in [*((form, *one) for form, one in late.items()), ("ae", left, "AEENDAT")]:
        table = forms[form].copy()
        table.loc[table[table["SUBJID"] == who].index[0], field] = "2027-02-03"
        forms[form] = table
    result = npc.to_sdtm(replace(raw, forms=forms), study).datasets["DM"].set_index("SUBJID")["RFPENDTC"]
    assert {result[who] for who in going_on} == {"2027-02-03"}
    # What is dated after the end of participation is no contact: it stays an error of the checks.
    assert result[left] == dm.loc[left, "RFPENDTC"]


def test_a_dataset_without_records_may_be_missing(trial) -> None:
    study, _, sdtm = trial
    names = ["DD", "DV", "PR"]
    rest = {name: frame for name, frame in sdtm.items() if name.removeprefix("SUPP") not in names}
    result = npc.to_adam(rest, study)
    stated = result.findings.frame().query("code == 'ADAM_EMPTY'")
    assert sorted(stated[["severity", "dataset"]].values.tolist()) == [["warning", name] for name in names]
    whole = npc.to_adam(rest | {name: sdtm[name].iloc[:0] for name in names}, study)
    for dataset, frame in whole.datasets.items():
        pd.testing.assert_frame_equal(result.datasets[dataset], frame)


INTERVALS = [
    (("2022-03-01", "2022-03-22"), "2022-03-21", "", 21),
    (("2022-03-01", "2022-03-02"), "2022-03-01", "", 1),
    (("2022-03-01", "2022-04-01"), "2022-03-31", "4", 27),
    (("2022-03-01", "2022-03-04"), "2022-03-03", "9", 0),
]


def with_interval(data: dict[str, pd.DataFrame], begins: tuple[str, str], missed: str) -> None:
    """Let the first interval of a subject's surufatinib have no end, and one of a day be all that follows."""
    ex, ec, supp = data["EX"], data["EC"], data["SUPPEC"]
    rows = ex[ex["EXTRT"] == "SURUFATINIB"].index
    old = ec[(ec["ECTRT"] == "SURUFATINIB") & (ec["ECLNKID"] == ex.loc[rows[0], "EXLNKID"])]
    ec.loc[old.index, ["ECSTDTC", "ECENDTC"]] = [begins[0], ""]
    sequence = f"{old['ECSEQ'].iloc[0]:g}"
    added = supp.iloc[[0]].assign(IDVAR="ECSEQ", IDVARVAL=sequence, QNAM="ECMISS", QVAL=missed)
    supp = supp[~((supp["QNAM"] == "ECMISS") & (supp["IDVARVAL"] == sequence))]
    data["SUPPEC"] = pd.concat([supp, added] if missed else [supp])
    ex.loc[rows[0], ["EXSTDTC", "EXENDTC"]] = [begins[0], ""]
    again = ex.loc[[rows[0]]].assign(EXSEQ=999.0, EXSTDTC=begins[1], EXENDTC=begins[1], EXLNKID="another")
    data["EX"] = pd.concat([ex.drop(rows[1:]), again])


@pytest.fixture(scope="module")
def intervals(trial) -> tuple[float, npc.Adam]:
    """The first dose of a subject, and ADaM of one like it for each interval."""
    study, _, sdtm = trial
    who = sdtm["DM"].query("RFXSTDTC != ''")["USUBJID"].iloc[0]
    changes = [lambda data, case=case: with_interval(data, case[0], case[2]) for case in INTERVALS]
    dose = sdtm["EX"].query("USUBJID == @who and EXTRT == 'SURUFATINIB'")["EXDOSE"].iloc[0]
    return dose, npc.to_adam(alike(sdtm, who, changes), study)


@pytest.mark.parametrize("number", range(len(INTERVALS)))
def test_an_interval_without_an_end_lasts_until_the_next_one(intervals, number: int) -> None:
    dose, adam = intervals
    begins, end, missed, days = INTERVALS[number]
    adex, findings = adam.datasets["ADEX"], adam.findings.frame()
    adex = adex[(adex["USUBJID"] == name_of(number)) & (adex["PARAMCD"] == "SUAMT")].sort_values("ASTDT")
    assert [day(value) for value in adex["AENDT"]] == [end, begins[1]]
    assert adex["AVAL"].tolist() == [dose * days, dose]
    stated = findings[(findings["dataset"] == "ADEX") & (findings["USUBJID"] == name_of(number))][
        "rule"
    ].tolist()
    assert len([rule for rule in stated if "counted to the day before" in rule]) == 1
    assert len([rule for rule in stated if "days missed" in rule]) == bool(missed)


def test_elements_epochs_and_their_rules_are_one(trial) -> None:
    study, _, sdtm = trial
    se = sdtm["SE"].sort_values(["USUBJID", "TAETORD"])
    begins = {start.epoch: start for start in study.study.epochs}
    dm = sdtm["DM"].set_index("USUBJID")
    for row in se.itertuples():
        start = begins[row.EPOCH]
        reference = dm.loc[row.USUBJID, start.date.removeprefix("DM.")]
        if start.after:
            reference = day(pd.Timestamp(reference[:10]) + pd.Timedelta(days=1))
        assert reference == row.SESTDTC
    rules = sdtm["TE"].set_index("ETCD")
    for etcd, follows in (("SCRN", "TRT"), ("TRT", "FUP")):
        assert rules.loc[etcd, "TEENRL"] == rules.loc[follows, "TESTRL"]
    # The epoch of every event is that of the element which holds it.
    for name, date in (("AE", "AESTDTC"), ("LB", "LBDTC"), ("RS", "RSDTC"), ("EX", "EXSTDTC")):
        records = sdtm[name][["USUBJID", "EPOCH", date]]
        both = records.merge(se, on="USUBJID", suffixes=("", "_SE"))
        within = (both[date].str.slice(0, 10) >= both["SESTDTC"].str.slice(0, 10)) & (
            both[date].str.len() >= 10
        )
        expected = both[within].groupby(["USUBJID", date])["EPOCH_SE"].last().rename("wanted").reset_index()
        stated = records.merge(expected, on=["USUBJID", date])
        assert (stated["EPOCH"] == stated["wanted"]).all(), name


# deaths heard of later ----


NEWS = ["2024-10-29", "2024-11-20", "2025-06-30"]
PARTIAL = [
    ("2024-11", "2024-12-20", "", "2024-11-01", "D"),
    ("2024-10", "2024-12-20", "", "2024-10-18", "D"),  # not before the last evidence of life
    ("2024-10", "2024-10-20", "", "2024-10-18", "D"),
    ("2024-11", "2024-11-05", "2024-11-05", "2024-11-05", "D"),
    ("2024", "2024-12-20", "", "2024-10-18", "M"),
    ("2025", "2025-02-01", "", "2025-01-01", "M"),
]
SEEN = [("2024-10-29", "2024-11-02"), ("2024-10", "2024-11-02"), ("2023", "2024-10-25")]
# A date of death, its news, and a contact alive.
DEATHS = [
    *(("2024-10-29", news, "") for news in NEWS),
    *(case[:3] for case in PARTIAL),
    *((text, "2024-12-01", seen) for text, seen in SEEN),
    ("--10-29", "2024-12-01", ""),
]


def with_death(data: dict[str, pd.DataFrame], text: str, news: str, seen: str) -> None:
    """Let a subject have died on a date that is heard of later, and be seen alive."""
    dm, ss, sv, ds = (data[name] for name in ("DM", "SS", "SV", "DS"))
    dm["DTHDTC"] = text
    dead = ss["SSSTRESC"] == "DEAD"
    assert dead.sum() == 1
    ss.loc[dead, "SSDTC"] = news
    sv.loc[sv["VISITNUM"] == ss[dead]["VISITNUM"].iloc[0], ["SVSTDTC", "SVENDTC"]] = news
    ds.loc[ds["DSSCAT"] == "STUDY PARTICIPATION", ["DSSTDTC", "DSDTC"]] = [text, news]
    ds.loc[ds["DSCAT"] == "OTHER EVENT", "DSSTDTC"] = text
    if seen:
        alive = ss[~dead].index[-1]
        ss.loc[alive, "SSDTC"] = seen
        sv.loc[sv["VISITNUM"] == ss.loc[alive, "VISITNUM"], ["SVSTDTC", "SVENDTC"]] = seen


@pytest.fixture(scope="module")
def deaths(trial) -> tuple[pd.DataFrame, pd.DataFrame]:
    """ADSL of a subject that died, as often as there are deaths, and the findings."""
    study, _, sdtm = trial
    who = sdtm["DM"].query("DTHFL == 'Y'")["USUBJID"].iloc[0]
    changes = [lambda data, case=case: with_death(data, *case) for case in DEATHS]
    return adsl_of(study, alike(sdtm, who, changes))


def heard_of(deaths, text: str, news: str, seen: str = "") -> tuple[pd.Series, pd.DataFrame]:
    """ADSL of the subject with a date of death, its news, and (``seen``) a contact alive; and its findings."""
    (adsl, findings), who = deaths, name_of(DEATHS.index((text, news, seen)))
    return adsl.loc[who], findings[findings["USUBJID"] == who]


@pytest.mark.parametrize("news", NEWS)
def test_the_day_of_the_news_is_not_the_day_of_death(deaths, news: str) -> None:
    adsl, findings = heard_of(deaths, "2024-10-29", news)
    assert (day(adsl["DTHDT"]), adsl["DTHDTF"]) == ("2024-10-29", "")
    assert day(adsl["LSTALVDT"]) == "2024-10-18" and adsl["LSTALVSR"] == "Survival follow-up"
    assert findings.empty


@pytest.mark.parametrize(("text", "news", "seen", "death", "flag"), PARTIAL)
def test_a_partial_death_lies_between_the_last_evidence_of_life_and_the_news(
    deaths, text: str, news: str, seen: str, death: str, flag: str
) -> None:
    adsl, findings = heard_of(deaths, text, news, seen)
    assert (day(adsl["DTHDT"]), adsl["DTHDTF"]) == (death, flag)
    assert adsl["LSTALVDT"] <= adsl["DTHDT"]
    stated = findings[findings["rule"].str.contains("decides OS")]
    assert len(stated) == 1 and death in stated["value"].iloc[0]


@pytest.mark.parametrize(("text", "seen"), SEEN)
def test_who_is_seen_after_the_death_is_a_contradiction(deaths, text: str, seen: str) -> None:
    adsl, findings = heard_of(deaths, text, "2024-12-01", seen)
    stated = findings[findings["rule"] == "seen alive after death"]
    assert stated["severity"].tolist() == ["error"] and seen in stated["value"].iloc[0]
    assert adsl["LSTALVDT"] <= adsl["DTHDT"]


def test_a_death_without_a_year_is_an_error_that_names_what_loses_it(deaths) -> None:
    adsl, findings = heard_of(deaths, "--10-29", "2024-12-01")
    assert pd.isna(adsl["DTHDT"])
    stated = findings[findings["rule"].str.contains("no event of OS")]
    assert stated["severity"].tolist() == ["error"]


def test_no_variable_of_a_subject_is_blank_for_everybody(trial) -> None:
    study, _, sdtm = trial
    adsl, _ = adsl_of(study, sdtm)
    filled = {name for name in adsl if (adsl[name].notna() & (adsl[name] != "")).any()}
    # Nobody was treated off the plan; flags say that a date was imputed.
    assert set(adsl) - filled <= {"ACTARMUD", "DTHDTF", "NACTDTF"}
