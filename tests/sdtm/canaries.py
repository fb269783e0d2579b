"""Canaries: an unlikely value in one cell of each subject, and whether the conversion lets it vanish in silence.

A conversion keeps subjects apart, so one run tries as many cells as there are subjects. A cell is silent where
the subject's records are those of the run without it, and neither the account nor a finding names it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.raw.read import RawData
from cdisc_npc.sdtm.mapper import Sdtm, to_sdtm
from cdisc_npc.sdtm.records import Cell
from cdisc_npc.standards.terminology import folded
from cdisc_npc.study.plan import block_verbs
from cdisc_npc.study.specification import Specification
from cdisc_npc.verbs.agree import Agree
from cdisc_npc.verbs.verb import nested

FATES = {
    Cell.DECIDED: "decided", Cell.LEFT_OUT: "left out", Cell.REJECTED: "finding", Cell.NOT_USED: "finding"
}  # fmt: skip
MOST_WORDS = 100  # of a field, to choose from


class Canary(NamedTuple):
    """A cell (its record from 0) of a subject, and the value put there."""

    subject: str
    form: str
    row: int
    field: str
    value: str


class Canaries:
    """The cells of a study that may be tried, and the conversion without any canary.

    Attributes
    ----------
    fates : Counter of str
        What became of the cells tried so far: shown, decided, left out, finding, silent.
    """

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
        units = spec.terminology.get("UNIT")
        self._units = units.by_synonym if units else {}
        (self._field,) = spec.study.identity.subject.field
        self.fates: Counter[str] = Counter()
        # Without one of two cells that say the same, the other still tells the value.
        self._twice = {
            (block.from_, field)
            for plan in spec.plans.values()
            for block in plan.model.records
            for verb in nested(block_verbs(block, plan.name, spec.contract).values())
            if isinstance(verb, Agree)
            for field in verb.reads()
        }
        self._words: dict[tuple[str, str], list[str]] = {}
        self._rows: dict[str, dict[str, np.ndarray]] = {}  # of each subject: rows by form
        self._usubjid: dict[str, str] = {}
        for name, frame in raw.forms.items():
            if self._field not in frame:
                continue
            for number, rows in frame.groupby(frame[self._field].str.strip()).indices.items():
                self._rows.setdefault(str(number), {})[name] = rows
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
            missed += self._silent(drawn)
        return missed

    def references(self, cells: int) -> list[Canary]:
        """The same of forms that belong to no subject, one cell of a record; each run has all of them."""
        drawn = [
            self._at("", name, int(row))
            for name, frame in self.raw.forms.items()
            if self._field not in frame
            for row in self._rng.permutation(len(frame))[:cells]
        ]
        return self._silent(drawn) if drawn else []

    def _silent(self, drawn: list[Canary]) -> list[Canary]:
        fates = self._fates(drawn)
        for canary in [canary for canary, fate in fates.items() if fate == "silent"]:
            fates |= self._fates([canary])
        self.fates.update(fates.values())
        return [canary for canary, fate in fates.items() if fate == "silent"]

    def _draw(self) -> list[Canary]:
        """One cell of each subject: the form first, so that short forms are tried as often as long ones."""
        drawn = []
        for subject in self._rng.permutation(sorted(self._usubjid)):
            forms = sorted(self._rows[subject])
            form = forms[self._rng.integers(len(forms))]
            rows = self._rows[subject][form]
            drawn.append(self._at(str(subject), form, int(rows[self._rng.integers(len(rows))])))
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
        if kind < 0.1 and old.strip() and (form, field) not in self._twice:
            return ""
        if kind < 0.4:
            return f"Odd {number} value"
        if fact.type in ("date", "datetime"):
            return next(day for day in self._days() if day != old.strip()[:10])
        if fact.type in ("number", "integer") or old.strip().replace(".", "").isdigit():
            return str(number)
        if (form, field) not in self._words:
            words = {*self.spec.contract.choices(form, field), *self.raw.forms[form][field].str.strip()}
            self._words[form, field] = sorted(words - {""})[:MOST_WORDS]
        same = self._meanings(form, field, old)
        for word in self._rng.permutation(self._words[form, field]):
            if not same & self._meanings(form, field, str(word)):
                return str(word)
        return f"Odd {number} value"

    def _days(self) -> Iterator[str]:
        while True:
            yield f"20{self._rng.integers(20, 25)}-{self._rng.integers(1, 13):02}-{self._rng.integers(1, 29):02}"

    def _meanings(self, form: str, field: str, text: str) -> set[str]:
        """What a word may stand for: the same in another language, unit or spelling is no other value."""
        text = text.strip()
        meant = {text, self._units.get(text, text)}
        meant |= {terms[text] for terms in self.spec.codelists.terms.values() if text in terms}
        meant |= {visit.visit for visit in self.spec.study.visits if text in visit.names}
        meant |= {
            word for pair in self.spec.contract.choices(form, field).items() if text in pair for word in pair
        }
        return {folded(word) for word in meant}

    def _fates(self, canaries: list[Canary]) -> dict[Canary, str]:
        """What became of each cell; where the study is refused, the cells are tried in halves, down to one."""
        try:
            return self._converted(canaries)
        except Refused as refused:
            if len(canaries) > 1:
                half = len(canaries) // 2
                return self._fates(canaries[:half]) | self._fates(canaries[half:])
            (canary,) = canaries
            named = _in_finding(canary, _texts_of_records(refused.findings))
            return {canary: "finding" if named else "silent"}

    def _converted(self, canaries: list[Canary]) -> dict[Canary, str]:
        forms = {name: frame.copy() for name, frame in self.raw.forms.items()}
        for canary in canaries:
            forms[canary.form].loc[canary.row, canary.field] = canary.value
        tables = {name: replace(self.raw.tables[name], frame=frame) for name, frame in forms.items()}
        result = to_sdtm(RawData(forms, tables), self.spec)
        now = by_subject(result)
        texts = _texts(result) if any(not canary.subject for canary in canaries) else set()
        fates = dict.fromkeys(canaries, "silent") | _named(result, canaries)
        for canary, fate in fates.items():
            if fate != "silent":
                continue
            usubjid = self._usubjid.get(canary.subject)
            if now.get(usubjid) != self._subjects.get(usubjid) if usubjid else canary.value in texts:
                fates[canary] = "shown"
            elif not canary.value:
                before = self.base.cells.status[canary.form][canary.field][canary.row]
                fates[canary] = FATES.get(before, "silent")
        return fates


def by_subject(sdtm: Sdtm) -> dict[str, tuple]:
    """A number for the records of each subject in each dataset."""
    result: dict[str, list] = {}
    for name, frame in sdtm.datasets.items():
        if "USUBJID" in frame and name != "RELREC" and len(frame):
            sums = pd.util.hash_pandas_object(frame, index=False).groupby(frame["USUBJID"].to_numpy()).sum()
            for usubjid, number in sums.items():
                result.setdefault(str(usubjid), []).append((name, int(number)))
    return {usubjid: tuple(numbers) for usubjid, numbers in result.items()}


def _named(made: Sdtm, canaries: Iterable[Canary]) -> dict[Canary, str]:
    """Canaries whose cell is in the account as in no value, or in a finding of its record."""
    texts = _texts_of_records(made.findings)
    named = {}
    for canary in canaries:
        status = made.cells.status[canary.form][canary.field][canary.row]
        if canary.value and status in FATES:
            named[canary] = FATES[status]
        elif _in_finding(canary, texts):
            named[canary] = "finding"
    return named


def _texts_of_records(findings: Findings) -> dict[tuple[str, int], str]:
    """What findings say of each record of a form."""
    noticed = findings.frame()
    of_records = noticed[(noticed["form"] != "") & noticed["row"].notna()]
    texts: dict[tuple[str, int], str] = {}
    columns = ["form", "row", "variable", "value", "expected", "params"]
    for form, row, *words in of_records[columns].itertuples(index=False):
        texts[form, int(row)] = " ".join([texts.get((form, int(row)), ""), *words])
    return texts


def _in_finding(canary: Canary, texts: dict[tuple[str, int], str]) -> bool:
    text = texts.get((canary.form, canary.row + 1), "")
    return canary.field in text.replace(",", " ").split() or bool(canary.value and canary.value in text)


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
