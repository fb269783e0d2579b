"""pandera schemas made from what is expected of a dataset, and what they find in a package.

A check is named by its rule. All run on the distinct values of a column, which are found once for all
checks of the column, and give a verdict for each record. The checks of a package ask the same checks for
their verdicts, without pandera in between, which takes half a second to import and a millisecond for each
of thousands of checks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cdisc_npc.check.allowed import Allowed, allowed_in
from cdisc_npc.check.description import judge_description
from cdisc_npc.check.expected import Expected, ExpectedValues, ExpectedVariable, expected_in, expected_of
from cdisc_npc.check.rule import coded_rules, load_rule, rule_folders
from cdisc_npc.check.verdict import Checked
from cdisc_npc.columns import texts as columns
from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import ConditionParts
from cdisc_npc.columns.keys import together
from cdisc_npc.columns.where import is_blank, satisfied
from cdisc_npc.package.read import Package, Table
from cdisc_npc.raw.contract import form_schema
from cdisc_npc.study.specification import Specification

if TYPE_CHECKING:
    import pandera.pandas as pandera

# Gives the column of a name.
Columns = Callable[[str], Column]
# Whether each record passes; True: all do; False: all together do not.
Verdict = np.ndarray | bool

_BLANK, _TYPE, _LENGTH = "NPC-SCH-004", "NPC-SCH-005", "NPC-SCH-009"
_KEY, _GUIDE_KEY, _NUMBER, _SEQUENCE = (f"NPC-SCH-{number:03}" for number in range(10, 14))
_DATE, _DURATION, _PADDED, _DOT = (f"NPC-SCH-{number:03}" for number in (14, 15, 16, 18))
_BLANK_ADAM, _CODE, _MOST, _VALUE, _TERM, _EXTENSION = (f"NPC-SCH-{number:03}" for number in range(22, 28))
# Of the files as written, where a package is checked.
_CONTROL = "NPC-XPT-017"
# What rules as data judge in a package, in these classes: the schema has it too, under their names.
_BY_DATA = {
    _NUMBER: "NPC-SD-006", _SEQUENCE: "NPC-SD-005", _DATE: "NPC-SD-013", _DURATION: "NPC-SD-015",
    _CODE: "NPC-SD-031", _MOST: "NPC-SD-032",
}  # fmt: skip
_DATA_CLASSES = ("Interventions", "Events", "Findings", "Findings About", "Special Purpose")


def schema(study: Specification, name: str) -> pandera.DataFrameSchema:
    """The pandera schema of a dataset or a raw form, as a study's specification has it.

    Use it in a pipeline of your own, with ``lazy=True`` to see every failure. The name of a check is
    that of its rule (see `mappings/standards/rules/schema.yaml`). Values outside an extensible codelist
    are warnings (`pandera.errors.SchemaWarning`), all else are errors.

    Parameters
    ----------
    study
        As `load_study` gives it.
    name
        A dataset of SDTM or ADaM, such as ``AE`` and ``ADSL``; or a form of the raw contract.

    Returns
    -------
    pandera.DataFrameSchema
        Of a frame whose texts are never null and whose numbers are float64, as `read_xpt` gives it.

    Raises
    ------
    KeyError
        The study has neither a dataset nor a form of that name.

    Examples
    --------
    >>> import cdisc_npc as npc
    >>> made = npc.schema(npc.load_study("cdiscpilot"), "AE")
    >>> made.columns["AESEV"].checks[0].name
    'NPC-SCH-005'
    """
    result = (
        name in study.plans or name in study.standard.datasets or (study.adam and name in study.adam.datasets)
    )
    if not result and name in study.contract.forms:
        return form_schema(name, study.contract.forms[name])
    if not result:
        existing = [*study.plans, *(study.adam.datasets if study.adam else ()), *study.contract.forms]
        raise KeyError(f"no dataset or form {name} of the study; there is {', '.join(existing)}")
    expected = expected_in(study, name)
    return make_schema(expected, tests_of(expected, allowed_in(study, name, list(expected.variables))))


@dataclass(frozen=True)
class Test:
    """One check of a schema.

    Attributes
    ----------
    verdict
        Takes the columns; gives for each record, or for all together, whether it passes.
    column : str
        The only one that it looks at; blank: it looks at several.
    about : tuple of str
        Variables that a finding shows; it is of the first.
    expected : str
        In place of the rule's title.
    warns : bool
        Whether a failure only warns.
    """

    rule: str
    verdict: Callable[[Columns], Verdict]
    column: str = ""
    about: tuple[str, ...] = ()
    expected: str = ""
    warns: bool = False


def make_schema(
    expected: Expected,
    tried: Collection[Test],
) -> pandera.DataFrameSchema:
    """Make a schema.

    Parameters
    ----------
    expected
        Of the dataset.
    tried
        The checks of its values.
    """
    import pandera.pandas as pandera

    held: dict[str, tuple[pd.Series, Column]] = {}

    def asked_of(values: pd.Series) -> Column:
        """Each frame that is validated has other values, and each check of it the same."""
        name = str(values.name)
        if name not in held or held[name][0].array is not values.array:
            held[name] = values, Column.of(values)
        return held[name][1]

    def made(column: str) -> list[pandera.Check]:
        return [
            pandera.Check(
                _asked(test, asked_of), name=test.rule, error=test.expected or _title(test.rule),
                ignore_na=False, raise_warning=test.warns,
            )
            for test in tried if test.column == column
        ]  # fmt: skip

    columns = {
        name: pandera.Column(
            checks=made(name),
            nullable=True,
            required=variable.core in ("Req", "Exp")
            or (expected.specified and name not in expected.optional),
        )
        for name, variable in expected.variables.items()
    }
    for name, how in expected.missing.items():
        columns[name] = pandera.Column(nullable=True, required=how != "expected")
    return pandera.DataFrameSchema(columns, checks=made(""), name=expected.dataset)


def _asked(test: Test, asked_of: Callable[[pd.Series], Column]) -> Callable[[Any], bool | pd.Series]:
    """A check as pandera asks it: of a column; or of the frame, where that has the variables.

    That one is missing is a failure of its own.
    """

    def asked(values: pd.Series | pd.DataFrame) -> bool | pd.Series:
        if isinstance(values, pd.Series):
            passed = test.verdict(lambda _: asked_of(values))
        else:
            there = set(test.about) <= set(values.columns)
            passed = test.verdict(lambda name: asked_of(values[name])) if there else True
        return passed if isinstance(passed, bool) else pd.Series(passed, index=values.index)

    return asked


def _title(rule: str) -> str:
    return (coded_rules().get(rule) or load_rule(rule_folders()[rule])).title


def tests_of(expected: Expected, allowed: Collection[Allowed] = ()) -> list[Test]:
    """The checks of a dataset's values.

    Parameters
    ----------
    allowed
        Terms that its variables may have, where that is to be checked.
    """
    adam = expected.adam

    def of_text(rule: str, name: str, passes: columns.Passes, **more: Any) -> Test:
        return Test(rule, lambda column: column(name).passing(passes), name, (name,), **more)

    result: list[Test] = []
    for name, variable in expected.variables.items():
        if variable.type:
            result.append(Test(_TYPE, _is_type(name, variable.type), name, (name,), f"type {variable.type}"))
        if variable.never_blank:
            rule = _BLANK_ADAM if adam else _BLANK
            if variable.type == "Num":
                result.append(Test(rule, _never_blank(name), name, (name,)))
            else:
                result.append(of_text(rule, name, columns.present))
        if name == expected.sequence:
            result.append(Test(_NUMBER, _counts(name), name, (name,)))
        if variable.type != "Num":
            result.extend(
                of_text(rule, name, passes, **more) for rule, passes, more in _of_text(expected, variable)
            )
    if expected.sequence and set(expected.within) <= set(expected.variables):
        names = (*expected.within, expected.sequence)
        result.append(Test(_SEQUENCE, _unique(names), about=names[::-1]))
    if expected.keys and set(expected.keys) <= set(expected.variables):
        rule = _KEY if expected.keys_stated else _GUIDE_KEY
        # A finding is of what tells records of one subject apart.
        apart = sorted(
            set(expected.keys) - {"STUDYID"}, key=lambda name: (name == "USUBJID", expected.keys.index(name))
        )
        result.append(Test(rule, _unique(expected.keys), about=tuple(apart) or expected.keys))
    for values in expected.values:
        if values.variable in expected.variables and set(values.where.reads()) <= set(expected.variables):
            stated = f"{values.type}{f' of at most {values.length} bytes' if values.length else ''}"
            stated += f" where {values.where.describe()}"
            about = (values.variable, *values.where.reads())
            result.append(Test(_VALUE, _of_records(values, expected.encoding), about=about, expected=stated))
    result.extend(map(_of_terms, allowed))
    if expected.class_ not in _DATA_CLASSES:
        return result
    return [replace(test, rule=_BY_DATA[test.rule]) if _judged_by_data(test) else test for test in result]


def _judged_by_data(test: Test) -> bool:
    generic = test.column[2:]
    return test.rule in _BY_DATA and (
        {_CODE: generic == "TESTCD", _MOST: generic == "TEST", _DATE: generic.endswith("DTC")}.get(
            test.rule, True
        )
    )


def _of_text(
    expected: Expected, variable: ExpectedVariable
) -> Iterator[tuple[str, columns.Passes, dict[str, Any]]]:
    forms = variable.form.split()
    if forms == ["code"]:
        yield _CODE, columns.code_like, {}
    elif "moment" in forms:
        yield _DATE, columns.of_forms(forms), {}
    elif forms:
        yield _DURATION, columns.of_forms(forms), {}
    if variable.length:
        stated = {"expected": f"at most {variable.length} bytes"}
        yield _LENGTH, columns.within_bytes(variable.length, expected.encoding), stated
    if variable.most and forms != ["code"]:
        yield (
            _MOST,
            columns.within_characters(variable.most),
            {"expected": f"at most {variable.most} characters"},
        )
    yield _PADDED, columns.unpadded, {}
    yield _CONTROL, columns.printable, {}
    yield _DOT, columns.no_dot, {}


def _is_type(name: str, kind: str) -> Callable[[Columns], bool]:
    return lambda column: column(name).numeric == (kind == "Num")


def _never_blank(name: str) -> Callable[[Columns], np.ndarray]:
    return lambda column: ~is_blank(column(name))


def _counts(name: str) -> Callable[[Columns], Verdict]:
    """Whole numbers from 1 on."""

    def verdict(column: Columns) -> Verdict:
        if not column(name).numeric:
            return True  # a fault of its type
        values = column(name).spread(column(name).numbers)
        return np.asarray((values >= 1) & (values % 1 == 0))

    return verdict


def _unique(names: tuple[str, ...]) -> Callable[[Columns], np.ndarray]:
    def verdict(column: Columns) -> np.ndarray:
        columns = [column(name) for name in names]
        numbers, bound = together(columns, len(columns[0]))
        return np.bincount(numbers, minlength=bound)[numbers] < 2

    return verdict


def _of_records(values: ExpectedValues, encoding: str) -> Callable[[Columns], Verdict]:
    def verdict(column: Columns) -> Verdict:
        tried = column(values.variable)
        passed = tried.passing(columns.of_type(values.type))
        if values.length:
            passed = passed & tried.passing(columns.within_bytes(values.length, encoding))
        return _where(passed, values.where, column)

    return verdict


def _where(passed: Verdict, where: ConditionParts, column: Columns) -> Verdict:
    """What is asked of some records only: all others pass."""
    if isinstance(passed, bool):
        return passed
    return passed | ~satisfied(where, column, len(passed))


def _of_terms(terms: Allowed) -> Test:
    rule = _EXTENSION if terms.extensible else _TERM
    stated = f"a term of {terms.name}"
    where, name = terms.where, terms.variable
    if where is None:
        return Test(
            rule, lambda column: column(name).passing(terms.passes), name, (name,), stated, terms.extensible
        )

    def verdict(column: Columns) -> Verdict:
        return _where(column(name).passing(terms.passes), where, column)

    return Test(
        rule, verdict, "", (name, *where.reads()), f"{stated} where {where.describe()}", terms.extensible
    )


def check_schemas(package: Package, checked: Checked) -> None:
    """Try every dataset of a package on what is expected of it."""
    for table in package.tables.values():
        expected = expected_of(package, table)
        judge_description(table, expected, checked)
        # Two variables of one name are a fault of the file, and told there.
        there = set() if table.repeats else table.columns.keys()
        present = {name: item for name, item in expected.variables.items() if name in there}
        for test, rows in _failures(table, replace(expected, variables=present, missing={})):
            meaning = coded_rules()[test.rule]
            if test.rule == _TYPE:  # of the variable, also where there are no records
                result = "Char" if expected.variables[test.column].type == "Num" else "Num"
                checked.judge(
                    test.rule,
                    meaning,
                    table.name,
                    rows,
                    test.column,
                    {"type": result},
                    expected=test.expected,
                )
            else:
                shown = {name: table.columns[name].series(rows) for name in test.about} if len(rows) else {}
                checked.judge(test.rule, meaning, table, rows, test.about[0], shown, expected=test.expected)


def _failures(table: Table, expected: Expected) -> Iterator[tuple[Test, np.ndarray]]:
    """Every check of a dataset, with the records that fail it; of a check of all together, one failure."""
    for test in tests_of(expected):
        if test.rule in coded_rules() and test.rule != _CONTROL:
            passed = test.verdict(table.columns.__getitem__)
            yield (
                test,
                np.zeros(0, dtype=np.int64) if passed is True else np.flatnonzero(~np.atleast_1d(passed)),
            )
