"""Which lesions are to be assessed at a time point: identified, split and merged ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import ranks
from cdisc_npc.columns.keys import group_codes
from cdisc_npc.findings import Findings
from cdisc_npc.recist.course import MEASURES, NEVER, Course, kinds
from cdisc_npc.recist.policies import Policies

# In a compound id the members stand side by side: T01/T02.
_BETWEEN = r"\s*[/,;&+]\s*"


@dataclass
class Lesions:
    """The lesions of all readers, and what becomes of them.

    Attributes
    ----------
    table
        One row per reader and link id: ``reader``, ``link``, ``kind`` (TARGET, NON-TARGET, NEW
        or blank), ``nodal``; ``start`` and ``end``: the ``seq`` from which it is to be assessed,
        and from which its parts stand for it; ``merged`` and ``into``: the ``seq`` from which
        another lesion stands for it, and which.
    of_record
        Row of each record of `Course.tr`, of the lesion that stands for it then; -1 without id.
    recorded
        Row of each record's own lesion.
    active
        Whether that lesion is to be assessed at the record's time point.
    """

    table: pd.DataFrame
    of_record: np.ndarray
    recorded: np.ndarray
    active: np.ndarray

    def expected(self, course: Course, kind: str) -> np.ndarray:
        """Number of lesions of a kind to be assessed at each time point."""
        own = self.table[(self.table["kind"] == kind) & (self.table["start"] < NEVER)]
        change = np.zeros(len(course.points) + 1, dtype=np.int64)
        end = np.maximum(np.minimum(own["end"], own["merged"]), own["start"])
        for seq, step in ((own["start"], 1), (end, -1)):
            np.add.at(change, _position(course, own["reader"].to_numpy(), np.asarray(seq)), step)
        return np.cumsum(change)[:-1]


def lesions(course: Course, policies: Policies, findings: Findings) -> Lesions:
    """Follow each lesion through splits and merges.

    1. A lesion's kind is TU's (TUSTRESC, else TUORRES, of its first TUMIDENT record); for a part
       its TUSPLIT record's, else its parent's; without TU that of TRGRPID.
    2. It is nodal where TULOC says so, else (parts) where its parent is, or where TR has its LPERP
       and never its LDIAM or DIAMETER.
    3. Target and non-target lesions are those of baseline. One identified later is no part of any
       sum (RECIST 1.1, 4.2: chosen at baseline); it is a finding.
    4. TUSPLIT: from its time point on the parts (TULNKID) stand for the parent (TUGRPID).
    5. TUMERGE: from its time point on all lesions named by its TULNKID and TUGRPID (T01/T02) are
       one, counted as the first target lesion of them by id; its size is the greatest measured under any of them.
    """
    tr, tu = course.tr, course.tu
    named = tu[tu["link"] != ""].reset_index(drop=True)
    splits, merges = named[named["test"] == "TUSPLIT"], named[named["test"] == "TUMERGE"]
    members = _members(merges)
    table, recorded, place = _enumerate(tr, named, splits, members)
    first_tr = _least(recorded, tr["seq"].to_numpy(), len(table))
    rows = {"named": place[0], "parent": place[1], "member": place[2]}
    is_merge, is_split = (named["test"] == "TUMERGE").to_numpy(), (named["test"] == "TUSPLIT").to_numpy()
    plain = ~is_merge & ~is_split

    kind = _first_text(named["kind"].to_numpy(), rows["named"], plain, len(table))
    part_kind = _first_text(named["kind"].to_numpy(), rows["named"], is_split, len(table))
    parent = np.full(len(table), -1)
    parent[rows["named"][is_split]] = rows["parent"]
    kind = np.where(kind == "", part_kind, kind)
    kind = np.where((kind == "") & (parent >= 0), kind[parent], kind)
    in_tr = _first_text(
        kinds(tr["group"]).to_numpy(dtype=object), recorded, np.ones(len(tr), bool), len(table)
    )
    existing = np.isin(np.arange(len(table)), np.concatenate([rows["member"], rows["named"]]))
    unlinked = (first_tr < NEVER) & ~existing
    kind = np.where(unlinked, in_tr, kind)

    split_at = _least(rows["named"][is_split], splits["place"].to_numpy(), len(table))
    named_at = _least(rows["named"][plain], named["place"].to_numpy()[plain], len(table))
    base = course.readers["start"].to_numpy()[table["reader"]]
    late = (
        (np.minimum(named_at, first_tr) > base) & ~((named_at == NEVER) & (first_tr == NEVER)) & (base == 0)
    )
    late &= np.isin(kind, ["TARGET", "NON-TARGET"]) & (split_at == NEVER) & (parent < 0)
    start = np.where(parent >= 0, np.minimum(split_at, first_tr), np.where(late, NEVER, 0))
    start = np.where(kind == "", NEVER, start)

    table = table.assign(
        kind=kind, nodal=_nodal(table, named, rows["named"], parent, tr, recorded), start=start, end=NEVER
    )
    when = np.where(merges["place"] < NEVER, merges["place"], first_tr[rows["named"][is_merge]])
    parted, parted_at = rows["parent"], start[rows["named"][is_split]]
    table = _merge(table, members, rows["member"], merges, when, (parted, parted_at))
    table["end"] = _ends(table, parted, parted_at)
    _report(table, kind, late, unlinked, course, findings)

    of_record = _stands_for(table, recorded, tr["seq"].to_numpy())
    begin, end = table["start"].to_numpy()[of_record], table["end"].to_numpy()[of_record]
    active = (of_record >= 0) & (begin <= tr["seq"]) & (tr["seq"] < end)
    return Lesions(table, of_record, recorded, active.to_numpy(dtype=bool))


def _members(merges: pd.DataFrame) -> pd.DataFrame:
    """The ids that each TUMERGE record makes one: ``row`` of the record, ``reader``, ``link``."""
    parts = []
    for name in ("link", "group"):
        whole = pd.DataFrame(
            {
                "row": range(len(merges)),
                "reader": merges["reader"].to_numpy(),
                "link": merges[name].to_numpy(),
            }
        )
        pieces = whole.assign(link=whole["link"].str.split(_BETWEEN, regex=True)).explode("link")
        parts += [whole, pieces]
    both = pd.concat(parts, ignore_index=True)
    both["link"] = both["link"].astype("str").fillna("")
    return (
        both[both["link"] != ""]
        .drop_duplicates(["row", "link"])
        .sort_values("row", kind="stable", ignore_index=True)
    )


def _enumerate(
    tr: pd.DataFrame, named: pd.DataFrame, splits: pd.DataFrame, members: pd.DataFrame
) -> tuple[pd.DataFrame, np.ndarray, list[np.ndarray]]:
    """The distinct lesions, and the row of each record of TR, of TU, of splits' parents, of members."""
    parts = [
        tr[["reader", "link"]], named[["reader", "link"]],
        splits[["reader", "group"]].rename(columns={"group": "link"}), members[["reader", "link"]],
    ]  # fmt: skip
    both = pd.concat(parts, ignore_index=True)
    rows = group_codes(both, ["reader", "link"])
    at = np.unique(rows, return_index=True)[1] if len(rows) else np.empty(0, dtype=np.int64)
    table = both.take(at).reset_index(drop=True)
    cuts = np.cumsum([len(part) for part in parts])[:-1]
    result, *others = np.split(rows.astype(np.int64), cuts)
    return table, np.where((tr["link"] == "").to_numpy(), -1, result), others


def _least(rows: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    least = np.full(size, NEVER)
    np.minimum.at(least, rows[rows >= 0], values[rows >= 0])
    return least


def _first_text(texts: np.ndarray, rows: np.ndarray, use: np.ndarray, size: int) -> np.ndarray:
    use = np.flatnonzero(use & (rows >= 0) & (texts != ""))
    at, first = np.unique(rows[use], return_index=True)
    result = np.full(size, "", dtype=object)
    result[at] = texts[use[first]]
    return result


def _nodal(
    table: pd.DataFrame,
    named: pd.DataFrame,
    rows: np.ndarray,
    parent: np.ndarray,
    tr: pd.DataFrame,
    recorded: np.ndarray,
) -> np.ndarray:
    nodal, located = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    np.logical_or.at(nodal, rows, named["nodal"].to_numpy(dtype=bool))
    np.logical_or.at(located, rows, named["located"].to_numpy(dtype=bool))
    nodal |= ~located & (parent >= 0) & nodal[parent]
    seen = {}
    for test in MEASURES:
        seen[test] = np.zeros(len(table), dtype=bool)
        seen[test][recorded[(tr["test"] == test).to_numpy() & (recorded >= 0)]] = True
    return nodal | (seen["LPERP"] & ~seen["LDIAM"] & ~seen["DIAMETER"])


def _merge(
    table: pd.DataFrame,
    members: pd.DataFrame,
    rows: np.ndarray,
    merges: pd.DataFrame,
    when: np.ndarray,
    splits: tuple[np.ndarray, np.ndarray],
) -> pd.DataFrame:
    """The lesions with ``merged`` and ``into``.

    The n-th merges of all readers are done together, so this loops only as often as one reader
    has merges.
    """
    size = len(table)
    table = table.assign(merged=NEVER, into=-1)
    if not len(merges):
        return table
    reader = merges["reader"].to_numpy()
    order = np.lexsort((ranks(merges["link"]), when, reader))
    turn = np.empty(len(merges), dtype=np.int64)
    turn[order] = pd.Series(reader[order]).groupby(reader[order]).cumcount()
    by_id = np.lexsort((ranks(table["link"]), table["reader"]))
    place = np.empty(size, dtype=np.int64)
    place[by_id] = np.arange(size)
    kind = table["kind"]
    rank = np.select([table["start"] == NEVER, kind == "TARGET", kind == "NON-TARGET"], [3, 0, 1], 2)
    row = members["row"].to_numpy()
    for now in range(int(turn.max()) + 1):
        mine = turn[row] == now
        event, time = row[mine], when[row[mine]]
        lesion = _stands_for(table, rows[mine], time)
        # A lesion that its parts have replaced cannot stand for others.
        over = _ends(table, *splits)[lesion] <= time
        best = np.full(len(merges), 5 * size)
        np.minimum.at(best, event, np.where(over, 4, rank[lesion]) * size + place[lesion])
        keeper = by_id[best[event] % size]
        gone = lesion != keeper
        table.loc[lesion[gone], "into"] = keeper[gone]
        table.loc[lesion[gone], "merged"] = time[gone]
    return table


def _ends(table: pd.DataFrame, parents: np.ndarray, times: np.ndarray) -> np.ndarray:
    """From which time point the parts of each lesion, or of one it stands for, replace it."""
    return _least(_stands_for(table, parents, times), times, len(table))


def _stands_for(table: pd.DataFrame, rows: np.ndarray, seq: np.ndarray) -> np.ndarray:
    """The lesion that stands for each at a time point, through merges of merges."""
    merged, into = table["merged"].to_numpy(), table["into"].to_numpy()
    rows = rows.copy()
    while (moved := (rows >= 0) & (merged[rows] <= seq)).any():
        rows[moved] = into[rows[moved]]
    return rows


def _position(course: Course, reader: np.ndarray, seq: np.ndarray) -> np.ndarray:
    """Row of `Course.points`; beyond the reader's last time point the next reader's first."""
    readers = course.readers
    within = np.clip(seq - readers["start"].to_numpy()[reader], 0, readers["size"].to_numpy()[reader])
    return readers["first"].to_numpy()[reader] + within


def _report(
    table: pd.DataFrame,
    kind: np.ndarray,
    late: np.ndarray,
    unlinked: np.ndarray,
    course: Course,
    findings: Findings,
) -> None:
    subject = course.readers["USUBJID"].to_numpy(dtype=object)[table["reader"]]
    wrong = unlinked & (table["link"] != "").to_numpy()
    findings.add("RECIST_LESION", dataset="TR", variable="TRLNKID", USUBJID=subject[wrong], value=table["link"][wrong],
                 expected="a lesion that TU identifies for the same evaluator")  # fmt: skip
    findings.add("RECIST_LESION", dataset="TU", variable="TULNKID", USUBJID=subject[late], value=table["link"][late],
                 expected=[f"a {text.lower()} lesion identified at baseline" for text in kind[late]])  # fmt: skip
