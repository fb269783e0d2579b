"""Values looked up in another dataset. No lookup multiplies records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import take_or_blank
from cdisc_npc.columns.extreme import extreme_positions, report_ties
from cdisc_npc.columns.keys import Names, match_codes, require
from cdisc_npc.columns.order import shown, ties
from cdisc_npc.findings import Findings, Refused

By = Mapping[str, str] | Sequence[str]


def partners(
    frame: pd.DataFrame,
    add: pd.DataFrame,
    by: By,
    *,
    order: Names = (),
    take: Literal["only", "first", "last"] = "only",
    where: np.ndarray | None = None,
    findings: Findings | None = None,
) -> np.ndarray:
    """Find for each record its one record of another dataset.

    Parameters
    ----------
    frame
        The records that look something up.
    add
        Where they look.
    by
        Names that must agree; a mapping where ``add`` calls them otherwise (own: other).
    order, take
        Of several records the first or last, in that order; ``only`` refuses several.
    where
        Records of ``add`` that count.
    findings
        Takes a warning where ``order`` does not decide.

    Returns
    -------
    numpy.ndarray of int64
        Positions in ``add``, -1 where there is none.

    Raises
    ------
    Refused
        ADAM_MANY: several records, and ``take`` is only. ADAM_NO_VARIABLE: a name is missing.
    """
    names = dict(by) if isinstance(by, Mapping) else {name: name for name in by}
    require(add, [*names.values(), *(name.removeprefix("-") for name in order)])
    own = list(dict.fromkeys(names.values()))
    # Only what decides is carried along: the other variables may be many.
    needed = [
        *own,
        *(name.removeprefix("-") for name in order),
        *(["USUBJID"] if "USUBJID" in add.columns else []),
    ]
    at = np.arange(len(add)) if where is None else np.flatnonzero(where)
    part = add if where is None else add[list(dict.fromkeys(needed))].iloc[at]
    if take == "only":
        several = ties(part, own, ())
        if several.any():
            failing = part[several].drop_duplicates(own)
            raise Refused.because(
                "ADAM_MANY",
                dataset=str(add.attrs.get("name", "")),
                USUBJID=failing["USUBJID"] if "USUBJID" in failing.columns else [""] * len(failing),
                keys=", ".join(own),
                value=shown(failing, own),
            )
    else:
        if findings is not None and order:
            failing = part[ties(part, own, order)].drop_duplicates(own)
            report_ties(failing, own, order, findings)
        chosen = extreme_positions(part, own, order, take)
        at, part = at[chosen], part[list(dict.fromkeys(needed))].iloc[chosen]
    result, codes = match_codes(frame, part, names)
    place = np.full(len(part) + 1, -1)
    place[codes] = at
    return np.where(result < 0, -1, place[result])


def merge(
    frame: pd.DataFrame,
    add: pd.DataFrame,
    by: By,
    variables: Mapping[str, str] | None = None,
    *,
    order: Names = (),
    take: Literal["only", "first", "last"] = "only",
    where: np.ndarray | None = None,
    missing: Mapping[str, Any] | None = None,
    one_to_one: bool = False,
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Add variables of another dataset; the records stay as many as they are.

    Parameters
    ----------
    frame, add, by, order, take, where, findings
        As of `partners`.
    variables
        New name: name in ``add``; default: all that are not keys.
    missing
        Value of a new variable for records without a partner, in place of blank.
    one_to_one
        Refuse a record of ``add`` that several records find.

    Raises
    ------
    Refused
        As of `partners`; ADAM_BOTH where a new variable is there already.
    """
    names = dict(by) if isinstance(by, Mapping) else {name: name for name in by}
    if variables is None:
        variables = {name: name for name in add.columns if name not in set(names.values())}
    both = [name for name in variables if name in frame.columns]
    if both:
        raise Refused.because(
            "ADAM_BOTH",
            dataset=str(add.attrs.get("name", "")),
            variable=both,
            expected="a new name, or the variable among those that must agree",
        )
    require(add, list(variables.values()))
    positions = partners(frame, add, names, order=order, take=take, where=where, findings=findings)
    if one_to_one and np.bincount(positions[positions >= 0], minlength=1).max() > 1:
        raise Refused.because(
            "ADAM_MANY",
            dataset=str(frame.attrs.get("name", "")),
            keys=", ".join(names),
            value="several records for one of the dataset that is looked up",
        )
    new = {
        name: take_or_blank(add[source], positions, frame.index, (missing or {}).get(name))
        for name, source in variables.items()
    }
    return frame.assign(**new)


def exists(
    frame: pd.DataFrame, add: pd.DataFrame, by: By, where: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Tell which records have a partner at all, and which one that satisfies ``where``.

    Returns
    -------
    any_record, fitting : numpy.ndarray of bool
    """
    names = dict(by) if isinstance(by, Mapping) else {name: name for name in by}
    result, codes = match_codes(frame, add, names)
    fits = np.zeros(len(add) + 1, dtype=bool)
    fits[codes if where is None else codes[where]] = True
    return result >= 0, fits[result] & (result >= 0)
