"""What truth.json states of subjects and time points, told once more from the clean forms, one subject at a time."""

from __future__ import annotations

import json
from datetime import date
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
    found: dict[str, Rows] = {}
    table = pd.read_csv(folder / f"{form}.csv", dtype=str, keep_default_na=False)
    for row in table.to_dict("records"):
        found.setdefault(row["SUBJID"], []).append(row)
    return found


def days(first: str, last: str) -> int:
    """Days from one date to another, both counted."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def best(responses: list[tuple[str, str]], first: str, *, confirmed: bool, settings: Settings) -> str:
    """Best response of (date, response) in order."""
    own = settings["truth"]

    def shown(kinds: tuple[str, ...]) -> bool:
        for at, response in responses:
            later = [d for d, r in responses if r in kinds and days(at, d) - 1 >= own["confirm_days"]]
            if response in kinds and (later or not confirmed):
                return True
        return False

    if shown(("CR",)):
        return "CR"
    if shown(("CR", "PR")):
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
    met: dict[str, str] = {}  # last day of a visit, a dose or a follow-up
    for path in folder.glob("[!l]*.csv"):  # without lbref, the laboratories'
        for rows in rows_of(folder, path.stem).values():
            for row in rows:
                if row.get("FOLDER") or path.stem == "exs":
                    days_of = [text for name, text in row.items() if name.endswith("DAT")]
                    met[row["SUBJID"]] = max(met.get(row["SUBJID"], ""), *days_of)
    seen = set()
    for told in table.to_dict("records"):
        own = {name: by_subject.get(told["SUBJID"], []) for name, by_subject in forms.items()}
        given = [row["ECSTDAT"] for row in own["ext"] if row["ECOCCUR"] == "Yes"]
        first = min([row["EXSTDAT"] for row in own["exs"]] + given)
        assert told["TRTSDATE"] == first
        assert told["ONTREATMENT"] == (len(own["eot"]) == 0 or any(not row["EXENDAT"] for row in own["exs"]))
        if not told["ONTREATMENT"]:
            assert told["TRTEDATE"] == max([row["EXENDAT"] for row in own["exs"]] + given)
        responses = sorted((row["RSDAT"], row["OVRLRESP"]) for row in own["rs"])
        assert told["BOR"] == best(responses, first, confirmed=False, settings=settings)
        assert told["CBOR"] == best(responses, first, confirmed=True, settings=settings), responses
        death = own["dd"][0]["DTHDAT"] if own["dd"] else ""
        progression = next((d for d, r in responses if r == "PD"), "")
        event = [day for day in (progression, death) if day]
        end = min(event) if event else max([d for d, r in responses if r != "NE"], default=first)
        assert (told["PFSDATE"], told["PFSEVENT"], told["PFSDAYS"]) == (end, bool(event), days(first, end))
        assert (told["PDDATE"], told["DTHDATE"]) == (progression, death)
        response = next((d for d, r in responses if r in ("CR", "PR")), "")
        assert told["RSPDATE"] == response
        if response:
            assert (told["TTRDAYS"], told["DORDAYS"]) == (days(first, response), days(response, end))
            assert told["DOREVENT"] == bool(event)
        else:
            assert pd.isna(told["TTRDAYS"]) and pd.isna(told["DORDAYS"]) and not told["DOREVENT"]
        assert told["NACTDATE"] == (own["pat"][0]["CMSTDAT"] if own["pat"] else "")
        last = own["eos"][0]["EOSDAT"] if own["eos"] else met[told["SUBJID"]]
        assert (told["OSDATE"], told["OSEVENT"]) == (death or last, bool(death))
        assert told["OSDAYS"] == days(first, told["OSDATE"])
        seen |= {told["BOR"], told["CBOR"]}
    assert seen >= {"CR", "PR", "SD", "PD"}


def test_time_points(folder: Path, truth: dict) -> None:
    recorded = pd.concat(map(pd.DataFrame, rows_of(folder, "rs").values())).set_index(["SUBJID", "FOLDER"])
    told = pd.DataFrame(truth["time_points"]).set_index(["SUBJID", "FOLDER"])
    recorded = recorded.reindex(told.index)
    assert len(recorded) == len(told) > 300
    for name in ("TRGRESP", "NTRGRESP", "OVRLRESP"):
        assert recorded[name].tolist() == told[name].tolist()
    assert recorded.RSDAT.tolist() == told.RSDATE.tolist()
    assert (recorded.NEWLES == "Yes").tolist() == told.NEWLES.tolist()
    stated = recorded.SUMDIAM != ""
    assert (recorded.SUMDIAM[stated].astype(float) * 10).round().tolist() == told.SUM_TENTHS[stated].tolist()
    assert (told.NADIR_TENTHS <= told.BASELINE_TENTHS).all()
