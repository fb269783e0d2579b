"""Transport files as they were written, against the technical rules of the FDA and the NMPA.

The rules stand in ``mappings/standards/rules/files.yaml`` (``NPC-XPT-...``); each function below is one of
them, and gives what breaks it. The frames say what the values are, the members what the files declare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.check.rule import STUDY, coded_rules
from cdisc_npc.check.verdict import Checked, Failing
from cdisc_npc.columns.column import Column
from cdisc_npc.columns.texts import Passes, bools, byte_lengths
from cdisc_npc.package.read import Package, Table
from cdisc_npc.standards.sdtmig import is_supplemental
from cdisc_npc.transport import xpt_layout as layout
from cdisc_npc.transport.xpt_layout import Variable

# FDA: larger files are split.
LARGEST = 5 * 10**9

_NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_PRINTABLE = re.compile(r"[ -~]*")
_BRACKETS = ("()", "[]", "{}")
_MISSING = pa.array(["NaN", "nan", "NaT", "NULL", "null", "<NA>", "#N/A", "."], pa.large_string())
_ASCII = "NPC-XPT-016"
_DATE_NAME = re.compile(r"[A-Z0-9]*(DT|DTM|TM)")

_OfTable = Callable[[Table, Package], Iterator[Failing]]
_OfFolder = Callable[[list[Table], Package], Iterator[tuple[Table, Failing]]]


def check_files(package: Package, checked: Checked, largest: int = LARGEST) -> None:
    """Try the rules of transport files on a package.

    Parameters
    ----------
    checked
        Takes what is found. Without files, as of a package made in memory, no rule is evaluated.
    largest
        Bytes that a file may have.
    """
    rules = {name: rule for name, rule in coded_rules().items() if name.startswith("NPC-XPT")}
    tables = [
        table
        for table in package.tables.values()
        if table.path.suffix.lower() == ".xpt" and table.path.is_file()
    ]
    if not tables:
        for name, rule in rules.items():
            checked.skip(name, rule, STUDY, "the package has no transport files")
        return
    folders: dict[Path, list[Table]] = {}
    for table in tables:
        folders.setdefault(table.path.parent, []).append(table)
    for name, of_table in _OF_TABLE.items():
        for table in tables:
            looked = max(len(table.member.variables), 1)
            checked.judge_parts(name, rules[name], table.name, of_table(table, package), looked)
    for table in tables:
        size = table.path.stat().st_size
        failing = [Failing(f"{size} bytes", f"at most {largest} bytes")] if size > largest else []
        checked.judge_parts("NPC-XPT-019", rules["NPC-XPT-019"], table.name, failing)
    for name, of_folder in _OF_FOLDER.items():
        for group in folders.values():
            _judge_group(name, of_folder, group, package, checked)
    for name, of_folder in _OF_PACKAGE.items():
        _judge_group(name, of_folder, tables, package, checked)
    for table in tables:
        _judge_values(table, encoding_of(package), checked)


def encoding_of(package: Package) -> str:
    """The encoding in which the files must be: what the study states, else ASCII."""
    return package.study.study.encoding if package.study else "us-ascii"


def _judge_group(name: str, rule: _OfFolder, tables: list[Table], package: Package, checked: Checked) -> None:
    result: dict[str, list[Failing]] = {table.name: [] for table in tables}
    for table, failing in rule(tables, package):
        result[table.name].append(failing)
    for table in tables:
        looked = max(len(table.member.variables), 1)
        checked.judge_parts(name, coded_rules()[name], table.name, result[table.name], looked)


def _judge_values(table: Table, encoding: str, checked: Checked) -> None:
    """The rules of values; their findings are of records."""
    rules = coded_rules()
    wanted = list(_TESTS)
    if encoding != "us-ascii":
        wanted.remove(_ASCII)
        checked.skip(_ASCII, rules[_ASCII], table.name, f"the study's files are in {encoding}")
    for name in wanted:
        checked.judge(name, rules[name], table, [])
    for variable in (item.name for item in table.member.variables if item.type == "Char"):
        for name in wanted:
            passed = table.columns[variable].passing(_TESTS[name])
            if passed is not True:
                failing = np.flatnonzero(~passed)
                shown = {variable: table.columns[variable].series(failing)}
                checked.judge(name, rules[name], table, failing, variable, shown)


def _order(table: Table, package: Package) -> Iterator[Failing]:
    """By the keys, or by subject and sequence number; relationships are named by their keys, not ordered."""
    number = next((name for name in (f"{table.prefix}SEQ", "ASEQ") if name in table.columns), None)
    orders = [list(table.keys)] if table.keys else []
    if number and "USUBJID" in table.columns:
        orders.append(["USUBJID", number])
    late = [_out_of_order(table, names) for names in orders]
    if late and table.class_ != "Relationship" and all(map(len, late)):
        first, names = min(zip(late, orders, strict=True), key=lambda pair: len(pair[0]))
        yield Failing(
            f"record {first[0] + 1} is the first of {len(first)} that stand too late",
            f"in the order of {', '.join(names)}",
        )


def _out_of_order(table: Table, names: list[str]) -> np.ndarray:
    """Positions of records that should stand before the one above them."""
    pairs = max(table.size - 1, 0)
    late, tied = np.zeros(pairs, dtype=bool), np.ones(pairs, dtype=bool)
    for name in names:
        places = table.columns[name].ordered()
        late |= tied & (places[1:] < places[:-1])
        tied &= places[1:] == places[:-1]
    return np.flatnonzero(late) + 1


def _version(table: Table, package: Package) -> Iterator[Failing]:
    with table.path.open("rb") as file:
        start = file.read(layout.RECORD)
    if not start.startswith(layout.opening("LIBRARY")):
        yield Failing("version 8", "version 5")


def _file_name(table: Table, package: Package) -> Iterator[Failing]:
    if table.path.stem.upper() != table.name:
        yield Failing(table.path.name, f"{table.name.lower()}.xpt")


def _lower_case(table: Table, package: Package) -> Iterator[Failing]:
    if table.path.name != table.path.name.lower():
        yield Failing(table.path.name, table.path.name.lower())


def _dataset_name(table: Table, package: Package) -> Iterator[Failing]:
    if not _NAME.fullmatch(table.member.name):
        yield Failing(table.member.name)


def _variable_names(table: Table, package: Package) -> Iterator[Failing]:
    for variable in table.member.variables:
        if not _NAME.fullmatch(variable.name):
            yield Failing(variable.name, variable=variable.name)


def _labels(table: Table) -> Iterator[tuple[str, str]]:
    """The label of the dataset, whose variable is blank, and those of its variables."""
    yield "", table.member.label
    for variable in table.member.variables:
        yield variable.name, variable.label


def _label_there(table: Table, package: Package) -> Iterator[Failing]:
    for name, label in _labels(table):
        if not label.strip():
            yield Failing("", variable=name)


def _label_size(table: Table, package: Package) -> Iterator[Failing]:
    names, labels = zip(*_labels(table), strict=True)
    sizes = byte_lengths(pa.array(labels, pa.large_string()), encoding_of(package))
    for name, label, size in zip(names, labels, sizes, strict=True):
        if size > layout.LABEL_BYTES:
            yield Failing(label, f"at most {layout.LABEL_BYTES} bytes, not {size}", name)


def _label_ascii(table: Table, package: Package) -> Iterator[Failing]:
    for name, label in _labels(table):
        if encoding_of(package) == "us-ascii" and not _PRINTABLE.fullmatch(label):
            yield Failing(label, variable=name)


def _label_pairs(table: Table, package: Package) -> Iterator[Failing]:
    for name, label in _labels(table):
        uneven = [mark for mark in "'\"" if label.count(mark) % 2]
        uneven += [pair for pair in _BRACKETS if label.count(pair[0]) != label.count(pair[1])]
        if uneven:
            yield Failing(label, f"pairs of {' and of '.join(uneven)}", name)


def _text_size(table: Table, package: Package) -> Iterator[Failing]:
    for variable in table.member.variables:
        if variable.type == "Char" and (variable.length or 0) > layout.TEXT_BYTES:
            yield Failing(f"{variable.length} bytes", f"at most {layout.TEXT_BYTES} bytes", variable.name)


def _number_size(table: Table, package: Package) -> Iterator[Failing]:
    for variable in table.member.variables:
        if variable.type == "Num" and variable.length not in (None, layout.NUMBER_BYTES):
            yield Failing(f"{variable.length} bytes", f"{layout.NUMBER_BYTES} bytes", variable.name)


def _date_format(table: Table, package: Package) -> Iterator[Failing]:
    if table.model != "adam":
        return
    for variable in table.member.variables:
        if variable.type == "Num" and _DATE_NAME.fullmatch(variable.name) and not variable.format:
            yield Failing("no format", "a format such as DATE9.", variable.name)


def _records(table: Table, package: Package) -> Iterator[Failing]:
    if not table.size:
        yield Failing("no records")


def _one_dataset(tables: list[Table], package: Package) -> Iterator[tuple[Table, Failing]]:
    held = Counter(table.path for table in tables)
    for table in tables:
        if held[table.path] > 1:
            yield table, Failing(f"{table.path.name} holds {held[table.path]} datasets")


def _declared(tables: list[Table]) -> Iterator[tuple[str, list[tuple[Table, Variable]]]]:
    """Each variable with the datasets that have it; those of SUPP-- are measured by themselves."""
    result: dict[str, list[tuple[Table, Variable]]] = {}
    for table in tables:
        apart = table.name if is_supplemental(table.name) else ""
        for variable in table.member.variables:
            result.setdefault(f"{apart}.{variable.name}", []).append((table, variable))
    for name, those in result.items():
        yield name.partition(".")[2], those


def _longest(column: Column, encoding: str) -> int:
    """Bytes of the longest value; at least one."""
    return int(byte_lengths(column.coded.kinds, encoding).max(initial=1))


def _longer_than_values(tables: list[Table], package: Package) -> Iterator[tuple[Table, Failing]]:
    for name, those in _declared(tables):
        texts = [(table, one) for table, one in those if one.type == "Char" and table.size]
        longest = max((_longest(table.columns[name], encoding_of(package)) for table, _ in texts), default=1)
        for table, one in texts:
            if (one.length or 0) > longest:
                yield table, Failing(f"{one.length} bytes", f"{longest}, as the longest value", name)


def _same_length(tables: list[Table], package: Package) -> Iterator[tuple[Table, Failing]]:
    for name, those in _declared(tables):
        lengths = {table.name: one.length or 0 for table, one in those if one.type == "Char"}
        most = max(lengths.values(), default=0)
        longest = next((dataset for dataset, length in lengths.items() if length == most), "")
        for table, one in those:
            if one.type == "Char" and one.length != most:
                yield table, Failing(f"{one.length} bytes", f"{most}, as in {longest}", name)


def _same_type(tables: list[Table], package: Package) -> Iterator[tuple[Table, Failing]]:
    yield from _same(tables, lambda variable: str(variable.type))


def _same_label(tables: list[Table], package: Package) -> Iterator[tuple[Table, Failing]]:
    for table, failing in _same(tables, lambda variable: variable.label):
        existing = table.name in package.standard.datasets
        fact = package.standard.variable(table.name, failing.variable) if existing else None
        # The guide itself has other labels for one variable, such as IETESTCD of IE and TI.
        if fact is None or fact.label != failing.value:
            yield table, failing


def _same(tables: list[Table], of: Callable[[Variable], str]) -> Iterator[tuple[Table, Failing]]:
    """Datasets in which something of a variable is not what most of them have; of two, the first."""
    for name, those in _declared(tables):
        usual = Counter(of(one) for _, one in those).most_common(1)[0][0]
        example = next(table.name for table, one in those if of(one) == usual)
        for table, one in those:
            if of(one) != usual:
                yield table, Failing(of(one), f"{usual}, as in {example}", name)


_TESTS: dict[str, Passes] = {
    _ASCII: lambda texts: bools(pc.string_is_ascii(texts)),
    "NPC-XPT-017": lambda texts: ~bools(pc.match_substring_regex(texts, r"[\x00-\x1f\x7f]")),
    "NPC-XPT-023": lambda texts: ~bools(pc.is_in(texts, _MISSING)),
}
_OF_TABLE: dict[str, _OfTable] = {
    "NPC-XPT-001": _version,
    "NPC-XPT-003": _file_name,
    "NPC-XPT-004": _lower_case,
    "NPC-XPT-005": _dataset_name,
    "NPC-XPT-006": _variable_names,
    "NPC-XPT-007": _label_there,
    "NPC-XPT-008": _label_size,
    "NPC-XPT-009": _label_ascii,
    "NPC-XPT-010": _label_pairs,
    "NPC-XPT-011": _text_size,
    "NPC-XPT-018": _records,
    "NPC-XPT-020": _order,
    "NPC-XPT-021": _number_size,
    "NPC-XPT-022": _date_format,
}
_OF_FOLDER: dict[str, _OfFolder] = {
    "NPC-XPT-002": _one_dataset,
    "NPC-XPT-012": _longer_than_values,
    "NPC-XPT-013": _same_length,
}
_OF_PACKAGE: dict[str, _OfFolder] = {"NPC-XPT-014": _same_type, "NPC-XPT-015": _same_label}
