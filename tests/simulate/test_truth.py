"""What truth.json states of subjects and time points, told once more from the clean forms, one subject at a time."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cdisc_npc.simulate import simulate
from cdisc_npc.simulate.settings import Settings

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("truth") / "export"
    simulate(folder, subjects=120, seed=11, clean=True)
    return folder


@pytest.fixture(scope="module")
def truth(folder: Path) -> dict:
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def rows_of(folder: Path, form: str) -> dict[str, Rows]:
    """Records of a form by subject."""
    result: dict[str, Rows] = {}
    table = pd.read_csv(folder / f"{form}.csv", dtype=str, keep_default_na=False)
    for row in table.to_dict("records"):
        result.setdefault(row["SUBJID"], []).append(row)
    return result


def days(first: str, last: str) -> int:
    """Days from one date to another, both counted."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def is_confirmed(responses: list[tuple[str, str]], own: dict) -> bool:
    """Whether the first of these is confirmed by one of the others."""
    (first, kind), *others = responses
    unread, seen = 0, {kind}
    for day, response in others:
        unread += response == "NE"
        worse = response not in ("CR", "NE") and (kind == "CR" or response != "PR" or "CR" in seen)
        if worse or unread > own["not_evaluable"]:
            return False
        seen.add(response)
        if response != "NE" and days(first, day) - 1 >= own["confirm_days"]:
            return True
    return False


def evidence(row: dict[str, str], form: str) -> list[str]:
    """Days on which a record shows its subject alive."""
    if "Death" in (row.get("EOTREAS"), row.get("EOSREAS")) or row.get("SSSTAT") == "Dead":
        return []
    if not row.get("FOLDER") and form not in ("exs", "eos"):
        return []
    result = [text for name, text in row.items() if name.endswith("DAT") and name != "EOTDAT"]
    if form == "ext" and row["ECOCCUR"] == "Yes":
        result.append(end_of_infusion(row))
    return result


def end_of_infusion(row: dict[str, str]) -> str:
    day = date.fromisoformat(row["ECSTDAT"])
    return str(day + timedelta(days=1) if row["ECENTIM"] < row["ECSTTIM"] else day)


def best(responses: list[tuple[str, str]], first: str, *, confirmed: bool, settings: Settings) -> str:
    """Best response of (date, response) in order."""
    own = settings["truth"]

    def shown(kind: str) -> bool:
        return any(
            response == kind and (not confirmed or is_confirmed(responses[at:], own))
            for at, (_, response) in enumerate(responses)
        )

    if shown("CR"):
        return "CR"
    if shown("PR"):
        return "PR"
    kinds = [r for d, r in responses if r in ("CR", "PR", "SD") and days(first, d) >= own["stable_days"]]
    if kinds:
        return "SD"
    if "PD" in [r for _, r in responses]:
        return "PD"
    return "NE" if responses else "MISSING"


def test_subjects(folder: Path, truth: dict, settings: Settings) -> None:
    forms = {name: rows_of(folder, name) for name in ("exs", "ext", "rs", "dd", "pat", "eot", "eos", "ss")}
    table = pd.DataFrame(truth["subjects"])
    assert set(table.SUBJID) == set(forms["exs"])
    met: dict[str, str] = {}  # last evidence of life
    for path in folder.glob("[!l]*.csv"):  # without lbref, the laboratories'
        for rows in rows_of(folder, path.stem).values():
            for row in rows:
                met[row["SUBJID"]] = max([met.get(row["SUBJID"], ""), *evidence(row, path.stem)])
    seen = set()
    for stated in table.to_dict("records"):
        own = {name: by_subject.get(stated["SUBJID"], []) for name, by_subject in forms.items()}
        given = [row["ECSTDAT"] for row in own["ext"] if row["ECOCCUR"] == "Yes"]
        first = min([row["EXSTDAT"] for row in own["exs"]] + given)
        assert stated["TRTSDATE"] == first
        assert stated["ONTREATMENT"] == (len(own["eot"]) < 2)
        ends = [end_of_infusion(row) for row in own["ext"] if row["ECOCCUR"] == "Yes"]
        lasts = [row["EXENDAT"] or met[stated["SUBJID"]] for row in own["exs"]]
        assert stated["TRTEDATE"] == max(lasts + ends)
        assert (stated["SUEDATE"], stated["TOEDATE"]) == (max(lasts), max(ends))
        chosen = 0
        for row, last in zip(own["exs"], lasts, strict=True):
            chosen += int(row["EXDOSE"]) * max(days(row["EXSTDAT"], last) - int(row["EXMISS"]), 0)
        assert (stated["SUCUMDOS"], stated["TOCUMDOS"]) == (chosen, 240 * len(given))
        assert stated["SURDI"] == pytest.approx(100 * chosen / 250 / days(first, max(lasts)))
        cycles = (days(min(given), max(ends)) + 20) / 21
        assert stated["TORDI"] == pytest.approx(100 * len(given) / cycles)
        responses = sorted((row["RSDAT"], row["OVRLRESP"]) for row in own["rs"])
        assert stated["BOR"] == best(responses, first, confirmed=False, settings=settings)
        assert stated["CBOR"] == best(responses, first, confirmed=True, settings=settings), responses
        death = own["dd"][0]["DTHDAT"] if own["dd"] else ""
        progression = next((d for d, r in responses if r == "PD"), "")
        event = [day for day in (progression, death) if day]
        end = min(event) if event else max([d for d, r in responses if r != "NE"], default=first)
        assert (stated["PFSDATE"], stated["PFSEVENT"], stated["PFSDAYS"]) == (
            end,
            bool(event),
            days(first, end),
        )
        assert (stated["PDDATE"], stated["DTHDATE"]) == (progression, death)
        response = next((d for d, r in responses if r in ("CR", "PR")), "")
        assert stated["RSPDATE"] == response
        if response:
            assert (stated["TTRDAYS"], stated["DORDAYS"]) == (days(first, response), days(response, end))
            assert stated["DOREVENT"] == bool(event)
        else:
            assert pd.isna(stated["TTRDAYS"]) and pd.isna(stated["DORDAYS"]) and not stated["DOREVENT"]
        assert stated["NACTDATE"] == (own["pat"][0]["CMSTDAT"] if own["pat"] else "")
        last = met[stated["SUBJID"]]
        assert stated["LSTALVDATE"] == last
        assert last <= death or not death
        assert (stated["OSDATE"], stated["OSEVENT"]) == (death or last, bool(death))
        assert stated["OSDAYS"] == days(first, stated["OSDATE"])
        seen |= {stated["BOR"], stated["CBOR"]}
    assert seen >= {"CR", "PR", "SD", "PD"}


def test_time_points(folder: Path, truth: dict) -> None:
    recorded = pd.concat(map(pd.DataFrame, rows_of(folder, "rs").values())).set_index(["SUBJID", "FOLDER"])
    said = pd.DataFrame(truth["time_points"]).set_index(["SUBJID", "FOLDER"])
    recorded = recorded.reindex(said.index)
    assert len(recorded) == len(said) > 300
    for name in ("TRGRESP", "NTRGRESP", "OVRLRESP"):
        assert recorded[name].tolist() == said[name].tolist()
    assert recorded.RSDAT.tolist() == said.RSDATE.tolist()
    assert (recorded.NEWLES == "Yes").tolist() == said.NEWLES.tolist()
    stated = recorded.SUMDIAM != ""
    assert (recorded.SUMDIAM[stated].astype(float) * 10).round().tolist() == said.SUM_TENTHS[stated].tolist()
    assert (said.NADIR_TENTHS <= said.BASELINE_TENTHS).all()
