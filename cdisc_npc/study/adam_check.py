"""Whether an analysis dataset's specification fits together: names, tables, variables, labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cdisc_npc.columns.condition import ConditionParts
from cdisc_npc.recist.overall import BEST, RECORDED
from cdisc_npc.standards.adamig import analysis_variable
from cdisc_npc.study.adam_columns import Columns, Tables
from cdisc_npc.study.adam_written import AdamDataset, MissedRule, NoAssessmentRule, Responses, Table
from cdisc_npc.study.problems import Problems, near
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.strict_yaml import Document, Place
from cdisc_npc.verbs.kinds import DATES, Kind, condition_misfits, misfits_of
from cdisc_npc.verbs.verb import Verb

_NAME_LENGTH = 8


class _Check:
    def __init__(
        self, model: AdamDataset, document: Document, study: Specification, tables: Tables, problems: Problems
    ) -> None:
        self.model, self.document, self.study, self.problems = model, document, study, problems
        self.tables = tables
        self.kinds: dict[str, Kind] = {}

    def say(self, place: Place, text: str, variable: str = "") -> None:
        self.problems.add(self.document, place, text, self.model.dataset, variable)

    def table(self, name: str, place: Place, variable: str = "") -> Columns | None:
        result = self.tables.known.get(name)
        if result is None:
            self.say(place, f"there is no table {name}{near(name, self.tables.known)}", variable)
        return result

    def names(self, wanted: Iterable[str], columns: Columns, place: Place, variable: str = "") -> None:
        for name in wanted:
            if "." in name:
                table, _, other = name.partition(".")
                result = self.table(table, place, variable)
                if result is not None:
                    self._has(result, other, f"{table}.{other}", place, variable)
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
            self.fits(condition_misfits(condition, self.tables.kind_of(columns)), place, variable)

    def fits(self, misfits: Iterable[str], place: Place, variable: str = "") -> None:
        for text in misfits:
            self.say(place, text, variable)

    def dates(self, names: Iterable[str], columns: Columns, place: Place, variable: str = "") -> None:
        """Note every name that is not there, or holds no date: text of --DTC is none."""
        names = list(names)
        self.names(names, columns, place, variable)
        self.fits(misfits_of(self.tables.kind_of(columns), names, *DATES), place, variable)

    def verb(self, verb: Verb, columns: Columns, place: Place, variable: str) -> None:
        self.names(verb.reads(), columns, place, variable)
        for table, name in verb.looks_in():
            result = self.table(table, place, variable)
            if result is not None:
                if "." in name:
                    self.names([name], result, place, variable)
                else:
                    self._has(result, name, f"{table}.{name}", place, variable)

    def variables(self, verbs: Mapping[str, Verb], columns: Columns, place: Place) -> None:
        result = Columns(dict(columns.names), columns.domains)
        for name, verb in verbs.items():
            kind_of = self.tables.kind_of(result)
            self.verb(verb, result, (*place, name), name)
            self.fits(verb.all_misfits(kind_of), (*place, name), name)
            kind = result.names[name] = verb.kind(kind_of)
            if (
                kind is not None
                and self.kinds.setdefault(name, kind) != kind
                and (name.isupper() or kind in DATES)
            ):
                self.say((*place, name), f"{name} is a {kind} here, and a {self.kinds[name]} before", name)
            if name.isupper() and len(name) > _NAME_LENGTH:
                self.say((*place, name), f"a variable's name has at most {_NAME_LENGTH} characters", name)

    def records(self, table: Table, place: Place) -> Columns:
        source = self.table(table.from_, (*place, "from"))
        if source is None:
            source = Columns(domains=tuple(self.study.standard.datasets))
        self.condition(table.where, source, (*place, "where"))
        self.names([*table.group, *(table.keep or [])], source, place)
        self.variables(table.variables, source, (*place, "variables"))
        result = self.tables.of_table(table)
        if table.single_doses:
            doses = table.single_doses
            self.dates([doses.start, doses.end], result, (*place, "single_doses"))
        return result


def check_dataset(
    model: AdamDataset,
    document: Document,
    study: Specification,
    known: Mapping[str, AdamDataset],
    problems: Problems,
) -> frozenset[str]:
    """Note every name that leads nowhere or holds something else, every variable without a label.

    Returns
    -------
    frozenset of str
        Names by which the dataset's verbs read datetimes, its own and (``ADSL.TRTSDTM``) those of tables.
    """
    tables = Tables(study, known)
    check = _Check(model, document, study, tables, problems)
    for name, table in model.tables.items():
        tables.known[name] = check.records(table, ("tables", name))
    for index, block in enumerate(model.records):
        result = check.records(block, ("records", index))
        if block.name:
            tables.known[block.name] = result
    before, whole = tables.of_records(model), tables.of_dataset(model)
    for name, responses in model.responses.items():
        place: Place = ("responses", name)
        check.dates(["ADT"], before, place)
        check.fits(misfits_of(tables.kind_of(before), ["AVALC"], "text"), place)
        check.condition(responses.where, before, (*place, "where"))
        check.fits(_unknown(responses.benefit, RECORDED), (*place, "benefit"))
        _check_terms(responses, check, (*place, "counts_as"))
    _check_parameters(model, check)
    _check_dates(model, check)
    if model.subject and model.subject != ["all"] and "ADSL" in tables.known:
        check.names(model.subject, tables.known["ADSL"], ("subject",))
    check.variables(model.variables, before, ("variables",))
    check.names(model.keys, whole, ("keys",))
    check.names([name.removeprefix("-") for name in model.sequence], whole, ("sequence",))
    for index, one in enumerate(model.checks):
        check.condition(one.where, whole, ("checks", index, "where"))
        check.condition(one.expect, whole, ("checks", index, "expect"))
    for name in model.labels:
        check.names([name], whole, ("labels", name), name)
    _check_labels(model, check)
    there = {
        f"{table}.{name}": kind for table, one in tables.known.items() for name, kind in one.names.items()
    }
    return frozenset(name for name, kind in (there | whole.names | check.kinds).items() if kind == "datetime")


def _unknown(values: Iterable[str], known: tuple[str, ...]) -> Iterator[str]:
    for value in values:
        if value not in known:
            yield f"{value} is no response; expected {', '.join(known)}"


def _check_terms(responses: Responses, check: _Check, place: Place) -> None:
    codelist = check.study.terminology.get("ONCRSR")
    terms = codelist.terms if codelist else {}
    for term in responses.counts_as:
        if term not in terms:
            check.say(place, f"{term} is no term of the codelist ONCRSR{near(term, terms)}")


def _check_parameters(model: AdamDataset, check: _Check) -> None:
    """Parameters with one record a subject: whose responses they sum up, and what they name."""
    default = next(iter(model.responses), None)
    seen: dict[str, str | None] = {}
    for code, parameter in model.parameters.items():
        place = ("parameters", code)
        if parameter.exists is not None:
            result = check.table(parameter.exists, (*place, "exists"), code)
            if result is not None:
                check.condition(parameter.where, result, (*place, "where"), code)
        assessor = parameter.assessor or default
        if parameter.assessor is not None and parameter.assessor not in model.responses:
            text = f"responses has no {parameter.assessor}{near(parameter.assessor, model.responses)}"
            check.say((*place, "assessor"), text, code)
        for part, existing in (("first", RECORDED), ("benefit_of", RECORDED), ("of", BEST)):
            check.fits(_unknown(getattr(parameter, part) or [], existing), (*place, part), code)
        if parameter.best is not None:
            seen[code] = assessor
        if parameter.best_is is not None and seen.get(parameter.best_is, "") != assessor:
            text = f"{parameter.best_is} is no best response of the same assessor that stands before {code}"
            check.say((*place, "best_is"), text, code)


def _check_dates(model: AdamDataset, check: _Check) -> None:
    """Endpoints: dates of ADSL, sources, and what the rules need."""
    adsl = check.tables.known.get("ADSL", Columns())
    check.condition(model.population, adsl, ("population",))
    of_adsl: list[tuple[Place, str, str]] = []
    for name, responses in model.responses.items():
        of_adsl.append((("responses", name, "reference"), responses.reference, ""))
    of_adsl += [
        (("parameters", code, "date"), one.date, code) for code, one in model.parameters.items() if one.date
    ]
    for place, name, variable in of_adsl:
        check.dates([name], adsl, place, variable)
    for name, source in model.sources.items():
        result = check.table(source.from_, ("sources", name, "from"), name)
        if result is not None:
            check.dates([source.date], result, ("sources", name, "date"), name)
            wanted = [
                *(item.removeprefix("-") for item in source.order),
                *([source.sequence] if source.sequence else []),
            ]
            check.names(wanted, result, ("sources", name), name)
            check.condition(source.where, result, ("sources", name, "where"), name)
            # What ADT is traced to is in the package: no table made on the way, no note of one.
            home = check.tables.known.get(model.root(source.from_), Columns())
            traced = [source.variable or source.date, *([source.sequence] if source.sequence else [])]
            if home is not result:
                check.names(traced, home, ("sources", name), name)
            for item in traced:
                if not item.isupper():
                    check.say(
                        ("sources", name), f"{item} is a note, and not in {model.root(source.from_)}", name
                    )
    subjects = (check.table(model.subjects, ("subjects",)) if model.endpoints else None) or Columns()
    if model.assessments is not None:
        if model.assessments.source not in model.sources:
            check.say(
                ("assessments", "source"),
                f"there is no source {model.assessments.source}{near(model.assessments.source, model.sources)}",
            )
        check.dates([model.assessments.reference], subjects, ("assessments", "reference"))
    for code, endpoint in model.endpoints.items():
        if endpoint.start not in model.sources:
            check.dates([endpoint.start], subjects, ("endpoints", code, "start"), code)
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
    """Label of a variable: the study's, the analysis standard's, or that of the SDTM variable.

    Parameters
    ----------
    model
        The analysis dataset.
    name
        The variable.
    study
        Has the SDTM datasets and their labels.

    Returns
    -------
    str | None
        None where none of them has one.
    """
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
