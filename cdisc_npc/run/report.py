"""What every run writes beside its datasets: the findings, and the manifest."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from cdisc_npc.findings import Findings, message
from cdisc_npc.spec.load import Specification
from cdisc_npc.transport.replace import MARKER


def write_findings(findings: Findings, path: Path) -> None:
    """Write all findings as CSV, each with its sentence."""
    found = findings.frame()
    found.insert(
        2, "message", pd.Series([message(record) for record in found.to_dict("records")], dtype="str")
    )
    found.to_csv(path, index=False, lineterminator="\n")


def write_manifest(
    folder: Path, spec: Specification, inputs: dict[str, Path], language: str | None = None
) -> None:
    """Every file with its SHA-256, the inputs and the specification with theirs."""
    documents = [*spec.documents.values(), *(spec.adam.documents.values() if spec.adam else ())]
    specification = sorted({document.path for document in documents if document.path.is_file()})
    content = {
        "tool": f"cdisc-npc {version('cdisc-npc')}",
        "study": spec.study.study,
        "standard": spec.study.standard,
        "terminology": spec.study.terminology,
        "encoding": spec.study.encoding,
        "language": language or "en",
        "inputs": {name: _sha256(path) for name, path in sorted(inputs.items())},
        "specification": {path.relative_to(spec.folder).as_posix(): _sha256(path) for path in specification},
    }
    write_hashes(folder, content)


def write_hashes(folder: Path, content: dict[str, Any]) -> None:
    """Write the manifest of a folder: what is stated, and every file with its SHA-256."""
    files = {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    content = content | {"files": files}
    (folder / MARKER).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
