"""What must hold across the files of a study's folder."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

from cdisc_npc.standards.sdtmig import supplemental_of
from cdisc_npc.study.codelists import test_name, verb_codelists
from cdisc_npc.study.graph import CycleFound, build_order, qualified
from cdisc_npc.study.plan import ORDER, DatasetPlan, VariablePlan, block_verbs
from cdisc_npc.study.problems import Problems, near
from cdisc_npc.study.specification import Specification
from cdisc_npc.study.unused import check_resolution, check_unused, check_usage
from cdisc_npc.study.value_level import check_value_level
from cdisc_npc.study.written import STUDY_SOURCES, Block, FirstRule
from cdisc_npc.study.written_study import STUDY_VALUES
from cdisc_npc.transport.strict_yaml import Place
from cdisc_npc.verbs.verb import Verb, nested

_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")


def check_specification(spec: Specification, problems: Problems) -> None:
    """Add every error that the parts of a specification make together.

    Parameters
    ----------
    spec
        Of which each part is valid by itself.
    problems
        Takes the errors, with file and line.
    """
    for plan in spec.plans.values():
        _Dataset(spec, plan, problems).check()
    _relations(spec, problems)
    check_resolution(spec, problems)
    check_usage(spec, problems)
    check_value_level(spec, problems)
    check_unused(spec, problems)
    _extensions(spec, problems)
    for index, start in enumerate(spec.study.epochs):
        if "DM" not in spec.plans or start.begins.removeprefix("DM.") not in spec.plans["DM"].variables:
            problems.add(
                spec.documents["study"],
                ("epochs", index, "begins"),
                f"{start.begins} is no variable of the study's DM",
            )
    absent = [name for name in ("TU", "TR", "RS") if name not in spec.plans]
    if spec.study.recist and absent:
        problems.add(spec.documents["study"], ("recist",), f"the study has no {', '.join(absent)}")
    try:
        build_order(spec.plans, spec.study.data_cut)
    except CycleFound as cycle:
        dataset, _, variable = cycle.path[0].partition(".")
        place, text = _place(spec.plans[dataset], variable), f"a cycle: {' reads '.join(cycle.path)}"
        problems.add(spec.documents[dataset], place, text, dataset, variable)


def identity_fields(spec: Specification) -> set[str]:
    """Names that every block may read beside its form's fields."""
    return {"STUDYID", "USUBJID", *spec.study.identity.subject.parts()}


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _place(plan: DatasetPlan, name: str) -> Place:
    """Where a dataset's file states a variable first."""
    blocks = list(plan.variables[name].by_block) if name in plan.variables else []
    if name in plan.model.variables or not blocks:
        return ("variables", name)
    return _block_place(plan.model.records[blocks[0]], ("records", blocks[0]), name)


def _block_place(block: Block, place: Place, name: str) -> Place:
    """Where a block states a variable: by itself, for a test, or by its visit or tests at large."""
    if name in block.variables:
        return (*place, "variables", name)
    for code, test in block.tests.items():
        if name in test.variables:
            return (*place, "tests", code, "variables", name)
    return (*place, "visit" if name.startswith("VISIT") else "tests")


class _Dataset:
    """The checks of one dataset's file."""

    def __init__(self, spec: Specification, plan: DatasetPlan, problems: Problems) -> None:
        self.spec, self.plan, self.model = spec, plan, plan.model
        self.document = spec.documents[plan.name]
        self.problems = problems

    def say(self, place: Place, text: str, variable: str = "") -> None:
        self.problems.add(self.document, place, text, self.plan.name, variable)

    def check(self) -> None:
        facts = self.spec.standard.datasets[self.plan.name]
        for name, variable in facts.variables.items():
            if variable.core == "Req" and name not in self.plan.variables:
                self.say((), f"{name} is required by the standard and is not made", name)
        for index, block in enumerate(self.model.records):
            self._block(index, block)
        for name, verb in self.model.variables.items():
            self._known(("variables", name), name)
            self._verb(("variables", name), name, verb, None)
        for name, planned in self.plan.variables.items():
            self._made_once(name, planned)
        self._supplemental()
        for code, result in self.model.standard_results.items():
            self._unit(("standard_results", code, "standard_unit"), code, result.standard_unit)
        if self.model.relations:
            self.say(("relations",), "relations are stated in sdtm/relrec.yaml")
        for part in ("keys", "sequence"):
            for index, name in enumerate(getattr(self.model, part) or []):
                if name not in self.plan.variables:
                    self.say(
                        (part, index),
                        f"{name} is no variable of {self.plan.name}{near(name, self.plan.variables)}",
                        name,
                    )
        for name in self.model.lengths:
            stated = self.plan.variables.get(name)
            if stated is None or stated.supplemental:
                hint = near(name, self.plan.variables)
                self.say(("lengths", name), f"{name} is no variable of {self.plan.name}{hint}", name)
            elif stated.type == "Num":
                self.say(("lengths", name), f"{name} is numeric; only text has a length of its own", name)
        sources = {block.from_ for block in self.model.records} | {
            form
            for plan in self.plan.variables.values()
            for verb in nested(plan.verbs)
            for form in verb.forms()
        }
        for index, left in enumerate(self.model.leave_out):
            if left.from_ not in sources or left.from_ not in self.spec.contract.forms:
                self.say(("leave_out", index, "from"), f"{left.from_} is no form that {self.plan.name} reads")
            else:
                self._names(("leave_out", index, "where"), left.where.reads(), self._fields(left.from_), "")
                self._names(("leave_out", index, "fields"), left.fields, self._fields(left.from_), "")

        for index, item in enumerate(self.model.checks):
            reads = [item.variable, *item.when.reads()]
            self._names(("checks", index), reads, list(self._readable(reads)), item.variable)

    def _made_once(self, name: str, planned: VariablePlan) -> None:
        place = _place(self.plan, name)
        if name in ("STUDYID", "DOMAIN", "USUBJID", f"{self.plan.name}SEQ"):
            if planned.by_block or name in self.model.variables:
                text = f"{name} is never written in a mapping; it is made from study.yaml and `sequence`"
                self.say(place, text, name)
        elif planned.overall and planned.by_block and planned.overall.when is None:
            how = planned.overall.name
            self.say(
                place,
                f"{name} is made in records and, by {how}, for the whole dataset; expected one, or a `when`",
                name,
            )

    def _supplemental(self) -> None:
        standard = self.spec.standard
        if self.model.supplemental and supplemental_of(self.plan.name) not in standard.datasets:
            self.say(("supplemental",), f"{self.plan.name} has no supplemental qualifiers in {standard.name}")
        for name in self.model.supplemental:
            place = ("supplemental", name)
            if not _NAME.fullmatch(name):
                self.say(place, "a QNAM has at most 8 of A-Z, 0-9 and _, no digit first", name)
            if standard.variable(self.plan.name, name):
                self.say(place, f"{name} is a variable of {self.plan.name} itself", name)
            if not self.plan.variables[name].verbs:
                self.say(place, f"{name} is made by no variable", name)

    def _fields(self, source: str) -> list[str]:
        if source in STUDY_SOURCES:
            return [*STUDY_SOURCES[source], "STUDYID", "USUBJID"]
        if source in self.spec.contract.forms:
            return [*self.spec.contract.forms[source].fields, *sorted(identity_fields(self.spec))]
        return list(self.spec.plans[source].variables)

    def _block(self, index: int, block: Block) -> None:
        place: Place = ("records", index)
        if block.from_ not in self.spec.contract.forms and block.from_ not in (
            "",
            *STUDY_SOURCES,
            *self.spec.plans,
        ):
            names = [*self.spec.contract.forms, *self.spec.plans]
            self.say(
                (*place, "from"),
                f"{block.from_} is no form of raw.yaml and no dataset{near(block.from_, names)}",
            )
            return
        fields = self._fields(block.from_) if block.from_ else block.row_fields()
        if block.where:
            self._names((*place, "where"), block.where.reads(), fields, "")
        if block.visit and not self.spec.study.visits:
            self.say((*place, "visit"), "study.yaml states no visits")
        if block.tests and block.from_ not in self.spec.contract.forms:
            self.say((*place, "tests"), "tests are read from a form of raw.yaml")
        if block.visit:
            self._names((*place, "visit"), filter(None, (block.visit.name, block.visit.date)), fields, "")
        if block.first:
            self._first((*place, "first"), block.first, block, fields)
        if block.not_done:
            when = block.not_done.when.reads() if block.not_done.when else []
            reads = [*when, *filter(None, [block.not_done.reason])]
            self._names((*place, "not_done"), reads, fields, "")
        for name in block_verbs(block, self.plan.name, self.spec.contract):
            self._known(_block_place(block, place, name), name)
        for name, verb in block.variables.items():
            self._verb((*place, "variables", name), name, verb, fields)
        self._table((*place, "translate"), block.translate, "")
        for code, test in block.tests.items():
            here = (*place, "tests", code)
            self._test(here, code, test.test)
            self._unit((*here, "standard_unit"), code, test.standard_unit)
            self._names((*here, "value"), [test.value], fields, code)
            self._names((*here, "unit"), filter(None, [test.unit]), fields, code)
            self._table((*here, "unit_terms"), test.unit_terms, code)
            for name, verb in test.variables.items():
                self._verb((*here, "variables", name), name, verb, fields)

    def _first(self, place: Place, first: FirstRule, block: Block, fields: list[str]) -> None:
        if block.from_ not in self.spec.contract.forms:
            self.say(place, "first records are those of a form of raw.yaml")
            return
        self._names(place, [*first.by, *first.same], fields, "")
        for name, table in first.same.items():
            if table != "none":
                self._table((*place, "same", name), table, "")

    def _table(self, place: Place, table: str | None, name: str) -> None:
        terms = self.spec.codelists.terms
        if table and table not in terms:
            self.say(place, f"codelists.yaml has no terms {table}{near(table, terms)}", name)

    def _unit(self, place: Place, code: str, unit: str | None) -> None:
        units = self.spec.terminology.codelist("UNIT").terms
        if unit and unit not in units:
            self.say(place, f"{unit} is no term of UNIT{near(unit, units)}", code)

    def _test(self, place: Place, code: str, label: str | None) -> None:
        if not _NAME.fullmatch(code):
            self.say(place, "a test code has at most 8 of A-Z, 0-9 and _, no digit first", code)
        plan = self.plan.variables.get(f"{self.plan.name}TESTCD")
        if label is None and plan and test_name(self.spec, plan.codelists, code) is None:
            self.say(place, f"{code} is in no codelist of {plan.name}; state its name as `test`", code)

    def _known(self, place: Place, name: str) -> None:
        if name not in self.plan.variables:
            existing = self.spec.standard.datasets[self.plan.name].variables
            self.say(
                place,
                f"{name} is no variable of {self.plan.name}; name it in `supplemental`{near(name, existing)}",
                name,
            )

    def _names(self, place: Place, names: Iterable[str], known: list[str], variable: str) -> None:
        for name in names:
            if name not in known and name not in STUDY_VALUES:
                self.say(place, f"{name} is not there to read{near(name, known)}", variable)

    def _verb(self, place: Place, name: str, verb: Verb, fields: list[str] | None) -> None:
        """Scope, names, decode table and fixed values; ``fields`` is None among the dataset's variables."""
        if ("record" if fields is not None else "dataset") not in verb.scopes:
            right = "the dataset's variables" if fields is not None else "a block of records"
            self.say(place, f"{verb.name} belongs in {right}", name)
            return
        # What the verbs inside it read is checked with each of them.
        reads = verb.reads() if not verb.inner() else verb.when.reads() if verb.when else []
        existing = list(self._readable(reads)) if fields is None or verb.subjects == "study" else []
        self._names(place, reads, [*(fields or []), *existing], name)
        for form, read in verb.forms().items():
            if form in self.spec.contract.forms:
                self._names(place, read, list(self.spec.contract.forms[form].fields), name)
            else:
                self.say(place, f"{form} is no form of raw.yaml", name)
        if verb.reads_epochs and not self.spec.study.epochs:
            self.say(place, "study.yaml states no epochs", name)
        for table in verb.tables():
            self._table(place, table, name)
        plan = self.plan.variables.get(name)
        codelists = verb_codelists(self.spec, plan.codelists if plan else (), verb)
        if codelists is None:
            self.say(place, f"{verb.codelist} is no codelist", name)
            return
        closed = codelists and not any(codelist.extensible for codelist in codelists)
        allowed = {term for codelist in codelists for term in codelist.terms}
        for what, value in self._fixed(verb):
            if closed and value not in allowed and not name.endswith("TESTCD"):
                self.say(
                    place, f"{what} gives {value}, no term of the closed codelist {codelists[0].name}", name
                )
            if plan and plan.type == "Num" and not _is_number(value):
                self.say(place, f"{what} gives {value}; {name} is numeric", name)
        for index, case in enumerate(verb.inner()):
            self._verb((*place, verb.keyword, index), name, case, fields)

    def _fixed(self, verb: Verb) -> Iterator[tuple[str, str]]:
        """Values that a verb gives whatever was collected, blanks apart."""
        decode = self.spec.codelists.terms.get(verb.terms or "", {})
        if verb.else_:
            yield "else", verb.else_
        for stated in verb.fixed_values():
            if value := decode.get(stated, stated):
                yield verb.keyword, getattr(value, verb.case)() if verb.case else value
        yield from ((f"terms {verb.terms}", value) for value in decode.values() if value)

    def _readable(self, names: Iterable[str]) -> Iterator[str]:
        """Of the names given those that the dataset's own variables may read."""
        for name in names:
            dataset, _, variable = qualified(self.plan.name, name).partition(".")
            plan = self.spec.plans.get(dataset)
            if plan and (variable in plan.variables or name.endswith(ORDER)):
                yield name


def _relations(spec: Specification, problems: Problems) -> None:
    for index, relation in enumerate(spec.relations):
        for position, side in enumerate(relation.between):
            plan = spec.plans.get(side.dataset)
            place = ("relations", index, "between", position)
            if plan is None:
                problems.add(
                    spec.documents["RELREC"], place, f"{side.dataset} is no dataset of the study", "RELREC"
                )
            elif side.by not in plan.variables:
                problems.add(
                    spec.documents["RELREC"], place, f"{side.by} is no variable of {side.dataset}", "RELREC"
                )


def _extensions(spec: Specification, problems: Problems) -> None:
    document, terminology = spec.documents["codelists"], spec.terminology
    for code, terms in spec.codelists.extensions.items():
        codelist = terminology.get(code)
        if codelist is None or code not in terminology.codes:
            hint = f"; did you mean {codelist.code}?" if codelist else near(code, terminology.codes)
            text = f"{code} is no C-code of a codelist of {terminology.name}{hint}"
            problems.add(document, ("extensions", code), text)
            continue
        shown = f"{codelist.short_name} ({code})"
        if not codelist.extensible:
            problems.add(document, ("extensions", code), f"the codelist {shown} is not extensible")
        for term in terms:
            if term in codelist.terms:
                problems.add(document, ("extensions", code, term), f"{term} is a term of {shown} already")
