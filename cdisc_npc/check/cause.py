"""Why a rule fails so often: what all failing records have in common, and what other findings they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from cdisc_npc.check.verdict import Group
from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.where import is_blank
from cdisc_npc.package.read import Package, texts_of

# Fewer findings have no pattern; "most" is so large a part of them, of at least so many.
_FEW = 2
_MOST, _MANY = 0.8, 10
# Findings of so many values at most are looked for in other datasets.
_VALUES = 5


class Causes:
    """The likely root cause of each group of findings of a package.

    1. Every record looked at fails.
    2. The variable is blank in all records of the dataset; or all failing ones, or four fifths of ten or more, show
       one value.
    3. The same of the subject, else the site; of the visit; of the test or parameter; unless the dataset
       has only one.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self._columns: dict[tuple[str, str], tuple[np.ndarray, Sequence[str] | np.ndarray]] = {}

    def of(self, group: Group) -> str:
        """Name the likely cause, in words; nothing where there is no pattern."""
        if group.rows is None or group.findings < _FEW or group.dataset not in self.package.tables:
            return ""
        table = self.package.tables[group.dataset]
        parts = []
        if group.findings == group.records:
            parts.append("every record looked at")
        if group.variable in table.columns and bool(is_blank(table.columns[group.variable]).all()):
            parts.append(f"{group.variable} is blank throughout")
        elif group.values is not None:
            codes, kinds = distinct(group.values)
            shown = texts_of(pd.Series(kinds))
            parts += self._common("value", codes, [text or "blank" for text in shown])
        places = [self._shared("subject", table.name, "USUBJID", group.rows)]
        places[0] = places[0] or self._shared("site", table.name, "SITEID", group.rows)
        for word, names in (
            ("visit", ("VISIT", "AVISIT")),
            ("test", (f"{table.prefix}TESTCD", "PARAMCD")),
        ):
            name = next((name for name in names if name in table.columns), "")
            places.append(self._shared(word, table.name, name, group.rows))
        return "; ".join([*parts, *filter(None, places)])

    def _shared(self, word: str, dataset: str, name: str, rows: np.ndarray) -> str:
        codes, kinds = self._column(dataset, name)
        if len(kinds) < _FEW:
            return ""
        return next(iter(self._common(word, codes[rows], kinds)), "")

    def _column(self, dataset: str, name: str) -> tuple[np.ndarray, Sequence[str] | np.ndarray]:
        """Codes and kinds of a column; of the site also where only the subjects' dataset has it."""
        if (dataset, name) not in self._columns:
            table = self.package.tables[dataset]
            result: tuple[np.ndarray, Sequence[str] | np.ndarray] = (np.zeros(0, dtype=np.int64), ())
            if name in table.columns:
                column = table.columns[name].as_text.coded
                result = column.places, column.kinds.tolist()
            elif name == "SITEID" and "USUBJID" in table.columns and self._sites is not None:
                sites = table.columns["USUBJID"].series().map(self._sites)
                result = distinct(sites.fillna("").astype("str"))
            self._columns[dataset, name] = result
        return self._columns[dataset, name]

    @cached_property
    def _sites(self) -> pd.Series | None:
        for name in ("DM", "ADSL"):
            table = self.package.tables.get(name)
            if table is not None and {"USUBJID", "SITEID"} <= table.columns.keys():
                columns = {name: table.columns[name].series() for name in ("USUBJID", "SITEID")}
                return pd.DataFrame(columns).drop_duplicates("USUBJID").set_index("USUBJID")["SITEID"]
        return None

    @staticmethod
    def _common(word: str, codes: np.ndarray, kinds: Sequence[str] | np.ndarray) -> list[str]:
        counts = np.bincount(codes[codes >= 0], minlength=1)
        most = int(counts.argmax())
        if not len(kinds) or not str(kinds[most]):
            return []
        if counts[most] == len(codes):
            return [f"only {word} {kinds[most]}"]
        if len(codes) >= _MANY and counts[most] >= _MOST * len(codes):
            return [f"mostly {word} {kinds[most]} ({counts[most]} of {len(codes)})"]
        return []


def shared(groups: Sequence[Group]) -> list[str]:
    """What each group shares with others: the very same records, or the same value elsewhere.

    Returns
    -------
    list of str
        One text a group, blank where it shares nothing.
    """
    failing: defaultdict[tuple[str, bytes], list[int]] = defaultdict(list)
    values: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    kinds: list[list[str]] = []
    for place, group in enumerate(groups):
        kinds.append([])
        if group.rows is None:
            continue
        failing[group.dataset, np.sort(group.rows).tobytes()].append(place)
        if group.values is not None and group.variable:
            result = [text for text in texts_of(group.values.drop_duplicates()) if text]
            kinds[place] = result if len(result) <= _VALUES else []
            for text in kinds[place]:
                values[group.variable, text][group.dataset] = None
    texts: list[list[str]] = [[] for _ in groups]
    for places in failing.values():
        for place in places:
            mine = groups[place]
            names = [
                item.rule if item.rule != mine.rule else item.variable
                for item in (groups[other] for other in places)
                if (item.rule, item.variable) != (mine.rule, mine.variable)
            ]
            if others := [*dict.fromkeys(filter(None, names))]:
                texts[place].append(f"the same records as {_listed(others)}")
    for place, group in enumerate(groups):
        for text in kinds[place]:
            others = [name for name in values[group.variable, text] if name != group.dataset]
            if others:
                texts[place].append(f"{group.variable} {text} also in {_listed(others)}")
    return ["; ".join(parts) for parts in texts]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _VALUES} more" if len(names) > _VALUES else ""
    return ", ".join(names[:_VALUES]) + more
