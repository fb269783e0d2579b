"""define.xml of a study's datasets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from cdisc_npc.define.adam import adam_sources
from cdisc_npc.define.assemble import assemble
from cdisc_npc.define.sdtm import sdtm_sources
from cdisc_npc.define.sources import DatasetSource, PackageSource, StandardSource
from cdisc_npc.findings import Findings
from cdisc_npc.study.specification import AdamSpecification, Specification
from cdisc_npc.transport.xpt_check import moment_of
from cdisc_npc.transport.xpt_layout import Member
from define_xml.model import Define

# Documents that go with the datasets, each named only where it is in the folder.
DOCUMENTS = {
    "Tabulation": {
        "acrf.pdf": "Annotated Case Report Form",
        "csdrg.pdf": "Clinical Study Data Reviewer's Guide",
    },
    "Analysis": {"adrg.pdf": "Analysis Data Reviewer's Guide"},
}
# The terminology by which origins, classes and standards are named in the document.
DEFINE_TERMINOLOGY = "2025-03-28"
ADAM_GUIDE = "1.3"


def define_sdtm(
    spec: Specification,
    datasets: Mapping[str, pd.DataFrame],
    members: Mapping[str, Member],
    folder: Path | None = None,
) -> Define:
    """Describe SDTM datasets by the specification that made them.

    Parameters
    ----------
    datasets, members
        As they are in the files, by name: `cdisc_npc.sdtm.mapper.Sdtm.datasets` and
        `cdisc_npc.package.members.sdtm_members`.
    folder
        Where the document will stand; documents beside it are referred to.

    Raises
    ------
    Refused
        SOURCE_DATE_EPOCH is no number: the document's time is the one of the files.
    """
    name, _, version = spec.study.standard.partition("-")
    guide = StandardSource("STD.IG", name.upper(), "IG", version)
    return _assembled(spec, "Tabulation", guide, sdtm_sources(spec, datasets, members), folder)


def define_adam(
    spec: Specification,
    adam: AdamSpecification,
    datasets: Mapping[str, pd.DataFrame],
    members: Mapping[str, Member],
    folder: Path | None = None,
) -> Define:
    """Describe analysis datasets by the specification that made them; see `define_sdtm`.

    Parameters
    ----------
    datasets
        As in the files: dates are SAS numbers.
    """
    guide = StandardSource("STD.IG", "ADaMIG", "IG", ADAM_GUIDE)
    return _assembled(spec, "Analysis", guide, adam_sources(spec, adam, datasets, members), folder)


def _assembled(
    spec: Specification,
    kind: str,
    guide: StandardSource,
    sources: Iterable[DatasetSource],
    folder: Path | None,
) -> Define:
    standards = (
        guide,
        StandardSource("STD.CT", "CDISC/NCI", "CT", spec.terminology.date, "SDTM"),
        StandardSource("STD.CT.DEFINE", "CDISC/NCI", "CT", DEFINE_TERMINOLOGY, "DEFINE-XML"),
    )
    documents = {
        file: title for file, title in DOCUMENTS[kind].items() if folder and (folder / file).is_file()
    }
    package = PackageSource(
        spec.study.study, spec.study.title, spec.study.identity.studyid, kind, standards, "STD.IG", "STD.CT",
        tuple(sources), _created(), documents,
    )  # fmt: skip
    return assemble(package)


def _created() -> str:
    """The time of the document, the same as in the files."""
    findings = Findings()
    moment = moment_of(None, partial(findings.add, "XPT_REFUSED", dataset="", variable=""))
    findings.refuse_if_worst()
    return f"{moment:%Y-%m-%dT%H:%M:%S}"
