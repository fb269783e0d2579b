"""Analysis datasets as define.xml describes them, from the specification that made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from cdisc_npc.columns.texts import byte_lengths
from cdisc_npc.define.adam_text import endpoint_text, parameter_text, start_text
from cdisc_npc.define.provenance import SOURCES
from cdisc_npc.define.sources import (
    DatasetSource,
    ItemSource,
    Provenance,
    TermSource,
    TermsSource,
    distinct_texts,
    shape_of,
)
from cdisc_npc.define.terms import candidates, choose
from cdisc_npc.study.adam_written import AdamDataset, Block, Table
from cdisc_npc.study.specification import AdamSpecification, Specification
from cdisc_npc.transport.dataset import as_stored
from cdisc_npc.transport.xpt_layout import Member, Variable
from cdisc_npc.verbs.verb import Verb

_CLASSES = {
    "ADSL": ("SUBJECT LEVEL ANALYSIS DATASET", ""),
    "BDS": ("BASIC DATA STRUCTURE", ""),
    "TTE": ("BASIC DATA STRUCTURE", "TIME-TO-EVENT"),
    "OCCDS": ("OCCURRENCE DATA STRUCTURE", ""),
}
_OF_ENDPOINTS = ("AVAL", "ADT", "CNSR", "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ")
_NEVER_BLANK = ("STUDYID", "USUBJID", "PARAMCD")
# One way in which a variable's values are made: origin, what is said of it, and of which records.
Made = tuple[str, str, str]


def stored(frame: pd.DataFrame, member: Member) -> pd.DataFrame:
    """The dataset as the file has it: dates as SAS numbers.

    Raises
    ------
    ValueError
        A column cannot be stored; the writer refuses it with all that is wrong.
    """

    def report(name: str, failing: object, expected: str) -> None:
        raise ValueError(f"{member.name}.{name}: expected {expected}")

    return as_stored(frame, member, report)


def adam_sources(
    study: Specification,
    spec: AdamSpecification,
    datasets: Mapping[str, pd.DataFrame],
    members: Mapping[str, Member],
) -> Iterator[DatasetSource]:
    """Describe the analysis datasets, ADSL first.

    Parameters
    ----------
    study
        The study.
    spec
        Its analysis datasets.
    datasets, members
        As in the files, by name; dates are SAS numbers.
    """
    for name, model in spec.datasets.items():
        if name not in datasets:
            continue
        frame = datasets[name]
        shared = {key: table for other in spec.datasets.values() for key, table in other.shared.items()}
        describer = _Describer(study, model, datasets, shared | model.tables)
        class_, sub_class = _CLASSES[model.structure]
        if name == "ADAE":
            sub_class = "ADVERSE EVENT"
        by = [key for key in model.keys if key not in ("STUDYID", "ASEQ")]
        yield DatasetSource(
            name, model.label, None, class_, f"One record per {', '.join(by)}", repeating=model.structure != "ADSL",
            reference=False, keys=tuple(model.keys), sub_class=sub_class, empty=frame.empty, file=f"{model.stem}.xpt",
            items=tuple(describer.item(variable, frame) for variable in members[name].variables),
        )  # fmt: skip


class _Describer:
    """The variables of one dataset."""

    def __init__(
        self,
        study: Specification,
        model: AdamDataset,
        datasets: Mapping[str, pd.DataFrame],
        tables: Mapping[str, Table],
    ) -> None:
        self.study, self.model, self.datasets, self.tables = study, model, datasets, tables

    def item(self, variable: Variable, frame: pd.DataFrame) -> ItemSource:
        column = frame[variable.name]
        observed = distinct_texts(column)
        result = list(dict.fromkeys(self._made(variable.name)))
        return ItemSource(
            variable.name, variable.label,
            shape_of(column, observed, timed=False, length=variable.length, format=variable.format),
            _provenance(result), mandatory=variable.name in _NEVER_BLANK,
            terms=self._terms(variable, frame, observed) if variable.type == "Char" else None,
            empty=not observed, values=tuple(self._values(variable, frame)),
        )  # fmt: skip

    # -- how a variable is made

    def _made(self, name: str) -> Iterator[Made]:
        model = self.model
        if name in model.variables:
            yield self._by_verb(model.variables[name], None)
            return
        before = 0
        for block in model.records:
            for one in self._of_table(block, name):
                before += 1
                yield one
        for code, parameter in model.parameters.items():
            if name in parameter.values:
                yield "Assigned", f'"{parameter.values[name]}"', code
            elif name in ("PARAMCD", "PARAM"):
                yield "Assigned", f'"{code if name == "PARAMCD" else parameter.label}"', code
            elif name in ("AVAL", "AVALC", "ADT"):
                yield "Derived", parameter_text(model, parameter), code
        for code, endpoint in model.endpoints.items():
            if name in endpoint.values:
                yield "Assigned", f'"{endpoint.values[name]}"', code
            elif name in ("PARAMCD", "PARAM"):
                yield "Assigned", f'"{code if name == "PARAMCD" else endpoint.label}"', code
            elif name == "STARTDT":
                yield "Derived", start_text(model, endpoint), code
            elif name in _OF_ENDPOINTS:
                yield "Derived", endpoint_text(model, endpoint), code
        if name == "ASEQ" and model.sequence:
            yield "Derived", f"1, 2, ... within USUBJID, by {', '.join(model.sequence)}", ""
        elif not before and name != "USUBJID" and self._of_subject(name):
            yield "Predecessor", f"ADSL.{name}", ""
        elif name == "USUBJID" and model.endpoints:
            yield "Predecessor", "ADSL.USUBJID", ""

    def _of_subject(self, name: str) -> bool:
        subject = self.model.subject
        return name in subject or (subject == ["all"] and name in self.datasets["ADSL"].columns)

    def _of_table(self, table: Table, name: str) -> Iterator[Made]:
        """How a block, or a table on the way to it, makes a variable; nothing where it has none."""
        named = next((item for item in self.model.records if item.name == table.from_), None)
        inner = self.tables.get(table.from_) or named
        if name in table.variables:
            verb = table.variables[name]
            # A copy of what an inner table makes is made as it is there.
            copied = verb.copies if verb.when is None and verb.else_ is None else ""
            if inner is not None and copied in inner.variables:
                yield from self._of_table(inner, copied)
            else:
                yield self._by_verb(verb, table)
            return
        if name in table.drop or (table.keep is not None and name not in table.keep):
            return
        if inner is not None and inner is not table:
            yield from self._of_table(inner, name)
        elif self._has(table.from_, name):
            computed = table.from_ not in self.study.standard.datasets and table.from_ not in self.datasets
            where = f"{table.from_}.{name}"
            yield (
                ("Derived", f"{where}, computed from TU and TR", "")
                if computed
                else ("Predecessor", where, "")
            )

    def _has(self, dataset: str, name: str) -> bool:
        if dataset in self.datasets:
            return name in self.datasets[dataset].columns
        plan = self.study.plans.get(dataset)
        return plan is None or name in plan.variables

    def _by_verb(self, verb: Verb, table: Table | None) -> Made:
        origin = verb.origin or verb.default_origin
        stated = [verb.describe(), *self._on_the_way(verb, table), verb.comment or ""]
        text = "; ".join(part for part in stated if part)
        if verb.copies and origin == "Predecessor":
            home = table.from_ if table is not None else self.model.dataset
            text = text if "." in verb.copies else f"{home}.{text}"
            if verb.when or verb.else_ is not None:
                origin = "Derived"
        return (
            origin,
            text,
            f"from {table.from_}" if isinstance(table, Block) and len(self.model.records) > 1 else "",
        )

    def _on_the_way(self, verb: Verb, table: Table | None) -> list[str]:
        """How the variables are made that a verb reads and the dataset does not keep."""
        local = {**(table.variables if table is not None else {}), **self.model.variables}
        kept = self.datasets[self.model.dataset].columns
        stated: dict[str, str] = {}
        waiting = verb.reads()
        while waiting:
            name = waiting.pop(0)
            if name in local and name not in kept and name not in stated:
                stated[name] = f"{name} is {local[name].describe()}"
                waiting += local[name].reads()
        return list(stated.values())

    # -- terms and values

    def _terms(self, variable: Variable, frame: pd.DataFrame, observed: list[str]) -> TermsSource | None:
        name = variable.name
        if name == "PARAMCD" and observed:
            pairs = frame.drop_duplicates("PARAMCD")
            terms = tuple(
                TermSource(code, label)
                for code, label in zip(pairs["PARAMCD"].tolist(), pairs["PARAM"].tolist(), strict=True)
            )
            return TermsSource(
                f"PARAMCD.{self.model.dataset}", f"Parameter Code ({self.model.dataset})", "", True, terms
            )
        if name.endswith("FL"):
            return choose(self.study, [self.study.terminology.codelist("NY")], observed)
        for plan in self.study.plans.values():
            if name in plan.variables and name not in ("STUDYID", "DOMAIN", "USUBJID"):
                result = choose(self.study, candidates(self.study, plan.variables[name]), observed)
                if result is not None and {term.value for term in result.terms} >= set(observed):
                    return result
        return None

    def _values(self, variable: Variable, frame: pd.DataFrame) -> Iterator[ItemSource]:
        """AVAL and AVALC of each parameter."""
        if variable.name not in ("AVAL", "AVALC") or "PARAMCD" not in frame.columns:
            return
        for code, rows in frame[["PARAMCD", "PARAM", variable.name]].groupby("PARAMCD", sort=True):
            values, texts = rows[variable.name], distinct_texts(rows[variable.name])
            if not texts:
                continue
            length = None
            if variable.type == "Char":
                length = int(byte_lengths(values, self.study.study.encoding).max(initial=1))
            result = [one for one in self._made(variable.name) if one[2] == code] or [
                one for block in self.model.records if _makes(block, str(code)) for one in self._of_table(block, variable.name)
            ]  # fmt: skip
            yield ItemSource(
                str(code), str(rows["PARAM"].iloc[0])[:200], shape_of(values, texts, timed=False, length=length),
                _provenance(list(dict.fromkeys(result)) or list(self._made(variable.name))),
                where=((("PARAMCD", "EQ", (str(code),)),),),
            )  # fmt: skip


def _makes(block: Block, code: str) -> bool:
    verb = block.variables.get("PARAMCD")
    stated = verb.fixed_values() if verb else []
    return not stated or code in stated


def _provenance(made: list[Made]) -> Provenance:
    """Origins of all ways together; what is said of them, but for plain predecessors."""
    origins = tuple(dict.fromkeys((origin, SOURCES.get(origin)) for origin, _, _ in made))
    predecessors = list(dict.fromkeys(text for origin, text, _ in made if origin == "Predecessor"))
    if all(origin == "Predecessor" for origin, _, _ in made):
        return Provenance(origins, "", ", ".join(predecessors))
    stated = "; ".join(f"{label}: {text}" if label else text for _, text, label in made)
    text = stated[:1].upper() + stated[1:] + ("" if stated.endswith(".") else ".")
    return Provenance(origins, text, ", ".join(predecessors))
