"""Last observation before exposure, --LOBXFL, and baseline, --BLFL.

--LOBXFL is the last non-missing value prior to RFXSTDTC (SDTM 2.0, Findings;
SDTMIG 3.4, section 4.5.9). What the standard leaves to the sponsor is whether a
record that dates alone cannot place, on the day of the reference, came before it:
that is a policy here, stated by visits, by timepoints, or for all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import Test
from cdisc_npc.columns.distinct import is_numeric
from cdisc_npc.columns.iso8601 import iso_components, possible_days
from cdisc_npc.columns.keys import together
from cdisc_npc.columns.study_day import subject_reference
from cdisc_npc.columns.where import holds_of, is_blank

SAME_DAY = ("include", "exclude")
_DAY = 86_400


def baseline_flag(
    frame: pd.DataFrame,
    *,
    domain: str,
    reference: pd.Series,
    by: Sequence[str] = (),
    same_day_visits: Collection[str] = (),
    same_day_timepoints: Collection[str] = (),
    same_day: str = "include",
    not_done: Collection[str] = (),
    order: Sequence[str] | None = None,
) -> pd.Series:
    """Flag each subject's last record with a result on or before the reference.

    1. A record counts when --ORRES is not blank and --STAT is not NOT DONE.
    2. It is before the reference when the last moment its --DTC may mean is before
       the first that the reference may mean; after it in the opposite case. Both are
       known to the precision that was collected: the times are compared if both have one.
    3. In between lie records of the same day without a time, and those of the same
       minute. They count when they belong to ``same_day_visits`` and
       ``same_day_timepoints`` (each only if given); with neither given, by ``same_day``.
       A partial date that may be the reference's day never counts.
    4. Of those that count, the last by the earliest moment of --DTC, then by
       ``order``, is flagged, in each group of USUBJID, --TESTCD and ``by``.

    Parameters
    ----------
    frame
        Findings of one domain: USUBJID, --TESTCD, --ORRES, --DTC; --STAT, VISIT and --TPT
        where they are used.
    domain
        Two letters, in place of '--'.
    reference
        The subject's reference date, as RFXSTDTC, aligned to ``frame``. Where it is
        blank nothing is flagged.
    by
        Keys beside USUBJID and --TESTCD, such as --CAT, --LOC or --EVAL.
    same_day_visits, same_day_timepoints
        Values of VISIT and --TPT.
    same_day
        'include' or 'exclude'.
    not_done
        Results that say there is none, such as 'NOT DONE'. None by default: in SDTM
        that is --STAT's to say, and 'ND' may be "not detected".
    order
        Variables that decide between records of the same moment; --SEQ if there is one,
        else the order of the records.

    Returns
    -------
    Series of str
        'Y' or ''; the index of ``frame``.

    Raises
    ------
    ValueError
        When a variable is missing or a --DTC or the reference is not ISO 8601.
    """
    if len(reference) != len(frame):
        raise ValueError(f"{len(frame)} records and {len(reference)} reference dates; expected as many")
    flags = flagged(
        {str(name): _column(values) for name, values in frame.items()}, domain=domain,
        reference=_column(reference), by=by, same_day_visits=same_day_visits,
        same_day_timepoints=same_day_timepoints, same_day=same_day, not_done=not_done, order=order,
    )  # fmt: skip
    return pd.Series(np.where(flags, "Y", ""), index=frame.index, dtype="str")


def flagged(
    frame: Mapping[str, Column],
    *,
    domain: str,
    reference: Column,
    by: Sequence[str] = (),
    same_day_visits: Collection[str] = (),
    same_day_timepoints: Collection[str] = (),
    same_day: str = "include",
    not_done: Collection[str] = (),
    order: Sequence[str] | None = None,
) -> np.ndarray:
    """As `baseline_flag`, of columns by name: whether each record is flagged."""
    if same_day not in SAME_DAY:
        raise ValueError(f"same_day is {same_day!r}; expected include or exclude")
    if order is None:
        order = [f"{domain}SEQ"] if f"{domain}SEQ" in frame else []
    needed = ["USUBJID", f"{domain}TESTCD", f"{domain}ORRES", f"{domain}DTC", *by, *order]
    needed += ["VISIT"] * bool(same_day_visits) + [f"{domain}TPT"] * bool(same_day_timepoints)
    missing = [name for name in dict.fromkeys(needed) if name not in frame]
    if missing:
        raise ValueError(f"{domain} has no variable {', '.join(missing)}")

    result = frame[f"{domain}ORRES"].printed
    counts = ~(is_blank(result) | _is_in(result, not_done))
    if f"{domain}STAT" in frame:
        counts &= ~_is_in(frame[f"{domain}STAT"], ["NOT DONE"])

    own, exposure = _moments(frame[f"{domain}DTC"], f"{domain}DTC"), _moments(reference, "the reference date")
    # Clock times of two zones are compared only if both zones are known.
    shift = np.where(own.zoned & exposure.zoned, own.offset - exposure.offset, 0)
    start, end = own.start - shift, own.end - shift
    same_moment = own.complete & exposure.complete & (own.day == exposure.day)
    same_moment &= (start <= exposure.end) & (end >= exposure.start)
    if same_day_visits:
        same_moment &= _is_in(frame["VISIT"], same_day_visits)
    if same_day_timepoints:
        same_moment &= _is_in(frame[f"{domain}TPT"], same_day_timepoints)
    if not same_day_visits and not same_day_timepoints and same_day == "exclude":
        same_moment[:] = False
    counts &= own.known & exposure.known & ((end < exposure.start) | same_moment)

    at = np.flatnonzero(counts)
    keys = [frame[name].take(at) for name in ("USUBJID", f"{domain}TESTCD", *by)]
    group = together(keys, len(at))[0]
    ties = [frame[name].take(at).ordered() for name in order]
    at = at[np.lexsort((*reversed(ties), start[at], group))]
    flags = np.zeros(len(counts), dtype=bool)
    if at.size:
        group = np.sort(group)
        flags[at[np.append(group[1:] != group[:-1], True)]] = True
    return flags


def derive_baseline_flag(
    frame: pd.DataFrame,
    dm: pd.DataFrame,
    *,
    variable: str,
    reference: str = "RFXSTDTC",
    **policy: object,
) -> pd.DataFrame:
    """Add --LOBXFL or --BLFL to a findings dataset; a copy is returned.

    Parameters
    ----------
    frame
        Dataset of one domain, named in DOMAIN.
    dm
        DM, with USUBJID and ``reference``.
    variable
        --LOBXFL or --BLFL of that domain.
    reference
        Name of the reference date in DM.
    **policy
        As of `baseline_flag`.

    Raises
    ------
    TypeError
        When a table is no DataFrame or a name no text.
    ValueError
        When a variable is missing, DOMAIN is not one, or ``variable`` is not its flag.
    """
    for name, table in (("the dataset", frame), ("DM", dm)):
        if not isinstance(table, pd.DataFrame):
            raise TypeError(f"{name} is a {type(table).__name__}; expected a DataFrame")
    for name, value in (("flag", variable), ("reference date", reference)):
        if not isinstance(value, str):
            raise TypeError(f"the {name} is {value!r}; expected the name of one variable")
    missing = [f"{name} in DM" for name in ("USUBJID", reference) if name not in dm.columns]
    missing += [f"{name} in the dataset" for name in ("DOMAIN", "USUBJID") if name not in frame.columns]
    if missing:
        raise ValueError(f"no variable {', '.join(missing)}")
    domains = frame["DOMAIN"].unique().tolist()
    if len(domains) != 1 or not isinstance(domains[0], str) or not domains[0]:
        raise ValueError(f"DOMAIN is {domains}; expected the name of one domain")
    expected = [f"{domains[0]}LOBXFL", f"{domains[0]}BLFL"]
    if variable not in expected:
        raise ValueError(f"the flag is {variable!r}; expected {' or '.join(expected)}")
    aligned = subject_reference(frame, dm, reference)
    flags = baseline_flag(frame, domain=domains[0], reference=aligned, **policy)  # type: ignore[arg-type]
    return frame.assign(**{variable: flags})


def _column(values: pd.Series) -> Column:
    return Column.of(values) if is_numeric(values) else Column.encoded(values.astype("str").fillna(""))


def _is_in(column: Column, texts: Collection[str]) -> np.ndarray:
    """Which records have one of some texts, but for blanks around it."""
    return holds_of(Test("in", tuple(texts)), column.printed.stripped)


class _Moments(NamedTuple):
    """What each --DTC may mean: first and last second since 1970, by the clock where it was collected."""

    start: np.ndarray
    end: np.ndarray
    known: np.ndarray
    day: np.ndarray
    complete: np.ndarray
    offset: np.ndarray
    zoned: np.ndarray


def _moments(dtc: Column, name: str) -> _Moments:
    codes, parts = iso_components(dtc)
    wrong = np.flatnonzero((parts.problem != "")[codes])
    if len(wrong):
        text = dtc.take(wrong).values[0]
        raise ValueError(f"{name} is {text!r}; expected ISO 8601")
    first, last, existing = possible_days(parts)
    start, end = np.zeros(len(parts.year), np.int64), np.zeros(len(parts.year), np.int64)
    certain = np.ones(len(parts.year), bool)
    for values, unit, most in ((parts.hour, 3600, 23), (parts.minute, 60, 59), (parts.second, 1, 59)):
        # A part after an unknown one narrows nothing.
        certain &= values >= 0
        start += np.where(certain, values, 0) * unit
        end += np.where(certain, values, most) * unit
    offset = np.array([_offset(zone) for zone in parts.zone], np.int64)
    moments = _Moments(
        first * _DAY + start, last * _DAY + end, existing, first, parts.complete, offset, parts.zone != ""
    )
    return _Moments(*(values[codes] for values in moments))


def _offset(zone: str) -> int:
    """Seconds that a zone is ahead of UTC."""
    if zone in ("", "Z"):
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[3:].strip(":") or 0) * 60
    return -seconds if zone[0] == "-" else seconds
