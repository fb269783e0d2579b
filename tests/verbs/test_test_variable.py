"""Variables that single tests of a wide form make; the records are tried in tests/sdtm/test_blocks.py."""

from cdisc_npc.verbs.assign import Assign
from cdisc_npc.verbs.hardcode import Hardcode
from cdisc_npc.verbs.test_part import TestPart as Part
from cdisc_npc.verbs.test_variable import TestVariable as Variable

OWN, OTHERS = Hardcode(hardcode="x"), Part(test_part="ORRES", results={"A": "F", "B": "G"})


def test_tests_that_share_a_verb_are_told_together():
    parts = Variable(by_test={"B": OWN}, others=OTHERS).by_tests(["A", "B", "C"])
    assert [(verb is OWN, tests) for verb, tests in parts] == [(True, [1]), (False, [0, 2])]
    assert Variable(by_test={"B": OWN}).by_tests(["A", "B"]) == [(OWN, [1])]


def test_the_verb_of_a_test():
    variable = Variable(by_test={"B": OWN}, others=OTHERS)
    assert variable.of_test("B") is OWN
    assert variable.of_test("A") == Assign(assign="F")
    assert Variable(by_test={"B": OWN}).of_test("A") is None
