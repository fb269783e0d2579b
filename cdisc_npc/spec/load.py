"""A mapping folder, read and joined with the standards; all its errors at once."""

from __future__ import annotations

import difflib
import os
import reprlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.spec import forms, model, study_model, verbs
from cdisc_npc.spec.adam import model as adam_model
from cdisc_npc.spec.adam import verbs as adam_verbs
from cdisc_npc.spec.base import Model
from cdisc_npc.spec.forms import RawContract
from cdisc_npc.spec.model import Codelists, DatasetModel, Relation
from cdisc_npc.spec.plan import DatasetPlan, plan_dataset
from cdisc_npc.spec.standards import Standard, load_standard
from cdisc_npc.spec.study_model import StudyModel
from cdisc_npc.spec.terminology import Terminology, load_terminology
from cdisc_npc.spec.verb import nested
from cdisc_npc.spec.yaml import Document, Place, read_yaml

if TYPE_CHECKING:
    from cdisc_npc.spec.adam.load import AdamSpecification

AnyModel = TypeVar("AnyModel", bound=BaseModel)


@dataclass(frozen=True)
class Specification:
    """A study as its folder states it, joined with the standards' facts.

    Attributes
    ----------
    plans : dict
        What each dataset will be, by name, in the standard's order.
    documents : dict
        The YAML file of each part: ``study``, ``raw``, ``codelists`` and each dataset.
    adam : AdamSpecification or None
        The analysis datasets, where the study has a folder ``adam``.
    """

    folder: Path
    study: StudyModel
    contract: RawContract
    codelists: Codelists
    plans: dict[str, DatasetPlan]
    relations: tuple[Relation, ...]
    standard: Standard
    terminology: Terminology
    documents: dict[str, Document]
    adam: AdamSpecification | None = None

    @cached_property
    def reference_fields(self) -> dict[str, set[str]]:
        """Fields of each reference form that a variable looks up in it."""
        found: dict[str, set[str]] = {}
        for plan in self.plans.values():
            for verb in nested(verb for variable in plan.variables.values() for verb in variable.verbs):
                if isinstance(verb, verbs.FromForm):
                    found.setdefault(verb.from_form, set()).update(verb.fields())
        return found


class Problems:
    """Errors of a specification, gathered over all its files."""

    def __init__(self) -> None:
        self.found = Findings()

    def add(self, document: Document, place: Place, text: str, dataset: str = "", variable: str = "") -> None:
        """Note one error at a place of a file."""
        if dataset:
            text = f"{dataset}{'.' if variable else ''}{variable}: {text}"
        self.found.add(
            "SPEC_INVALID", file=_shown(document.path), expected=text, dataset=dataset, variable=variable,
            params={"line": document.line(place)},
        )  # fmt: skip


def _shown(path: Path) -> str:
    """Path from the study's folder on, as the author sees it."""
    return f"{path.parent.name}/{path.name}" if path.parent.name in ("sdtm", "adam") else path.name


def load_specification(folder: Path) -> Specification:
    """Read and check a study's folder.

    Parameters
    ----------
    folder
        Holds ``study.yaml``, ``raw.yaml``, optionally ``codelists.yaml``,
        ``sdtm/<dataset>.yaml`` and ``adam/<dataset>.yaml``; without ``sdtm`` no ``raw.yaml``.

    Raises
    ------
    Refused
        With every error of every file: file, line, dataset, variable.
    """
    from cdisc_npc.spec.adam.load import load_adam
    from cdisc_npc.spec.check import check_specification  # both read this module's classes

    problems = Problems()
    study = load_part(folder, "study.yaml", StudyModel, problems)
    # A study may begin with SDTM, made elsewhere: then it has analysis datasets only.
    mapped = (folder / "sdtm").is_dir() or (folder / "raw.yaml").exists() or not (folder / "adam").is_dir()
    contract: tuple[RawContract, Document] | None = (
        RawContract(forms={}),
        Document(folder / "raw.yaml", {}, {}),
    )
    if mapped:
        contract = load_part(folder, "raw.yaml", RawContract, problems)
    codelists = load_part(folder, "codelists.yaml", Codelists, problems, needed=False)
    datasets = [
        load_part(folder, f"sdtm/{path.name}", DatasetModel, problems)
        for path in sorted(folder.glob("sdtm/*.yaml"))
    ]
    for path in sorted([*folder.glob("*.yml"), *folder.glob("sdtm/*.yml"), *folder.glob("adam/*.yml")]):
        problems.add(Document(path, {}, {}), (), f"{path.name} would not be read; the ending is .yaml")
    if len(problems.found) or study is None or contract is None or codelists is None:
        raise Refused(problems.found)
    standard, terminology = _standards(*study, problems)

    plans: dict[str, DatasetPlan] = {}
    documents = {"study": study[1], "raw": contract[1], "codelists": codelists[1]}
    relations: tuple[Relation, ...] = ()
    for loaded in datasets:
        assert loaded is not None
        dataset, document = loaded
        if document.path.stem != dataset.dataset.lower():
            problems.add(
                document, ("dataset",), f"the file of {dataset.dataset} is {dataset.dataset.lower()}.yaml"
            )
        if dataset.dataset == "RELREC":
            relations, documents["RELREC"] = tuple(dataset.relations), document
            for part in sorted(dataset.model_fields_set - {"dataset", "relations", "comment"}):
                problems.add(
                    document, (part,), f"{part} has no place in RELREC; expected relations", "RELREC"
                )
            continue
        if dataset.dataset.startswith("SUPP"):
            problems.add(
                document, ("dataset",), f"{dataset.dataset} is made of `supplemental` in its parent's file"
            )
        elif dataset.dataset not in standard.datasets:
            near = difflib.get_close_matches(dataset.dataset, standard.datasets, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            problems.add(document, ("dataset",), f"{dataset.dataset} is no dataset of {standard.name}{hint}")
        else:
            plans[dataset.dataset] = plan_dataset(dataset, study[0], standard, contract[0])
            documents[dataset.dataset] = document
    plans = {name: plans[name] for name in standard.datasets if name in plans}
    specification = Specification(
        folder, study[0], contract[0], codelists[0], plans, relations, standard, terminology, documents
    )
    check_specification(specification, problems)
    adam = load_adam(specification, problems)
    if adam is not None:
        specification = replace(specification, adam=adam, documents=documents | adam.documents)
    if len(problems.found):
        raise Refused(problems.found)
    return specification


def _standards(study: StudyModel, document: Document, problems: Problems) -> tuple[Standard, Terminology]:
    try:
        standard = load_standard(study.standard)
    except ValueError as error:
        problems.add(document, ("standard",), f"no such standard: {error}")
    try:
        terminology = load_terminology(study.terminology, document.path.parent)
    except ValueError as error:
        problems.add(document, ("terminology",), f"no such terminology: {error}")
    if len(problems.found):
        raise Refused(problems.found)
    return standard, terminology


def load_part(
    folder: Path, name: str, kind: type[AnyModel], problems: Problems, *, needed: bool = True
) -> tuple[AnyModel, Document] | None:
    """Read one file of a study's folder as a model; None, and problems, where it has errors."""
    path = folder / name
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        problems.found.add("SPEC_INVALID", file=name, expected="the file leads out of the study's folder")
        return None
    if not path.exists() and not needed:
        return kind(), Document(path, {}, {})
    try:
        document = read_yaml(path, name)
    except Refused as refused:
        problems.found.extend(refused.findings)
        return None
    try:
        return kind.model_validate(document.data), document
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = tuple(step for step in detail["loc"])
            dataset = document.data.get("dataset", "") if isinstance(document.data, dict) else ""
            problems.add(document, place, _humane(dict(detail)), str(dataset), _variable(place))
        return None


def _variable(place: Place) -> str:
    """The variable, form field or test under which a place stands."""
    for index, step in enumerate(place[:-1]):
        if step in ("variables", "supplemental", "fields", "tests", "parameters", "endpoints", "sources"):
            return str(place[index + 1])
    return ""


def _humane(detail: dict[str, Any]) -> str:
    """Pydantic's error in the words of the mapping language."""
    # The verb's key is the tag by which it was recognised, too: said once.
    named = [str(step) for step in detail["loc"] if not isinstance(step, int)]
    where = ".".join(dict.fromkeys(named[-2:]))
    match detail["type"]:
        case "extra_forbidden":
            word = str(detail["loc"][-1])
            every = verbs.VERBS.keys() | adam_verbs.ADAM_VERBS.keys()
            if word in every and detail["loc"][-2:-1] and detail["loc"][-2] in every:
                return f"two verbs, {detail['loc'][-2]} and {word}; expected one"
            near = difflib.get_close_matches(word, sorted(_words()), 1)
            return f"unknown key {word}" + (f"; did you mean {near[0]}?" if near and near[0] != word else "")
        case "missing":
            return f"{detail['loc'][-1]} is missing"
        case "no_verb":
            tried = detail["input"] if isinstance(detail["input"], dict) else {}
            known = list(verbs.VERBS if "one of assign" in detail["msg"] else adam_verbs.ADAM_VERBS)
            near = [match for key in tried for match in difflib.get_close_matches(str(key), known, 1)]
            return detail["msg"] + (f"; did you mean {near[0]}?" if near else "")
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case _:
            return f"{where}: {detail['msg']}, not {reprlib.repr(detail['input'])}"


def _words() -> Iterator[str]:
    """Every key that the mapping language knows."""
    for module in (forms, model, study_model, verbs, adam_model, adam_verbs):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Model):
                for name, info in value.model_fields.items():
                    yield info.alias or name


def near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), 1)
    return f"; did you mean {near[0]}?" if near else ""
