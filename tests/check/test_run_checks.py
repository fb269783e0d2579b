"""All checks of a package."""

from __future__ import annotations

from pathlib import Path

from cdisc_npc.check.run_checks import check_package
from cdisc_npc.package.read import read_package


def test_checks_in_two_processes_find_the_same(pilot_package: Path):
    package = read_package(pilot_package)
    one, two = check_package(package), check_package(package, processes=2)
    assert len(one.findings)
    assert one.findings.frame().equals(two.findings.frame())
    assert one.verdicts().equals(two.verdicts())
    assert [(item.rule, item.dataset, item.findings) for item in one.groups] == [
        (item.rule, item.dataset, item.findings) for item in two.groups
    ]
    assert list(one.rules) == list(two.rules)
