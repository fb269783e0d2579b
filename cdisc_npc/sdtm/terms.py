"""Collected values to submission values of controlled terminology."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.standards.terminology import Codelist, folded

How = Literal["exact", "decoded", "synonym", "case", "extended", "unmatched"]
Case = Literal["upper", "lower", "title"]


@dataclass(frozen=True)
class Recoded:
    """Submission value of each distinct value, and how it was found."""

    values: list[str]
    how: list[How]


def change_case(values: list[str], case: Case | None) -> list[str]:
    """Text in the stated case; no change without one."""
    if case is None:
        return values
    change = {"upper": pc.utf8_upper, "lower": pc.utf8_lower, "title": pc.utf8_title}[case]
    return change(pa.array(values, pa.large_string())).to_pylist()


def recode(
    values: list[str],
    codelists: Sequence[Codelist] = (),
    decode: Mapping[str, str] | None = None,
    *,
    case: Case | None = None,
    ignore_case: bool = False,
) -> Recoded:
    """Match distinct collected values with terms.

    In order, the first that matches:

    1. the value is a submission value of the codelist;
    2. the study's decode table has the value (it may decode to blank, or to a term that
       extends the codelist);
    3. the value in the stated case is a submission value;
    4. the value is a synonym of one term of the codelist, as published;
    5. where case may be ignored: 1, 2 and 4 without regard to case;
    6. none: the value stays as collected (in the stated case), *extended* where a
       codelist may be extended, *unmatched* otherwise.

    Blank values are exact: nothing was collected. Nothing is upper-cased unless stated.

    Parameters
    ----------
    values
        Distinct texts, without surrounding blanks.
    codelists
        Those of the variable; several are one list of all their terms.
    decode
        Collected value to submission value.
    """
    decode = decode or {}
    cased = change_case(values, case)
    if not codelists:
        return _decode_only(values, cased, decode, ignore_case)

    def is_term(value: str) -> bool:  # a union of long lists would cost more than the few values
        return any(value in codelist.terms for codelist in codelists)

    synonyms = _agreed([codelist.by_synonym for codelist in codelists])
    loose: Mapping[str, str] = {}
    if ignore_case:
        loose = ChainMap(
            _agreed([codelist.folded for codelist in codelists]),
            _agreed([{folded(name): term} for name, term in decode.items()]),
            _agreed([codelist.folded_synonyms for codelist in codelists]),
        )
    lenient: How = "extended" if any(codelist.extensible for codelist in codelists) else "unmatched"
    result: list[str] = []
    how: list[How] = []
    for text, other in zip(values, cased, strict=True):
        results: tuple[str, How]
        if text == "" or is_term(text):
            results = text, "exact"
        elif text in decode:
            results = decode[text], "decoded" if is_term(decode[text]) or not decode[text] else lenient
        elif is_term(other):
            results = other, "exact"
        elif text in synonyms or other in synonyms:
            results = synonyms.get(text) or synonyms[other], "synonym"
        elif ignore_case and folded(text) in loose:
            results = loose[folded(text)], "case"
        else:
            results = other, lenient
        result.append(results[0])
        how.append(results[1])
    return Recoded(result, how)


def _agreed(tables: Sequence[dict[str, str]]) -> dict[str, str]:
    """One table of several; a name that means different terms in them means none."""
    if len(tables) == 1:
        return tables[0]
    meant: dict[str, set[str]] = {}
    for table in tables:
        for name, term in table.items():
            meant.setdefault(name, set()).add(term)
    return {name: terms.pop() for name, terms in meant.items() if len(terms) == 1}


def _decode_only(texts: list[str], cased: list[str], decode: Mapping[str, str], ignore_case: bool) -> Recoded:
    """Without a codelist the decode table, if any, is the whole list of values."""
    if not decode:
        return Recoded(cased, ["exact"] * len(texts))
    loose = _agreed([{folded(name): term} for name, term in decode.items()]) if ignore_case else {}
    targets = set(decode.values())
    result: list[str] = []
    how: list[How] = []
    for text, other in zip(texts, cased, strict=True):
        if text == "" or text in decode:
            result.append(decode.get(text, ""))
            how.append("decoded" if text else "exact")
        elif other in targets:
            result.append(other)
            how.append("exact")
        elif folded(text) in loose:
            result.append(loose[folded(text)])
            how.append("case")
        else:
            result.append(other)
            how.append("unmatched")
    return Recoded(result, how)
