"""The folders of a package: what must be there, what must not, and how it is named.

The rules stand in ``mappings/standards/rules/files.yaml`` (``NPC-PKG-...``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cdisc_npc.check.rule import STUDY, coded_rules
from cdisc_npc.check.verdict import Checked, Failing
from cdisc_npc.package.layout import DEFINE, M5, PLACES, PROGRAMS, Kind, stands_in_place
from cdisc_npc.package.read import Package
from cdisc_npc.transport.file_forms import is_dataset_file
from cdisc_npc.transport.place import MARKER, read_manifest, sha256

_REQUIRED: dict[Kind, tuple[str, ...]] = {"sdtm": ("DM", "TS"), "adam": ("ADSL",)}
_EXPECTED = ("AE", "DS", "EX", "TA", "TE", "TI", "TV")
# By the rule that asks for each.
_DOCUMENTS: dict[str, tuple[Kind, str]] = {
    "NPC-PKG-006": ("sdtm", "csdrg.pdf"),
    "NPC-PKG-007": ("sdtm", "acrf.pdf"),
    "NPC-PKG-008": ("adam", "adrg.pdf"),
}
_BELOW_M5 = {f"NPC-PKG-{number:03}" for number in (1, 2, 9, 14, 15, 16, 17)}
_COMPANIONS = {DEFINE, "define.html", *(name for _, name in _DOCUMENTS.values())}
_STYLESHEET = re.compile(rb"""<\?xml-stylesheet[^>]*?href\s*=\s*["']([^"']+)["']""")
_LINK = re.compile(rb"""xlink:href\s*=\s*["']([^"'#]+)""")
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9]+)?")
_LONGEST_NAME = 64
_TEMPORARY = re.compile(
    r"\..*|~.*|.*~|.*\.(tmp|bak|swp|lck|part|crdownload)|thumbs\.db|desktop\.ini", re.IGNORECASE
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")


def check_folders(package: Package, checked: Checked) -> None:
    """Try the rules of folders on a package.

    Parameters
    ----------
    checked
        Takes what is found. Of a package made in memory only its datasets are judged; of a folder of datasets
        without ``m5``, not the layout.
    """
    _datasets(package, checked)
    rules = {name: rule for name, rule in coded_rules().items() if name.startswith("NPC-PKG")}
    there = {table.path.parent for table in package.tables.values() if table.path.is_file()}
    m5 = package.folder / M5
    if there and m5.is_dir():
        _layout(package, m5, checked)
    if there:
        _beside(package, sorted(there), checked)
    for name, rule in rules.items():
        if name not in checked.rules:
            checked.skip(name, rule, STUDY, _reason(name, bool(there), m5.is_dir()))


def _reason(rule: str, files: bool, m5: bool) -> str:
    if not files:
        return "the package has no files"
    if rule in _BELOW_M5 and not m5:
        return "the datasets do not stand in an m5 folder"
    if rule == "NPC-PKG-005":
        return "there is no define.xml that names a stylesheet"
    return "the package has no datasets of that model"


def _judge(name: str, dataset: str, failing: Iterator[Failing] | list[Failing], checked: Checked) -> None:
    checked.judge_parts(name, coded_rules()[name], dataset, failing)


def _datasets(package: Package, checked: Checked) -> None:
    """Datasets, and the one parameter, without which a package is rejected."""
    for model, names in _REQUIRED.items():
        if package.of_model(model):
            for name in names:
                missing = [] if name in package.tables else [Failing(f"no dataset {name}")]
                _judge("NPC-PKG-010", name, missing, checked)
    if package.of_model("sdtm"):
        for name in _EXPECTED:
            missing = [] if package.parts(name) else [Failing(f"no dataset {name}")]
            _judge("NPC-PKG-011", name, missing, checked)
    summary = package.tables.get("TS")
    rule = "NPC-PKG-012"
    if summary is None or not {"TSPARMCD", "TSVAL"} <= summary.columns.keys():
        checked.skip(rule, coded_rules()[rule], "TS", "the package has no TS with TSPARMCD and TSVAL")
        return
    frame = summary.frame
    stated = frame.loc[frame["TSPARMCD"] == "SSTDTC", "TSVAL"].tolist()
    wrong = [value for value in stated if not _DATE.fullmatch(value)]
    failing = [Failing(value or "blank", variable="TSVAL") for value in wrong]
    _judge(rule, "TS", failing if stated else [Failing("no record of SSTDTC", variable="TSVAL")], checked)


def _layout(package: Package, m5: Path, checked: Checked) -> None:
    """The rules of everything below ``m5``."""
    every = sorted(m5.rglob("*"))
    files = [path for path in every if path.is_file()]
    data = [path for path in files if is_dataset_file(path)]

    def shown(path: Path) -> str:
        return path.relative_to(package.folder).as_posix()

    astray = [path for path in data if not stands_in_place(path.relative_to(m5))]
    _judge("NPC-PKG-001", STUDY, [Failing(shown(path)) for path in astray], checked)
    others = [path for path in data if path.suffix.lower() != ".xpt"]
    _judge("NPC-PKG-002", STUDY, [Failing(shown(path)) for path in others], checked)
    temporary = [path for path in every if _TEMPORARY.fullmatch(path.name)]
    _judge("NPC-PKG-014", STUDY, [Failing(shown(path)) for path in temporary], checked)
    odd = [
        path
        for path in every
        if not (_NAME.fullmatch(path.name) and len(path.name) <= _LONGEST_NAME) and path not in temporary
    ]
    _judge("NPC-PKG-015", STUDY, [Failing(shown(path)) for path in odd], checked)
    empty = [path for path in files if not path.stat().st_size]
    empty += [path for path in every if path.is_dir() and not any(path.iterdir())]
    _judge("NPC-PKG-016", STUDY, [Failing(shown(path)) for path in empty], checked)
    if package.of_model("adam"):
        programs = any(PROGRAMS in path.relative_to(m5).parts for path in files)
        _judge(
            "NPC-PKG-009",
            STUDY,
            [] if programs else [Failing(f"no {'/'.join(PLACES['adam'][:-1])}/{PROGRAMS}")],
            checked,
        )
    _manifest(package.folder, files, checked)


def _manifest(folder: Path, files: list[Path], checked: Checked) -> None:
    rule = "NPC-PKG-017"
    listed = read_manifest(folder).get("files")
    if not isinstance(listed, dict):
        checked.skip(rule, coded_rules()[rule], STUDY, f"the package has no {MARKER} that lists its files")
        return
    listed = {name: digest for name, digest in listed.items() if name.startswith(f"{M5}/")}
    there = {path.relative_to(folder).as_posix(): path for path in files}
    failing = [Failing(name, "listed, and there") for name in listed if name not in there]
    failing += [Failing(name, "no file that is not listed") for name in there if name not in listed]
    failing += [
        Failing(name, "as it was listed: it has changed since")
        for name, path in there.items()
        if name in listed and sha256(path) != listed[name]
    ]
    _judge(rule, STUDY, failing, checked)


def _beside(package: Package, folders: list[Path], checked: Checked) -> None:
    """The rules of what stands beside the datasets, folder by folder."""
    for folder in folders:
        models = {table.model for table in package.tables.values() if table.path.parent == folder}
        place = folder.relative_to(package.folder.parent if folder == package.folder else package.folder)
        define = folder / DEFINE
        content = define.read_bytes() if define.is_file() else b""
        missing = [] if define.is_file() else [Failing(f"no {DEFINE} in {place}")]
        _judge("NPC-PKG-004", STUDY, missing, checked)
        styles = {result.decode("utf-8", "replace") for result in _STYLESHEET.findall(content)}
        if styles:
            absent = [name for name in sorted(styles) if not (folder / name).is_file()]
            _judge("NPC-PKG-005", STUDY, [Failing(f"no {name} in {place}") for name in absent], checked)
        for rule, (model, name) in _DOCUMENTS.items():
            if model in models:
                lacks = [] if (folder / name).is_file() else [Failing(f"no {name} in {place}")]
                _judge(rule, STUDY, lacks, checked)
        linked = {result.decode("utf-8", "replace") for result in _LINK.findall(content)}
        _others(package, folder, place, _COMPANIONS | styles | linked | {MARKER}, checked)


def _others(package: Package, folder: Path, place: Path, known: set[str], checked: Checked) -> None:
    """Files that no dataset was taken from, and that nothing names."""
    used = {table.path for table in package.tables.values()}
    left = sorted(path for path in folder.iterdir() if path.is_file() and path not in used)
    data = [path for path in left if is_dataset_file(path)]
    refused = package.unread.frame().query("severity == 'refuse'")
    unread = {Path(name).name for name in refused["file"]} if data else set()
    twice = [path for path in data if path.name not in unread]
    surplus = [
        path
        for path in left
        if not is_dataset_file(path) and path.name not in known and not _TEMPORARY.fullmatch(path.name)
    ]
    expected = "one file: its dataset is in another one too"
    _judge("NPC-PKG-003", STUDY, [Failing(f"{place / path.name}", expected) for path in twice], checked)
    _judge("NPC-PKG-013", STUDY, [Failing(f"{place / path.name}") for path in surplus], checked)
