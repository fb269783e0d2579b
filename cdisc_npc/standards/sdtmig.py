"""The standard's own facts: datasets and variables of an implementation guide.

They stand as plain tables in `mappings/standards`; where they come from and what was
corrected is told in its README. Read with the csv module, because every command loads
them and pandas would cost more than the tables themselves.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

from cdisc_npc.transport.strict_yaml import read_yaml

Order = tuple[int, ...]

# A name is a folder's name, never a path out of it.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")

# Classes of SDTM 2.0 whose datasets take variables of the model beside those of their own
# table, in the order of the model: identifiers, the class's topic and qualifiers, timing.
_MODEL_CLASSES: dict[str, tuple[tuple[str, ...], ...]] = {
    "Interventions": (("Identifiers",), ("Interventions",), ("Timing",)),
    "Events": (("Identifiers",), ("Events",), ("Timing",)),
    "Findings": (("Identifiers",), ("Findings",), ("Timing",)),
    "Findings About": (("Identifiers",), ("Findings", "Findings About"), ("Timing",)),
}

# Special-purpose datasets that may have supplemental qualifiers (SDTMIG 3.4, 8.4).
_WITH_SUPP = ("DM", "SE", "SV")
_SUPPLEMENTAL = "SUPP"


def supplemental_of(parent: str) -> str:
    """The dataset of supplemental qualifiers of another one, by name (SDTMIG 8.4)."""
    return f"{_SUPPLEMENTAL}{parent}"


def is_supplemental(dataset: str) -> bool:
    """Whether a dataset is one of supplemental qualifiers, by its name (SDTMIG 8.4).

    Examples
    --------
    >>> is_supplemental("SUPPAE"), is_supplemental("SU")
    (True, False)
    """
    return dataset.startswith(_SUPPLEMENTAL)


def parent_of(dataset: str) -> str:
    """The dataset that supplemental qualifiers belong to; of any other dataset its own name."""
    return dataset.removeprefix(_SUPPLEMENTAL)


class Variable(NamedTuple):
    """A variable as the standard states it.

    Attributes
    ----------
    core : str
        ``Req``, ``Exp`` or ``Perm``; what a study takes from the model is permissible.
    codelists : tuple of str
        C-codes of the codelists its values come from, all of them together.
    value_domain : str
        What else its values come from: ``ISO 8601 duration``, ``MedDRA``; mostly blank.
    order : tuple of int
        Sorts the variables of one dataset.
    """

    name: str
    label: str
    type: Literal["Char", "Num"]
    role: str
    core: str
    codelists: tuple[str, ...]
    value_domain: str
    order: Order


@dataclass(frozen=True)
class Dataset:
    """A dataset as the standard states it.

    Attributes
    ----------
    class_ : str
        The general observation class, as in ``Special Purpose``.
    keys : tuple of str
        Natural keys; an example, says the guide, and a study may have others.
    reference : bool
        Whether the dataset is of the trial and not of its subjects.
    variables : dict of str to Variable
        By name, in the standard's order.
    """

    name: str
    label: str
    class_: str
    structure: str
    keys: tuple[str, ...]
    reference: bool
    variables: dict[str, Variable]


@dataclass(frozen=True)
class _ModelVariable:
    position: Order
    fact: Variable


class ValueList(NamedTuple):
    """Where the values of a variable come from, on records of which another variable has one value."""

    variable: str
    where: str
    value: str
    codelists: tuple[str, ...]
    value_domain: str


class AsOfCut(NamedTuple):
    """A value that cannot be known at the data cut, and what is known in its place.

    Attributes
    ----------
    when : str
        ``end``: the record's --ENDTC is after the cut; ``death``: the subject's death is.
    value : str
        Of these records those with this value; blank for every record.
    known : str
        ``{cut}`` is the date of the cut.
    by : str
        The variable without whose value, changed for the same cause, this one is as it was.
    unless : tuple of str
        Variables that bear it out: where one has ``value``, it stays.
    """

    when: str
    variable: str
    value: str
    known: str
    by: str = ""
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standard:
    """An implementation guide and the model behind it.

    Attributes
    ----------
    datasets : dict of str to Dataset
        In the order of a submission: trial design, special purpose, interventions, events,
        findings, findings about, relationships, study references; within a class by name. Each
        dataset that may have supplemental qualifiers brings its ``SUPP--``.
    value_lists : dict of str to list of ValueList
        By dataset, where the guide gives the values of a variable by another one.
    as_of_cut : tuple of AsOfCut
        What variables say as of a data cut; ``--`` stands for the domain.
    """

    name: str
    datasets: dict[str, Dataset]
    _model: dict[str, dict[str, _ModelVariable]] = field(repr=False)
    value_lists: dict[str, list[ValueList]] = field(default_factory=dict, repr=False)
    as_of_cut: tuple[AsOfCut, ...] = ()

    def variable(self, dataset: str, name: str) -> Variable | None:
        """Find a variable: in the guide's table of the dataset, else in the model.

        Parameters
        ----------
        dataset
            A name of `datasets`.
        name
            As in the dataset: ``AESPID``, ``VISITNUM``.

        Returns
        -------
        Variable or None
            None where neither has it. The model serves the general observation classes only,
            and without the variables that a human trial must never have (SDTMIG 3.4, 2.7).

        Raises
        ------
        KeyError
            No such dataset.
        """
        return self.variable_of(self.datasets[dataset], name)

    def variable_of(self, facts: Dataset, name: str) -> Variable | None:
        """As `variable`, of a dataset that need not be one of the guide: a domain of the sponsor's own."""
        if name in facts.variables:
            return facts.variables[name]
        result = self._of_model(facts, name)
        if result is None:
            return None
        # It stands behind the last of the table's variables that the model puts before it.
        # The table's own order is kept even where it departs from the model (FAOBJ).
        before = 0
        for variable in facts.variables.values():
            other = self._of_model(facts, variable.name)
            if other is not None and other.position < result.position:
                before = max(before, variable.order[0])
        return result.fact._replace(name=name, order=(before, *result.position))

    def has_class(self, class_: str) -> bool:
        """Whether the model has variables for a class, whatever the dataset."""
        return class_ in self._model

    def order(self, dataset: str, names: Iterable[str]) -> list[str]:
        """Sort names of variables into the standard's order.

        Raises
        ------
        ValueError
            One is no variable of the dataset.
        """
        keys: dict[str, Order] = {}
        for name in names:
            variable = self.variable(dataset, name)
            if variable is None:
                raise ValueError(f"{name} is no variable of {dataset} in {self.name}")
            keys[name] = variable.order
        return sorted(keys, key=keys.__getitem__)

    def _of_model(self, facts: Dataset, name: str) -> _ModelVariable | None:
        model = self._model.get(facts.class_, {})
        if name.startswith("--"):
            return None
        # MIDS in MI and RELMIDS in RE only look like variables named after their domain.
        own = model.get(f"--{name[2:]}") if name.startswith(facts.name) else None
        return own or model.get(name)


def mappings_root() -> Path:
    """Folder of the mappings: beside the modules in a wheel, beside the package in a checkout.

    Raises
    ------
    FileNotFoundError
        There is neither; the installation is damaged.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "mappings", package.parent / "mappings"):
        if (folder / "standards").is_dir():
            return folder
    raise FileNotFoundError(f"no mappings in {package} or beside it")


def standard_folder(name: str, table: str) -> Path:
    """Folder of a standard or a terminology package, by its name.

    Raises
    ------
    ValueError
        There is none of that name that holds ``table``; the text lists those that do.
    """
    root = mappings_root() / "standards"
    if _NAME.fullmatch(name) and (root / name / table).is_file():
        return root / name
    existing = ", ".join(sorted(path.parent.name for path in root.glob(f"*/{table}")))
    raise ValueError(f"{name}; there is {existing}")


def read_table(path: Path) -> Iterator[list[str]]:
    """Rows of a table of the standards, without its header."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, strict=True)
        next(rows)
        yield from rows


@cache
def load_standard(name: str = "sdtmig-3.4") -> Standard:
    """Load an implementation guide from `mappings/standards`, once.

    Raises
    ------
    ValueError
        No guide of that name.

    Examples
    --------
    >>> standard = load_standard()
    >>> standard.variable("AE", "AESEV").label
    'Severity/Intensity'
    >>> standard.order("DM", ["SEX", "AGE", "STUDYID"])
    ['STUDYID', 'AGE', 'SEX']
    """
    folder = standard_folder(name, "datasets.csv")
    tables: dict[str, dict[str, Variable]] = {}
    for dataset, order, *facts in read_table(folder / "variables.csv"):
        variable = _variable(facts, (int(order),))
        tables.setdefault(dataset, {})[variable.name] = variable
    datasets: dict[str, Dataset] = {}
    rows = sorted(read_table(folder / "datasets.csv"), key=lambda row: int(row[0]))
    for _, dataset, label, class_, structure, keys, reference in rows:
        if dataset == "SUPPQUAL":
            for parent in list(datasets.values()):
                if parent.class_ in _MODEL_CLASSES or parent.name in _WITH_SUPP:
                    own = supplemental_of(parent.name)
                    datasets[own] = Dataset(
                        own, label.replace("--", parent.name), class_, structure, tuple(keys.split()), False,
                        tables[dataset],
                    )  # fmt: skip
        datasets[dataset] = Dataset(
            dataset, label, class_, structure, tuple(keys.split()), reference == "Yes", tables[dataset]
        )
    value_lists: dict[str, list[ValueList]] = {}
    for dataset, name_, where, value, codelists, domain in read_table(folder / "value_codelists.csv"):
        values = ValueList(name_, where, value, tuple(codelists.split()), domain)
        value_lists.setdefault(dataset, []).append(values)
    existing = tuple(
        AsOfCut(when, variable, value, what, by, tuple(unless.split()))
        for when, variable, value, what, by, unless in read_table(folder / "as_of_cut.csv")
    )
    return Standard(name, datasets, _read_model(folder / "model_variables.csv"), value_lists, existing)


@cache
def value_domain(name: str) -> tuple[str, ...]:
    """Values of a list that the standards name and CDISC does not publish; none where it is not kept.

    Examples
    --------
    >>> "CHN" in value_domain("ISO 3166-1 alpha-3")
    True
    """
    path = mappings_root() / "standards" / "value_domains.yaml"
    return tuple(read_yaml(path, path.name).data.get(name, ()))


def _variable(facts: list[str], order: Order) -> Variable:
    name, label, type_, role, core, codelists, value_domain = facts
    kind = cast(Literal["Char", "Num"], type_)
    return Variable(name, label, kind, role, core, tuple(codelists.split()), value_domain, order)


def _read_model(path: Path) -> dict[str, dict[str, _ModelVariable]]:
    """Variables of the model by class and generic name, each with its position in the class."""
    parts: dict[str, list[_ModelVariable]] = {}
    for part, order, name, label, type_, role, *rest in read_table(path):
        fact = _variable([name, label, type_, role, "Perm", *rest], ())
        parts.setdefault(part, []).append(_ModelVariable((int(order),), fact))
    return {
        class_: {
            variable.fact.name: _ModelVariable((group, *variable.position), variable.fact)
            for group, names in enumerate(groups, 1)
            for part in names
            for variable in parts[part]
        }
        for class_, groups in _MODEL_CLASSES.items()
    }
