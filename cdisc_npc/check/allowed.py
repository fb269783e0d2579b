"""The terms that the variables of a dataset may have: of the standard, of the study, and as define.xml declares them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from cdisc_npc.check.expected import born_in_sdtm, facts_of
from cdisc_npc.columns.condition import ConditionParts, Test
from cdisc_npc.define.terms import candidates
from cdisc_npc.package.layout import Kind
from cdisc_npc.package.read import Package, Table
from cdisc_npc.standards.adamig import analysis_variable
from cdisc_npc.standards.sdtmig import Dataset, Standard, is_supplemental, parent_of, value_domain
from cdisc_npc.standards.terminology import Codelist, Terminology, folded, load_terminology
from cdisc_npc.study.codelists import sponsor_codelist
from cdisc_npc.study.specification import Specification
from define_xml.model import NCI_CODE, Define, ItemDef

# The terminology of ADaM that goes with the guide.
_ADAM_TERMINOLOGY = "adamct-2025-03-28"
# Collected and standard results are terms only where they are words.
_RESULTS = ("ORRES", "STRESC")
_NUMBER = re.compile(r"[<>]?=?\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, eq=False)
class Allowed:
    """Terms of a variable.

    Attributes
    ----------
    lists : tuple of Codelist
        Of any of which a value may be.
    where : ConditionParts or None
        Records that it is of; None: all.
    declared : frozenset of str
        Extensions that the study or define.xml declares.
    """

    variable: str
    lists: tuple[Codelist, ...]
    where: ConditionParts | None = None
    declared: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Short names and codes of the lists."""
        return " or ".join(
            f"{item.short_name} ({item.code})" if item.code else item.short_name for item in self.lists
        )

    @cached_property
    def extensible(self) -> bool:
        """Whether a sponsor may add terms to one of the lists."""
        return any(item.extensible for item in self.lists)

    @cached_property
    def forms(self) -> dict[str, str]:
        """Terms by their `folded` form; of those that are alike the first."""
        forms: dict[str, str] = {}
        for codelist in self.lists:
            for term in codelist.terms:
                forms.setdefault(folded(term), term)
        return forms

    def passes(self, texts: pa.Array) -> np.ndarray:
        """Whether each text is a term, or blank; of results, or a number."""
        extensions = self.declared if self.extensible else frozenset()
        results = self.variable.endswith(_RESULTS)
        result = (
            not text
            or any(text in item.terms for item in self.lists)
            or text in extensions
            or (results and _NUMBER.fullmatch(text.strip()) is not None)
            for text in texts.to_pylist()
        )
        return np.fromiter(result, dtype=bool, count=len(texts))


def allowed_of(package: Package, table: Table) -> list[Allowed]:
    """Terms of a dataset of a package."""
    names = [name for name, column in table.columns.items() if not column.numeric]
    study = package.study
    if table.model == "adam":
        result = _of_adam(package.standard, package.terminology, study, table.class_, names)
    else:
        facts = facts_of(package.standard, table)
        result = _of_sdtm(package.standard, package.terminology, study, table.name, facts, names)
    declared = _declared(package, table.model, table.name)
    return [
        replace(item, declared=item.declared | declared.get(item.variable, frozenset()))
        for item in result
        if item.where is None or table.columns.keys() >= set(item.where.reads())
    ]


def allowed_in(study: Specification, name: str, names: Iterable[str]) -> list[Allowed]:
    """Terms of a dataset that a study's specification has."""
    if study.adam and name in study.adam.datasets:
        structure = study.adam.datasets[name].structure
        return list(_of_adam(study.standard, study.terminology, study, structure, names))
    facts = study.standard.datasets[name]
    return list(_of_sdtm(study.standard, study.terminology, study, name, facts, names))


def _of_sdtm(
    standard: Standard,
    terminology: Terminology,
    study: Specification | None,
    name: str,
    facts: Dataset,
    names: Iterable[str],
) -> Iterator[Allowed]:
    there = set(names)
    plan = study.plans.get(name) if study else None
    by_value = [
        item for item in standard.value_lists.get(facts.name, ()) if {item.variable, item.where} <= there
    ]
    for value in by_value:
        where = _where(value.where, value.value)
        lists = _lists(terminology, value.codelists, value.value_domain)
        yield from _allowed(study, value.variable, lists, where)
    for variable in sorted(there - {item.variable for item in by_value}):
        fact = standard.variable_of(facts, variable)
        if plan and variable in plan.variables and study:
            lists = candidates(study, plan.variables[variable])
            lists += _lists(terminology, (), fact.value_domain if fact else "")
            closed = _lists(terminology, fact.codelists, "") if fact else []
            if _closed(closed):
                lists = closed
        else:
            lists = _lists(terminology, fact.codelists, fact.value_domain) if fact else []
        yield from _allowed(study, variable, lists)
    for stated in plan.model.value_level if plan and study else ():
        if stated.codelist and study:
            codelist = sponsor_codelist(study, stated.codelist) or study.terminology.get(stated.codelist)
            yield from _allowed(study, stated.variable, [codelist] if codelist else [], stated.where)
    parent = study.plans.get(parent_of(name)) if study and is_supplemental(name) else None
    if study and parent:
        for qualifier in parent.qualifiers:
            lists = candidates(study, qualifier)
            yield from _allowed(study, "QVAL", lists, _where("QNAM", qualifier.name))


def _of_adam(
    standard: Standard,
    terminology: Terminology,
    study: Specification | None,
    structure: str,
    names: Iterable[str],
) -> Iterator[Allowed]:
    for name in names:
        fact = analysis_variable(structure, name) if structure != "OTHER" else None
        if fact is not None and fact.values:
            own = Codelist.of_sponsor(f"the values of {name}", name, False, dict.fromkeys(fact.values, ""))
            yield Allowed(name, (own,))
            continue
        lists = []
        for code in fact.codelists if fact else ():
            codelist = terminology.get(code) or load_terminology(_ADAM_TERMINOLOGY).get(code)
            lists += [codelist] if codelist else []
        born = born_in_sdtm(standard, name) if not lists else None
        if born is not None:
            lists = _lists(terminology, born.codelists, born.value_domain)
            for plan in study.plans.values() if study and not _closed(lists) else ():
                if name in plan.variables and study:
                    lists += candidates(study, plan.variables[name])
        yield from _allowed(study, name, lists)


def _allowed(
    study: Specification | None, variable: str, lists: list[Codelist], where: ConditionParts | None = None
) -> Iterator[Allowed]:
    each_once = {codelist.code or codelist.short_name: codelist for codelist in lists}
    if not each_once:
        return
    own = study.codelists.extensions if study else {}
    declared = frozenset(term for code in each_once for term in own.get(code, ()))
    yield Allowed(variable, tuple(each_once.values()), where, declared)


def _closed(lists: list[Codelist]) -> bool:
    """Whether the standard has lists, and none that a study may open."""
    return bool(lists) and not any(item.extensible for item in lists)


def _lists(terminology: Terminology, codes: tuple[str, ...], domain: str) -> list[Codelist]:
    """Codelists; none where the package lacks one of them, for then nothing can be judged."""
    values = value_domain(domain) if domain else ()
    if values:
        return [Codelist.of_sponsor(domain, domain, False, dict.fromkeys(values, ""))]
    result = [terminology.get(code) for code in codes]
    return [item for item in result if item] if all(result) else []


def _where(variable: str, value: str) -> ConditionParts:
    return ConditionParts((((variable, (Test("in", (value,)),)),),))


# -- what define.xml declares


def _declared(package: Package, model: Kind, dataset: str) -> Mapping[str, frozenset[str]]:
    """Terms by variable that are no terms of the standard by the document's own word."""
    document = package.described(model)
    group = (
        next((one for one in document.metadata.item_groups if one.name == dataset), None)
        if document
        else None
    )
    result: dict[str, set[str]] = {}
    if document is None or group is None:
        return {}
    for ref in group.item_refs:
        item = document.index.items.get(ref.item_oid)
        if item is not None:
            result.setdefault(item.name, set()).update(_extensions(document, item))
    for item, value in document.index.values(group):
        definition = document.index.items.get(value.item_oid)
        if definition is not None:
            result.setdefault(item.name, set()).update(_extensions(document, definition))
    return {name: frozenset(terms) for name, terms in result.items()}


def _extensions(document: Define, item: ItemDef) -> Iterator[str]:
    codelist = document.index.codelist_of(item)
    if codelist is None:
        return
    standard = any(alias.context == NCI_CODE for alias in codelist.aliases)
    for term in codelist.items:
        if not standard or term.extended_value == "Yes":
            yield term.coded_value
