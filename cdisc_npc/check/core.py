"""CDISC CORE beside our own rules: its engine in an interpreter of its own, its findings among ours.

The engine needs Python 3.12 and other versions of the libraries than we do, so it is asked by files: see
`cdisc_npc.check.core_worker`, which runs there. Its rules come from a cache that the user has.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdisc_npc.check import core_worker
from cdisc_npc.check.rule import STUDY, Category, Rule
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.layout import Kind
from cdisc_npc.package.read import Package, Table

PYTHON, CACHE = "CDISC_NPC_CORE_PYTHON", "CDISC_NPC_CORE_CACHE"
ADAM_GUIDE = "adamig-1.3"

# The engine as a whole, where it could not judge anything.
CORE = "CORE"
_MEANING = Rule(
    title="The rules of CDISC CORE hold",
    basis="CDISC CORE",
    severity="error",
    category="System",
)
_VERSION = "from importlib.metadata import version; print(version('cdisc-rules-engine'))"
_READ = (".xpt", ".json", ".ndjson")
_SCOPE = "Outside scope"
# Engines at a time: each holds all datasets, and takes seconds to begin.
_ENGINES = 4
# Datasets for which the engine could not judge a rule have a reason each, much alike.
_REASONS = 3


@dataclass(frozen=True)
class Core:
    """The engine, and the rules for it.

    Attributes
    ----------
    absent
        Why it cannot run; blank where it can.
    """

    python: str = ""
    cache: Path = Path()
    version: str = ""
    absent: str = ""


def find_core(python: str | None = None, cache: str | Path | None = None) -> Core:
    """Find the engine and its rules.

    Parameters
    ----------
    python
        An interpreter that has ``cdisc-rules-engine``; by default what ``CDISC_NPC_CORE_PYTHON`` names, else
        our own, else a Python 3.12 on the path, of pyenv or of uv, that has it.
    cache
        The folder of rules; by default what ``CDISC_NPC_CORE_CACHE`` names.
    """
    named = python or os.environ.get(PYTHON)
    folder = cache or os.environ.get(CACHE)
    if not folder:
        return Core(
            absent=f"CDISC CORE was not run: no cache of its rules is named (--core-cache or {CACHE})"
        )
    if not Path(folder).is_dir():
        return Core(absent=f"CDISC CORE was not run: there is no cache of rules {folder}")
    for candidate in [named] if named else _interpreters():
        version = _engine_version(candidate)
        if version:
            return Core(candidate, Path(folder).resolve(), version)
    missing = (
        f"{named} has no cdisc-rules-engine" if named else "no Python 3.12 with cdisc-rules-engine was found"
    )
    return Core(absent=f"CDISC CORE was not run: {missing} (--core-python or {PYTHON})")


def _interpreters() -> Iterator[str]:
    yield sys.executable
    on_path = shutil.which("python3.12")
    if on_path:
        yield on_path
    for pattern in (".pyenv/versions/3.12*/bin/python", ".local/share/uv/python/*3.12*/bin/python3.12"):
        yield from map(str, sorted(Path.home().glob(pattern), reverse=True))


def _engine_version(python: str) -> str:
    try:
        asked = subprocess.run(
            [python, "-P", "-c", _VERSION], capture_output=True, text=True, env=_environment(), check=False
        )
    except OSError:
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _environment() -> dict[str, str]:
    """Ours without the path of our own libraries, which are of another Python.

    The engine lists columns in the order of sets: with a fixed seed, which is the same in every run.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return kept | {"PYTHONHASHSEED": "0"}


def run_core(package: Package, checked: Checked, core: Core, only: Sequence[str] = ()) -> None:
    """Judge a package by the rules of CDISC CORE for its standards.

    The files are read as they lie on disk. A rule that is for none of the datasets, or that the engine
    could not judge, counts as not evaluated, with the reason.

    Parameters
    ----------
    checked
        Takes the findings, under the ids of CORE.
    only
        Ids of rules, in place of all.
    """
    if core.absent:
        checked.skip(CORE, _MEANING, STUDY, core.absent)
        return
    standard = package.study.study.standard if package.study else "sdtmig-3.4"
    guides: dict[Kind, str] = {"sdtm": standard, "adam": ADAM_GUIDE}
    for model, guide in guides.items():
        tables = {table.name: table for table in package.of_model(model)}
        if not tables:
            continue
        files = sorted({table.path for table in tables.values() if table.path.suffix.lower() in _READ})
        if not files or not all(file.is_file() for file in files):
            checked.skip(CORE, _MEANING, model.upper(), "CORE reads only XPT and Dataset-JSON files")
            continue
        define = package.defines.get(model)
        name, _, version = guide.partition("-")
        request = {
            "cache": str(core.cache),
            "standard": name,
            "version": version.replace(".", "-"),
            "ct": [f"{model}ct-{package.terminology.date}"],
            "files": [str(file.resolve()) for file in files],
            "define": str(define.resolve()) if define else None,
            "encoding": _encoding(package),
            "only": list(only),
        }
        try:
            results = _asked(core, request)
        except _EngineError as error:
            checked.skip(CORE, _MEANING, model.upper(), str(error))
            continue
        if results and results[0]["absent"]:
            lacks = f"the cache of CORE lacks the terminology {', '.join(results[0]['absent'])}"
            checked.skip(CORE, _MEANING, model.upper(), lacks)
        for result in results[1:]:
            _judge(result, tables, model.upper(), checked)


class _EngineError(Exception):
    """The engine stopped as a whole."""


def _asked(core: Core, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the engine answers: its head, and the results by rule; the rules are dealt out to as many engines as fit."""
    engines = min(_processors(), _ENGINES, len(request["only"]) or _ENGINES)
    with tempfile.TemporaryDirectory(prefix="cdisc-npc-core-") as name, ThreadPoolExecutor(engines) as pool:
        folders = [Path(name) / str(place) for place in range(engines)]
        answers = list(pool.map(lambda folder: _answered(core, request, folder, engines), folders))
    results = [result for answer in answers for result in answer[1:]]
    return [*answers[0][:1], *sorted(results, key=lambda result: str(result["id"]))]


def _answered(core: Core, request: Mapping[str, Any], folder: Path, engines: int) -> list[dict[str, Any]]:
    """The lines of one engine, which leaves files of its own where it runs."""
    folder.mkdir()
    asked = {**request, "part": [int(folder.name), engines]}
    (folder / "request.json").write_text(json.dumps(asked), encoding="utf-8")
    ran = subprocess.run(
        [core.python, "-P", core_worker.__file__, "request.json", "results.jsonl"],
        cwd=folder, env=_environment(), capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if ran.returncode:
        said = ran.stderr.strip().splitlines() or [f"exit status {ran.returncode}"]
        raise _EngineError(f"CDISC CORE {core.version} stopped: {said[-1]}")
    with (folder / "results.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _encoding(package: Package) -> str:
    stated = package.study.study.encoding if package.study else "us-ascii"
    return "utf-8" if stated == "us-ascii" else stated


def _judge(result: dict[str, Any], tables: Mapping[str, Table], model: str, checked: Checked) -> None:
    """Take over what became of one rule."""
    rule_id, results = result["id"], result["found"]
    rule = Rule(
        title=result["title"] or rule_id,
        basis="; ".join(result["basis"]),
        severity="error",
        category=_category(result["type"]),
    )
    for dataset in result["passed"]:
        checked.judge(rule_id, rule, tables.get(dataset, dataset or STUDY), [])
    for one in results:
        table: Table | str = tables.get(one["dataset"], one["dataset"] or STUDY)
        rows = one["rows"]
        of_records = rows is not None and isinstance(table, Table) and max(rows) <= table.size
        size = len(next(iter(one["values"].values()), [""]))
        existing = set(table.columns) if isinstance(table, Table) else set()
        # Other names are of what the rule worked out, or of other datasets.
        named = sorted(one["variables"], key=lambda name: (name not in existing, name.startswith("$")))
        checked.judge(
            rule_id,
            rule,
            table if of_records or isinstance(table, str) else table.name,
            [row - 1 for row in rows] if of_records else range(size),
            named[0] if named else "",
            one["values"],
            expected=one["message"] or rule.title,
        )
    for dataset, reason in result["failed"].items():
        checked.skip(rule_id, rule, dataset or model, reason)
    if not result["passed"] and not results and not result["failed"]:
        reasons = dict.fromkeys(
            reason for reason in result["skipped"].values() if not reason.startswith(_SCOPE)
        )
        stated = "; ".join(list(reasons)[:_REASONS]) + "; ..." * (len(reasons) > _REASONS)
        checked.skip(rule_id, rule, model, stated or "no dataset of the package is in its scope")


def _category(kind: str) -> Category:
    if "Presence" in kind:
        return "Presence"
    return "Metadata" if "Metadata" in kind else "Consistency"
