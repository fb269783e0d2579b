"""Compare datasets in files: two files, or all of two folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.compare import Comparison, compare_frames
from cdisc_npc.transport.compare_values import Method
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.file_forms import is_dataset_file, read_datasets, refuse_source
from cdisc_npc.transport.xpt_read import member_names


@dataclass(frozen=True)
class FolderComparison:
    """What differs between two files or folders.

    Attributes
    ----------
    base, compare
        Where they are.
    only
        By side, names of datasets that the other side lacks.
    datasets
        The comparisons of those on both sides, by name.
    findings
        What reading noticed: the encoding that was found.
    """

    base: str
    compare: str
    only: dict[str, list[str]]
    datasets: dict[str, Comparison] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    @property
    def equal(self) -> bool:
        """Whether no difference was found."""
        return not any(self.only.values()) and all(one.equal for one in self.datasets.values())


def compare_files(
    base: str | Path,
    compare: str | Path,
    *,
    keys: Sequence[str] | Mapping[str, Sequence[str]] = (),
    tolerance: float = 0.0,
    method: Method = "absolute",
    check_order: bool = False,
    unique: bool = False,
    limit: int | None = 100,
    encoding: str | None = None,
) -> FolderComparison:
    """Compare two files, or the datasets of the same name in two folders.

    Parameters
    ----------
    base, compare
        Two files of any form that `read_datasets` reads, or two folders with
        such files. The datasets of two files are compared whatever their names,
        where each has one; those of folders are paired by name. Subfolders are
        not entered.
    keys
        For all datasets, or by dataset (``SUPP--`` for all that begin so, ``""``
        for all others). In a key ``--`` stands for the dataset's first two
        letters. By position where no keys are given.
    tolerance, method, check_order, limit
        As for `compare_frames`.
    unique
        Whether a key that stands more than once is refused.
    encoding
        Of the texts of XPT, SAS7BDAT and CSV files, where it is not to be found.

    Raises
    ------
    Refused
        What cannot be read or compared, over all datasets.
    """
    base, compare = Path(base), Path(compare)
    findings = Findings()
    for path in (base, compare):
        if not path.exists():
            raise FileNotFoundError(f"no such file or folder: {path}")
    if base.is_dir() != compare.is_dir():
        findings.add(
            "COMPARE_REFUSED",
            file=str(compare),
            value="a file and a folder",
            expected="two files or two folders",
        )
        findings.refuse_if_worst()
    left, right = (_sources(path, findings, encoding) for path in (base, compare))
    findings.refuse_if_worst()
    if not base.is_dir() and len(left) == len(right) == 1:
        # Two files with one dataset each are compared, whatever they are called.
        right = dict(zip(left, right.values(), strict=True))
    for path, names in ((base, left), (compare, right)):
        if not names:
            findings.add("COMPARE_REFUSED", file=str(path), value="no dataset", expected="at least one")
    findings.refuse_if_worst()
    both = [name for name in left if name in right]
    result = FolderComparison(
        str(base),
        str(compare),
        {"base": [n for n in left if n not in right], "compare": [n for n in right if n not in left]},
    )
    for name in both:
        try:
            # One pair at a time is in memory.
            one, other = _read(*left[name], encoding), _read(*right[name], encoding)
            for dataset in (one, other):
                result.findings.extend(dataset.findings)
            described = [None if path.suffix.lower() == ".csv" else d.member for (path, _), d in
                         ((left[name], one), (right[name], other))]  # fmt: skip
            result.datasets[name] = compare_frames(
                one.frame,
                other.frame,
                *described,
                keys=_keys_of(name, keys),
                tolerance=tolerance,
                method=method,
                duplicates="refuse" if unique else "match",
                check_order=check_order,
                limit=limit,
                name=name,
                tags=(one.tags, other.tags),
            )
        except Refused as refused:
            findings.extend(refused.findings)
    findings.refuse_if_worst()
    return result


def _keys_of(name: str, keys: Sequence[str] | Mapping[str, Sequence[str]]) -> list[str]:
    if isinstance(keys, Mapping):
        kind = next((k for k in keys if k.endswith("--") and name.startswith(k[:-2])), "")
        chosen = keys.get(name, keys.get(kind, ()))
    else:
        chosen = keys
    return [f"{name[:2]}{key[2:]}" if key.startswith("--") else key for key in chosen]


def _sources(path: Path, found: Findings, encoding: str | None) -> dict[str, tuple[Path, str | None]]:
    """Name the datasets of a file or a folder, and say where each is."""
    files = sorted(filter(is_dataset_file, path.iterdir())) if path.is_dir() else [path]
    sources: dict[str, tuple[Path, str | None]] = {}
    for file in files:
        try:
            names = _names(file, encoding)
        except Refused as refused:
            found.extend(refused.findings)
            continue
        for name in names:
            # A file of one dataset goes by its file's name: XPT ae.xpt and CSV ae.csv are both AE.
            shown = file.stem.upper() if len(names) == 1 and path.is_dir() else name
            if shown in sources:
                value = f"{sources[shown][0].name} and {file.name} are both {shown}"
                found.add(
                    "COMPARE_REFUSED", file=str(path), dataset=shown, value=value, expected="each name once"
                )
            sources[shown] = (file, name if len(names) > 1 else None)
    return sources


def _names(file: Path, encoding: str | None) -> list[str]:
    refuse_source(file, encoding)
    if file.suffix.lower() != ".xpt":
        return [file.stem.upper()]
    return member_names(file)


def _read(file: Path, member: str | None, encoding: str | None) -> Dataset:
    dataset = read_datasets(file, encoding=encoding, member=member)[0]
    if dataset.findings.worst == "warning":
        raise Refused.because(
            "COMPARE_REFUSED", file=str(file), dataset=dataset.member.name, value="numbers that reading rounds",
            expected="numbers that a double holds",
        )  # fmt: skip
    return dataset


def summary_rows(made: FolderComparison) -> list[dict[str, Any]]:
    """One row a dataset: how many of each kind of difference there are."""
    rows: list[dict[str, Any]] = []
    for name, one in made.datasets.items():
        rows.append(
            {
                "dataset": name,
                "equal": one.equal,
                "records base": one.counts["base"],
                "records compare": one.counts["compare"],
                "matched": one.counts["matched"],
                "only in base": one.counts["only_base"],
                "only in compare": one.counts["only_compare"],
                "duplicate keys": sum(one.duplicate_keys.values()),
                "variables on one side": len(one.variables_only),
                "attributes": len(one.attributes) + len(one.order),
                "variables with differences": len(one.variables),
                "differing values": int(one.variables["different"].sum()) if len(one.variables) else 0,
                "differing records": one.counts["different"],
            }
        )
    return rows
