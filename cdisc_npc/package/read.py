"""A package as it lies on disk, whoever made it: its datasets, their descriptions and its documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.package.layout import DEFINE, M5, PLACES, Kind, of_analysis
from cdisc_npc.standards.sdtmig import Standard, is_supplemental, load_standard
from cdisc_npc.standards.terminology import Terminology, load_terminology
from cdisc_npc.study.specification import Specification
from cdisc_npc.study.translation import localise
from cdisc_npc.transport.dataset import CodedDataset, Dataset
from cdisc_npc.transport.file_forms import READ, is_dataset_file, read_coded
from cdisc_npc.transport.place import read_manifest
from cdisc_npc.transport.xpt_layout import Member
from define_xml.model import Define
from define_xml.read import DefineUnreadableError
from define_xml.read import read as read_define

# A topic variable tells the class of a domain that the guide does not know.
_TOPICS = {"TRT": "Interventions", "TERM": "Events", "TESTCD": "Findings"}
_Read = TypeVar("_Read", Dataset, CodedDataset)


@dataclass(frozen=True)
class Table:
    """A dataset of the package.

    Attributes
    ----------
    columns : dict of Column
        By name, the same for all checks.
    model
        ``sdtm`` or ``adam``.
    class_
        General observation class of SDTM; of an analysis dataset its structure: ADSL, BDS, TTE, OCCDS or
        OTHER.
    keys
        Variables that identify a record, of those that the dataset has; blank where nothing states them.
    repeats
        Whether two variables have one name: a fault of the file, told there.
    """

    name: str
    columns: Mapping[str, Column]
    member: Member
    path: Path
    model: Kind
    class_: str
    keys: tuple[str, ...] = ()
    repeats: bool = False

    @cached_property
    def prefix(self) -> str:
        """What ``--`` stands for in the names of variables: the domain, also of a split dataset, or of a SUPP--.

        It is read from the dataset's name, so that a wrong DOMAIN hides nothing; from DOMAIN where the name
        is none of a domain's.
        """
        own = self.name[4:6] if is_supplemental(self.name) else self.name[:2]
        if self.model == "adam" or f"{own}SEQ" in self.columns or "DOMAIN" not in self.columns:
            return own
        stated = _first(self.columns["DOMAIN"])[:2]
        return stated if f"{stated}SEQ" in self.columns else own

    @cached_property
    def size(self) -> int:
        """The number of records."""
        return len(next(iter(self.columns.values()), ()))

    @property
    def frame(self) -> pd.DataFrame:
        """The dataset as a frame, made anew."""
        series = {name: column.series() for name, column in self.columns.items()}
        return pd.DataFrame(series, index=pd.RangeIndex(self.size), copy=False)

    def record_keys(self, rows: np.ndarray) -> list[str]:
        """Name records shortly, as in ``AESEQ=3``: by sequence number, else by their keys."""
        number = next((name for name in (f"{self.prefix}SEQ", "ASEQ") if name in self.columns), None)
        names = [number] if number else [name for name in self.keys if name not in ("STUDYID", "USUBJID")]
        parts = [(name, texts_of(self.columns[name].series(rows))) for name in names]
        return [", ".join(f"{name}={texts[place]}" for name, texts in parts) for place in range(len(rows))]


@dataclass(frozen=True)
class Package:
    """What is to be checked.

    Attributes
    ----------
    tables : dict of Table
        SDTM and ADaM, by name.
    defines : dict of Path
        define.xml by model.
    study : Specification or None
        The study's specification, where it is known.
    unread : Findings
        Files that no reader could read, and what reading noticed of others.
    dictionaries : dict of Path
        Folders of the licensed dictionaries that the user supplies: ``MedDRA``, ``WHODrug``.
    """

    folder: Path
    tables: dict[str, Table]
    defines: dict[str, Path] = field(default_factory=dict)
    study: Specification | None = None
    unread: Findings = field(default_factory=Findings)
    dictionaries: dict[str, Path] = field(default_factory=dict)

    @cached_property
    def standard(self) -> Standard:
        """The implementation guide of SDTM."""
        return self.study.standard if self.study else load_standard()

    @cached_property
    def terminology(self) -> Terminology:
        """The terminology package that the study states."""
        return self.study.terminology if self.study else load_terminology()

    @cached_property
    def kept(self) -> dict[str, dict[str, Column | None]]:
        """Columns that rules have looked at, the same for all of them: by dataset and name; None: there is none."""
        return {}

    @cached_property
    def grouped(self) -> dict[tuple[object, ...], tuple[np.ndarray, np.ndarray, int]]:
        """How records of two datasets belong together, the same for all rules: by datasets and variables."""
        return {}

    def described(self, model: Kind) -> Define | None:
        """The define.xml of a model's datasets; None where there is none, or none that can be read."""
        return self._described.get(model)

    @cached_property
    def _described(self) -> dict[str, Define]:
        result = {}
        for model, path in self.defines.items():
            try:
                result[model] = read_define(path)
            except (DefineUnreadableError, OSError):
                continue  # what checks the document says so
        return result

    def of_model(self, model: Kind) -> list[Table]:
        """Tables of one model."""
        return [table for table in self.tables.values() if table.model == model]

    def parts(self, domain: str) -> list[Table]:
        """A domain's table, or the tables that it was split into."""
        if domain in self.tables:
            return [self.tables[domain]]
        return [
            table
            for table in self.of_model("sdtm")
            if len(table.name) > 2
            and not (is_supplemental(table.name) or table.name.startswith("RELREC"))
            and table.prefix == domain
        ]


def read_package(
    folder: Path, study: Specification | None = None, dictionaries: Mapping[str, Path] | None = None,
    encoding: str | None = None,
) -> Package:  # fmt: skip
    """Read a package: the `m5` folder of a submission, or a folder of datasets.

    Parameters
    ----------
    folder
        Datasets are looked for in ``tabulations`` and ``analysis`` of ``m5``; without ``m5`` in the folder itself
        and, where it has none, one level below.
    study
        The specification that they are made by, where there is one; in the language that the manifest states.
    dictionaries
        Folders of licensed dictionaries by name, beside those that the study names.
    encoding
        Of the texts of XPT, SAS7BDAT and CSV files, in place of what the study states, or is found.

    Raises
    ------
    Refused
        ``CONVERT_REFUSED``: there are no datasets.
    """
    language = read_manifest(folder).get("language")
    if study is not None and language and (study.folder / "languages" / f"{language}.yaml").is_file():
        study = localise(study, language).spec
    unread = Findings()
    tables: dict[str, Table] = {}
    defines: dict[str, Path] = {}
    for place in _places(folder):
        read = read_folder(place, lambda path: encoding or _encoding(path, study), unread, read_coded)
        result = [table_of(dataset, dataset.member, path, study) for path, dataset in read]
        for table in result:
            tables.setdefault(table.name, table)
        document = place / DEFINE
        if document.is_file() and result:
            defines.setdefault(result[0].model, document)
    if not tables and not len(unread):
        raise Refused.because(
            "CONVERT_REFUSED", file=str(folder), value="no datasets", expected=", ".join(sorted(READ))
        )
    named = study.study.dictionaries if study else {}
    own = {name: study.folder / item.folder for name, item in named.items() if study and item.folder}
    return Package(folder, tables, defines, study, unread, own | dict(dictionaries or {}))


def _places(folder: Path) -> list[Path]:
    if (folder / M5).is_dir():
        files = [
            path
            for part in (place[0] for place in PLACES.values())
            for path in sorted((folder / M5).rglob(f"{part}/**/*"))
            if is_dataset_file(path)
        ]
        return list(dict.fromkeys(path.parent for path in files))
    if any(is_dataset_file(path) for path in folder.iterdir()):
        return [folder]
    return sorted({path.parent for path in folder.glob("*/*") if is_dataset_file(path)})


def dataset_files(place: Path) -> list[Path]:
    """Files of datasets in a folder: transport files first, because of two forms that is the one submitted."""
    files = [path for path in place.iterdir() if path.is_file() and is_dataset_file(path)]
    return sorted(files, key=lambda path: (path.suffix.lower() != ".xpt", path.name))


def read_folder(
    place: Path,
    encoding: Callable[[Path], str | None],
    findings: Findings,
    reader: Callable[..., list[_Read]],
) -> Iterator[tuple[Path, _Read]]:
    """Read every dataset of a folder.

    Parameters
    ----------
    encoding
        That of a file's texts; None: it is found.
    findings
        Gets what reading notices, and why a file cannot be read.
    reader
        `read_datasets` or `read_coded`.
    """
    for path in dataset_files(place):
        try:
            read = reader(path, encoding=encoding(path))
        except Refused as refused:
            findings.extend(refused.findings)
            continue
        for dataset in read:
            findings.extend(dataset.findings)
            yield path, dataset


def _encoding(path: Path, study: Specification | None) -> str | None:
    """Of a file; where ASCII is due, other text is read all the same, and a rule names each value."""
    stated = study.study.encoding if study and path.suffix.lower() == ".xpt" else "us-ascii"
    return None if stated == "us-ascii" else stated


def table_of(
    data: CodedDataset | pd.DataFrame, member: Member, path: Path, study: Specification | None = None
) -> Table:
    """Tell what a dataset is: its model, its class and its keys."""
    if isinstance(data, pd.DataFrame):
        data = CodedDataset.of(Dataset(data, member))
    columns, repeats = data.columns, data.repeats
    name = member.name.upper()
    standard = study.standard if study else load_standard()
    if of_analysis(path) or (name.startswith("AD") and name not in standard.datasets):
        specified = study.adam.datasets.get(name) if study and study.adam else None
        stated = tuple(specified.keys) if specified else ()
        held = _there(stated, columns)
        return Table(name, columns, member, path, "adam", structure(name, columns), held, repeats)
    facts = standard.datasets.get(name)
    plan = study.plans.get(name) if study else None
    stated = tuple(plan.keys) if plan else facts.keys if facts else ()
    class_ = facts.class_ if facts else _class(name, columns)
    return Table(name, columns, member, path, "sdtm", class_, _there(stated, columns), repeats)


def structure(name: str, columns: Collection[str]) -> str:
    """Structure of an analysis dataset, by its name and variables (ADaMIG 1.3, 2.3)."""
    if name == "ADSL":
        return "ADSL"
    if "PARAMCD" in columns:
        return "TTE" if "CNSR" in columns else "BDS"
    coded = any(column.endswith(("DECOD", "TERM")) for column in columns)
    return "OCCDS" if coded else "OTHER"


def _class(name: str, columns: Mapping[str, Column]) -> str:
    """Class of a domain that the guide does not know, by its topic; of a split dataset that of its domain."""
    if is_supplemental(name):
        return "Relationship"
    domains = load_standard().datasets
    stated = _first(columns["DOMAIN"]) if "DOMAIN" in columns else ""
    prefix = stated if stated in domains else name[:2]
    if prefix in domains:
        return domains[prefix].class_
    return next((class_ for end, class_ in _TOPICS.items() if f"{prefix}{end}" in columns), "")


def _first(column: Column) -> str:
    """The text of the first record; blank where there is none."""
    return "".join(map(str, column.series(slice(1))))


def _there(names: tuple[str, ...], columns: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in columns)


def texts_of(values: pd.Series) -> list[str]:
    """Values as a finding shows them: whole numbers without a point, missing ones as nothing."""
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return [str(value) for value in values]
    return ["" if value != value else f"{value:.10g}" for value in values]
