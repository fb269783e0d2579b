"""define.xml, its stylesheet and its page beside the datasets; what is wrong with them, as findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from cdisc_npc.define.adam import stored
from cdisc_npc.define.make import define_adam, define_sdtm
from cdisc_npc.define.tables import table_of
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.package.read import read_folder
from cdisc_npc.standards.sdtmig import supplemental_of
from cdisc_npc.study.specification import AdamSpecification, Specification
from cdisc_npc.transport.file_forms import read_datasets
from cdisc_npc.transport.replace import replacing
from cdisc_npc.transport.xpt_layout import Member
from define_xml.data import Table
from define_xml.html import STYLESHEET, stylesheet, to_html
from define_xml.issues import Issue
from define_xml.model import Define
from define_xml.validate import validate
from define_xml.write import to_bytes


@dataclass(frozen=True)
class Described:
    """What was written, and the datasets that it describes."""

    define: Define
    path: Path
    tables: list[Table]
    folder: Path

    @cached_property
    def findings(self) -> Findings:
        """What the validator notices: it reads the document again, so it is asked only where that is wanted."""
        return findings_of(validate(self.path.read_bytes(), self.tables, folder=self.folder), self.path.name)


def write_define(
    spec: Specification,
    model: str,
    datasets: Mapping[str, pd.DataFrame],
    members: Mapping[str, Member],
    path: Path,
    folder: Path | None = None,
) -> Described:
    """Write define.xml of SDTM or analysis datasets, with the stylesheet and the page.

    Parameters
    ----------
    spec
        The study.
    model
        Of which datasets: sdtm or adam.
    datasets, members
        As in the files, by name; dates of analysis datasets may be datetimes.
    path
        The document; ``define2-1.xsl`` and the page (``define.html``) go beside it.
    folder
        Where the datasets are, and the document will be; default: where it is written.

    Raises
    ------
    Refused
        ``DEFINE_REFUSED``: the study specifies no analysis datasets, or a text has control characters.
    """
    folder = folder or path.parent
    if model == "sdtm":
        define = define_sdtm(spec, datasets, members, folder)
    else:
        adam = _specified(spec)
        datasets = {name: stored(frame, members[name]) for name, frame in datasets.items()}
        define = define_adam(spec, adam, datasets, members, folder)
    try:
        document = to_bytes(define)
    except ValueError as error:  # of the data: no text of a specification has control characters
        raise Refused.because(
            "DEFINE_REFUSED", file=path.name, value=str(error), expected="texts without control characters"
        ) from None
    for file, content in (
        (path, document),
        (path.with_name(STYLESHEET), stylesheet()),
        (path.with_suffix(".html"), to_html(document)),
    ):
        with replacing(file) as new:
            new.write_bytes(content)
    tables = [table_of(members[name], frame, spec.study.encoding) for name, frame in datasets.items()]
    return Described(define, path, tables, folder)


def _specified(spec: Specification) -> AdamSpecification:
    if spec.adam is None:
        raise Refused.because(
            "DEFINE_REFUSED", dataset=spec.study.study, value="no analysis datasets in the specification",
            expected="--model sdtm",
        )  # fmt: skip
    return spec.adam


def findings_of(issues: list[Issue], file: str) -> Findings:
    """What the validator noticed; ``variable`` is the OID, ``row`` the line of the document.

    Parameters
    ----------
    issues
        Of `define_xml.validate`.
    file
        Name of the document.

    Returns
    -------
    Findings
        Errors first.
    """
    findings = Findings()
    for severity in ("error", "warning"):
        chosen = [issue for issue in issues if issue.severity == severity]
        findings.add(
            "DEFINE_ISSUE",
            severity=severity,
            variable=[f"{issue.element} {issue.oid}".strip() for issue in chosen],
            value=[issue.value for issue in chosen],
            expected=[issue.text for issue in chosen],
            row=[issue.line for issue in chosen],
            rule=[issue.code for issue in chosen],
            file=file,
        )
    return findings


def read_specified(
    folder: Path, spec: Specification, model: str = "sdtm", encoding: str | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, Member], Findings]:
    """Read the datasets of a folder, in the order of the specification.

    Parameters
    ----------
    folder, spec, model
        Which datasets of which model.
    encoding
        Of the texts of XPT files, in place of what the study states, or is found.

    Returns
    -------
    datasets : dict of DataFrame
    members : dict of Member
    findings : Findings
        What reading noticed: the encoding that was found.

    Raises
    ------
    Refused
        ``DEFINE_REFUSED``: there are none, or the specification does not make one of them or one of
        its variables; what the readers refuse.
    """
    result, noticed = Findings(), Findings()
    datasets: dict[str, pd.DataFrame] = {}
    members: dict[str, Member] = {}
    existing = _made(spec) if model == "sdtm" else list(_specified(spec).datasets)
    for file, dataset in read_folder(
        folder, lambda path: encoding or _encoding(path, spec), noticed, read_datasets
    ):
        name = dataset.member.name
        if name not in existing:
            result.add(
                "DEFINE_REFUSED", dataset=name, file=file.name, value="no dataset of the specification",
                expected=", ".join(existing),
            )  # fmt: skip
            continue
        if name in datasets:
            result.add(
                "DEFINE_REFUSED", dataset=name, file=file.name, value="there twice",
                expected="each dataset in one file",
            )  # fmt: skip
        if model == "sdtm":
            _strangers(spec, dataset.member, file.name, result)
        datasets[name], members[name] = dataset.frame, dataset.member
    noticed.refuse_if_worst()
    if not datasets and not len(result):
        raise Refused.because(
            "DEFINE_REFUSED", file=str(folder), value="no datasets", expected="files such as dm.xpt"
        )
    result.refuse_if_worst()
    order = [name for name in (spec.standard.datasets if model == "sdtm" else existing) if name in datasets]
    return {name: datasets[name] for name in order}, members, noticed


def _strangers(spec: Specification, member: Member, file: str, found: Findings) -> None:
    """Variables that the specification does not make."""
    plan = spec.plans.get(member.name)
    existing = plan.variables if plan else spec.standard.datasets[member.name].variables
    for variable in member.variables:
        if variable.name not in existing:
            found.add(
                "DEFINE_REFUSED", dataset=member.name, variable=variable.name, file=file,
                value="no variable of the specification", expected=", ".join(existing),
            )  # fmt: skip


def _encoding(file: Path, spec: Specification) -> str | None:
    return spec.study.encoding if file.suffix.lower() == ".xpt" else None


def _made(spec: Specification) -> list[str]:
    supplemental = [
        supplemental_of(name)
        for name, plan in spec.plans.items()
        if supplemental_of(name) in spec.standard.datasets
    ]
    return [*spec.plans, *supplemental, *(["RELREC"] if spec.relations else [])]
