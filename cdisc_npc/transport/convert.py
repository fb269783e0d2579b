"""Convert datasets from one form of file to another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.cells import formulas
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.file_forms import WRITTEN, is_dataset_file, read_datasets, write_dataset
from cdisc_npc.transport.names import LONGEST_NAME, is_dataset_name
from cdisc_npc.transport.place import refuse_place, write_manifest
from cdisc_npc.transport.replace import replacing
from cdisc_npc.transport.split import FDA_LIMIT, split_by, split_by_size
from cdisc_npc.transport.xpt import Member, Variable
from cdisc_npc.transport.xpt_layout import NAME_BYTES, TEXT_BYTES


@dataclass(frozen=True)
class Converted:
    """What a conversion made: ``dataset, records, source, file`` of each, and what was noticed."""

    datasets: list[dict[str, Any]]
    findings: Findings


def convert(
    source: str | Path,
    destination: str | Path,
    *,
    to: str | None = None,
    member: str | None = None,
    like: str | Path | None = None,
    encoding: str = "us-ascii",
    source_encoding: str | None = None,
    split_variable: str | None = None,
    split_size: int | None = None,
) -> Converted:
    """Convert a file, or all datasets of a folder.

    Parameters
    ----------
    source
        A file ending in ``.xpt``, ``.json`` or ``.ndjson`` (Dataset-JSON),
        ``.parquet``, ``.csv`` or ``.sas7bdat``; or a folder with such files.
        Subfolders are not entered.
    destination
        A file with one of these endings but the last; or a folder, made or
        replaced as a whole: each dataset a file of its name in lower case, and
        ``manifest.json``.
    to
        The form for a folder: ``xpt``, ``json``, ``ndjson``, ``parquet``, ``csv``.
    member
        Which dataset of a transport file with several; by default all.
    like
        A file whose dataset tells labels, types, lengths and formats.
    encoding, source_encoding
        Of the texts of transport files written; and of the source, and of `like` where that is not clear.
    split_variable, split_size
        For a folder: besides the whole dataset, parts in the folder ``split``:
        one for each category of the variable, where the dataset has it, or of
        at most so many bytes of XPT; without either, XPT of over 5 GB is split.

    Returns
    -------
    Converted

    Raises
    ------
    Refused
        All reasons over all datasets; nothing is written.
    """
    source, destination = Path(source), Path(destination)
    if not source.exists():
        raise FileNotFoundError(f"no such file or folder: {source}")
    whole_folder = destination.suffix.lower() not in WRITTEN.values() or destination.is_dir()
    if whole_folder and to not in WRITTEN:
        raise Refused.because(
            "CONVERT_REFUSED", file=str(destination), value=f"a folder to be filled with {to or 'nothing said'}",
            expected=f"a form, one of {', '.join(WRITTEN)}, or a file of such an ending",
        )  # fmt: skip
    if not whole_folder and (split_variable or split_size):
        raise Refused.because(
            "CONVERT_REFUSED", file=str(destination), value="one file for a dataset that is to be split",
            expected="a folder for the whole and its parts",
        )  # fmt: skip
    findings = Findings()
    files = sorted(filter(is_dataset_file, source.iterdir())) if source.is_dir() else [source]
    model = _model(Path(like), source_encoding) if like else None
    if not files:
        findings.add(
            "CONVERT_REFUSED", file=str(source), value="a folder without datasets", expected="at least one"
        )
    sources = [source, *([like] if like else [])]
    refuse_place(destination, folder=whole_folder, inputs=sources)
    ending = WRITTEN[to] if whole_folder and to else destination.suffix.lower()
    options = _Options(ending, model, encoding, split_variable, split_size)
    result: list[dict[str, Any]] = []
    if not whole_folder:
        datasets = [(file, one) for file in files for one in _read(file, source_encoding, member, findings)]
        findings.refuse_if_worst()
        if len(datasets) > 1:
            several = ", ".join(one.member.name for _, one in datasets)
            raise Refused.because(
                "CONVERT_REFUSED", file=str(source), value=f"the datasets {several}",
                expected="a folder to write them to, or the name of one",
            )  # fmt: skip
        file, dataset = datasets[0]
        if not _is_named_well(dataset, file, ending, findings):
            raise Refused(findings)
        write_dataset(_prepared(dataset, options, findings), destination, encoding=encoding)
        if ending == ".xpt" and destination.stat().st_size > FDA_LIMIT:
            findings.add(
                "CONVERT_NOTE", dataset=dataset.member.name, value=f"a file of {destination.stat().st_size} bytes",
                expected="parts of at most 5 GB besides it, as a folder would have",
            )  # fmt: skip
        return Converted([_line(dataset, file, destination)], findings)
    with replacing(destination, folder=True, inputs=sources) as folder:
        names: set[str] = set()
        split = split_variable is None
        for file in files:
            # One file at a time is in memory.
            for dataset in _read(file, source_encoding, member, findings):
                name = dataset.member.name
                if not _is_named_well(dataset, file, options.ending, findings):
                    continue
                # Files of two names that differ in case only would be one on some systems.
                if name.upper() in names:
                    findings.add("CONVERT_REFUSED", file=str(file), dataset=name, value="a second dataset of this name",
                              expected="each name once")  # fmt: skip
                names.add(name.upper())
                split |= split_variable in dataset.frame.columns
                try:
                    result += _write_all(dataset, folder, options, findings, file, destination)
                except Refused as refused:
                    findings.extend(refused.findings)
        if not split:
            findings.add(
                "CONVERT_REFUSED", file=str(source), variable=split_variable, value="no dataset with this variable",
                expected="one at least that can be split by it",
            )  # fmt: skip
        findings.refuse_if_worst()
        write_manifest(folder, {"encoding": options.encoding if options.ending == ".xpt" else "utf-8"})
    return Converted(result, findings)


def _model(like: Path, encoding: str | None) -> Member:
    """The description of a file, whose encoding may be another than the source's; asked for, it is that."""
    try:
        return read_datasets(like)[0].member
    except Refused:
        if encoding is None:
            raise
        return read_datasets(like, encoding=encoding)[0].member


def _is_named_well(dataset: Dataset, file: Path, ending: str, found: Findings) -> bool:
    longest = NAME_BYTES if ending == ".xpt" else LONGEST_NAME
    name = dataset.member.name
    if is_dataset_name(name, longest):
        return True
    found.add(
        "CONVERT_REFUSED", file=str(file), dataset=name, value="its name",
        expected=f"1 to {longest} letters, digits and _, the first no digit; and no device of Windows, such as CON",
    )  # fmt: skip
    return False


@dataclass(frozen=True)
class _Options:
    ending: str
    model: Member | None
    encoding: str
    split_variable: str | None
    split_size: int | None


def _read(file: Path, encoding: str | None, member: str | None, found: Findings) -> list[Dataset]:
    try:
        datasets = read_datasets(file, encoding=encoding, member=member)
    except Refused as refused:
        found.extend(refused.findings)
        return []
    for dataset in datasets:
        found.extend(dataset.findings)
    return datasets


def _write_all(
    dataset: Dataset, folder: Path, options: _Options, found: Findings, source: Path, destination: Path
) -> list[dict[str, Any]]:
    """Write a dataset, and its parts where it is to be split."""
    dataset = _prepared(dataset, options, found)
    name = f"{dataset.member.name.lower()}{options.ending}"
    write_dataset(dataset, folder / name, encoding=options.encoding)
    result = [_line(dataset, source, destination / name)]
    parts = []
    if options.split_variable and options.split_variable in dataset.frame.columns:
        parts = split_by(dataset, options.split_variable, encoding=options.encoding)
    elif options.split_size or options.ending == ".xpt":
        parts = split_by_size(dataset, options.split_size or FDA_LIMIT, encoding=options.encoding)
    for part in parts:
        (folder / "split").mkdir(exist_ok=True)
        name = f"split/{part.name.lower()}{options.ending}"
        write_dataset(part.dataset, folder / name, encoding=options.encoding)
        result.append(_line(part.dataset, source, destination / name))
    return result


def _line(dataset: Dataset, source: Path, file: Path) -> dict[str, Any]:
    return {
        "dataset": dataset.member.name,
        "records": len(dataset.frame),
        "source": str(source),
        "file": str(file),
    }


def _prepared(dataset: Dataset, options: _Options, found: Findings) -> Dataset:
    """Fit a dataset to the form it will have, and say what that form cannot hold."""
    member, frame = dataset.member, dataset.frame
    if options.model:
        dataset = replace(dataset, member=_alike(member, options.model))
        member = dataset.member
    if options.ending == ".xpt":
        upper = {v.name: v.name.upper() for v in member.variables if v.name != v.name.upper()}
        if upper and len({v.name.upper() for v in member.variables}) == len(member.variables):
            _note(found, member, list(upper), "the name was written in upper case", "SAS names have no case")
            frame = frame.rename(columns=upper)
            dataset = replace(dataset, tags={upper.get(n, n): t for n, t in dataset.tags.items()})
        variables = []
        for variable in member.variables:
            length = variable.length
            if variable.type == "Char" and length and length > TEXT_BYTES:
                _note(
                    found,
                    member,
                    [variable.name],
                    f"the length {length} was reduced to the data",
                    f"at most {TEXT_BYTES}",
                )
                length = None
            variables.append(replace(variable, name=upper.get(variable.name, variable.name), length=length))
        return replace(dataset, frame=frame, member=replace(member, variables=tuple(variables)))
    if options.ending == ".csv":
        texts = [v.name for v in member.variables if v.type == "Char"]
        if computed := [name for name in texts if formulas(frame[name]).any()]:
            value = "texts that a spreadsheet would compute (=, +, -, @) are written as they are"
            _note(found, member, computed, value, "to be imported as text, not opened")
    if options.ending != ".parquet":
        for name, tags in dataset.tags.items():
            special = sorted(set(tags) - {"", "."})
            if special:
                found.add(
                    "CONVERT_LOSS", dataset=member.name, variable=name,
                    value=f"special missing values {', '.join(special)} became missing values",
                    expected="XPT and Parquet keep them",
                )  # fmt: skip
        read_by = [v.name for v in member.variables if v.informat]
        if read_by:
            _note(found, member, read_by, "the informat is not kept", "XPT and Parquet keep it")
    return dataset


def _note(found: Findings, member: Member, variables: list[str], value: str, expected: str) -> None:
    found.add("CONVERT_NOTE", dataset=member.name, variable=variables, value=value, expected=expected)


def _alike(member: Member, model: Member) -> Member:
    """Take labels, types, lengths and formats from another description, by name."""
    existing = {variable.name: variable for variable in model.variables}
    variables: tuple[Variable, ...] = tuple(existing.get(v.name, v) for v in member.variables)
    return replace(member, label=member.label or model.label, variables=variables)
