"""A small study, made in the test: mappings as YAML text, raw forms as tables of text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from cdisc_npc.findings import Findings
from cdisc_npc.raw.read import RawData
from cdisc_npc.sdtm.mapper import Sdtm, to_sdtm
from cdisc_npc.study.load import load_specification
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.raw_tables import RawTable

STUDY = """
study: S1
title: Small study
encoding: us-ascii
identity: {studyid: S1, subject: {field: SUBJ}, usubjid: "S1-{SUBJID}"}
"""

Forms = dict[str, "str | pd.DataFrame"]


def table(text: str) -> pd.DataFrame:
    """A form written as lines of cells between bars, its header first; blanks around cells do not count."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    header, *rows = lines
    return pd.DataFrame(rows, columns=pd.Index(header), dtype="str")


@dataclass
class Study:
    """A mapping folder, and how to convert raw forms by it."""

    folder: Path
    forms: dict[str, pd.DataFrame]

    @cached_property
    def spec(self) -> Specification:
        return load_specification(self.folder)

    def convert(self, forms: dict[str, pd.DataFrame] | None = None) -> Sdtm:
        """To SDTM; `Refused` where a finding forbids it."""
        given = self.forms if forms is None else forms
        tables = {name: RawTable(name, frame, f"{name}.csv") for name, frame in given.items()}
        return to_sdtm(RawData(given, tables, Findings()), self.spec)


def write_study(
    folder: Path,
    forms: Forms,
    *mappings: str,
    study: str = "",
    codelists: str = "",
    fields: dict[str, Any] | None = None,
) -> Study:
    """Write a mapping folder for some forms.

    ``raw.yaml`` states the forms' columns; those that no mapping names are not submitted.
    """
    frames = {name: form if isinstance(form, pd.DataFrame) else table(form) for name, form in forms.items()}
    words = {"SUBJ", *re.findall(r"[\w.]+", "\n".join(mappings))}
    contract: dict[str, Any] = {}
    for name, frame in frames.items():
        own = {column: ({} if column in words else {"not_submitted": "not used"}) for column in frame}
        contract[name] = {"may_be_empty": "yes", "fields": own | (fields or {}).get(name, {})}
    (folder / "sdtm").mkdir(exist_ok=True)
    _write(folder / "study.yaml", STUDY + study)
    _write(folder / "raw.yaml", yaml.safe_dump({"forms": contract}, allow_unicode=True, sort_keys=False))
    if codelists:
        _write(folder / "codelists.yaml", codelists)
    for mapping in mappings:
        dataset = re.search(r"^dataset: (\w+)", mapping, re.MULTILINE)
        assert dataset, "a mapping begins with its dataset"
        _write(folder / "sdtm" / f"{dataset[1].lower()}.yaml", mapping)
    return Study(folder, frames)


MakeStudy = Callable[..., Study]


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def found(sdtm: Sdtm, code: str) -> list[dict[str, Any]]:
    """The findings of one code, as records."""
    frame = sdtm.findings.frame()
    return frame[frame["code"] == code].to_dict("records")
