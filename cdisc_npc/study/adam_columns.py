"""What the tables of the analysis are known to have: names, and what each of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdisc_npc.recist.timepoints import COLUMNS as RECIST_COLUMNS
from cdisc_npc.recist.timepoints import NUMBERS as RECIST_NUMBERS
from cdisc_npc.study.adam_written import AdamDataset, Table
from cdisc_npc.study.specification import RECIST, Specification
from cdisc_npc.verbs.kinds import Kind, KindOf
from cdisc_npc.verbs.verb import Verb

# Set by the algorithms, beside what the specification says.
_OF_PARAMETERS: dict[str, Kind | None] = {"PARAMCD": "text", "PARAM": "text", "AVALC": "text", "ADT": "date"}
_OF_ENDPOINTS: dict[str, Kind | None] = {
    "USUBJID": "text", "STARTDT": "date", "ADT": "date", "CNSR": "number", "EVNTDESC": "text", "CNSDTDSC": "text",
    "SRCDOM": "text", "SRCVAR": "text", "SRCSEQ": "number", "PARAMCD": "text", "PARAM": "text", "AVAL": "number",
}  # fmt: skip


@dataclass
class Columns:
    """Variables that a table is known to have; of an SDTM dataset also what its standard allows."""

    names: dict[str, Kind | None] = field(default_factory=dict)
    domains: tuple[str, ...] = ()

    def only(self, names: list[str], study: Specification) -> Columns:
        """Some of the variables."""
        return Columns({name: self.kind(name, study) for name in names})

    def has(self, name: str, study: Specification) -> bool:
        """Whether the table has a variable, or may have it."""
        return name in self.names or any(_type(domain, name, study) for domain in self.domains)

    def kind(self, name: str, study: Specification) -> Kind | None:
        """What a variable holds; None where that is not known."""
        if name in self.names:
            return self.names[name]
        types = [stated for domain in self.domains if (stated := _type(domain, name, study))]
        return None if not types else "number" if types[0] == "Num" else "text"


def _type(domain: str, name: str, study: Specification) -> str | None:
    """Char or Num, by the study's SDTM or by the standard; None where the domain has no such variable."""
    plan = study.plans.get(domain)
    if plan and name in plan.variables:
        return plan.variables[name].type
    variable = study.standard.variable(domain, name) if domain in study.standard.datasets else None
    return variable.type if variable else None


class Tables:
    """The tables that a dataset may read, by name: SDTM, computed responses, what is made before it."""

    def __init__(self, study: Specification, known: Mapping[str, AdamDataset]) -> None:
        self.study = study
        self.known: dict[str, Columns] = {name: Columns(domains=(name,)) for name in study.standard.datasets}
        self.known[RECIST] = Columns(
            {name: "number" if name in RECIST_NUMBERS else "text" for name in RECIST_COLUMNS}
        )
        for name, other in known.items():
            shared = dict(self.known)
            whole = self.of_dataset(other)
            self.known = shared | {key: self.known[key] for key in other.shared} | {name: whole}

    def kind_of(self, columns: Columns, *, table: str = "") -> KindOf:
        """What names hold among some records, or among those of a table, by which they are told."""

        def kind(name: str) -> Kind | None:
            if "." in name and name not in columns.names:
                other, _, name = name.partition(".")
                return self.known[other].kind(name, self.study) if other in self.known else None
            return columns.kind(name, self.study)

        return kind

    def with_variables(self, verbs: Mapping[str, Verb], columns: Columns) -> Columns:
        """Columns, and the variables made one after the other."""
        result = Columns(dict(columns.names), columns.domains)
        for name, verb in verbs.items():
            result.names[name] = verb.kind(self.kind_of(result))
        return result

    def of_table(self, table: Table) -> Columns:
        """What a table has: what it keeps, and its own."""
        source = self.known.get(table.from_, Columns())
        whole = self.with_variables(table.variables, source)
        if table.group:
            source = source.only(table.group, self.study)
        if table.keep is not None:
            source = source.only(table.keep, self.study)
        own = {name: whole.names[name] for name in table.variables}
        return Columns(source.names | own, source.domains)

    def of_records(self, model: AdamDataset) -> Columns:
        """What the records of a dataset have before its own variables; its tables become known."""
        for name, table in model.tables.items():
            self.known[name] = self.of_table(table)
        names: dict[str, Kind | None] = {}
        domains: list[str] = []
        for block in model.records:
            result = self.of_table(block)
            if block.name:
                self.known[block.name] = result
            names |= {
                name: kind if names.get(name, kind) == kind else None for name, kind in result.names.items()
            }
            domains += result.domains
        for rules, kinds in ((model.parameters, _OF_PARAMETERS), (model.endpoints, _OF_ENDPOINTS)):
            if rules:
                names |= kinds | {name: "text" for one in rules.values() for name in one.values}
        return Columns(names, tuple(dict.fromkeys(domains)))

    def of_dataset(self, model: AdamDataset) -> Columns:
        """What a finished dataset has; its tables become known."""
        result = self.of_records(model)
        if model.subject:
            adsl = self.known.get("ADSL", Columns())
            every = model.subject == ["all"]
            chosen = adsl if every else adsl.only(model.subject, self.study)
            result = Columns(
                chosen.names | result.names,
                tuple(dict.fromkeys([*result.domains, *(chosen.domains if every else ())])),
            )
        result = self.with_variables(model.variables, result)
        if model.sequence:
            result.names["ASEQ"] = "number"
        return result
