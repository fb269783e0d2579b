"""What a dataset will be: its variables in order, and the verb that makes each."""

from __future__ import annotations

from collections.abc import Sequence as Names
from dataclasses import dataclass, field
from functools import cached_property

from cdisc_npc.standards.sdtmig import AsOfCut, Standard
from cdisc_npc.study.forms import RawContract
from cdisc_npc.study.written import STUDY_SOURCES, Block, DatasetModel, Supplemental
from cdisc_npc.study.written_study import EpochStart, StudyModel
from cdisc_npc.transport.describe import sas_type
from cdisc_npc.transport.xpt_layout import Member, Variable
from cdisc_npc.verbs.assign import Assign
from cdisc_npc.verbs.identity import Identity
from cdisc_npc.verbs.not_collected import NotCollected
from cdisc_npc.verbs.sequence import Sequence
from cdisc_npc.verbs.standardize import Standardize
from cdisc_npc.verbs.test_part import TestPart
from cdisc_npc.verbs.test_variable import TestVariable
from cdisc_npc.verbs.verb import Origin, Verb
from cdisc_npc.verbs.visit import VisitPart

# The name by which a lookup asks for the order of another dataset's records.
ORDER = "--SEQ"
_STANDARD_RESULTS = ("STRESC", "STRESN", "STRESU")


@dataclass(frozen=True)
class VariablePlan:
    """One variable: the standard's facts about it, and how the study makes it.

    Attributes
    ----------
    by_block : dict
        Verb by position of the record block; blocks without the variable leave it blank.
    overall : Verb or None
        Verb of the whole dataset, in place of the blocks' ones; beside them, of the records for which its
        ``when`` holds.
    """

    name: str
    label: str
    type: str
    role: str = ""
    core: str = ""
    codelists: tuple[str, ...] = ()
    length: int | None = None
    supplemental: Supplemental | None = None
    by_block: dict[int, Verb] = field(default_factory=dict)
    overall: Verb | None = None

    @property
    def stated(self) -> list[tuple[int | None, Verb]]:
        """Every verb that makes the variable, with its record block: in block order, then the whole dataset's."""
        overall: list[tuple[int | None, Verb]] = [(None, self.overall)] if self.overall else []
        return [*self.by_block.items(), *overall]

    @property
    def verbs(self) -> list[Verb]:
        """Every verb that makes the variable, in block order."""
        return [verb for _, verb in self.stated]

    @property
    def origins(self) -> list[Origin]:
        """Origins, in block order, each once."""
        return list(dict.fromkeys(origin for verb in self.verbs for origin in verb.origins()))

    def describe(self) -> str:
        """How the variable is made, as one text."""
        return " | ".join(dict.fromkeys(verb.describe() for verb in self.verbs))


@dataclass(frozen=True)
class DatasetPlan:
    """A dataset of the study, joined with the standard.

    Attributes
    ----------
    parents : dict
        The dataset that a record block reads, by position; blocks that read a form have none.
    epochs : tuple of EpochStart
        The study's, for the verbs `epoch` and `epoch_begins`.
    as_of_cut : tuple of AsOfCut
        What variables of the dataset say as of a data cut.
    """

    name: str
    label: str
    class_: str
    structure: str
    model: DatasetModel
    variables: dict[str, VariablePlan]
    keys: tuple[str, ...]
    sequence: tuple[str, ...]
    parents: dict[int, str] = field(default_factory=dict)
    epochs: tuple[EpochStart, ...] = ()
    as_of_cut: tuple[AsOfCut, ...] = ()

    @property
    def sequence_variable(self) -> str | None:
        """Name of --SEQ, where the dataset has one."""
        return f"{self.name}SEQ" if f"{self.name}SEQ" in self.variables else None

    @cached_property
    def submitted(self) -> list[VariablePlan]:
        """Variables of the dataset itself, in the standard's order."""
        return [plan for plan in self.variables.values() if plan.supplemental is None]

    @cached_property
    def permissible(self) -> list[str]:
        """Submitted variables that the standard lets a study leave out where no record has a value.

        1. What is made of fields of a form is a collected data item: its permissible variable is submitted
           even if it is blank in every record (SDTMIG 3.4, core designations).
        2. So is one of timing: a --DTC has its --DY, a record its EPOCH (CDISC CORE-000321 and others).
        """
        return [
            plan.name
            for plan in self.submitted
            if plan.core == "Perm"
            and plan.role != "Timing"
            and not any(any(verb.own_reads()) for verb in plan.by_block.values())
        ]

    @cached_property
    def qualifiers(self) -> list[VariablePlan]:
        """Variables kept in SUPP--, in the order of the specification."""
        return [plan for plan in self.variables.values() if plan.supplemental is not None]

    def member(self, name: str = "", columns: Names[str] = ()) -> Member:
        """How the dataset is written: all its submitted variables, whatever a frame has."""
        return Member(
            self.name,
            self.label,
            tuple(
                Variable(v.name, v.label, kind, v.length if kind == "Char" else None)
                for v in self.submitted
                for kind in (sas_type(v.type),)
            ),
        )


def block_verbs(block: Block, prefix: str, contract: RawContract) -> dict[str, Verb]:
    """Verbs of a record block's variables: those that its visit and tests imply, then its own.

    What a test states for itself comes before the block's, in the records of that test.

    Parameters
    ----------
    block
        Of a dataset's ``records``.
    prefix
        That of variables of tests: the dataset's name.
    contract
        Says whether a field states its unit.

    Returns
    -------
    dict[str, Verb]
        Verbs by variable.
    """
    verbs = _implied(block, prefix, contract) | block.variables
    for name in dict.fromkeys(name for test in block.tests.values() for name in test.variables):
        by_test = {code: test.variables[name] for code, test in block.tests.items() if name in test.variables}
        verbs[name] = TestVariable(by_test=by_test, others=verbs.get(name))
    return verbs


def _implied(block: Block, prefix: str, contract: RawContract) -> dict[str, Verb]:
    verbs: dict[str, Verb] = {name: Assign(assign=name, origin="Protocol") for name in block.row_fields()}
    if block.visit:
        said = [name for name in (block.visit.name, block.visit.date) if name]
        verbs |= {name: VisitPart(visit=said) for name in ("VISITNUM", "VISIT", "VISITDY")}
    if block.tests:
        results = {code: test.value for code, test in block.tests.items()}
        fields = list(results.values())
        units = [test.unit for test in block.tests.values() if test.unit]
        form = contract.forms.get(block.from_)
        stated = form and any((form.fields[name].unit if name in form.fields else None) for name in fields)
        verbs[f"{prefix}TESTCD"] = TestPart(test_part="TESTCD", results=results)
        verbs[f"{prefix}TEST"] = TestPart(test_part="TEST")
        verbs[f"{prefix}ORRES"] = TestPart(
            test_part="ORRES", fields=fields, results=results, translate=block.translate
        )
        if units or stated:
            verbs[f"{prefix}ORRESU"] = TestPart(
                test_part="ORRESU", fields=units, unit_tables=block.unit_tables()
            )
        if block.not_done:
            reads = block.not_done.when.reads() if block.not_done.when else fields
            verbs[f"{prefix}STAT"] = TestPart(test_part="STAT", fields=reads)
            if block.not_done.reason:
                verbs[f"{prefix}REASND"] = TestPart(test_part="REASND", fields=[block.not_done.reason])
    return verbs


def plan_dataset(
    model: DatasetModel, study: StudyModel, standard: Standard, contract: RawContract
) -> DatasetPlan:
    """Join a dataset's mapping with the standard.

    Variables that neither the standard nor ``supplemental`` knows are left out here and
    reported by `cdisc_npc.study.spec_check`.

    Parameters
    ----------
    model
        As written in ``sdtm/*.yaml``.
    study
        As written in ``study.yaml``.
    standard
        Labels, types, roles and order of variables.
    contract
        The raw data.
    """
    facts = standard.datasets[model.dataset]
    prefix = model.dataset
    by_block: dict[str, dict[int, Verb]] = {}
    for index, block in enumerate(model.records):
        for name, verb in block_verbs(block, prefix, contract).items():
            by_block.setdefault(name, {})[index] = verb

    overall: dict[str, Verb] = {
        "STUDYID": Identity(text=f'"{study.identity.studyid}"'),
        "DOMAIN": Identity(text=f'"{model.dataset}"'),
        "USUBJID": Identity(text=f'the text "{study.identity.usubjid}"'),
    }
    overall = {name: verb for name, verb in overall.items() if name in facts.variables}
    keys = tuple(model.keys)
    sequence = tuple(model.sequence if model.sequence is not None else keys)
    if f"{prefix}SEQ" in facts.variables:
        # The records of TS are numbered within their parameter: it has no subjects.
        within = "USUBJID" if "USUBJID" in facts.variables else f"{prefix}PARMCD"
        overall[f"{prefix}SEQ"] = Sequence(
            sequence=[name for name in sequence if name != within], within=within
        )
    if model.standardizes():
        for suffix in _STANDARD_RESULTS:
            if f"{prefix}{suffix}" in facts.variables:
                overall[f"{prefix}{suffix}"] = Standardize(standardize=f"{prefix}ORRES")
    overall |= model.variables

    result = dict.fromkeys([*overall, *by_block])
    for name, variable in facts.variables.items():
        if variable.core == "Exp" and name not in result:
            overall[name] = NotCollected()
            result[name] = None

    plans: dict[str, VariablePlan] = {}
    existing = [name for name in result if name not in model.supplemental and standard.variable(prefix, name)]
    for name in standard.order(prefix, existing):
        fact = standard.variable(prefix, name)
        assert fact is not None
        plans[name] = VariablePlan(
            name, fact.label, fact.type, fact.role, fact.core, fact.codelists,
            model.lengths.get(name), None, by_block.get(name, {}), overall.get(name),
        )  # fmt: skip
    for name, qualifier in model.supplemental.items():
        plans[name] = VariablePlan(
            name, qualifier.label, "Char", "Record Qualifier", "", (), None, qualifier,
            by_block.get(name, {}), overall.get(name),
        )  # fmt: skip
    return DatasetPlan(
        model.dataset, facts.label, facts.class_, facts.structure, model, plans, keys, sequence,
        {
            index: item.from_
            for index, item in enumerate(model.records)
            if item.from_ not in contract.forms and item.from_ not in ("", *STUDY_SOURCES)
        },
        tuple(study.epochs),
        tuple(
            existing._replace(variable=name) for existing in standard.as_of_cut
            if (name := existing.variable.replace("--", prefix)) in plans
        ),
    )  # fmt: skip
