"""A study in another language: labels, terms and decodes, over the same specification.

The NMPA asks for packages in Chinese: labels of datasets and variables, terms of the
dictionaries, and the codelist of the primary endpoint (CDE guideline on data
submission, 2020). Labels of the standard stand in
``mappings/standards/languages/<language>.csv``, what is the study's own in its
``languages/<language>.yaml``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic import Field as Setting

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.standards.sdtmig import mappings_root, read_table
from cdisc_npc.study.parts import load_part
from cdisc_npc.study.plan import DatasetPlan
from cdisc_npc.study.problems import Problems
from cdisc_npc.study.specification import Specification
from cdisc_npc.study.written_study import Encoding
from cdisc_npc.verbs.base import Model

_SUPPLEMENTAL = "Supplemental Qualifiers for "


class Language(Model):
    """``languages/<language>.yaml`` of a study."""

    encoding: Encoding = Setting(description="of the files in this language")
    labels: dict[str, str] = Setting(
        default={}, description="label of the study's own: the same in the language"
    )
    supplemental: str = Setting(default="{dataset}补充修饰变量", description="label of SUPP--")
    values: dict[str, str] = Setting(
        default={},
        description="DATASET.VARIABLE: the table by which its values are given, of ``tables``, of the choices of "
        "raw.yaml, or of codelists.yaml read backwards",
    )
    tables: dict[str, dict[str, str]] = Setting(default={}, description="value: the same in the language")
    decodes: dict[str, dict[str, str]] = Setting(default={}, description="codelist: decode of its terms")


@dataclass(frozen=True)
class Localised:
    """A specification in a language.

    Attributes
    ----------
    spec
        With labels, decodes and encoding of the language.
    values
        By dataset and variable, value to value in the language.
    findings
        ``LANGUAGE_LABEL`` for each label that has no translation.
    """

    spec: Specification
    values: dict[tuple[str, str], dict[str, str]]
    findings: Findings


def localise(spec: Specification, language: str) -> Localised:
    """Give a study's specification in another language.

    Parameters
    ----------
    language
        Name of the study's file in ``languages/``, such as ``zh``.

    Raises
    ------
    Refused
        The study has no such language, or its file has errors: all of them, with their lines.
    """
    path = spec.folder / "languages" / f"{language}.yaml"
    if not path.is_file():
        existing = ", ".join(sorted(item.stem for item in path.parent.glob("*.yaml"))) or "none"
        raise Refused.because(
            "SPEC_INVALID",
            file=path.name,
            expected=f"there is no language {language}; the study has {existing}",
        )
    problems = Problems()
    loaded = load_part(spec.folder, f"languages/{path.name}", Language, problems)
    if loaded is None:
        raise Refused(problems.found)
    model, document = loaded
    tables = _tables(spec, model)
    for name, table in model.values.items():
        dataset, _, variable = name.partition(".")
        if dataset not in spec.plans or variable not in spec.plans[dataset].variables:
            problems.add(document, ("values", name), f"{name} is no variable of the study")
        if table not in tables:
            problems.add(document, ("values", name), f"there is no table {table}")
    problems.found.refuse_if_worst()
    labels = dict(_standard_labels(language)) | model.labels
    findings = Findings()

    def told(label: str) -> str:
        if label.startswith(_SUPPLEMENTAL):
            return model.supplemental.replace("{dataset}", label.removeprefix(_SUPPLEMENTAL))
        return labels.get(label, label)

    plans = {name: _plan(plan, told) for name, plan in spec.plans.items()}
    used = {plan.label for plan in spec.plans.values()}
    used |= {variable.label for plan in spec.plans.values() for variable in plan.variables.values()}
    missing = sorted(label for label in used if told(label) == label)
    findings.add("LANGUAGE_LABEL", value=missing, expected=language)
    datasets = {
        name: replace(
            facts, label=told(facts.label),
            variables={key: item._replace(label=told(item.label)) for key, item in facts.variables.items()},
        )
        for name, facts in spec.standard.datasets.items()
    }  # fmt: skip
    localised = replace(
        spec, plans=plans, standard=replace(spec.standard, datasets=datasets),
        terminology=spec.terminology.with_decodes(model.decodes),
        study=spec.study.model_copy(update={"encoding": model.encoding}),
        documents=spec.documents | {"language": document},
    )  # fmt: skip
    values = {}
    for name, table in model.values.items():
        dataset, _, variable = name.partition(".")
        values[dataset, variable] = tables[table]
    return Localised(localised, values, findings)


def _plan(plan: DatasetPlan, told: Callable[[str], str]) -> DatasetPlan:
    variables = {name: replace(item, label=told(item.label)) for name, item in plan.variables.items()}
    return replace(plan, label=told(plan.label), variables=variables)


def _standard_labels(language: str) -> list[tuple[str, str]]:
    path = mappings_root() / "standards" / "languages" / f"{language}.csv"
    if not path.is_file():
        return []
    return [(row[0], row[1]) for row in read_table(path)]


def _tables(spec: Specification, model: Language) -> dict[str, dict[str, str]]:
    """Every table, value to value: decode tables backwards, printed choices, and the language's own over them."""
    result: dict[str, dict[str, str]] = {}
    for name, terms in spec.codelists.terms.items():
        backwards: dict[str, str] = {}
        for collected, value in terms.items():
            if not collected.isascii():
                backwards.setdefault(value, collected)
        result[name] = backwards
    for name, choices in spec.contract.codelists.items():
        result[name] = result.get(name, {}) | choices
    for name, table in model.tables.items():
        result[name] = result.get(name, {}) | table
    return result
