"""Each kind of disorder: its places are where the truth says, and nothing else has changed."""

# Columns have names in capitals, which SIM300 takes for constants.
# ruff: noqa: SIM300

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from cdisc_npc.raw.read import read_export
from cdisc_npc.simulate import simulate
from cdisc_npc.simulate.messy import disorder, formats_without, kinds
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.table import Table
from cdisc_npc.simulate.trial import simulate_trial
from cdisc_npc.simulate.write import FORMATS, frame_of, in_contract_order
from cdisc_npc.study.forms import RawContract


@pytest.fixture(scope="module")
def lenient(contract: RawContract) -> RawContract:
    """The contract for an export in disorder: more columns are allowed, keys hold only of valid records."""
    forms = {name: form.model_copy(update={"key": None}) for name, form in contract.forms.items()}
    return contract.model_copy(update={"extra_columns": "report", "forms": forms})


def places(folder: Path) -> pd.DataFrame:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    parts = [pd.DataFrame(columns).assign(kind=kind) for kind, columns in truth["disorder"].items()]
    table = pd.concat(parts, ignore_index=True)
    assert table.kind.value_counts().to_dict() == truth["disorder_counts"]
    return table


@pytest.mark.parametrize(("seed", "kind"), list(enumerate(FORMATS, 1)))
def test_every_place_holds_what_was_injected(
    tmp_path: Path, kind: str, seed: int, lenient: RawContract
) -> None:
    simulate(tmp_path / "a", seed=seed, export=kind, subjects=8)
    table = places(tmp_path / "a")
    raw = read_export(tmp_path / "a", lenient)
    cells = table[table.row > 0]
    for place in cells.itertuples():
        assert raw.forms[place.form][place.field].iloc[place.row - 1] == place.injected, place
    assert not cells.duplicated(["form", "row", "field"]).any()


@pytest.fixture(scope="module")
def small(settings: Settings, contract: RawContract) -> dict[str, Table]:
    return in_contract_order(simulate_trial(settings, 12, 4).tables, contract)


def test_every_kind_finds_a_place(settings: Settings, contract: RawContract) -> None:
    result = set()
    for seed in range(1, 5):
        tables = in_contract_order(simulate_trial(settings, 30, seed).tables, contract)
        result |= set(disorder(settings, contract, tables, seed)[1])
    assert result == set(kinds())


@pytest.mark.parametrize("name", list(kinds()))
def test_every_kind_can_be_left_out(
    name: str, small: dict[str, Table], settings: Settings, contract: RawContract
) -> None:
    _, places = disorder(settings, contract, small, 4, without=(name,))
    assert name not in places and len(places) > len(kinds()) - 6


def test_without_all_kinds_it_is_clean(tmp_path: Path) -> None:
    simulate(tmp_path / "a", subjects=3, without=tuple(kinds()))
    simulate(tmp_path / "b", subjects=3, clean=True)
    for path in (tmp_path / "b").glob("*.csv"):
        assert (tmp_path / "a" / path.name).read_bytes() == path.read_bytes()


def test_formats_get_what_they_can_hold(tmp_path: Path) -> None:
    for kind in FORMATS:
        result = simulate(tmp_path / kind, export=kind, subjects=5).disorder
        assert not [name for name in result if kind in formats_without(name)]


def test_cells_without_a_place_are_as_they_were(settings: Settings, contract: RawContract) -> None:
    """With the places put back and added records taken away, the clean forms are there again."""
    clean = in_contract_order(simulate_trial(settings, 40, 3).tables, contract)
    rows = (
        "rescreened_persons",
        "edited_records",
        "inactivated_lines",
        "header_lines",
        "unscheduled_visits",
        "zero_dose_lines",
    )
    tables, result = disorder(
        settings,
        contract,
        clean,
        3,
        without=("column_case", "column_order", "extra_columns", "lost_leading_zeros"),
    )
    frames = {name: frame_of(table) for name, table in tables.items()}
    added = {name: set() for name in frames}
    for kind in rows:
        for form, row in zip(result[kind]["form"], result[kind]["row"], strict=True):
            added[form].add(int(row) - 1)
    rescreened = set(result["rescreened_persons"]["injected"])
    for kind, columns in result.items():
        if kind in rows:
            continue
        for form, row, field, original in zip(
            *(columns[part] for part in ("form", "row", "field", "original")), strict=True
        ):
            if row:
                frames[form].loc[row - 1, field] = original
    for name, frame in frames.items():
        kept = frame.drop(index=list(added[name]))
        if "SUBJID" in kept:
            kept = kept[~kept.SUBJID.isin(rescreened)]
        pd.testing.assert_frame_equal(kept.reset_index(drop=True), frame_of(clean[name]), obj=name)


def test_older_versions_are_older(tmp_path: Path, lenient: RawContract) -> None:
    simulate(tmp_path / "a", subjects=40)
    raw = read_export(tmp_path / "a", lenient)
    table = places(tmp_path / "a")
    for place in table[table.kind == "edited_records"].itertuples():
        older, valid = raw.forms[place.form].iloc[place.row - 1], raw.forms[place.form].iloc[place.row]
        assert older.RECORDID == valid.RECORDID and older.UPDATED < valid.UPDATED
        assert valid[place.field] == place.original


def test_rescreened_persons_are_one(tmp_path: Path, lenient: RawContract) -> None:
    simulate(
        tmp_path / "a",
        subjects=60,
        without=("lost_leading_zeros", "date_formats", "full_width_digits", "chinese_codes"),
    )
    raw = read_export(tmp_path / "a", lenient)
    table = places(tmp_path / "a").query("kind == 'rescreened_persons'")
    dm = raw.forms["dm"].drop_duplicates("SUBJID", keep="last").set_index("SUBJID")
    for place in table.itertuples():
        same = dm.loc[[place.original, place.injected], ["INITIALS", "BRTHDAT", "SEX"]]
        assert same.iloc[0].equals(same.iloc[1])
        assert (raw.forms["ie"].query("SUBJID == @place.injected").IEYN == "No").all()
        assert not (raw.forms["exs"].SUBJID == place.injected).any()
