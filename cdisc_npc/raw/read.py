"""Read a study's raw data: find each form's table, read it, check it against the contract."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

import pandas as pd

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.raw.contract import check_form
from cdisc_npc.raw.find_tables import TableSource, find_tables, reader
from cdisc_npc.study.forms import Form, RawContract
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.raw_tables import RawTable


@dataclass
class RawData:
    """What was collected, form by form.

    Attributes
    ----------
    forms
        Each form's records with the contract's columns, all text; row ``i`` is record ``i + 1``.
    tables
        Where each form came from: file, encoding and line numbers. Their frames have
        the records of `forms`.
    findings
        What does not keep to the contract and yet does not stop the run.
    """

    forms: dict[str, pd.DataFrame]
    tables: dict[str, RawTable]
    findings: Findings = field(default_factory=Findings)


def read_raw(path: str | Path, study: Specification) -> RawData:
    """Read a study's raw export; see `read_export`."""
    return read_export(path, study.contract)


def read_export(path: str | Path, contract: RawContract, *, encoding: str | None = None) -> RawData:
    """Read all forms of a raw data contract.

    Parameters
    ----------
    path
        A folder of files, or a single file that holds the forms (a workbook, an
        XPT file of several members, an ODM file).
    contract
        The forms, their files and fields.
    encoding
        Python codec of delimited and SAS files, in place of detection.

    Returns
    -------
    RawData
        One frame for each form.

    Raises
    ------
    Refused
        With all problems of all forms, where one of them forbids going on.
    """
    sources, findings = find_tables(Path(path))
    candidates = {name: _candidates(name, form, sources, findings) for name, form in contract.forms.items()}
    _report_unused(sources, {source for result in candidates.values() for source in result}, findings)
    chosen = {name: result[0] for name, result in candidates.items() if len(result) == 1}
    raw = RawData({}, {}, findings)
    tables = _read_sources(chosen.values(), encoding, findings)
    for name, source in chosen.items():
        table = tables.get(source)
        if table is None:
            continue
        form, rule = contract.forms[name], contract.form_versions(name)
        if table.frame.empty and not form.may_be_empty:
            findings.add("RAW_NO_RECORDS", form=name, file=table.file, expected="at least one record")
        raw.forms[name], problems = check_form(
            table,
            name,
            form,
            extra_columns=contract.extra_columns,
            # Among versions of a record and inactivated lines a key repeats; it is checked when they are resolved.
            unique_key=rule is None,
            log_position=rule.log.position if rule and rule.log else None,
        )
        findings.extend(problems)
        raw.tables[name] = replace(table, frame=raw.forms[name])
    _report_beside(chosen, tables, contract, findings)
    findings.refuse_if_worst()
    return raw


def _report_beside(
    chosen: dict[str, TableSource],
    tables: dict[TableSource, RawTable],
    contract: RawContract,
    findings: Findings,
) -> None:
    """Report what stands beside the collected data of a file and is a field of no form, once a file."""
    fields: dict[str, set[str]] = {}
    filled: dict[str, dict[str, int]] = {}
    for name, source in chosen.items():
        if table := tables.get(source):
            stated = contract.forms[name].fields.items()
            named = fields.setdefault(table.file, set())
            named.update(item.casefold() for field, facts in stated for item in (field, *facts.also))
            counts = filled.setdefault(table.file, {})
            for column in table.beside:
                counts[column] = counts.get(column, 0) + int((table.frame[column] != "").sum())
    for file, counts in filled.items():
        lost = {column: n for column, n in counts.items() if n and column.casefold() not in fields[file]}
        findings.add(
            "RAW_BESIDE", file=file, variable=list(lost), value=list(map(str, lost.values())),
            expected="a field of this name in a form, if it is wanted",
        )  # fmt: skip


def _candidates(name: str, form: Form, sources: list[TableSource], findings: Findings) -> list[TableSource]:
    wanted = form.file or name
    if PurePath(wanted).name != wanted or wanted == ".." or "\\" in wanted:
        findings.add("RAW_OUTSIDE_FOLDER", form=name, value=wanted)
        return []
    candidates = [source for source in sources if source.is_called(wanted)]
    if len(candidates) > 1:
        files = ", ".join(_described(source) for source in candidates)
        findings.add("RAW_AMBIGUOUS_FORM", form=name, value=files, expected="one file")
    elif not candidates:
        findings.add("RAW_MISSING_FORM", form=name, expected=f"a file, sheet or ODM form named {wanted}")
    return candidates


def _described(source: TableSource) -> str:
    return source.path.name if source.name == source.path.stem else f"{source.path.name} {source.name}"


def _report_unused(sources: list[TableSource], used: set[TableSource], findings: Findings) -> None:
    """Report tables that no form names; an ODM form counts as used by its item groups, and they by it."""
    for source in sources:
        kin = {
            other
            for other in used
            if other.path == source.path
            and source.kind == "raw.odm"
            and (other.name.startswith(f"{source.name}.") or source.name.startswith(f"{other.name}."))
        }
        if source not in used and not kin:
            findings.add("RAW_UNUSED_TABLE", file=source.path.name, value=source.name)


def _read_sources(
    chosen: Iterable[TableSource], encoding: str | None, findings: Findings
) -> dict[TableSource, RawTable]:
    """Read the tables file by file, each file once."""
    by_file: dict[tuple[Path, str], list[TableSource]] = {}
    for source in dict.fromkeys(chosen):
        by_file.setdefault((source.path, source.kind), []).append(source)
    tables: dict[TableSource, RawTable] = {}
    for (path, kind), sources in by_file.items():
        try:
            read = reader(kind).read_tables(path, [source.name for source in sources], encoding)
        except Refused as refused:
            findings.extend(refused.findings)
        except OSError as error:
            findings.add("RAW_UNREADABLE", file=path.name, value=str(error), expected="a readable file")
        else:
            for table in read.values():
                findings.extend(table.findings)
            tables.update({source: read[source.name] for source in sources})
    return tables
