"""Two pieces of work at the same time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cdisc_npc.check.package import read_package
from cdisc_npc.check.run import check_package
from cdisc_npc.check.side_by_side import side_by_side


@pytest.mark.skipif(sys.platform != "linux", reason="a process can be copied on Linux only")
def test_the_work_is_done_in_a_process_of_its_own():
    outcome = side_by_side(os.getpid)()
    assert outcome != os.getpid()


def test_work_that_ends_without_an_outcome_is_done_here():
    here = os.getpid()

    def work() -> str:
        if os.getpid() != here:
            os._exit(1)
        return "done"

    assert side_by_side(work)() == "done"


def test_an_error_of_the_work_is_raised_where_it_is_waited_for(capfd):
    def work() -> None:
        raise ValueError("of the work")

    with pytest.raises(ValueError, match="of the work"):
        side_by_side(work)()


def test_checks_in_two_processes_find_the_same(pilot_package: Path):
    package = read_package(pilot_package)
    one, two = check_package(package), check_package(package, processes=2)
    assert len(one.findings)
    assert one.findings.frame().equals(two.findings.frame())
    assert one.verdicts().equals(two.verdicts())
    assert [(each.rule, each.dataset, each.findings) for each in one.groups] == [
        (each.rule, each.dataset, each.findings) for each in two.groups
    ]
    assert list(one.rules) == list(two.rules)
