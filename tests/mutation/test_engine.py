"""The engine tells reading, refusing, raising, hanging, memory bursts and crashes apart, and goes on after each."""

import os
import random
import signal
import time
import zipfile
from io import BytesIO

import pytest

from cdisc_npc.findings import Findings, Refused
from tests.mutation.engine import MUTATORS, mutated, mutated_zip, run_cases


def number_of(chance):
    """The case's number: `random.Random(n)` of the same n gives the same first value."""
    first = chance.random()
    return next(n for n in range(20) if random.Random(n).random() == first)


def test_every_outcome_is_counted_and_the_cases_after_it_run():
    def judge(number):
        if number == 1:
            raise Refused(Findings())
        if number == 2:
            raise ZeroDivisionError("by nothing")
        if number == 3:
            time.sleep(30)
        if number == 4:
            bytearray(600 * 10**6)
        if number == 5:
            os.kill(os.getpid(), signal.SIGKILL)

    tally = run_cases(number_of, judge, 8, seconds=1, megabytes=300)
    assert (tally.read, tally.refused) == (3, 1)
    assert sorted(tally.faults) == [2, 3, 4, 5]
    assert "ZeroDivisionError: by nothing" in tally.faults[2]
    assert tally.faults[3] == "not done in 1 s"
    assert "MemoryError" in tally.faults[4]
    assert tally.faults[5] == "the process ended with status 9"
    assert "1 x, first in case 2:" in str(tally)


def test_a_fault_is_had_again_by_its_number():
    def judge(number):
        assert number != 7

    assert list(run_cases(number_of, judge, 9).faults) == [7]
    again = run_cases(number_of, judge, 9, only=[7, 8])
    assert (list(again.faults), again.read) == ([7], 1)


def test_a_memory_that_is_free_again_is_not_counted_twice():
    assert run_cases(number_of, lambda _: bytearray(200 * 10**6), 5, megabytes=300).read == 5


def test_a_refusal_may_be_of_another_kind():
    def judge(_):
        raise KeyError("theirs")

    assert run_cases(number_of, judge, 3, refusals=(KeyError,)).refused == 3


@pytest.mark.parametrize("mutator", MUTATORS, ids=lambda item: item.__name__)
def test_every_mutator_changes_something(mutator):
    text = b"HEADER 12 000\nline two, 3.5e7\nline three\n" * 8
    changed = 0
    for number in range(50):
        data = bytearray(text)
        mutator(data, random.Random(number))
        changed += bytes(data) != text
    assert changed > 30


def test_a_case_is_the_same_in_every_run():
    text = b"1,2\n3,4\n" * 50
    assert [mutated(text, random.Random(n)) for n in range(20)] == [
        mutated(text, random.Random(n)) for n in range(20)
    ]


def test_a_member_of_an_archive_is_changed_and_the_archive_is_whole():
    result = BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        archive.writestr("a.xml", "<a>1</a>" * 30)
        archive.writestr("b.xml", "<b>2</b>" * 30)
    whole = 0
    for number in range(40):
        data = mutated_zip(result.getvalue(), random.Random(number))
        if zipfile.is_zipfile(BytesIO(data)):
            whole += 1
    assert whole >= 30
