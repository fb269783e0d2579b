"""The whole specification of a study: as its folder states it, joined with the standards' facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from cdisc_npc.columns.date_grammar import DateRules
from cdisc_npc.findings import Refused
from cdisc_npc.recist.policies import DEFAULT, Policies
from cdisc_npc.standards.sdtmig import Standard
from cdisc_npc.standards.terminology import Terminology
from cdisc_npc.study.adam_written import AdamDataset, Inputs
from cdisc_npc.study.forms import RawContract, date_rules
from cdisc_npc.study.plan import DatasetPlan
from cdisc_npc.study.written import Codelists, Relation
from cdisc_npc.study.written_study import StudyModel
from cdisc_npc.transport.describe import sas_type
from cdisc_npc.transport.strict_yaml import Document
from cdisc_npc.transport.xpt_layout import Member, Variable
from cdisc_npc.verbs.verb import Verb, nested

# Name of the table of the responses that are computed from TU and TR.
RECIST = "RECIST"


@dataclass(frozen=True)
class AdamSpecification:
    """The analysis datasets of a study.

    Attributes
    ----------
    datasets : dict
        By name: ADSL first, then by name.
    order : tuple of str
        Names in an order in which each dataset comes after those that it reads.
    inputs : Inputs
        Names of the SDTM files.
    recist : Policies
        By which responses are computed from TU and TR.
    qualifiers : Mapping
        QNAM that the study's SUPP-- may have, by parent dataset: blank where the data has none.
    datetimes : Mapping
        Of each dataset the names by which it reads or has datetimes: all other moments are dates.
    tabulations : Mapping
        Of each SDTM dataset that the study makes the dtype of its variables: one without records has no file.
    permissible : Mapping
        Those of its variables that are not in its file where no record has a value.
    """

    datasets: dict[str, AdamDataset]
    order: tuple[str, ...]
    inputs: Inputs
    documents: dict[str, Document]
    recist: Policies = DEFAULT
    qualifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    datetimes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tabulations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    permissible: Mapping[str, Collection[str]] = field(default_factory=dict)

    def tables_read(self) -> list[str]:
        """Names of all tables that the datasets look at; of those of the responses computed, TU and TR."""
        names = dict.fromkeys(name for model in self.datasets.values() for name in tables_read(model))
        if names.pop(RECIST, RECIST) is None:
            names |= {"TU": None, "TR": None}
        return list(names)


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

    def member(self, name: str, columns: Sequence[str]) -> Member:
        """How a dataset is written: as planned; SUPP-- and RELREC by the standard.

        Raises
        ------
        Refused
            ``XPT_REFUSED``: there is no such dataset.
        """
        if name in self.plans:
            return self.plans[name].member()
        facts = self.standard.datasets.get(name)
        if facts is None:
            raise Refused.because(
                "XPT_REFUSED",
                dataset=name,
                value="no dataset of the specification",
                expected=", ".join(self.plans),
            )
        existing = [facts.variables[column] for column in columns if column in facts.variables]
        return Member(name, facts.label, tuple(Variable(v.name, v.label, sas_type(v.type)) for v in existing))

    def date_rules(self, form: str, field: str | None, order: str | None = None) -> DateRules:
        """By which dates are read: those of a field as it states, else as its form, else as the study does.

        Parameters
        ----------
        form
            A form of the raw data contract; the dates of a dataset are as the study states.
        order
            In place of any of these.
        """
        contract = self.contract.forms.get(form)
        stated = contract.fields.get(field or "") if contract else None
        rules = date_rules(
            self.study.dates, contract.dates if contract else None, stated.dates if stated else None
        )
        return replace(rules, order=order) if order else rules

    @cached_property
    def reference_fields(self) -> dict[str, set[str]]:
        """Fields of each reference form that a variable looks up in it."""
        result: dict[str, set[str]] = {}
        for plan in self.plans.values():
            for verb in nested(verb for variable in plan.variables.values() for verb in variable.verbs):
                for form, fields in verb.forms().items():
                    result.setdefault(form, set()).update(fields)
        return result


def tables_read(model: AdamDataset) -> list[str]:
    """Names of all tables that a dataset looks at, its own among them."""
    return list(dict.fromkeys(_tables(model)))


def _tables(model: AdamDataset) -> Iterator[str]:
    if model.subject or model.parameters or model.endpoints:
        yield "ADSL"
    for table in (*model.tables.values(), *model.records):
        yield table.from_
        yield from _of_verbs(table.variables.values())
    yield from _of_verbs(model.variables.values())
    for source in model.sources.values():
        yield source.from_
    for parameter in model.parameters.values():
        if parameter.exists:
            yield parameter.exists


def _of_verbs(verbs: Iterable[Verb]) -> Iterator[str]:
    for verb in verbs:
        yield from (name.partition(".")[0] for name in verb.reads() if "." in name)
        yield from (table for table, _ in verb.looks_in())
