"""Values against controlled terminology, with the nearest term; codes and their names as pairs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from cdisc_npc.check.allowed import Allowed, allowed_of
from cdisc_npc.check.rule import coded_rules
from cdisc_npc.check.verdict import Checked
from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.where import satisfied
from cdisc_npc.package.read import Package, Table
from cdisc_npc.standards.terminology import Codelist, Terminology, folded

_CLOSED, _EXTENSION, _CASE, _SYNONYM, _PAIR = (f"NPC-CT-{number:03}" for number in range(1, 6))
_LISTED, _PAIRED = "NPC-CT-006", (("TESTCD", "TEST"), ("PARMCD", "PARM"))
# So many values of a variable get a suggestion: a list of thousands of terms is searched for each.
_SUGGESTED = 200


class _Failing(NamedTuple):
    """A value that is no term: the rule that it breaks, and what was expected."""

    rule: str
    expected: str


def check_terminology(package: Package, checked: Checked) -> None:
    """Try every variable that has codelists on its terms, and every code on its name."""
    for table in package.tables.values():
        if table.repeats:
            continue  # a fault of the file, told there
        allowed = allowed_of(package, table)
        for terms in sorted(allowed, key=lambda item: list(table.columns).index(item.variable)):
            _judge_terms(table, terms, checked)
        _judge_pairs(package.terminology, table, allowed, checked)


def _judge_terms(table: Table, terms: Allowed, checked: Checked) -> None:
    rules = coded_rules()
    column = table.columns[terms.variable]
    passed = column.passing(terms.passes)
    tried = (
        (_CASE, _SYNONYM, _EXTENSION) if terms.extensible else (_CASE, _LISTED if _listed(terms) else _CLOSED)
    )
    for rule in tried:
        checked.judge(rule, rules[rule], table, ())
    if passed is True:
        return
    failing = ~np.asarray(passed)
    shown = [terms.variable]
    if terms.where is not None:
        failing &= satisfied(terms.where, table.columns.__getitem__, table.size)
        shown += terms.where.reads()
    rows = np.flatnonzero(failing)
    places = column.coded.places[rows]
    verdicts = {
        int(place): _verdict(terms, column.coded.kinds[place].as_py(), suggest=number < _SUGGESTED)
        for number, place in enumerate(distinct(places)[1])
    }
    for rule in dict.fromkeys(verdict.rule for verdict in verdicts.values()):
        mine = np.isin(places, [place for place, verdict in verdicts.items() if verdict.rule == rule])
        checked.judge(
            rule, rules[rule], table, rows[mine], terms.variable,
            {name: table.columns[name].series(rows[mine]) for name in shown},
            expected=[verdicts[place].expected for place in places[mine].tolist()],
        )  # fmt: skip


def _listed(terms: Allowed) -> bool:
    """Whether the values are listed by the guide or by ISO, not by a codelist of CDISC or the sponsor."""
    return not any(item.code for item in terms.lists) and any(
        item.short_name.startswith(("ISO ", "the values of ")) for item in terms.lists
    )


def _verdict(terms: Allowed, value: str, *, suggest: bool) -> _Failing:
    """What is wrong with a value.

    1. It is a term but for case, width and blanks.
    2. It is a synonym of one term.
    3. Else it is no term; the nearest is named.
    """
    of = f"a term of {terms.name}"
    form = folded(value)
    for codelist in terms.lists:
        if form in codelist.folded:
            return _Failing(_CASE, f"{codelist.folded[form]}, {of}")
    for codelist in terms.lists:
        if form in codelist.folded_synonyms:
            meant = f"{codelist.folded_synonyms[form]}, of which it is a synonym; {of}"
            return _Failing(_SYNONYM if terms.extensible else _CLOSED, meant)
    near = _nearest(terms.forms, value) if suggest else ""
    hint = f"; nearest is {near}" if near else ""
    if terms.extensible:
        return _Failing(_EXTENSION, f"{of}, or an extension declared in the study or in define.xml{hint}")
    return _Failing(_LISTED if _listed(terms) else _CLOSED, f"{of}, which is closed{hint}")


def _nearest(forms: Mapping[str, str], value: str) -> str:
    """The term that is spelled most alike, of equals the first; blank where none is alike."""
    result = difflib.get_close_matches(folded(value), forms, 1, cutoff=0.6)
    return forms[result[0]] if result else ""


def _judge_pairs(
    terminology: Terminology, table: Table, allowed: Sequence[Allowed], checked: Checked
) -> None:
    """Codes and names that the terminology pairs; what neither list knows is the sponsor's own."""
    rule = coded_rules()[_PAIR]
    columns = table.columns
    for terms in allowed:
        ends = next((ends for ends in _PAIRED if terms.variable.endswith(ends[0])), None)
        name = terms.variable.removesuffix(ends[0]) + ends[1] if ends else ""
        if terms.where is not None or name not in columns:
            continue
        codes, names = table.columns[terms.variable].as_text.coded, table.columns[name].as_text.coded
        size = max(len(names.kinds), 1)
        numbers, pairs = distinct(codes.places * np.int64(size) + names.places)
        paired = zip(
            *(
                column.kinds.take(pa.array(place)).to_pylist()
                for column, place in ((codes, pairs // size), (names, pairs % size))
            ),
            strict=True,
        )
        wrong = dict(_mismatched(terminology, terms.lists, paired))
        checked.judge(_PAIR, rule, table, ())
        if wrong:
            rows = np.flatnonzero(np.isin(numbers, list(wrong)))
            stated = [wrong[pair] for pair in numbers[rows].tolist()]
            shown = {terms.variable: codes.series(rows), name: names.series(rows)}
            checked.judge(_PAIR, rule, table, rows, terms.variable, shown, expected=stated)


def _mismatched(
    terminology: Terminology, lists: Sequence[Codelist], pairs: Iterable[tuple[str, str]]
) -> Iterator[tuple[int, str]]:
    """Pairs that are wrong, by their place."""
    for place, (code, name) in enumerate(pairs):
        if not code or not name:
            continue
        decodes = [text for item in lists if (text := terminology.decode(item, code))]
        if decodes:
            if name not in decodes:
                yield place, f"{decodes[0]} for {code}"
            continue
        twins = [twin for item in lists if (twin := terminology.paired(item))]
        back = [result for twin in twins if (result := terminology.decode(twin, name))]
        if back:
            yield place, f"{back[0]} for {name}"
