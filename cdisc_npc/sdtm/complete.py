"""From what a verb gave to the values of the variable: else, term, type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.where import is_blank
from cdisc_npc.sdtm.plain_text import in_encoding
from cdisc_npc.sdtm.terms import Recoded, recode
from cdisc_npc.sdtm.units import numeric_results
from cdisc_npc.standards.terminology import folded
from cdisc_npc.study.codelists import verb_codelists
from cdisc_npc.transport.digits import holds
from cdisc_npc.verbs.verb import Verb

if TYPE_CHECKING:
    from cdisc_npc.sdtm.views import View

_REPORTED = {
    "unmatched": "MAP_TERM_UNMATCHED",
    "extended": "MAP_TERM_EXTENDED",
    "synonym": "MAP_TERM_SYNONYM",
    "case": "MAP_TERM_CASE",
}


def completed(stated: Verb, view: View, values: Column) -> Column:
    """Else value, term and type of what a verb gave; the cases of `cases` are complete already."""
    if stated.else_ is not None and stated.else_for_blanks:
        missing = is_blank(values)
        if missing.any():
            values = values.filled(missing, float(stated.else_) if values.numeric else stated.else_)
    if stated.inner():
        return values
    if not values.numeric:
        if stated.translate:
            values = _translated(stated.translate, view, values)
        values = decoded(stated, view, values)
    if view.variable.type == "Num":
        return _number(view, values)
    return in_encoding(values, view)


def _translated(table: str, view: View, values: Column) -> Column:
    """Verbatim text by the table of translations, whatever its case, width and inner blanks.

    A text that is itself a translation but for these takes its form; any other stays.
    """
    words = view.build.spec.codelists.terms[table]
    translations = {folded(other): other for other in words.values()}
    translations |= {folded(text): other for text, other in words.items()}
    return values.mapped(lambda texts: [translations.get(folded(text), text) for text in texts])


def decoded(stated: Verb, view: View, values: Column) -> Column:
    """Submission values: by the codelists of the variable and the verb's decode table; misses are findings."""
    spec = view.build.spec
    codelists = verb_codelists(spec, view.variable.codelists, stated) or []
    decode = spec.codelists.terms.get(stated.terms or "")
    if not codelists and not decode and not stated.case:
        return values
    values = values.narrow
    codes, uniques, texts = values.places, values.objects, values.kinds.to_pylist()
    result = recode(
        texts,
        codelists,
        decode,
        case=stated.case,
        ignore_case=stated.match == "ignore case",
    )
    if stated.numbers_are_results:  # and no terms that extend the codelist
        kept = numeric_results(uniques)
        result = Recoded(
            [old if keep else new for old, new, keep in zip(uniques, result.values, kept, strict=True)],
            ["exact" if keep else how for how, keep in zip(result.how, kept, strict=True)],
        )
    emptied = np.array([bool(old) and not new for old, new in zip(uniques, result.values, strict=True)])
    if emptied.any():
        view.left_out(None, np.flatnonzero(emptied[codes]), f"blank by the terms {stated.terms}")
    lists = (
        " or ".join(f"{codelist.name} ({codelist.code})" for codelist in codelists) or f"terms {stated.terms}"
    )
    for how, code in _REPORTED.items():
        if how not in result.how:
            continue
        failing = np.array([item == how for item in result.how], dtype=bool)
        if how == "extended":
            allowed = {
                term for codelist in codelists for term in spec.codelists.extensions.get(codelist.code, {})
            }
            failing &= ~np.isin(np.array(result.values, dtype=object), list(allowed))
        if not failing.any():
            continue
        positions = np.flatnonzero(failing[codes])
        if how in ("synonym", "case"):
            _count_matches(view, code, codes, positions, uniques, result.values)
            continue
        view.report(code, positions, uniques[codes[positions]], lists)
    return values if result.values == texts else Column(pa.array(result.values, pa.large_string()), codes)


def _count_matches(
    view: View, code: str, codes: np.ndarray, positions: np.ndarray, uniques: np.ndarray, terms: list[str]
) -> None:
    """One note for each distinct value, at its first record, with the number of its records."""
    values, first, counts = np.unique(codes[positions], return_index=True, return_counts=True)
    view.report(
        code, positions[first], uniques[values], np.array(terms, dtype=object)[values],
        params=[f'{{"records": {count}}}' for count in counts],
    )  # fmt: skip


def _number(view: View, values: Column) -> Column:
    """Numbers of what a verb gave; what is no number, and what a double does not hold, are findings."""
    if values.numeric:
        return values
    values = values.narrow
    codes, texts, parsed = values.places, values.objects, values.numbers.copy()
    held = np.array([
        np.isnan(number) or (np.isfinite(number) and holds(text.strip(), number))
        for text, number in zip(texts, parsed.tolist(), strict=True)
    ], dtype=bool)  # fmt: skip
    parsed[np.isinf(parsed) | (~held & (parsed == 0))] = np.nan  # 1e400 and 1e-400: no double is near them
    none = np.isnan(parsed)
    for those, expected in (
        (none & ~values.blank, "a number"),
        (~none & ~held, "a number of no more digits than a double holds"),
    ):
        if those.any():
            at = np.flatnonzero(those[codes])
            view.report("MAP_NUMBER", at, texts[codes[at]], expected)
    return Column(parsed[codes])
