"""Drawing and writing whole columns: the few vector operations that all of the simulator uses.

Days are int64 since 1970-01-01; `NONE` is no day. Text columns are object arrays whose strings
come from a small table of the distinct ones, so that a million cells cost no million strings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.simulate.arrays import NONE, Bools, Floats, Ints, Rng, Texts


def texts(values: Sequence[str]) -> Texts:
    """An object array of these strings."""
    result = np.empty(len(values), dtype=object)
    result[:] = list(values)
    return result


def repeated(text: str, size: int) -> Texts:
    """A column of one text."""
    result = np.empty(size, dtype=object)
    result[:] = text
    return result


def pick(rng: Rng, weights: Mapping[Any, float], size: int) -> Texts:
    """Draw keys of a table by their weights."""
    return texts([str(key) for key in weights])[pick_codes(rng, list(weights.values()), size)]


def pick_codes(rng: Rng, weights: Sequence[float], size: int) -> Ints:
    """Draw places in a list by their weights, which need not add up to one."""
    bounds = np.cumsum(np.asarray(weights, dtype=float))
    drawn = np.searchsorted(bounds, rng.random(size) * bounds[-1], side="right")
    return np.minimum(drawn, len(bounds) - 1).astype(np.int64)


def between(rng: Rng, bounds: Sequence[float], size: int | tuple[int, ...]) -> Ints:
    """Draw whole numbers from a least to a greatest, both included."""
    return rng.integers(int(bounds[0]), int(bounds[1]) + 1, size)


def rare(rng: Rng, eligible: Bools, rate: float) -> Bools:
    """Draw some of those eligible; where that leaves none, one of them.

    So that a trial of 14 subjects shows what one in thirty has.
    """
    drawn = eligible & (rng.random(len(eligible)) < rate)
    places = np.flatnonzero(eligible)
    one = rng.random()
    if rate > 0 and len(places) and not drawn.any():
        drawn[places[int(one * len(places))]] = True
    return drawn


def date_text(days: Ints) -> Texts:
    """ISO 8601 dates; blank where there is no day."""
    existing = days != NONE
    if not existing.any():
        return repeated("", len(days))
    first, last = int(days[existing].min()), int(days[existing].max())
    every = np.arange(first, last + 1).astype("datetime64[D]")
    table = texts([*np.datetime_as_string(every).tolist(), ""])
    return table[np.where(existing, days - first, last - first + 1)]


def number_text(values: Floats, decimals: int) -> Texts:
    """Numbers with this many decimals, blank for NaN."""
    existing = ~np.isnan(values)
    units = np.where(existing, np.rint(np.where(existing, values, 0) * 10**decimals), 0).astype(np.int64)
    codes, uniques = distinct(units)
    written = [str(n) if decimals == 0 else f"{n / 10**decimals:.{decimals}f}" for n in uniques.tolist()]
    return texts([*written, ""])[np.where(existing, codes, len(uniques))]


def integer_text(values: Ints) -> Texts:
    """Whole numbers, blank for `NONE`."""
    codes, uniques = distinct(values)
    return texts(["" if n == NONE else str(n) for n in uniques.tolist()])[codes]


def passes(column: Texts, test: Callable[[str], bool]) -> Bools:
    """Whether each text passes a test, which is made once for each distinct one."""
    codes, uniques = distinct(column)
    return np.fromiter(map(test, uniques.tolist()), dtype=bool, count=len(uniques))[codes]


def choose(condition: Bools, yes: str | Texts, no: str | Texts) -> Texts:
    """`numpy.where` for texts: always an object array."""
    return np.where(condition, np.asarray(yes, dtype=object), np.asarray(no, dtype=object)).astype(object)
