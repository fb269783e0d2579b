"""What is expected of a dataset: its variables, their order, its keys, and its values by record.

What a study's specification states comes first, then what define.xml states, then the standard. Data
against define.xml is not looked at here: `define_xml.data` does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache

from cdisc_npc.columns.condition import ConditionParts
from cdisc_npc.package.read import Package, Table
from cdisc_npc.standards.adamig import analysis_variables, required_variables
from cdisc_npc.standards.sdtmig import (
    Dataset,
    Standard,
    Variable,
    is_supplemental,
    load_standard,
    mappings_root,
    read_table,
)
from cdisc_npc.study.adam_written import AdamDataset
from cdisc_npc.study.plan import DatasetPlan
from cdisc_npc.study.specification import Specification

_TIMED = "ISO 8601"
# Variables that hold the rest of a long text: SDTMIG 3.4, 4.5.3.
_CONTINUED = re.compile(r"(TSVAL|COVAL)[1-9]\d*")
# Names of the sponsor's own whose ending tells a type: ADaMIG 1.3, 3.1.
_NUMBERS = re.compile(r"\w+(DT|DTM|TM|ADY)")
# Names of one record's kind, and how long they may be: SDTM 2.0, SDTMIG 3.4, 4.2.
_CODES = re.compile(r"\w\w(TESTCD|PARMCD)|QNAM|PARAMCD|ETCD|TSPARMCD")
_SIZES = {"TEST": 40, "TESTCD": 8, "PARM": 40, "PARMCD": 8}
_OWN_SIZES = {
    "IETEST": 200,
    "QNAM": 8,
    "QLABEL": 40,
    "PARAMCD": 8,
    "ARMCD": 20,
    "ACTARMCD": 20,
    "ETCD": 8,
    "ELEMENT": 40,
}
_ALWAYS = ("STUDYID", "USUBJID", "PARAMCD", "PARAM")


@dataclass(frozen=True)
class ExpectedVariable:
    """A variable.

    Attributes
    ----------
    labels : tuple of str
        Of the standard, any of them; none: it leaves the label to the sponsor.
    begins : bool
        Whether more text may follow the label.
    type : str
        ``Char`` or ``Num``; blank where the standard has none.
    core : str
        ``Req``, ``Exp``, ``Perm``, ``Cond``; blank for the sponsor's own.
    form : str
        ``moment`` and ``duration`` of ISO 8601, or both; ``code``: a short name.
    length : int or None
        Bytes that a value may have.
    most : int or None
        As the standard limits it.
    never_blank : bool
        Whether every record has a value.
    """

    name: str
    labels: tuple[str, ...] = ()
    begins: bool = False
    type: str = ""
    core: str = ""
    form: str = ""
    length: int | None = None
    most: int | None = None
    never_blank: bool = False


@dataclass(frozen=True)
class ExpectedValues:
    """What the values of a variable are on some records: a type of Define-XML, and bytes."""

    variable: str
    where: ConditionParts
    type: str
    length: int | None = None


@dataclass(frozen=True)
class Expected:
    """A dataset.

    Attributes
    ----------
    variables : dict of ExpectedVariable
        Those of it that are known, and those that it must have.
    unknown : tuple of str
        Variables that neither the standard nor the specification knows.
    judged : bool
        Whether the guide's table of the dataset is at hand, or its class.
    order : tuple of str
        Of the known ones, as the standard orders them; none: it does not.
    missing : dict of str to str
        Variables that it lacks: ``required``, ``expected`` or ``specified``.
    surplus : tuple of str
        Variables that its specification does not have.
    keys : tuple of str
        That identify a record; ``keys_stated``: somebody says so of this dataset, not the guide of any.
    sequence : str or None
        Its sequence number, unique in ``within``.
    class_ : str
        General observation class, of SDTM.
    specified : bool
        Whether a study's specification has the dataset.
    """

    dataset: str
    variables: dict[str, ExpectedVariable]
    unknown: tuple[str, ...] = ()
    judged: bool = True
    order: tuple[str, ...] = ()
    missing: dict[str, str] = field(default_factory=dict)
    surplus: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    keys_stated: bool = False
    sequence: str | None = None
    within: tuple[str, ...] = ()
    values: tuple[ExpectedValues, ...] = ()
    adam: bool = False
    class_: str = ""
    specified: bool = False
    optional: frozenset[str] = frozenset()
    encoding: str = "utf-8"


def expected_of(package: Package, table: Table) -> Expected:
    """What is expected of a dataset of a package."""
    columns = [variable.name for variable in table.member.variables] or list(table.columns)
    if table.model == "adam":
        model = _adam_model(package.study, table.name)
        result = _of_adam(package.standard, table.name, table.class_, columns, model)
    else:
        plan = package.study.plans.get(table.name) if package.study else None
        facts = facts_of(package.standard, table)
        result = _of_sdtm(package.standard, facts, table.name, columns, plan, table.prefix)
        if plan:  # what define.xml describes has values
            lacking = set(_described(package, table, keys=False)) & set(plan.permissible) - set(columns)
            missing = {name: "specified" for name in plan.permissible if name in lacking}
            result = replace(result, missing=result.missing | missing)
    keys = () if result.keys_stated else tuple(_described(package, table, keys=True))
    if keys:
        result = replace(result, keys=keys, keys_stated=True)
    return replace(result, encoding=package.study.study.encoding) if package.study else result


def _described(package: Package, table: Table, keys: bool) -> list[str]:
    """Variables, or keys, that define.xml says a dataset has; none where there is no document."""
    document = package.described(table.model)
    groups = document.metadata.item_groups if document else []
    group = next((one for one in groups if one.name == table.name), None)
    if document is None or group is None:
        return []
    items = [document.index.items.get(ref.item_oid) for ref in (group.keys if keys else group.item_refs)]
    return [item.name for item in items if item and item.name]


def expected_in(study: Specification, name: str) -> Expected:
    """What a study's specification expects of one of its datasets, whatever is there.

    Raises
    ------
    KeyError
        The study has no such dataset.
    """
    model = _adam_model(study, name)
    if model is not None:
        result = _of_adam(study.standard, name, model.structure, specified(model), model)
    elif name in study.plans:
        plan = study.plans[name]
        columns = [variable.name for variable in plan.submitted]
        result = _of_sdtm(study.standard, study.standard.datasets[name], name, columns, plan, name)
    else:
        facts = study.standard.datasets[name]
        result = _of_sdtm(study.standard, facts, name, list(facts.variables), None, name[:2])
    return replace(result, encoding=study.study.encoding)


def facts_of(standard: Standard, table: Table) -> Dataset:
    """What the guide says of a dataset; of one of the sponsor's own, what its class says; of a part, its domain."""
    if table.name in standard.datasets:
        return standard.datasets[table.name]
    if is_supplemental(table.name):
        return standard.datasets["SUPPQUAL"]
    if table.prefix in standard.datasets and table.name.startswith(table.prefix):
        return standard.datasets[table.prefix]
    return Dataset(table.prefix, "", table.class_, "", (), False, {})


# -- SDTM


def _of_sdtm(
    standard: Standard,
    facts: Dataset,
    name: str,
    columns: list[str],
    plan: DatasetPlan | None,
    prefix: str,
) -> Expected:
    existing: dict[str, Variable] = {}
    continued: dict[str, ExpectedVariable] = {}
    unknown = []
    for column in columns:
        fact = standard.variable_of(facts, column)
        if fact is not None:
            existing[column] = fact
        elif (rest := _CONTINUED.fullmatch(column)) and rest[1][:2] == prefix:
            continued[column] = ExpectedVariable(column, type="Char")
        else:
            unknown.append(column)
    core = {fact.name: fact.core for fact in facts.variables.values() if fact.core in ("Req", "Exp")}
    missing = {
        item: {"Req": "required", "Exp": "expected"}[core[item]] for item in core if item not in existing
    }
    judged = bool(facts.variables) or standard.has_class(facts.class_)
    if judged and not facts.variables:  # what every domain has (SDTMIG 3.4, 2.6)
        every = ("STUDYID", "DOMAIN", "USUBJID", f"{prefix}SEQ")
        missing = {item: "required" for item in every if item not in columns}
    planned = {variable.name: variable for variable in plan.submitted} if plan else {}
    # One without any value is not submitted.
    optional = set(plan.permissible) if plan else set()
    wanted = (item for item in planned if item not in optional)
    missing |= {item: "specified" for item in wanted if item not in columns and item not in missing}
    variables = {}
    for fact in existing.values():
        length = planned[fact.name].length if fact.name in planned else None
        variables[fact.name] = ExpectedVariable(
            fact.name, (fact.label,) if facts.variables else (), False, fact.type, fact.core, _form(fact), length,
            _most(fact.name, prefix), fact.core == "Req",
        )  # fmt: skip
    sequence = f"{prefix}SEQ" if f"{prefix}SEQ" in existing else None
    within = next(
        (item for item in ("USUBJID", "NHOID") if item in existing), "TSPARMCD" if prefix == "TS" else ""
    )
    stated = facts.keys if is_supplemental(facts.name) and not plan else ()
    if plan:
        stated = tuple(key for key in plan.keys if key in columns or key not in optional)
    return Expected(
        name, variables | continued, tuple(unknown) if judged else (), judged,
        tuple(sorted(existing, key=lambda item: existing[item].order)) if facts.class_ else (),
        missing, tuple(item for item in existing if plan and item not in planned),
        stated or facts.keys, bool(stated), sequence, (within,) if within else (),
        tuple(
            ExpectedValues(value.variable, value.where, value.type or "text", value.length)
            for value in (plan.model.value_level if plan else ()) if value.type or value.length
        ),
        class_=facts.class_, specified=plan is not None, optional=frozenset(optional),
    )  # fmt: skip


def _form(fact: Variable) -> str:
    if _CODES.fullmatch(fact.name):
        return "code"
    if not fact.value_domain.startswith(_TIMED):
        return ""
    return " ".join(
        form
        for form, word in (("moment", "datetime"), ("duration", "duration"), ("interval", "interval"))
        if word in fact.value_domain
    )


def _most(name: str, prefix: str) -> int | None:
    generic = name.removeprefix(prefix)
    return _OWN_SIZES.get(name) or (_SIZES.get(generic) if generic != name else None)


# -- ADaM


def _adam_model(study: Specification | None, name: str) -> AdamDataset | None:
    return study.adam.datasets.get(name) if study and study.adam else None


def specified(model: AdamDataset) -> list[str]:
    """Variables that an analysis dataset has by its specification's own words, in no particular order."""
    named = [*model.keys, *(name for name in model.subject if name != "all")]
    # Names in small letters are made on the way, and not kept.
    named += [name for name in model.variables if name.isupper()]
    if model.endpoints:
        named += ["USUBJID", "PARAMCD", "PARAM", "AVAL", "CNSR"]
    if model.sequence:
        named.append("ASEQ")
    return [name for name in dict.fromkeys(named) if name not in model.drop]


def _of_adam(
    standard: Standard, name: str, structure: str, columns: Iterable[str], model: AdamDataset | None
) -> Expected:
    there = list(columns)
    variables = {column: _analysis(standard, structure, column, model) for column in there}
    missing = {}
    if structure != "OTHER":
        for required, pattern in required_variables("BDS" if structure == "TTE" else structure):
            if not any(pattern.fullmatch(column) for column in there):
                missing[required] = "required"
    missing |= {item: "specified" for item in (specified(model) if model else ()) if item not in there}
    sequence = "ASEQ" if "ASEQ" in there else None
    keys = tuple(model.keys) if model else ()
    if not keys and structure == "ADSL":
        keys = ("STUDYID", "USUBJID")
    return Expected(
        name, variables, (), True, (), missing, (), keys, bool(keys), sequence, ("USUBJID",) if sequence else (),
        adam=True, specified=model is not None,
    )  # fmt: skip


def _analysis(standard: Standard, structure: str, name: str, model: AdamDataset | None) -> ExpectedVariable:
    never = name in _ALWAYS
    most = _OWN_SIZES.get(name)
    facts = list(analysis_variables(structure, name)) if structure != "OTHER" else []
    own = (model.labels[name],) if model and name in model.labels else ()
    if facts:
        # What a label leaves to the sponsor stands in it as dots, an asterisk or XX.
        labels = [fact.label for fact in facts if not re.search(r"\.\.\.|[*{}]|\bXX\b", fact.label)]
        return ExpectedVariable(
            name, own or tuple(labels), facts[0].indexed, facts[0].type, facts[0].core,
            "code" if name == "PARAMCD" else "", None, most, never,
        )  # fmt: skip
    born = born_in_sdtm(standard, name)
    if born is not None:
        return ExpectedVariable(name, (born.label,), False, born.type, "", _form(born), None, most, never)
    kind = "Num" if _NUMBERS.fullmatch(name) and structure != "OTHER" else ""
    return ExpectedVariable(name, own, False, kind, never_blank=never)


@cache
def _everywhere(standard_name: str) -> dict[str, Variable]:
    result: dict[str, list[Variable]] = {}
    for dataset in load_standard(standard_name).datasets.values():
        for variable in dataset.variables.values():
            result.setdefault(variable.name, []).append(variable)
    agreed = {}
    for name, variables in result.items():
        if len({(item.label, item.type) for item in variables}) == 1:
            # FOCID has a codelist in eye examinations alone: it is not bound to one elsewhere.
            bound = variables if all(item.codelists for item in variables) else []
            agreed[name] = variables[0]._replace(
                codelists=tuple(dict.fromkeys(code for item in bound for code in item.codelists))
            )
    return agreed


def born_in_sdtm(standard: Standard, name: str) -> Variable | None:
    """The variable of SDTM whose name an analysis variable has, with its attributes (ADaMIG 1.3, 3.1)."""
    result = _everywhere(standard.name).get(name)
    if result is None:
        domain = standard.datasets.get(name[:2])
        result = standard.variable_of(domain, name) if domain else None
    if result is None:
        return None
    for dataset in standard.datasets.values():  # in the study's language
        if name in dataset.variables:
            return result._replace(label=dataset.variables[name].label)
    return result


@cache
def translations() -> dict[str, frozenset[str]]:
    """A label's translations, in every language that the standards' tables have."""
    result: dict[str, set[str]] = {}
    for path in sorted((mappings_root() / "standards" / "languages").glob("*.csv")):
        for label, translation, *_ in read_table(path):
            result.setdefault(label, set()).add(translation)
    return {label: frozenset(texts) for label, texts in result.items()}
