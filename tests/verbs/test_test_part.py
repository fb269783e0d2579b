"""Variables of the tests of a wide form; the records are tried in tests/sdtm/test_blocks.py."""

from cdisc_npc.verbs.assign import Assign
from cdisc_npc.verbs.test_part import TestPart as Part


def test_the_code_is_one_of_the_tests():
    assert Part(test_part="TESTCD", results={"A": "X", "B": "Y"}).fixed_values() == ["A", "B"]
    assert Part(test_part="ORRES", results={"A": "X"}).fixed_values() == []


def test_the_result_of_a_test_is_its_field():
    part = Part(test_part="ORRES", results={"A": "X"}, translate="words")
    assert part.of_test("A") == Assign(assign="X", translate="words")
    assert part.of_test("C") is part
