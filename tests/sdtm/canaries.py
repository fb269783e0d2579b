"""Canaries: an unlikely value in one cell of each subject, and whether the conversion lets it vanish in silence.

A conversion keeps subjects apart, so one run tries as many cells as there are subjects. A cell is silent where
the subject's records are those of the run without it, and neither the account nor a finding names it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from cdisc_npc.raw.read import RawData
from cdisc_npc.sdtm.mapper import Sdtm, to_sdtm
from cdisc_npc.sdtm.rows import Cell
from cdisc_npc.spec.load import Specification


class Canary(NamedTuple):
    """A cell (its record from 0) of a subject, and the value put there."""

    subject: str
    form: str
    row: int
    field: str
    value: str


class Canaries:
    """The cells of a study that may be tried, and the conversion without any canary."""

    def __init__(self, raw: RawData, spec: Specification, seed: int) -> None:
        # A run with many odd values is to end, whatever the study would refuse.
        policies = dict.fromkeys(type(spec.study.policies).model_fields, "report")
        study = spec.study.model_copy(update={"policies": spec.study.policies.model_copy(update=policies)})
        forms = {name: form.model_copy(update={"key": None}) for name, form in spec.contract.forms.items()}
        contract = spec.contract.model_copy(update={"forms": forms})
        self.raw, self.spec = raw, replace(spec, study=study, contract=contract)
        self._rng = np.random.default_rng(seed)
        self.base = to_sdtm(raw, self.spec)
        self._subjects = by_subject(self.base)
        (self._field,) = spec.study.identity.subject.field
        self._rows: dict[str, list[tuple[str, int]]] = {}  # of each subject: form and row
        self._usubjid: dict[str, str] = {}
        for name, frame in raw.forms.items():
            if self._field not in frame:
                continue
            for row, number in enumerate(frame[self._field].str.strip()):
                self._rows.setdefault(number, []).append((name, row))
        for name, lineage in self.base.lineage.items():
            frame = self.base.datasets[name]
            for form, part in lineage.groupby("form") if "USUBJID" in frame else ():
                if form in raw.forms and self._field in raw.forms[form]:
                    numbers = raw.forms[form][self._field].take(part["row"] - 1).str.strip()
                    self._usubjid |= dict(zip(numbers, frame["USUBJID"].take(part.index), strict=True))

    def silent(self, cells: int) -> list[Canary]:
        """Try so many cells, in runs of all subjects; a miss counts where the cell alone is one, too."""
        missed: list[Canary] = []
        while cells > 0:
            drawn = self._draw()[:cells]
            cells -= len(drawn)
            missed += self._missed(drawn)
        return [canary for canary in missed if self._missed([canary])]

    def references(self, cells: int) -> list[Canary]:
        """The same of forms that belong to no subject, one cell of a record; each run has all of them."""
        drawn = [
            self._at("", name, int(row))
            for name, frame in self.raw.forms.items()
            if self._field not in frame
            for row in self._rng.permutation(len(frame))[:cells]
        ]
        return [canary for canary in self._missed(drawn) if self._missed([canary])] if drawn else []

    def _draw(self) -> list[Canary]:
        """One cell of each subject: the form first, so that short forms are tried as often as long ones."""
        drawn = []
        for subject in self._rng.permutation(sorted(self._usubjid)):
            forms = sorted({form for form, _ in self._rows[subject]})
            form = forms[self._rng.integers(len(forms))]
            rows = [row for name, row in self._rows[subject] if name == form]
            drawn.append(self._at(str(subject), form, rows[self._rng.integers(len(rows))]))
        return drawn

    def _at(self, subject: str, form: str, row: int) -> Canary:
        fields = [name for name in self.spec.contract.forms[form].fields if name != self._field]
        field = fields[self._rng.integers(len(fields))]
        old = self.raw.forms[form][field].iloc[row]
        return Canary(subject, form, row, field, self._value(form, field, old))

    def _value(self, form: str, field: str, old: str) -> str:
        """A value of another kind, or of the same kind and otherwise; now and then none."""
        fact = self.spec.contract.forms[form].fields[field]
        number, kind = int(self._rng.integers(10_000, 99_999)), self._rng.random()
        if kind < 0.1 and old.strip():
            return ""
        if kind < 0.4:
            return f"Odd {number} value"
        if fact.type in ("date", "datetime"):
            return f"20{self._rng.integers(20, 25)}-{self._rng.integers(1, 13):02}-{self._rng.integers(1, 29):02}"
        if fact.type in ("number", "integer") or old.strip().replace(".", "").isdigit():
            return str(number)
        choices = self.spec.contract.choices(form, field)
        same = {
            word for pair in choices.items() if old.strip() in pair for word in pair
        }  # in another language
        known = sorted({*choices, *self.raw.forms[form][field].str.strip()} - same - {old.strip(), ""})
        return known[self._rng.integers(len(known))] if known else f"Odd {number} value"

    def _missed(self, canaries: list[Canary]) -> list[Canary]:
        forms = {name: frame.copy() for name, frame in self.raw.forms.items()}
        for canary in canaries:
            forms[canary.form].loc[canary.row, canary.field] = canary.value
        tables = {name: replace(self.raw.tables[name], frame=frame) for name, frame in forms.items()}
        made = to_sdtm(RawData(forms, tables), self.spec)
        now, texts = by_subject(made), None
        named = {
            *_named(made, canaries),
            *(canary for canary in canaries if not canary.value and self._was_named(canary)),
        }
        missed = []
        for canary in canaries:
            if canary in named:
                continue
            if not canary.subject:
                texts = texts if texts is not None else _texts(made)
                shows = canary.value in texts
            else:
                usubjid = self._usubjid[canary.subject]
                shows = now.get(usubjid) != self._subjects.get(usubjid)
            if not shows:
                missed.append(canary)
        return missed

    def _was_named(self, canary: Canary) -> bool:
        """Whether the account named the cell before it was emptied."""
        return self.base.cells.status[canary.form][canary.field][canary.row] != Cell.MAPPED


def by_subject(sdtm: Sdtm) -> dict[str, tuple]:
    """A number for the records of each subject in each dataset."""
    found: dict[str, list] = {}
    for name, frame in sdtm.datasets.items():
        if "USUBJID" in frame and name != "RELREC" and len(frame):
            sums = pd.util.hash_pandas_object(frame, index=False).groupby(frame["USUBJID"].to_numpy()).sum()
            for usubjid, number in sums.items():
                found.setdefault(str(usubjid), []).append((name, int(number)))
    return {usubjid: tuple(numbers) for usubjid, numbers in found.items()}


def _named(made: Sdtm, canaries: Iterable[Canary]) -> set[Canary]:
    """Canaries whose cell is in the account as in no value, or in a finding of its record."""
    found = made.findings.frame()
    places: dict[tuple[str, int], list[str]] = {}
    told = found[(found["form"] != "") & found["row"].notna()]
    for form, row, *words in told[["form", "row", "variable", "value", "expected", "params"]].itertuples(
        index=False
    ):
        places.setdefault((form, int(row)), []).append(" ".join(words))
    named = set()
    for canary in canaries:
        status = made.cells.status[canary.form][canary.field][canary.row]
        texts = " ".join(places.get((canary.form, canary.row + 1), []))
        by_finding = canary.field in texts.replace(",", " ").split() or (
            canary.value and canary.value in texts
        )
        if (canary.value and status not in (Cell.BLANK, Cell.MAPPED)) or by_finding:
            named.add(canary)
    return named


def _texts(made: Sdtm) -> set[str]:
    return {
        text
        for frame in made.datasets.values()
        for column in frame.select_dtypes("str")
        for text in frame[column].unique()
    }


def copies(raw: RawData, subject: str, times: int, identify: dict[str, str]) -> RawData:
    """The subjects of an export so many times, each copy with numbers of its own.

    Parameters
    ----------
    subject
        The field of the subject; its last three digits tell the subjects of a site apart.
    identify
        Form and field by which the study tells who was screened twice.
    """
    numbers = sorted(
        {text for frame in raw.forms.values() if subject in frame for text in frame[subject].str.strip()}
    )
    places: dict[str, int] = {}
    new: dict[tuple[str, int], str] = {}
    for copy in range(times):
        for number in numbers:
            site = number[:-3]
            places[site] = places.get(site, 0) + 1
            new[number, copy] = f"{site}{places[site]:03}"
    forms = {}
    for name, frame in raw.forms.items():
        if subject not in frame:
            forms[name] = frame
            continue
        parts = []
        for copy in range(times):
            part = frame.copy()
            part[subject] = [new[text.strip(), copy] for text in part[subject]]
            if name in identify:
                part[identify[name]] = part[identify[name]] + f" {copy}"
            parts.append(part)
        forms[name] = pd.concat(parts, ignore_index=True).astype("str")
    return RawData(forms, {name: replace(raw.tables[name], frame=frame) for name, frame in forms.items()})
