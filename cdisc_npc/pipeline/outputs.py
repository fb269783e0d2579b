"""What every run writes beside its datasets: the findings, and the manifest."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cdisc_npc.findings import Findings, message
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.cells import without_formulas
from cdisc_npc.transport.place import sha256, write_manifest


def write_findings(findings: Findings, path: Path) -> None:
    """Write all findings as CSV, each with its sentence.

    Parameters
    ----------
    findings
        In their order.
    path
        The CSV file.
    """
    noticed = findings.frame()
    noticed.insert(
        2, "message", pd.Series([message(record) for record in noticed.to_dict("records")], dtype="str")
    )
    write_table(noticed, path)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table of a report as CSV that a spreadsheet may open: no text of the data is computed there.

    Parameters
    ----------
    table
        Of text and numbers.
    path
        The CSV file; UTF-8, lines end in LF.
    """
    without_formulas(table).to_csv(path, index=False, lineterminator="\n")


def write_run_manifest(
    folder: Path, spec: Specification, inputs: dict[str, Path], language: str | None = None
) -> None:
    """Every file with its SHA-256, the inputs and the specification with theirs.

    Parameters
    ----------
    folder
        The package; all files in it are listed.
    spec
        The study, with the documents that it was read from.
    inputs
        Files that were read, by the name under which they are listed.
    language
        Of the package; default: English.
    """
    documents = [*spec.documents.values(), *(spec.adam.documents.values() if spec.adam else ())]
    specification = sorted({document.path for document in documents if document.path.is_file()})
    content = {
        "study": spec.study.study,
        "standard": spec.study.standard,
        "terminology": spec.study.terminology,
        "encoding": spec.study.encoding,
        "language": language or "en",
        "inputs": {name: sha256(path) for name, path in sorted(inputs.items())},
        "specification": {path.relative_to(spec.folder).as_posix(): sha256(path) for path in specification},
    }
    write_manifest(folder, content)
