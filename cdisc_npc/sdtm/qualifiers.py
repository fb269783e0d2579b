"""Supplemental qualifiers: text of any length in SUPP--, and back without loss.

SDTMIG 8.4: a non-standard variable of a parent record is a record of SUPP--, keyed by
the parent's --SEQ; text over 200 bytes continues there as QNAM 1, 2, … of its variable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.distinct import numbers
from cdisc_npc.columns.texts import byte_length, byte_lengths, text_of
from cdisc_npc.columns.where import is_blank
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.standards.sdtmig import supplemental_of

MAX_BYTES = 200
# A piece of more bytes than this was cut within a word, and is joined without a blank. The
# bytes between leave room to cut beside a blank, not at it, with characters of four bytes.
_WORD_BYTES = MAX_BYTES - 20
COLUMNS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL")

Policy = Literal["refuse", "report"]
_SEVERITY: dict[Policy, str] = {"refuse": "refuse", "report": "error"}
_KEYS = ["USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"]


@dataclass(frozen=True)
class Qualifier:
    """QNAM and its fixed companions."""

    name: str
    label: str
    origin: str
    evaluator: str = ""


def split_text(text: str, encoding: str = "us-ascii") -> list[str]:
    """Cut a text into pieces of at most `MAX_BYTES`, at a single blank where there is one.

    `join_text` gives the text back exactly. Characters that the encoding lacks count as
    UTF-8; writing them is refused elsewhere.

    Raises
    ------
    ValueError
        Blanks side by side, or around single characters, leave no place to cut without
        losing one.
    """
    pieces: list[str] = []
    rest = text
    while byte_length(rest, encoding) > MAX_BYTES:
        at = _fits(rest, encoding, MAX_BYTES)
        word = _fits(rest, encoding, _WORD_BYTES)
        blank = next((i for i in range(word, 0, -1) if _single_blank(rest, i)), None)
        if blank is not None:
            pieces.append(rest[:blank])
            rest = rest[blank + 1 :]
            continue
        while at > 1 and (rest[at - 1] == " " or rest[at] == " "):
            at -= 1
        if byte_length(rest[:at], encoding) <= _WORD_BYTES:
            raise ValueError("no place to cut between blanks")
        pieces.append(rest[:at])
        rest = rest[at:]
    return [*pieces, rest]


def join_text(pieces: Sequence[str], encoding: str = "us-ascii") -> str:
    """Undo `split_text`."""
    text = ""
    for index, piece in enumerate(pieces):
        text += piece
        if index < len(pieces) - 1 and byte_length(piece, encoding) <= _WORD_BYTES:
            text += " "
    return text


def _single_blank(text: str, at: int) -> bool:
    return text[at] == " " and text[at - 1] != " " and text[at + 1 : at + 2] not in ("", " ")


def _fits(text: str, encoding: str, width: int) -> int:
    """Most characters whose bytes fit."""
    low, high = 0, min(len(text), width)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if byte_length(text[:middle], encoding) <= width else (low, middle - 1)
    return low


def split_column(values: Column, encoding: str) -> tuple[list[Column], np.ndarray]:
    """Columns of the pieces of a long column, the first one first.

    Returns
    -------
    columns : list of Column
        One where nothing is long.
    stuck : ndarray of int
        Records whose text cannot be cut; they keep it whole.
    """
    long = byte_lengths(values.kinds, encoding) > MAX_BYTES
    if not long.any() or not values.spread(long).any():
        return [values], np.empty(0, dtype=np.int64)
    cut = [[text] for text in values.kinds.to_pylist()]
    stuck = np.zeros(len(cut), dtype=bool)
    for at in np.flatnonzero(long):
        try:
            cut[at] = split_text(cut[at][0], encoding)
        except ValueError:
            stuck[at] = True
    most = max(
        len(pieces)
        for pieces, used in zip(cut, np.bincount(values.places, minlength=len(cut)), strict=True)
        if used
    )
    columns = []
    for part in range(most):
        pieces = [pieces[part] if part < len(pieces) else "" for pieces in cut]
        columns.append(Column(pa.array(pieces, pa.large_string()), values.places))
    return columns, np.flatnonzero(values.spread(stuck))


def make_supp(
    parent: pd.DataFrame,
    columns: Iterable[tuple[Qualifier, pd.Series | Column]],
    *,
    dataset: str,
    idvar: str | None,
) -> pd.DataFrame:
    """SUPP-- of a dataset: a record for each qualifier that is not blank.

    Parameters
    ----------
    parent
        Has STUDYID, USUBJID and, where given, ``idvar``, whose values tell the records
        of a subject apart.
    columns
        Each qualifier with its values, aligned to the parent.
    idvar
        Usually --SEQ; None for one record a subject, as in DM.

    Returns
    -------
    DataFrame
        `COLUMNS`, in the order of the parent, then of ``columns``.

    Raises
    ------
    ValueError
        The parent lacks a variable, or a qualifier is not aligned to it.
    """
    for name in ("STUDYID", "USUBJID", *([] if idvar is None else [idvar])):
        if name not in parent.columns:
            raise ValueError(f"{name} is no variable of {dataset}, the parent of its qualifiers")
    identifiers = Column.one("", len(parent)) if idvar is None else Column.of(parent[idvar]).printed
    qualifiers, rows, texts = [], [], []
    for qualifier, values in columns:
        if len(values) != len(parent):
            raise ValueError(
                f"{qualifier.name} has {len(values)} values for {len(parent)} records of {dataset}"
            )
        qualifiers.append(qualifier)
        column = Column.of(values).printed
        rows.append(np.flatnonzero(~is_blank(column)))
        texts.append(column.take(rows[-1]))
    if not qualifiers:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS})
    which = np.repeat(np.arange(len(rows)), [len(item) for item in rows])
    of_parent = np.concatenate(rows)
    order = np.lexsort((which, of_parent))
    which, of_parent = which[order], of_parent[order]
    size = len(order)
    described = {
        "QNAM": [item.name for item in qualifiers],
        "QLABEL": [item.label for item in qualifiers],
        "QORIG": [item.origin for item in qualifiers],
        "QEVAL": [item.evaluator for item in qualifiers],
    }
    result = {name: Column(pa.array(values, pa.large_string()), which) for name, values in described.items()}
    result |= {name: Column.of(parent[name]).take(of_parent) for name in ("STUDYID", "USUBJID")}
    result |= {"RDOMAIN": Column.one(dataset, size), "IDVAR": Column.one(idvar or "", size)}
    result |= {"IDVARVAL": identifiers.take(of_parent), "QVAL": Column.joined(texts).take(order)}
    return pd.DataFrame({name: result[name].series() for name in COLUMNS}, copy=False)


def merge_supp(
    parent: pd.DataFrame,
    supp: pd.DataFrame,
    *,
    encoding: str = "us-ascii",
    orphans: Policy = "refuse",
    repeated: Policy = "refuse",
    findings: Findings | None = None,
) -> pd.DataFrame:
    """The parent with its qualifiers as columns; no record is lost or multiplied.

    1. IDVARVAL is compared as text, blanks around it apart; beside a numeric variable as
       a number, so that 24.04 meets "24.04" and 1 meets "1.0".
    2. A QNAM that comes through several IDVARs is one column.
    3. NAME1, NAME2, … beside a character variable NAME of the parent (or a QNAM) continue
       its text, and are joined to it, where every text so joined has over 200 bytes.
    4. STUDYID is part of the key where both have it, and RDOMAIN is the parent's DOMAIN.

    Parameters
    ----------
    orphans
        A record of SUPP-- that meets no record of the parent: refused, or reported
        (SUPP_ORPHAN) and left out.
    repeated
        Several QVAL of one QNAM for one record of the parent: refused, or the first one
        stands and each other is reported (SUPP_REPEATED). Equal ones are one.
    findings
        Takes what is reported; needed where a policy says so.

    Raises
    ------
    Refused
        A column is missing or stands twice; a record of SUPP-- is of another domain, names
        no qualifier, or meets several records of the parent; or a policy refuses it. The
        finding names the dataset, USUBJID, IDVAR and IDVARVAL (``keys``), and QNAM.
    ValueError
        Something is to be reported, and there are no ``findings``.
    """
    if findings is None and "report" in (orphans, repeated):
        raise ValueError("findings are needed to report qualifiers that are left out")
    found = Findings()
    supp = _texts_of_supp(parent, supp, found)
    found.refuse_if_worst()
    result = parent.reset_index(drop=True).copy()
    columns: dict[str, np.ndarray] = {}
    for idvar, records in supp.groupby("IDVAR", sort=False):
        positions = _parents(result, str(idvar), records, orphans, found)
        existing = positions >= 0
        for name, group in records[existing].groupby("QNAM", sort=False):
            values = columns.setdefault(str(name), np.full(len(result), "", dtype=object))
            rows = positions[existing][(records[existing]["QNAM"] == name).to_numpy()]
            _fill(values, rows, group, repeated, found)
    found.refuse_if_worst()
    for name in columns:
        if name in result.columns:
            raise Refused.because(
                "SUPP_REFUSED", dataset=supp.attrs["name"], variable=name, value=name,
                expected="a QNAM that is no variable of the parent",
            )  # fmt: skip
    if findings is not None:
        findings.extend(found)
    for name, values in columns.items():
        result[name] = pd.Series(values, dtype="str")
    return _rejoined(result, list(columns), encoding)


def _report(
    code: str, records: pd.DataFrame, found: Findings, severity: str | None = None, **columns: Any
) -> None:
    """Add a finding of each record of SUPP--: what it is of, and its QVAL."""
    said = {"dataset": records.attrs["name"], "USUBJID": records["USUBJID"], "variable": records["QNAM"]}
    keys = (records["IDVAR"] + "=" + records["IDVARVAL"]).where(records["IDVAR"] != "", "without IDVAR")
    found.add(code, severity=severity, **{**said, "keys": keys, "value": records["QVAL"], **columns})


def _texts_of_supp(parent: pd.DataFrame, supp: pd.DataFrame, found: Findings) -> pd.DataFrame:
    """SUPP-- as text without null, of the columns that a merge reads; what forbids it is added to the findings."""
    for frame, whose, names in ((parent, "the parent", ["USUBJID"]), (supp, "SUPP--", _KEYS)):
        missing = [name for name in names if name not in frame.columns]
        twice = list(dict.fromkeys(frame.columns[frame.columns.duplicated()]))
        found.add("SUPP_REFUSED", variable=missing, value="no column", expected=f"it in {whose}")
        found.add("SUPP_REFUSED", variable=twice, value="several columns", expected=f"one in {whose}")
    if len(found):
        return supp
    stated = str(supp.attrs.get("name", ""))
    names = [*_KEYS, *(name for name in ("STUDYID", "RDOMAIN") if name in supp.columns)]
    texts = pd.DataFrame({name: _text(supp[name]) for name in names})
    texts["IDVAR"] = texts["IDVAR"].str.strip()
    domain = next((d for d in texts["RDOMAIN"] if d), "--") if "RDOMAIN" in texts.columns else "--"
    texts.attrs["name"] = stated or supplemental_of(domain)
    failing = texts["QNAM"].str.strip() == ""
    kinds = {"QNAM": (failing, "the name of a qualifier")}
    if "DOMAIN" in parent.columns and "RDOMAIN" in texts.columns and len(parent):
        domains = list(dict.fromkeys(_text(parent["DOMAIN"])))
        kinds["RDOMAIN"] = (
            ~texts["RDOMAIN"].isin(domains),
            f"the DOMAIN of the parent, {', '.join(domains)}",
        )
    for name, (rows, expected) in kinds.items():
        _report("SUPP_REFUSED", texts[rows], found, variable=name, value=texts[name][rows], expected=expected)
    return texts


def _text(values: pd.Series) -> pd.Series:
    """A column as text whatever it holds, missing as blank, in rows from 0."""
    if isinstance(values.array, pd.arrays.ArrowStringArray) and not values.hasnans:
        return values.reset_index(drop=True)
    texts = text_of(values).astype(object).where(values.notna(), "")
    return pd.Series(texts.to_numpy(), dtype="str")


def _parents(
    parent: pd.DataFrame, idvar: str, records: pd.DataFrame, orphans: Policy, found: Findings
) -> np.ndarray:
    """Position of each record's parent, -1 for none."""
    nowhere = np.full(len(records), -1)
    if idvar and idvar not in parent.columns:
        _report(
            "SUPP_REFUSED", records[:1], found, variable="IDVAR", value=idvar,
            expected="a variable of the parent dataset",
        )  # fmt: skip
        return nowhere
    keys = ["STUDYID", "USUBJID"] if {"STUDYID"} <= {*parent.columns} & {*records.columns} else ["USUBJID"]
    ours = pd.DataFrame({name: _text(parent[name]) for name in keys})
    ours["id"] = _text(parent[idvar]).str.strip() if idvar else ""
    wanted = records["IDVARVAL"].str.strip() if idvar else records["IDVARVAL"].str[:0]
    numeric = bool(idvar) and pd.api.types.is_numeric_dtype(parent[idvar].dtype)
    theirs = records[keys].assign(id=(_as_number(wanted) if numeric else wanted).to_numpy())
    sought = pd.MultiIndex.from_frame(theirs)
    twice = sought.isin(pd.MultiIndex.from_frame(ours[ours.duplicated()]))
    if twice.any():
        _report("SUPP_REFUSED", records[twice], found, expected="one record of the parent")
        return nowhere
    # A key that stands twice and is not sought would forbid the look-up.
    unique = ~ours.duplicated().to_numpy()
    at = pd.MultiIndex.from_frame(ours[unique]).get_indexer(sought)
    positions = np.where(at < 0, -1, np.flatnonzero(unique)[at] if unique.any() else -1)
    _report(
        "SUPP_ORPHAN", records[positions < 0], found, _SEVERITY[orphans], expected="a record of the parent"
    )
    return positions


def _as_number(values: pd.Series) -> pd.Series:
    """Numbers in the form that `text_of` gives them: 1.0 and 01 are no other record than 1."""
    parsed = numbers(values)
    plain = text_of(pd.Series(parsed, index=values.index))
    return plain.where(~np.isnan(parsed), values)


def _fill(
    values: np.ndarray, rows: np.ndarray, records: pd.DataFrame, repeated: Policy, found: Findings
) -> None:
    """Put the texts of one QNAM in their cells; of several for a cell the first one stands."""
    order = np.argsort(rows, kind="stable")
    rows, records = rows[order], records.iloc[order]
    texts = records["QVAL"].to_numpy(dtype=object)
    first = np.maximum.accumulate(np.where(np.r_[True, rows[1:] != rows[:-1]], np.arange(len(rows)), 0))
    stands = np.where(values[rows] != "", values[rows], texts[first])
    clash = texts != stands
    _report(
        "SUPP_REPEATED", records[clash], found, _SEVERITY[repeated],
        expected=[f"one value of the qualifier for a record of the parent, which has {text!r}" for text in stands[clash]],
    )  # fmt: skip
    values[rows] = stands


def _rejoined(result: pd.DataFrame, names: list[str], encoding: str) -> pd.DataFrame:
    """Join NAME1, NAME2, … to NAME where the piece before them is a full one."""
    left = dict.fromkeys(names)
    for base in list(result.columns):
        if base not in result.columns or pd.api.types.is_numeric_dtype(result[base].dtype):
            continue
        parts: list[str] = []
        while (name := continued_name(base, len(parts) + 1)) in left and name != base:
            parts.append(name)
        if not parts:
            continue
        filled = (result[parts] != "").to_numpy()
        if (filled[:, 1:] & ~filled[:, :-1]).any():
            continue  # a text has no gap: these are variables of their own
        continued = np.flatnonzero(filled[:, 0])
        rows = zip(*(result[name].take(continued) for name in [base, *parts]), strict=True)
        joined = [join_text([piece for piece in row if piece], encoding) for row in rows]
        if any(byte_length(text, encoding) <= MAX_BYTES for text in joined):
            continue  # it would have fitted whole: a variable of its own whose name ends in a digit
        texts = result[base].to_numpy(dtype=object).copy()
        texts[continued] = joined
        result[base] = pd.Series(texts, dtype="str")
        result = result.drop(columns=parts)
        left = {name: None for name in left if name not in parts}
    return result


def continued_name(name: str, part: int) -> str:
    """QNAM of the part of a long text that is not in its variable: 1 is the first of them."""
    return f"{name[: 8 - len(str(part))]}{part}"
