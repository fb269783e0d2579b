"""Whether an analysis dataset's specification fits together: names, tables, variables, labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cdisc_npc.recist.timepoints import COLUMNS as RECIST_COLUMNS
from cdisc_npc.spec.adam.model import AdamDataset, MissedRule, NoAssessmentRule, Table
from cdisc_npc.spec.adam.standard import analysis_variable
from cdisc_npc.spec.adam.verbs import AdamVerb
from cdisc_npc.spec.conditions import ConditionParts
from cdisc_npc.spec.load import Problems, Specification, near
from cdisc_npc.spec.yaml import Document, Place

# The table of computed responses, made of TU and TR.
RECIST = "RECIST"
_NAME_LENGTH = 8
# Set by the algorithms, beside what the specification says.
_OF_PARAMETERS = ("PARAMCD", "PARAM", "AVALC", "ADT")
_OF_ENDPOINTS = (
    "USUBJID", "STARTDT", "ADT", "CNSR", "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ", "PARAMCD", "PARAM",
    "AVAL",
)  # fmt: skip


@dataclass
class Columns:
    """Variables that a table is known to have; of an SDTM dataset also what its standard allows."""

    names: dict[str, None] = field(default_factory=dict)
    domains: tuple[str, ...] = ()

    def has(self, name: str, study: Specification) -> bool:
        """Whether the table has a variable, or may have it."""
        return name in self.names or any(_in_domain(domain, name, study) for domain in self.domains)


def _in_domain(domain: str, name: str, study: Specification) -> bool:
    plan = study.plans.get(domain)
    if plan and name in plan.variables:
        return True
    facts = study.standard.datasets.get(domain)
    return facts is not None and study.standard.variable(domain, name) is not None


class _Check:
    def __init__(
        self, model: AdamDataset, document: Document, study: Specification, known: Mapping[str, AdamDataset],
        problems: Problems,
    ) -> None:  # fmt: skip
        self.model, self.document, self.study, self.problems = model, document, study, problems
        self.tables: dict[str, Columns] = {name: Columns(domains=(name,)) for name in study.standard.datasets}
        self.tables[RECIST] = Columns(dict.fromkeys(RECIST_COLUMNS))
        for name, other in known.items():
            made = tables_of(other, self.tables)
            self.tables |= {name: columns_of(other, self.tables, study)} | {
                key: made[key] for key in other.shared
            }

    def say(self, place: Place, text: str, variable: str = "") -> None:
        self.problems.add(self.document, place, text, self.model.dataset, variable)

    def table(self, name: str, place: Place, variable: str = "") -> Columns | None:
        found = self.tables.get(name)
        if found is None:
            self.say(place, f"there is no table {name}{near(name, self.tables)}", variable)
        return found

    def names(self, wanted: Iterable[str], columns: Columns, place: Place, variable: str = "") -> None:
        for name in wanted:
            if "." in name:
                table, _, other = name.partition(".")
                found = self.table(table, place, variable)
                if found is not None:
                    self._has(found, other, f"{table}.{other}", place, variable)
            else:
                self._has(columns, name, name, place, variable)

    def _has(self, columns: Columns, name: str, shown: str, place: Place, variable: str) -> None:
        if not columns.has(name, self.study):
            self.say(place, f"there is no variable {shown}{near(name, columns.names)}", variable)

    def condition(
        self, condition: ConditionParts | None, columns: Columns, place: Place, variable: str = ""
    ) -> None:
        if condition is not None:
            self.names(condition.reads(), columns, place, variable)

    def verb(self, verb: AdamVerb, columns: Columns, place: Place, variable: str) -> None:
        self.names(verb.reads(), columns, place, variable)
        for table, name in verb.looks_in():
            found = self.table(table, place, variable)
            if found is not None:
                if "." in name:
                    self.names([name], found, place, variable)
                else:
                    self._has(found, name, f"{table}.{name}", place, variable)

    def variables(self, verbs: Mapping[str, AdamVerb], columns: Columns, place: Place) -> Columns:
        made = Columns(dict(columns.names), columns.domains)
        for name, verb in verbs.items():
            self.verb(verb, made, (*place, name), name)
            made.names[name] = None
            if name.isupper() and len(name) > _NAME_LENGTH:
                self.say((*place, name), f"a variable's name has at most {_NAME_LENGTH} characters", name)
        return made

    def records(self, table: Table, place: Place) -> Columns:
        source = self.table(table.from_, (*place, "from"))
        if source is None:
            source = Columns(domains=tuple(self.study.standard.datasets))
        self.condition(table.where, source, (*place, "where"))
        self.names([*table.group, *(table.keep or [])], source, place)
        self.variables(table.variables, source, (*place, "variables"))
        return table_columns(table, source)


def table_columns(table: Table, source: Columns) -> Columns:
    """What a table has: what it keeps, and its own."""
    if table.group:
        source = Columns(dict.fromkeys(table.group))
    if table.keep is not None:
        source = Columns(dict.fromkeys(table.keep))
    return Columns(dict(source.names) | dict.fromkeys(table.variables), source.domains)


def tables_of(model: AdamDataset, tables: Mapping[str, Columns]) -> dict[str, Columns]:
    """What the tables have that a dataset makes on the way."""
    made: dict[str, Columns] = {}
    for name, table in model.tables.items():
        made[name] = table_columns(table, made.get(table.from_) or tables.get(table.from_) or Columns())
    return made


def columns_of(model: AdamDataset, tables: Mapping[str, Columns], study: Specification) -> Columns:
    """What a finished dataset has."""
    known = dict(tables) | tables_of(model, tables)
    names: dict[str, None] = {}
    domains: list[str] = []
    for block in model.records:
        made = table_columns(block, known.get(block.from_, Columns()))
        if block.name:
            known[block.name] = made
        names |= made.names
        domains += made.domains
    if model.parameters:
        names |= dict.fromkeys(_OF_PARAMETERS)
        names |= dict.fromkeys(name for one in model.parameters.values() for name in one.values)
    if model.endpoints:
        names |= dict.fromkeys(_OF_ENDPOINTS)
        names |= dict.fromkeys(name for one in model.endpoints.values() for name in one.values)
    if model.subject:
        adsl = tables.get("ADSL", Columns())
        names |= adsl.names if model.subject == ["all"] else dict.fromkeys(model.subject)
        domains += adsl.domains if model.subject == ["all"] else ()
    names |= dict.fromkeys(model.variables)
    if model.sequence:
        names["ASEQ"] = None
    return Columns(names, tuple(dict.fromkeys(domains)))


def check_dataset(
    model: AdamDataset,
    document: Document,
    study: Specification,
    known: Mapping[str, AdamDataset],
    problems: Problems,
) -> None:
    """Note every name that leads nowhere, every variable without a label, every rule without its parts."""
    check = _Check(model, document, study, known, problems)
    for name, table in model.tables.items():
        check.tables[name] = check.records(table, ("tables", name))
    for index, block in enumerate(model.records):
        made = check.records(block, ("records", index))
        if block.name:
            check.tables[block.name] = made
    whole = columns_of(model, check.tables, study)
    records = columns_of(model.model_copy(update={"subject": [], "variables": {}}), check.tables, study)
    before = Columns(records.names, records.domains)
    for name, responses in model.responses.items():
        check.condition(responses.where, before, ("responses", name, "where"))
        check.condition(responses.all_where, before, ("responses", name, "all_where"))
        check.condition(responses.undated, before, ("responses", name, "undated"))
    for code, parameter in model.parameters.items():
        place = ("parameters", code)
        if parameter.exists is not None:
            found = check.table(parameter.exists, (*place, "exists"), code)
            if found is not None:
                check.condition(parameter.where, found, (*place, "where"), code)
        if (
            parameter.best_is is not None
            and getattr(model.parameters.get(parameter.best_is), "best", None) is None
        ):
            check.say((*place, "best_is"), f"{parameter.best_is} is no best response", code)
    _check_dates(model, check)
    if model.subject and model.subject != ["all"] and "ADSL" in check.tables:
        check.names(model.subject, check.tables["ADSL"], ("subject",))
    check.variables(model.variables, before, ("variables",))
    check.names(model.keys, whole, ("keys",))
    check.names([name.removeprefix("-") for name in model.sequence], whole, ("sequence",))
    for index, one in enumerate(model.checks):
        check.condition(one.where, whole, ("checks", index, "where"))
        check.condition(one.expect, whole, ("checks", index, "expect"))
    for name in model.labels:
        check.names([name], whole, ("labels", name), name)
    _check_labels(model, check)


def _check_dates(model: AdamDataset, check: _Check) -> None:
    """Endpoints: dates of ADSL, sources, and what the rules need."""
    adsl = check.tables.get("ADSL", Columns())
    check.condition(model.population, adsl, ("population",))
    of_adsl: list[tuple[Place, str, str]] = []
    for name, responses in model.responses.items():
        of_adsl.append((("responses", name, "reference"), responses.reference, ""))
    of_adsl += [
        (("parameters", code, "date"), one.date, code) for code, one in model.parameters.items() if one.date
    ]
    for place, name, variable in of_adsl:
        check.names([name], adsl, place, variable)
    for name, source in model.sources.items():
        found = check.table(source.from_, ("sources", name, "from"), name)
        if found is not None:
            wanted = [source.date, *([source.sequence] if source.sequence else [])]
            check.names(wanted, found, ("sources", name), name)
            check.condition(source.where, found, ("sources", name, "where"), name)
            # What ADT is traced to is in the package: no table made on the way, no note of one.
            home = check.tables.get(model.root(source.from_), Columns())
            traced = [source.variable or source.date, *([source.sequence] if source.sequence else [])]
            if home is not found:
                check.names(traced, home, ("sources", name), name)
            for each in traced:
                if not each.isupper():
                    check.say(
                        ("sources", name), f"{each} is a note, and not in {model.root(source.from_)}", name
                    )
    subjects = (check.table(model.subjects, ("subjects",)) if model.endpoints else None) or Columns()
    if model.assessments is not None:
        if model.assessments.source not in model.sources:
            check.say(
                ("assessments", "source"),
                f"there is no source {model.assessments.source}{near(model.assessments.source, model.sources)}",
            )
        check.names([model.assessments.reference], subjects, ("assessments", "reference"))
    for code, endpoint in model.endpoints.items():
        if endpoint.start not in model.sources:
            check.names([endpoint.start], subjects, ("endpoints", code, "start"), code)
        check.condition(endpoint.population, subjects, ("endpoints", code, "population"), code)
        for part in ("events", "censors", "ends"):
            for name in getattr(endpoint, part):
                if name not in model.sources:
                    check.say(
                        ("endpoints", code, part),
                        f"there is no source {name}{near(name, model.sources)}",
                        code,
                    )
        for index, rule in enumerate(endpoint.rules):
            at: Place = ("endpoints", code, "rules", index)
            if isinstance(rule, (NoAssessmentRule, MissedRule)) and model.assessments is None:
                check.say(at, "the rule needs `assessments`: which ones could have shown progression", code)
            if isinstance(rule, NoAssessmentRule):
                check.condition(rule.baseline, subjects, at, code)
                for name in rule.deaths:
                    if name not in endpoint.events:
                        check.say(at, f"{name} is no event of the endpoint", code)


def _check_labels(model: AdamDataset, check: _Check) -> None:
    for place, verbs in [
        (("variables",), model.variables),
        *((("records", index, "variables"), block.variables) for index, block in enumerate(model.records)),
    ]:
        for name in verbs:
            if name.isupper() and name not in model.drop and label_of(model, name, check.study) is None:
                check.say((*place, name), f"{name} has no label; expected it under `labels`", name)


def label_of(model: AdamDataset, name: str, study: Specification) -> str | None:
    """Label of a variable: the study's, the analysis standard's, or that of the SDTM variable."""
    if name in model.labels:
        return model.labels[name]
    fact = analysis_variable(model.structure, name)
    if fact is not None:
        return fact.label
    for domain in ("DM", name[:2], *(table for table in study.standard.datasets)):
        facts = study.standard.datasets.get(domain)
        if facts is not None and (name in facts.variables or domain == name[:2]):
            variable = study.standard.variable(domain, name)
            if variable is not None:
                return variable.label
    for plan in study.plans.values():
        if name in plan.variables:
            return plan.variables[name].label
    return None
