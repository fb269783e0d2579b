"""Two pieces of work at the same time."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from cdisc_npc.side_by_side import side_by_side


@pytest.mark.skipif(sys.platform != "linux", reason="a process can be copied on Linux only")
def test_the_work_is_done_in_a_process_of_its_own():
    with side_by_side(os.getpid) as outcome:
        assert outcome() != os.getpid()


def test_work_that_ends_without_an_outcome_is_done_here():
    here = os.getpid()

    def work() -> str:
        if os.getpid() != here:
            os._exit(1)
        return "done"

    with side_by_side(work) as outcome:
        assert outcome() == "done"


def test_an_error_of_the_work_is_raised_where_it_is_waited_for_and_reported_once(capfd):
    def work() -> None:
        raise ValueError("of the work")

    with side_by_side(work) as outcome, pytest.raises(ValueError, match="of the work"):
        outcome()
    assert capfd.readouterr().err == ""


def test_the_work_ends_where_nobody_waits_for_it(tmp_path: Path):
    def work() -> None:
        time.sleep(0.2)
        (tmp_path / "late").touch()

    with pytest.raises(ValueError, match="beside it"), side_by_side(work):
        raise ValueError("beside it")
    time.sleep(0.4)
    assert not (tmp_path / "late").exists()
