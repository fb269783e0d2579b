"""The validator: the schema, the rules beyond it, and the data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from define_xml.data import Table, check_data
from define_xml.issues import Issue, Report
from define_xml.model import Define
from define_xml.read import of_tree, parse
from define_xml.rules import Rule
from define_xml.rules.datasets import check_datasets
from define_xml.rules.definitions import check_codelists, check_methods, check_results
from define_xml.rules.document import check_head, check_standards, check_texts
from define_xml.rules.items import check_items
from define_xml.rules.references import check_identifiers, check_references
from define_xml.rules.values import check_value_lists, check_where_clauses
from define_xml.schema import check_schema
from define_xml.write import to_bytes

RULES: tuple[Rule, ...] = (
    check_head,
    check_standards,
    check_texts,
    check_identifiers,
    check_references,
    check_datasets,
    check_items,
    check_value_lists,
    check_where_clauses,
    check_codelists,
    check_methods,
    check_results,
)


def validate(
    source: str | Path | bytes | Define,
    tables: Iterable[Table] | None = None,
    *,
    folder: str | Path | None = None,
    define: Define | None = None,
) -> list[Issue]:
    """Validate a document.

    1. The XML schema of its version, offline.
    2. What the schema cannot state: references, orphans, names, lengths, origins, terms, and so on
       (`define_xml.issues.CODES`).
    3. The files that it refers to: they must be in its folder.
    4. With `tables`, the data.

    Parameters
    ----------
    source
        Path or bytes of a document, or a model; a model is written first, to know its lines.
    tables
        The datasets, such as `define_xml.data.read_tables` gives them.
    folder
        Where the document will stand; by default where it does, and of bytes or a model unknown.
    define
        What `define_xml.read` gave of the document, where it has been read already.

    Returns
    -------
    list of Issue
        In the order of the lines; of the data last.

    Raises
    ------
    DefineUnreadableError
        It is no Define-XML.
    """
    data = to_bytes(source) if isinstance(source, Define) else source
    tree = parse(data)
    define = define or of_tree(tree)
    report = Report([])
    report.issues.extend(check_schema(tree, define.version))
    for rule in RULES:
        rule(define, report)
    if folder is None and isinstance(data, str | Path):
        folder = Path(data).parent
    if folder is not None:
        _files(define, Path(folder), report)
    report.issues.sort(key=lambda issue: issue.line or 0)
    if tables is not None:
        check_data(define, tables, report)
    return report.issues


def _files(define: Define, folder: Path, report: Report) -> None:
    datasets = [
        group.leaf for group in define.metadata.item_groups if group.leaf and group.has_no_data != "Yes"
    ]
    for leaf in [*datasets, *define.metadata.leaves]:
        if leaf.href and not _is_file(folder / leaf.href.partition("#")[0]):
            report.add("LEAF_FILE_MISSING", leaf, leaf.href)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have, or a folder that may not be entered
        return False
