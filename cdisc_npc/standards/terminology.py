"""Controlled terminology: codelists, their terms, and the pairs of test codes and names.

The tables stand in `mappings/standards/sdtmct-<date>`, in the form that
`cdisc_npc.standards.ct_import` writes. A package is read once; the lines of a codelist are taken
apart when it is first asked for, because a run needs few of them.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from cdisc_npc.standards.sdtmig import read_table, standard_folder

SYNONYM_SEPARATOR = "; "

# Endings of the short names of a list of codes and of its list of names: VSTESTCD and VSTEST,
# TSPARMCD and TSPARM; ECOG1TC and ECOG1TN; APCH1PC and APCH1PN. They hold for all 404 pairs
# of the SDTM package of 2025-03-28, each pair with the same term codes.
_PAIRED_ENDINGS = (("CD", ""), ("TC", "TN"), ("PC", "PN"))


class Term(NamedTuple):
    """One term: NCI code, submission value, NCI preferred term, synonyms as published."""

    code: str
    value: str
    preferred: str
    synonyms: tuple[str, ...]


def folded(text: str) -> str:
    """Text without regard to case, full or half width, and the kind and number of blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


@dataclass(frozen=True, eq=False)
class Codelist:
    """A codelist.

    Attributes
    ----------
    code : str
        C-code, as in ``C66731``; blank for a sponsor's own.
    short_name : str
        Its submission value, as in ``SEX``.
    extensible : bool
        Whether a sponsor may add terms.
    terms : dict of str to Term
        By submission value.
    """

    code: str
    short_name: str
    name: str
    extensible: bool
    terms: dict[str, Term]

    @classmethod
    def of_sponsor(cls, short_name: str, name: str, extensible: bool, terms: Mapping[str, str]) -> Codelist:
        """Make a sponsor's codelist of submission values and their decodes; it has no codes."""
        own = {value: Term("", value, decode, ()) for value, decode in terms.items()}
        return cls("", short_name, name, extensible, own)

    @cached_property
    def by_synonym(self) -> dict[str, str]:
        """Submission value by synonym, where the synonym means one term only."""
        return {name: values[0] for name, values in self._synonyms.items() if name not in self.ambiguous}

    @cached_property
    def ambiguous(self) -> dict[str, tuple[str, ...]]:
        """Synonyms of several terms, or that are another term's submission value; with all of those."""
        result = {}
        for name, values in self._synonyms.items():
            meant = {**dict.fromkeys([name] if name in self.terms else []), **dict.fromkeys(values)}
            if len(meant) > 1:
                result[name] = tuple(meant)
        return result

    @cached_property
    def folded(self) -> dict[str, str]:
        """Submission value by its `folded` form; none where case alone tells two apart (Pa, PA)."""
        forms: dict[str, list[str]] = {}
        for value in self.terms:
            forms.setdefault(folded(value), []).append(value)
        return {form: values[0] for form, values in forms.items() if len(values) == 1}

    @cached_property
    def folded_synonyms(self) -> dict[str, str]:
        """Submission value by the `folded` form of a synonym, where that means one term only."""
        forms: dict[str, set[str]] = {}
        for name, value in self.by_synonym.items():
            forms.setdefault(folded(name), set()).add(value)
        return {form: values.pop() for form, values in forms.items() if len(values) == 1}

    @cached_property
    def by_code(self) -> dict[str, Term]:
        """Terms by NCI code."""
        return {term.code: term for term in self.terms.values() if term.code}

    @cached_property
    def _synonyms(self) -> dict[str, list[str]]:
        synonyms: dict[str, list[str]] = {}
        for term in self.terms.values():
            for name in dict.fromkeys(term.synonyms):
                synonyms.setdefault(name, []).append(term.value)
        return synonyms


class Terminology:
    """A terminology package.

    Parameters
    ----------
    name
        As in ``sdtmct-2025-03-28``.
    codelists
        Rows of `codelists.csv`: code, short name, name, extensible.
    terms
        Lines of `terms.csv` by codelist: its code, the term's, submission value, preferred term, synonyms.
    """

    def __init__(self, name: str, codelists: list[list[str]], terms: dict[str, list[str]]) -> None:
        self.name = name
        self._rows = {row[0]: row for row in codelists}
        self._codes = {row[1]: row[0] for row in codelists}
        self._terms = terms
        self._made: dict[str, Codelist] = {}

    def with_decodes(self, decodes: Mapping[str, Mapping[str, str]]) -> Terminology:
        """The same package, with other texts for what the terms of some codelists (C-codes) mean."""
        other = Terminology(self.name, list(self._rows.values()), self._terms)
        other._made = dict(self._made)
        for code, texts in decodes.items():
            own = self.codelist(code)
            terms = {
                value: term._replace(preferred=texts.get(value, term.preferred))
                for value, term in own.terms.items()
            }
            other._made[code] = replace(own, terms=terms)
        return other

    @property
    def codes(self) -> tuple[str, ...]:
        """C-codes of all codelists of the package."""
        return tuple(self._rows)

    @property
    def date(self) -> str:
        """Release date of the package, ISO 8601: what define.xml states as its version."""
        return self.name.partition("-")[2]

    def codelist(self, name: str) -> Codelist:
        """Return a codelist by C-code or short name.

        Raises
        ------
        KeyError
            The package as shipped has no such codelist.
        """
        result = self.get(name)
        if result is None:
            raise KeyError(f"no codelist {name} in {self.name}")
        return result

    def get(self, name: str) -> Codelist | None:
        """Return a codelist by C-code or short name, or None."""
        code = self._codes.get(name, name)
        if code not in self._made:
            if code not in self._rows:
                return None
            _, short_name, long_name, extensible = self._rows[code]
            rows = csv.reader(self._terms.get(code, ()), strict=True)
            terms = {row[2]: _term(*row[1:]) for row in rows}
            self._made[code] = Codelist(code, short_name, long_name, extensible == "Yes", terms)
        return self._made[code]

    def paired(self, codelist: str | Codelist) -> Codelist | None:
        """Return the names to a list of codes, or the codes to a list of names; None without a pair.

        Examples
        --------
        >>> load_terminology().paired("VSTESTCD").short_name
        'VSTEST'
        """
        own = codelist if isinstance(codelist, Codelist) else self.get(codelist)
        if own is None:
            return None
        for code_end, name_end in _PAIRED_ENDINGS:
            for end, other in ((code_end, name_end), (name_end, code_end)):
                twin = own.short_name.removesuffix(end) + other if own.short_name.endswith(end) else ""
                if twin in self._codes:
                    return self.get(twin)
        return None

    def decode(self, codelist: str | Codelist, value: str) -> str | None:
        """Return the value that the paired codelist has for the same term code.

        Returns
        -------
        str or None
            None where the codelist, its pair or the term is unknown.

        Examples
        --------
        >>> load_terminology().decode("VSTESTCD", "SYSBP")
        'Systolic Blood Pressure'
        """
        own = codelist if isinstance(codelist, Codelist) else self.get(codelist)
        other = self.paired(own) if own else None
        if own is None or other is None or value not in own.terms:
            return None
        twin = other.by_code.get(own.terms[value].code)
        return twin.value if twin else None


def _term(code: str, value: str, preferred: str, synonyms: str) -> Term:
    return Term(code, value, preferred, tuple(synonyms.split(SYNONYM_SEPARATOR)) if synonyms else ())


@cache
def load_terminology(name: str = "sdtmct-2025-03-28", beside: Path | None = None) -> Terminology:
    """Load a terminology package, once.

    Parameters
    ----------
    name
        Name of the package's folder.
    beside
        A study's folder: a package in it comes before those of `mappings/standards`.

    Raises
    ------
    ValueError
        No package of that name.
    """
    own = beside / name if beside and "/" not in name and name not in ("", ".", "..") else None
    folder = own if own and (own / "terms.csv").is_file() else standard_folder(name, "terms.csv")
    return Terminology(name, list(read_table(folder / "codelists.csv")), _lines(folder / "terms.csv"))


def _lines(path: Path) -> dict[str, list[str]]:
    """Lines of a table by what stands first in them, without its header."""
    result: dict[str, list[str]] = {}
    code, quoted = "", False
    with path.open(encoding="utf-8", newline="") as file:
        next(file)
        for line in file:
            if not quoted:
                code = line.partition(",")[0]
            result.setdefault(code, []).append(line)
            # An odd number of quotes: the value, and with it the row, goes on in the next line.
            quoted ^= line.count('"') % 2 == 1
    return result
