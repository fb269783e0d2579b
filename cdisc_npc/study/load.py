"""A mapping folder, read and joined with the standards; all its errors at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cdisc_npc.findings import Refused
from cdisc_npc.standards.sdtmig import Standard, is_supplemental, load_standard
from cdisc_npc.standards.terminology import Terminology, load_terminology
from cdisc_npc.study.adam_load import load_adam
from cdisc_npc.study.forms import RawContract
from cdisc_npc.study.parts import load_part
from cdisc_npc.study.plan import DatasetPlan, plan_dataset
from cdisc_npc.study.problems import Problems, near
from cdisc_npc.study.spec_check import check_specification
from cdisc_npc.study.specification import Specification
from cdisc_npc.study.written import Codelists, DatasetModel, Relation
from cdisc_npc.study.written_study import StudyModel
from cdisc_npc.transport.strict_yaml import Document


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
        if is_supplemental(dataset.dataset):
            problems.add(
                document, ("dataset",), f"{dataset.dataset} is made of `supplemental` in its parent's file"
            )
        elif dataset.dataset not in standard.datasets:
            text = f"{dataset.dataset} is no dataset of {standard.name}{near(dataset.dataset, standard.datasets)}"
            problems.add(document, ("dataset",), text)
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
