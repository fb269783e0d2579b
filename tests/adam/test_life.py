"""Treatment, life and endpoints of trials in disorder: as the simulator knows them, and as plain code finds them."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pandas as pd
import pytest

from tests.adam import plain_life
from tests.adam.trial import CUT, Trial, converted, text

pytestmark = pytest.mark.slow
SUBJECTS = 150
DATES = {
    "TRTSDT": "TRTSDATE", "TRTEDT": "TRTEDATE", "SUSDT": "SUSDATE", "SUEDT": "SUEDATE", "TOSDT": "TOSDATE",
    "TOEDT": "TOEDATE", "DTHDT": "DTHDATE", "LSTALVDT": "LSTALVDATE", "NACTDT": "NACTDATE",
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return converted(tmp_path_factory.mktemp("whole"), SUBJECTS, 3)


@pytest.fixture(scope="module", params=["", CUT], ids=["whole", "cut"])
def trial(request: pytest.FixtureRequest, whole: Trial, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return converted(tmp_path_factory.mktemp("cut"), SUBJECTS, 3, request.param) if request.param else whole


def differing(trial: Trial, made: list, known: list) -> list[tuple]:
    """Subjects of whom the two are not the same."""
    assert len(made) == len(known) == len(trial.subjects)
    names = trial.subjects.index
    return [item for item in zip(names, made, known, strict=True) if item[1] != item[2]]


def agree_on_dates(trial: Trial) -> None:
    adsl = trial.adsl()
    for variable, name in DATES.items():
        assert not differing(trial, text(adsl[variable]), trial.subjects[name].tolist()), variable


def agree_on_doses(trial: Trial) -> None:
    adsl = trial.adsl()
    for variable in ("SUCUMDOS", "SURDI", "TOCUMDOS", "TORDI"):
        result, existing = (table[variable].astype(float).round(6) for table in (adsl, trial.subjects))
        assert not differing(trial, result.fillna(-1).tolist(), existing.fillna(-1).tolist()), variable
    goes_on = adsl[["SUEOTSTT", "TOEOTSTT"]].eq("ONGOING").any(axis=1) & adsl["EOSSTT"].eq("ONGOING")
    assert not differing(
        trial, (goes_on & adsl["DTHDT"].isna()).tolist(), trial.subjects["ONTREATMENT"].tolist()
    )


def agree_on_responses(trial: Trial) -> None:
    existing = trial.subjects
    for code in ("BOR", "CBOR"):
        assert not differing(trial, trial.parameter("ADRS", code)["AVALC"].tolist(), existing[code].tolist())
    for code, name in (("RSP", "RSPDATE"), ("CRSP", "CRSPDATE"), ("PD", "PDDATE")):
        assert not differing(trial, text(trial.parameter("ADRS", code)["ADT"]), existing[name].tolist()), code
    result = trial.parameter("ADRS", "ORR12M")["AVALC"] == "Y"
    assert not differing(trial, result.tolist(), existing["ORR12M"].tolist())


def agree_on_times(trial: Trial) -> None:
    existing = trial.subjects
    for code, name in (("PFSS", "PFS"), ("OS", "OS"), ("OS36M", "OS36M")):
        one = trial.parameter("ADTTE", code)
        result = list(zip(text(one["ADT"]), one["CNSR"].eq(0), strict=True))
        wanted = list(zip(existing[f"{name}DATE"], existing[f"{name}EVENT"], strict=True))
        assert not differing(trial, result, wanted), code
    for code, name in (("PFS", "FDAPFS"), ("DOR", "FDADOR")):
        one = trial.parameter("ADTTE", code)
        result = list(zip(text(one["ADT"]), one["CNSR"].fillna(-1), strict=True))
        codes = existing[f"{name}CNSR"].astype(float).fillna(-1)
        assert not differing(trial, result, list(zip(existing[f"{name}DATE"], codes, strict=True))), code
    if trial.cut:
        assert trial.adam.datasets["ADTTE"]["ADT"].max() <= pd.Timestamp(trial.cut)


def events_of(trial: Trial) -> list[tuple]:
    adae = trial.adam.datasets["ADAE"]
    days = text(adae["ASTDT"])
    return list(
        zip(adae["USUBJID"], days, adae["TRTEMFL"].eq("Y"), adae["EPOCH"].eq("TREATMENT"), strict=True)
    )


def agree_on_events(trial: Trial) -> None:
    columns = [trial.events[name] for name in ("USUBJID", "AESTDATE", "TRTEMFL", "TREATMENT")]
    result, existing = Counter(events_of(trial)), Counter(zip(*columns, strict=True))
    assert not (result - existing) + (existing - result), (result - existing, existing - result)


AGREE = [agree_on_dates, agree_on_doses, agree_on_responses, agree_on_times, agree_on_events]


@pytest.mark.parametrize("agree", AGREE)
def test_the_simulator_knows_the_same(trial: Trial, agree) -> None:
    agree(trial)


def test_what_is_compared_is_there(trial: Trial) -> None:
    existing = trial.subjects
    assert len(existing) == SUBJECTS if not trial.cut else len(existing) > SUBJECTS / 2
    assert existing["ONTREATMENT"].sum() >= (1 if not trial.cut else 30)
    assert existing["OSEVENT"].sum() > 20 and existing["ORR12M"].sum() > 20
    assert set(existing["FDAPFSCNSR"]) >= {0, 1, 2}
    emergent, treated = trial.events["TRTEMFL"], trial.events["TREATMENT"]
    assert treated.any() and (emergent & ~treated).any()


@pytest.mark.long
@pytest.mark.parametrize("cut", ["", CUT], ids=["whole", "cut"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_simulator_knows_the_same_of_2000(tmp_path, seed: int, cut: str) -> None:
    trial = converted(tmp_path, 2000, seed, cut)
    for agree in AGREE:
        agree(trial)


@pytest.fixture(scope="module")
def subjects(trial: Trial, whole: Trial) -> dict[str, plain_life.Subject]:
    """Each treated subject by the plain code, which does the cut by itself."""
    cut = date.fromisoformat(trial.cut) if trial.cut else plain_life.NEVER
    rows = plain_life.by_subject(whole.sdtm.datasets)
    return {name: plain_life.Subject(rows[name], cut) for name in trial.subjects.index}


def iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def test_plain_code_finds_the_same_lives_and_doses(trial: Trial, subjects) -> None:
    adsl = trial.adsl()
    for variable, name in (
        ("TRTSDT", "first_dose"), ("TRTEDT", "last_dose"), ("DTHDT", "death"), ("LSTALVDT", "last_alive"),
    ):  # fmt: skip
        result = [iso(getattr(one, name)) for one in subjects.values()]
        assert not differing(trial, text(adsl[variable]), result), variable
    for variable, name in (("SURDI", "surufatinib"), ("TORDI", "toripalimab")):
        result = [getattr(one, name) for one in subjects.values()]
        result = [-1 if item is None else round(item, 6) for item in result]
        assert not differing(trial, adsl[variable].astype(float).round(6).fillna(-1).tolist(), result), (
            variable
        )
    existing = trial.subjects["ONTREATMENT"].tolist()
    assert not differing(trial, [one.ongoing for one in subjects.values()], existing)


def test_plain_code_finds_the_same_survival_and_progression(trial: Trial, subjects) -> None:
    for code, name in (("OS", "survival"), ("PFS", "progression_free")):
        one = trial.parameter("ADTTE", code)
        built = list(zip(text(one["ADT"]), one["CNSR"], strict=True))
        result = [getattr(subject, name)() for subject in subjects.values()]
        assert not differing(trial, built, [(iso(day), code) for day, code in result]), code


def test_plain_code_finds_the_same_events(trial: Trial, subjects) -> None:
    seen = 0
    for usubjid, start, emergent, treated in events_of(trial):
        day, one = date.fromisoformat(start), subjects[usubjid]
        assert (emergent, treated) == (one.emergent(day), one.in_treatment(day)), (usubjid, start)
        seen += 1
    assert seen > 500
