"""All checks of a package, in one call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import nullcontext
from functools import cache
from pathlib import Path

from cdisc_npc.check.core import Core, run_core
from cdisc_npc.check.defines import check_defines
from cdisc_npc.check.dictionaries import check_dictionaries
from cdisc_npc.check.engine import run_rules
from cdisc_npc.check.files import check_files
from cdisc_npc.check.folders import check_folders
from cdisc_npc.check.rule import RecordRule, load_rule, rule_folders
from cdisc_npc.check.schemas import check_schemas
from cdisc_npc.check.terminology import check_terminology
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import Package, read_package
from cdisc_npc.side_by_side import side_by_side
from cdisc_npc.study.specification import Specification


def check_folder(
    folder: Path,
    study: Specification | None = None,
    *,
    core: Core | None = None,
    dictionaries: Mapping[str, Path] | None = None,
) -> Checked:
    """Check a package as it lies on disk; see `read_package` and `check_package`."""
    return check_package(read_package(folder, study, dictionaries), core=core)


def check_package(
    package: Package, in_full: Collection[str] = (), core: Core | None = None, *, processes: int = 1
) -> Checked:
    """Try every rule on a package.

    Parameters
    ----------
    in_full
        Rules of which all findings are listed, however many.
    core
        CDISC CORE, as `find_core` finds it; it takes minutes. None: it is not asked.
    processes
        2: in two parts at the same time, where the system can; the outcome is the same.

    Returns
    -------
    Checked
        Findings, and for each rule whether it could be judged.
    """

    @cache
    def rules() -> dict[str, RecordRule]:
        folders = rule_folders(package.study.folder if package.study else None)
        return {name: load_rule(folder) for name, folder in folders.items()}

    # Two parts that take about as long as one another.
    def of_values() -> Checked:
        result = Checked(in_full)
        for check in (check_schemas, check_terminology, check_dictionaries, check_defines):
            check(package, result)
        run_rules(package, {name: rule for name, rule in rules().items() if rule.of_analysis}, result)
        return result

    def of_tabulations() -> Checked:
        result = Checked(in_full)
        run_rules(package, {name: rule for name, rule in rules().items() if not rule.of_analysis}, result)
        check_files(package, result)
        check_folders(package, result)
        return result

    checked = Checked(in_full)
    checked.findings.extend(package.unread)
    if processes > 1:  # once for both parts
        for column in (item for table in package.tables.values() for item in table.columns.values()):
            _ = column.numeric or column.coded
    with side_by_side(of_values) if processes > 1 else nullcontext(of_values) as beside:
        rest = of_tabulations()
        checked.extend(beside())
    checked.extend(rest)
    if core is not None:
        run_core(package, checked, core)
    return checked
