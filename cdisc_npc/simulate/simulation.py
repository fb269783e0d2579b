"""`cdisc-npc simulate`: draw a trial, disorder it, write it with its truth beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from cdisc_npc.simulate.messy import disorder, kinds
from cdisc_npc.simulate.observed import observe
from cdisc_npc.simulate.settings import load_settings
from cdisc_npc.simulate.trial import simulate_trial
from cdisc_npc.simulate.truth import dated, event_truth, subject_truth, time_points
from cdisc_npc.simulate.write import ENCODINGS, FORMATS, in_contract_order, write_export, write_json
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.forms import RawContract
from cdisc_npc.transport.place import refuse_place, write_manifest
from cdisc_npc.transport.replace import replacing
from cdisc_npc.transport.strict_yaml import read_yaml

_MOST_SUBJECTS = 300_000


@dataclass(frozen=True)
class Simulated:
    """What was written: records by form, and places by kind of disorder."""

    folder: Path
    records: dict[str, int]
    disorder: dict[str, int]


def simulate(
    out: str | Path,
    *,
    subjects: int = 14,
    seed: int = 1,
    export: str = "csv",
    encoding: str = "utf-8",
    clean: bool = False,
    without: tuple[str, ...] = (),
    cut: str | None = None,
    study: str | Path | None = None,
) -> Simulated:
    """Write the raw export of a synthetic trial into a folder.

    Parameters
    ----------
    out
        The folder; made, or replaced where it is an earlier simulation. Besides the forms it has
        ``truth.json`` (what is true, and every disorder by place), which the converter does not
        read, and ``manifest.json``.
    subjects
        Treated ones; screen failures come on top.
    seed
        The same arguments give the same bytes.
    export, encoding
        One of `write.FORMATS`; of `write.ENCODINGS` for CSV.
    clean
        Without any disorder.
    without
        Kinds of disorder to leave out.
    cut
        Date of a data cut, ``yyyy-mm-dd``: ``truth.json`` tells what is true as of it, too. The export
        stays whole.
    study
        Folder with ``raw.yaml`` and ``simulation.yaml``; the packaged trial's by default.

    Raises
    ------
    ValueError
        An argument is none of those known, or a form has more records than a worksheet has rows.
    Refused
        The folder is occupied by something else.
    """
    _check(subjects, seed, export, encoding, without, cut)
    out, home = Path(out), Path(study or mappings_root() / "npc")
    refuse_place(out, folder=True, inputs=[home])
    contract = RawContract.model_validate(read_yaml(home / "raw.yaml").data)
    settings = load_settings(home / "simulation.yaml")
    trial = simulate_trial(settings, subjects, seed)
    tables = in_contract_order(trial.tables, contract)
    places: dict[str, Any] = {}
    if not clean:
        held = export if encoding == "utf-8" else encoding
        tables, places = disorder(settings, contract, tables, seed, without=without, export=held)
    seen = observe(trial, tables, places)
    counts = {name: len(columns["row"]) for name, columns in places.items()}
    truth = {
        "disorder_counts": counts,
        "rules": settings["truth"],
        "subjects": dated(subject_truth(settings, trial, seen)),
        "adverse_events": dated(event_truth(settings, trial, seen)),
        "time_points": dated(time_points(trial)),
        "disorder": places,
    }
    if cut:
        day = np.datetime64(cut, "D").astype(np.int64)
        truth["cut"] = {
            "date": cut,
            "subjects": dated(subject_truth(settings, trial, seen, day)),
            "adverse_events": dated(event_truth(settings, trial, seen, day)),
        }
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out, folder=True, inputs=[home]) as folder:
        write_export(
            tables, folder, contract, studyid=settings["trial"]["studyid"], kind=export, encoding=encoding
        )
        write_json(folder / "truth.json", truth)
        arguments = {
            "subjects": subjects, "seed": seed, "format": export, "encoding": encoding, "clean": clean,
            "without": sorted(without), "cut": cut or "",
        }  # fmt: skip
        write_manifest(folder, {"command": "simulate", "arguments": arguments})
    return Simulated(out, {name: len(table) for name, table in tables.items()}, counts)


def _check(
    subjects: int, seed: int, export: str, encoding: str, without: tuple[str, ...], cut: str | None
) -> None:
    def refuse(what: str, value: object, expected: str) -> None:
        raise ValueError(f"{what} is {value}; expected {expected}")

    if not 1 <= subjects <= _MOST_SUBJECTS:
        refuse("subjects", subjects, f"1 to {_MOST_SUBJECTS}")
    if seed < 0:
        refuse("seed", seed, "0 or more")
    if export not in FORMATS:
        refuse("format", export, ", ".join(FORMATS))
    if encoding not in ENCODINGS or (encoding != "utf-8" and export != "csv"):
        refuse("encoding", encoding, "utf-8; gb18030 for CSV only")
    unknown = [name for name in without if name not in kinds()]
    if unknown:
        refuse("without", ", ".join(unknown), ", ".join(kinds()))
    if cut and not _is_date(cut):
        refuse("cut", cut, "a date, yyyy-mm-dd")


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text)) and len(text) == 10
    except ValueError:
        return False
