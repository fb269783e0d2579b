"""SDTM datasets as define.xml describes them, from the plans that made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from cdisc_npc.columns.texts import byte_lengths
from cdisc_npc.define.provenance import ASSIGNED, SOURCES, provenance
from cdisc_npc.define.sources import (
    DatasetSource,
    DictionarySource,
    ItemSource,
    Provenance,
    distinct_texts,
    shape_of,
)
from cdisc_npc.define.terms import candidates, choose, stated_values
from cdisc_npc.define.value_level import result_values
from cdisc_npc.sdtm.qualifiers import continued_name
from cdisc_npc.standards.sdtmig import Variable as Fact
from cdisc_npc.standards.sdtmig import is_supplemental, parent_of
from cdisc_npc.study.plan import DatasetPlan, VariablePlan
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.xpt_layout import Member, Variable


def sdtm_sources(
    spec: Specification, datasets: Mapping[str, pd.DataFrame], members: Mapping[str, Member]
) -> Iterator[DatasetSource]:
    """Describe every dataset of a conversion, SUPP-- and RELREC included, in the standard's order.

    Parameters
    ----------
    spec
        The study.
    datasets, members
        As in the files, by name.
    """
    for name, facts in spec.standard.datasets.items():
        if name not in datasets:
            continue
        frame = datasets[name]
        plan = spec.plans.get(name)
        parent = spec.plans.get(parent_of(name)) if is_supplemental(name) else None
        items = []
        for variable in members[name].variables:
            column = frame[variable.name]
            if plan:
                item = _planned(spec, plan, variable, frame)
            else:
                fact = facts.variables[variable.name]
                item = _of_standard(spec, fact, variable, column)
            if parent and variable.name == "QVAL":
                item = _with_qualifiers(spec, parent, item, frame)
            items.append(item)
        keys = tuple(key for key in plan.keys if key in frame.columns) if plan else facts.keys
        if "STUDYID" in frame.columns and "STUDYID" not in keys:
            keys = ("STUDYID", *keys)
        yield DatasetSource(
            name, facts.label, parent.name if parent else name, facts.class_.upper(), facts.structure,
            repeating=not facts.reference and set(keys) - {"STUDYID"} != {"USUBJID"},
            reference=facts.reference, keys=keys, items=tuple(items),
            comment=(plan.model.comment or "") if plan else "", empty=frame.empty,
        )  # fmt: skip


def _planned(spec: Specification, plan: DatasetPlan, variable: Variable, frame: pd.DataFrame) -> ItemSource:
    planned, column = plan.variables[variable.name], frame[variable.name]
    fact = spec.standard.variable(plan.name, variable.name)
    observed = distinct_texts(column)
    decodes = _names_of_codes(plan.name, variable.name, frame)
    terms = None
    if variable.type == "Char":
        stated = stated_values(spec, plan, planned)
        terms = choose(spec, candidates(spec, planned), observed, stated, decodes)
    domain = fact.value_domain if fact else ""
    item = ItemSource(
        variable.name, variable.label,
        shape_of(column, observed, timed=_timed(domain), length=variable.length, format=variable.format),
        provenance(plan, planned), mandatory=planned.core == "Req", role=planned.role, terms=terms,
        dictionary=_dictionary(spec, domain) if terms is None else None, empty=not observed,
    )  # fmt: skip
    return result_values(spec, plan, planned, item, frame)


def _of_standard(spec: Specification, fact: Fact, variable: Variable, column: pd.Series) -> ItemSource:
    """A variable of SUPP-- or RELREC: all of them are assigned."""
    observed = distinct_texts(column)
    lists = [codelist for name in fact.codelists if (codelist := spec.terminology.get(name))]
    return ItemSource(
        variable.name, variable.label, shape_of(column, observed, timed=False, length=variable.length), ASSIGNED,
        mandatory=fact.core == "Req", role=fact.role, terms=choose(spec, lists, observed), empty=not observed,
    )  # fmt: skip


def _with_qualifiers(
    spec: Specification, parent: DatasetPlan, item: ItemSource, supp: pd.DataFrame
) -> ItemSource:
    """QVAL with a value definition for each QNAM."""
    planned = {qualifier.name: qualifier for qualifier in parent.qualifiers}
    values, origins = [], {}
    names = supp.drop_duplicates("QNAM")
    for name, label in zip(names["QNAM"].tolist(), names["QLABEL"].tolist(), strict=True):
        texts = supp["QVAL"][supp["QNAM"] == name]
        observed = distinct_texts(texts)
        length = int(byte_lengths(texts, spec.study.encoding).max(initial=1))
        variable = planned.get(name)
        if variable is not None:
            result = _as_told(variable, provenance(parent, variable))
            terms = choose(spec, candidates(spec, variable), observed, stated_values(spec, parent, variable))
        else:
            base = _continued(parent, name)
            text = f"The rest of {base.name}, whose text has more than 200 bytes."
            result, terms = Provenance(provenance(parent, base).origins, text), None
        values.append(
            ItemSource(
                name, label, shape_of(texts, observed, timed=False, length=length), result, terms=terms,
                where=((("QNAM", "EQ", (name,)),),), role="Record Qualifier",
            )
        )  # fmt: skip
        origins.update(dict.fromkeys(result.origins))
    return replace(item, values=tuple(values), provenance=Provenance(tuple(origins))) if values else item


def _continued(parent: DatasetPlan, qnam: str) -> VariablePlan:
    """The variable of which a qualifier holds the rest, part by part."""
    return next(
        variable
        for part in range(1, 1000)
        for name, variable in parent.variables.items()
        if continued_name(name, part) == qnam
    )


_QORIG = {"CRF": "Collected", "ASSIGNED": "Assigned", "DERIVED": "Derived", "PROTOCOL": "Protocol"}


def _as_told(variable: VariablePlan, made: Provenance) -> Provenance:
    """The origin that QORIG tells, where the study states one: data and document must agree."""
    stated = variable.supplemental.origin if variable.supplemental else None
    if stated is None:
        return made
    origin = _QORIG[stated]
    return replace(made, origins=((origin, SOURCES.get(origin)),))


def _timed(domain: str) -> bool:
    return domain.startswith("ISO 8601")


def _dictionary(spec: Specification, domain: str) -> DictionarySource | None:
    stated = spec.study.dictionaries.get(domain)
    return DictionarySource(stated.name or domain, stated.version, stated.href) if stated else None


def _names_of_codes(dataset: str, variable: str, frame: pd.DataFrame) -> dict[str, str]:
    """The names that the data has for the codes of a variable, such as --TEST for --TESTCD."""
    names = variable.removesuffix("CD")
    if not variable.endswith(("TESTCD", "PARMCD")) or names not in frame.columns:
        return {}
    pairs = frame[[variable, names]].drop_duplicates(variable)
    return dict(zip(pairs[variable].tolist(), pairs[names].tolist(), strict=True))
