"""The clean forms agree with each other: dates in order, doses, events, laboratory, disposition and death."""

# Columns have names in capitals, which SIM300 takes for constants.
# ruff: noqa: SIM300

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.simulate.settings import Settings

Forms = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def key(forms: Forms) -> pd.DataFrame:
    """One row a treated subject: first and last doses, death, end of study, by SUBJID."""
    exs, ext = forms["exs"], forms["ext"]
    given = ext[ext.ECOCCUR == "Yes"]
    eot = forms["eot"].set_index(["EOTDRUG", "SUBJID"]).EOTDAT
    return pd.DataFrame(
        {
            "first": exs.groupby("SUBJID").EXSTDAT.min(),
            "oral": exs.groupby("SUBJID").EXENDAT.max(),
            "infusion": given.groupby("SUBJID").ECSTDAT.max(),
            "eot_oral": eot["Surufatinib"],
            "eot_infusion": eot["Toripalimab"],
            "death": forms["dd"].set_index("SUBJID").DTHDAT,
            "end": forms["eos"].set_index("SUBJID").EOSDAT,
            "reason": forms["eos"].set_index("SUBJID").EOSREAS,
        }
    ).loc[exs.SUBJID.unique()]


def dates_of(forms: Forms, contract_dates: dict[str, list[str]]) -> pd.DataFrame:
    parts = [
        forms[form]
        .melt(id_vars="SUBJID", value_vars=names, var_name="field", value_name="date")
        .assign(form=form)
        for form, names in contract_dates.items()
    ]
    table = pd.concat(parts)
    return table[table.date != ""]


def test_nothing_is_collected_after_the_end_of_a_subject(
    forms: Forms, key: pd.DataFrame, settings: Settings
) -> None:
    names = {
        "vs": ["VSDAT"], "ecog": ["ECOGDAT"], "chem": ["LBDAT"], "ext": ["ECSTDAT"], "exs": ["EXSTDAT", "EXENDAT"],
        "tl": ["SCANDAT"], "rs": ["RSDAT"], "ae": ["AESTDAT", "AEENDAT"], "cm": ["CMENDAT"], "ss": ["SSDAT"],
        "pat": ["CMSTDAT"], "eot": ["EOTDAT"], "dv": ["DVSTDAT"], "da": ["DADAT"],
    }  # fmt: skip
    table = dates_of(forms, names).join(key[["death", "end"]], on="SUBJID")
    cut = str(np.datetime64(settings["trial"]["data_cut"], "D"))
    assert (table.date <= cut).all()
    after_death = table[table.death.notna() & (table.date > table.death)]
    # The capsules left come back the day after, and a death may be heard of later.
    stated = forms["ss"][forms["ss"].SSSTAT == "Dead"].set_index("SUBJID").SSDAT
    news = after_death[after_death.form == "ss"]
    assert (news.date == news.SUBJID.map(stated)).all() and len(news)
    assert after_death.form.isin(["da", "ss"]).all()
    after_end = table[table.end.notna() & (table.date > table.end) & (table.form != "da")]
    assert after_end.empty, after_end


def test_screening_comes_in_order(forms: Forms, key: pd.DataFrame) -> None:
    dm, ie = forms["dm"].set_index("SUBJID"), forms["ie"].set_index("SUBJID")
    consent = forms["ic"].groupby("SUBJID").RFICDAT.min()
    assert consent.min() == "2021-08-31"
    days = pd.to_datetime(key["first"]) - pd.to_datetime(consent.reindex(key.index))
    assert days.dt.days.between(1, 28).all()
    assert (ie.IEDAT >= consent.reindex(ie.index)).all()
    failed = ie.index[ie.IEYN == "No"]
    assert not set(failed) & set(key.index) and set(failed) | set(key.index) == set(dm.index)
    assert (ie.IETESTCD.ne("") == ie.IEYN.eq("No")).all()
    born = pd.to_datetime(dm.BRTHDAT)
    then = pd.to_datetime(consent.reindex(dm.index))
    age = (
        then.dt.year
        - born.dt.year
        - ((then.dt.month * 31 + then.dt.day) < (born.dt.month * 31 + born.dt.day))
    )
    assert (age == dm.AGE.astype(int)).all()
    nh = forms["nh"].set_index("SUBJID")
    assert (nh.DIAGDAT < consent.reindex(nh.index)).all()
    for form in ("pt", "rt"):
        names = ["CMSTDAT", "CMENDAT"] if form == "pt" else ["PRSTDAT", "PRENDAT"]
        table = forms[form].join(consent.rename("consent"), on="SUBJID")
        assert (table[names[0]] <= table[names[1]]).all() and (table[names[1]] < table.consent).all()


def test_doses_are_constant_steps_that_end_with_treatment(forms: Forms, key: pd.DataFrame) -> None:
    exs = forms["exs"]
    closed = exs.EXENDAT != ""
    assert (exs.EXSTDAT[closed] <= exs.EXENDAT[closed]).all()
    # A line is open while the treatment goes on, and only the last one.
    ongoing = set(exs.SUBJID) - set(forms["eot"][forms["eot"].EOTDRUG == "Surufatinib"].SUBJID)
    assert set(exs.SUBJID[~closed]) == ongoing and len(ongoing) > 3
    assert exs[~closed].index.isin(exs.drop_duplicates("SUBJID", keep="last").index).all()
    before = exs.groupby("SUBJID").shift()
    later = before.EXENDAT.notna()
    assert (exs.EXSTDAT[later] > before.EXENDAT[later]).all()
    assert set(exs.EXDOSE) <= {"250", "200", "150"}
    assert (exs.EXDOSE[later].astype(int) <= before.EXDOSE[later].astype(int)).all()
    gap = pd.to_datetime(exs.EXSTDAT[later]) - pd.to_datetime(before.EXENDAT[later])
    assert ((gap.dt.days > 1) | (exs.EXDOSE[later] != before.EXDOSE[later])).all()
    ext = forms["ext"]
    assert set(ext.ECDOSE) == {"240", ""} and (ext.ECDOSE.eq("") == ext.ECOCCUR.eq("No")).all()
    assert (ext.ECREAS.eq("") == ext.ECOCCUR.eq("Yes")).all()
    given = ext[ext.ECOCCUR == "Yes"]
    # An infusion that ends by the clock before it begins ends on the next day.
    night = given.ECSTTIM >= given.ECENTIM
    assert 0 < night.sum() < 0.02 * len(given)
    assert (given.ECSTTIM[night] > "23:00").all() and (given.ECENTIM[night] < "01:30").all()
    for last, ended in ((key.oral, key.eot_oral), (key.infusion, key.eot_infusion)):
        assert (last == ended)[ended.notna()].all()
    assert key.eot_oral.isna().sum() > 3


def test_capsules_add_up(forms: Forms, settings: Settings) -> None:
    # Of who is on treatment the capsules of the last dispensing are not counted yet.
    ended = set(forms["eot"][forms["eot"].EOTDRUG == "Surufatinib"].SUBJID)
    exs, da = (forms[name][forms[name].SUBJID.isin(ended)] for name in ("exs", "da"))
    capsule = settings["treatment"]["surufatinib"]["capsule"]
    days = (pd.to_datetime(exs.EXENDAT) - pd.to_datetime(exs.EXSTDAT)).dt.days + 1 - exs.EXMISS.astype(int)
    chosen = (days * exs.EXDOSE.astype(int) // capsule).groupby(exs.SUBJID).sum()
    counted = pd.to_numeric(da.DISPAMT).fillna(0) - pd.to_numeric(da.RETAMT).fillna(0)
    assert (counted.groupby(da.SUBJID).sum() == chosen).all()
    assert (pd.to_numeric(da.RETAMT).dropna() >= 0).all()


def test_every_dose_change_has_its_adverse_event(forms: Forms) -> None:
    exs, ae = forms["exs"], forms["ae"]
    changes = exs[exs.EXADJ == "Adverse event"].groupby("SUBJID").size()
    actions = ae[ae.AEACN_SURU.isin(["Dose reduced", "Drug interrupted"])].groupby("SUBJID").size()
    assert changes.equals(actions)
    stopped = forms["eot"][forms["eot"].EOTREAS == "Adverse event"]
    for drug, action in (("Surufatinib", "AEACN_SURU"), ("Toripalimab", "AEACN_TORI")):
        assert set(stopped[stopped.EOTDRUG == drug].SUBJID) == set(ae[ae[action] == "Drug withdrawn"].SUBJID)
    withheld = forms["ext"][forms["ext"].ECREAS == "Adverse event"]
    assert set(withheld.SUBJID) == set(ae[ae.AEACN_TORI == "Drug interrupted"].SUBJID)
    assert "Dose reduced" not in set(ae.AEACN_TORI)
    changed = ae[ae.AEACN_SURU.isin(["Dose reduced", "Drug interrupted", "Drug withdrawn"])]
    assert (changed.AEREL_SURU == "Related").all()


def test_adverse_events_are_coherent(forms: Forms, key: pd.DataFrame) -> None:
    ae = forms["ae"].join(key, on="SUBJID")
    ended = ae.AEENDAT != ""
    assert (ae.AESTDAT >= ae["first"]).all() and (ae.AESTDAT[ended] <= ae.AEENDAT[ended]).all()
    assert (ended == (ae.AEONGO == "No")).all()
    closed = {"Recovered/Resolved", "Recovered/Resolved with sequelae", "Fatal"}
    assert (ae.AEOUT.isin(closed) == ended).all()
    criteria = (ae[["AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE"]] == "Yes").any(axis=1)
    assert (criteria == (ae.AESER == "Yes")).all()
    last = ae[["oral", "infusion"]].max(axis=1)
    over = ae[(ae.AESTDAT > ae.oral) & ae.eot_oral.notna()]
    assert set(over.AEACN_SURU) <= {"Not applicable", "Drug withdrawn"}
    off = ae.eot_oral.notna() & ae.eot_infusion.notna()
    assert ((pd.to_datetime(ae.AESTDAT) - pd.to_datetime(last)).dt.days[off] <= 30).all()


def test_fatal_events_are_deaths(forms: Forms) -> None:
    ae = forms["ae"].join(forms["dd"].set_index("SUBJID")[["DTHDAT", "DTHCAUS"]], on="SUBJID")
    fatal = ae.AETOXGR == "5"
    assert fatal.any()
    assert (fatal == (ae.AEOUT == "Fatal")).all() and (fatal == (ae.AESDTH == "Yes")).all()
    assert (ae.AEENDAT[fatal] == ae.DTHDAT[fatal]).all() and (ae.DTHCAUS[fatal] == "Adverse event").all()
    assert set(forms["dd"][forms["dd"].DTHCAUS == "Adverse event"].SUBJID) == set(ae[fatal].SUBJID)


def test_death_is_reported_alike_everywhere(forms: Forms, key: pd.DataFrame) -> None:
    dead = key[key.death.notna()]
    assert (dead.reason == "Death").all() and (dead.end >= dead.death).all()
    late = (pd.to_datetime(dead.end) - pd.to_datetime(dead.death)).dt.days
    assert 0.4 < (late > 0).mean() < 0.8 and late.max() <= 45
    assert (key.reason.eq("Death") == key.death.notna()).all()
    ss = forms["ss"].join(key.death, on="SUBJID")
    stated = ss[ss.SSSTAT == "Dead"]
    assert (stated.SSDAT == stated.SUBJID.map(key.end)).all() and stated.SUBJID.is_unique
    alive = ss[(ss.SSSTAT == "Alive") & ss.death.notna()]
    assert (alive.SSDAT < alive.death).all()
    on_treatment = forms["eot"][forms["eot"].EOTREAS == "Death"]
    assert set(on_treatment.SUBJID) <= set(dead.index) and not set(on_treatment.SUBJID) & set(stated.SUBJID)


def test_treatment_ends_at_progression(forms: Forms, key: pd.DataFrame) -> None:
    rs = forms["rs"]
    first = rs[rs.OVRLRESP == "PD"].groupby("SUBJID").RSDAT.min()
    assert rs[rs.OVRLRESP == "PD"].SUBJID.is_unique
    after = rs.join(first.rename("pd"), on="SUBJID")
    assert (after.RSDAT <= after.pd.fillna("9999")).all()
    doses = key.join(first.rename("pd"))
    assert ((pd.to_datetime(doses.oral) - pd.to_datetime(doses.pd)).dt.days.dropna() <= 5).all()
    progressed = forms["eot"][forms["eot"].EOTREAS == "Progressive disease"]
    assert set(progressed.SUBJID) <= set(first.index)
    later = forms["pat"].join(key, on="SUBJID")
    assert (later.CMSTDAT > later[["oral", "infusion"]].max(axis=1)).all()
    assessed = rs.join(forms["pat"].set_index("SUBJID").CMSTDAT.rename("later"), on="SUBJID")
    assert (assessed.RSDAT < assessed.later.fillna("9999")).all()


def test_visits_keep_to_the_plan(forms: Forms, key: pd.DataFrame, settings: Settings) -> None:
    planned = {visit["label"]: visit.get("day") for visit in settings["visits"]}
    unscheduled = settings["unscheduled"]["label"]
    for name, form in forms.items():
        if "FOLDER" in form:
            assert set(form.FOLDER) <= {*planned, unscheduled, ""}, name
    rs = forms["rs"].join(key["first"], on="SUBJID")
    day = (pd.to_datetime(rs.RSDAT) - pd.to_datetime(rs["first"])).dt.days + 1
    assert ((day - rs.FOLDER.map(planned)).abs() <= 7).all()
    cycle = forms["ext"][forms["ext"].ECSTDAT != ""]
    apart = pd.to_datetime(cycle.ECSTDAT).groupby(cycle.SUBJID).diff().dt.days.dropna()
    assert apart.min() >= 14
    for form, field in (
        ("vs", "VSDAT"),
        ("chem", "LBDAT"),
        ("ext", "ECSTDAT"),
        ("ss", "SSDAT"),
        ("rs", "RSDAT"),
    ):
        table = forms[form][forms[form][field] != ""]
        assert (table[field] >= table.groupby("SUBJID")[field].shift().fillna("")).all(), form
    once = forms["vs"][~forms["vs"].FOLDER.isin([unscheduled])]
    assert not once.duplicated(["SUBJID", "FOLDER"]).any()


@pytest.mark.parametrize(
    ("term", "form", "test", "high"),
    [
        ("Alanine aminotransferase increased", "chem", "ALT", True),
        ("Anaemia", "hem", "HGB", False),
        ("Proteinuria", "ua", "UPROT24", True),
        ("Hypothyroidism", "thy", "TSH", True),
        ("Platelet count decreased", "hem", "PLAT", False),
    ],
)
def test_laboratory_shows_its_events(forms: Forms, term: str, form: str, test: str, high: bool) -> None:
    """Results are outside the range on the days of the event and inside on all others."""
    lab = forms[form]
    ranges = forms["lbref"][forms["lbref"].LBTESTCD == test].sort_values("LBFROM")
    lab = lab.join(forms["dm"].set_index("SUBJID").SEX, on="SUBJID").assign(LBSITE=lab.SUBJID.str[:2])
    merged = lab.merge(
        ranges, left_on=["LBSITE", "SEX", f"{test}_UN"], right_on=["LBSITE", "LBSEX", "LBUNIT"]
    )
    merged = merged[merged.LBFROM <= merged.LBDAT].drop_duplicates(["SUBJID", "RECORDID"], keep="last")
    assert len(merged) == len(lab)
    value = merged[test].astype(float)
    outside = value > merged.LBHIGH.astype(float) if high else value < merged.LBLOW.astype(float)
    events = forms["ae"][forms["ae"].AETERM == term]
    pairs = merged[["SUBJID", "LBDAT", "RECORDID"]].merge(
        events[["SUBJID", "AESTDAT", "AEENDAT"]], on="SUBJID"
    )
    during = pairs[(pairs.LBDAT >= pairs.AESTDAT) & ((pairs.LBDAT < pairs.AEENDAT) | (pairs.AEENDAT == ""))]
    assert (outside.to_numpy() == merged.RECORDID.isin(during.RECORDID).to_numpy()).mean() > 0.995
    assert events.merge(pairs, on=["SUBJID", "AESTDAT"]).query(
        "LBDAT == AESTDAT"
    ).RECORDID_y.nunique() > 0.95 * len(events)


def test_ebv_follows_the_tumour(forms: Forms) -> None:
    ebv = forms["ebv"].copy()
    ebv["value"] = ebv.EBVDNA.astype(float) / ebv.EBVDNA_UN.map({"copies/mL": 1.0, "IU/mL": 0.6})
    base = ebv[ebv.FOLDER == "Screening"].set_index("SUBJID").value
    both = ebv.merge(forms["rs"][["SUBJID", "FOLDER", "OVRLRESP"]], on=["SUBJID", "FOLDER"])
    ratio = both.value / both.SUBJID.map(base).clip(lower=1)
    assert ratio[both.OVRLRESP == "PR"].median() < 0.5 < ratio[both.OVRLRESP == "SD"].median()


def test_records_have_identifiers_of_their_own(forms: Forms) -> None:
    for name, form in forms.items():
        if "RECORDID" in form:
            assert form.RECORDID.is_unique, name
            assert (form.RECPOS.astype(int) >= 1).all()
