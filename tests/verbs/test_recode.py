"""Values for values."""

from tests.verbs.records import made, records


def test_values_that_are_not_named_give_the_else():
    stated = {"recode": "A", "to": {"Y": "1", "N": "0"}}
    frame = records(A=["Y", "N", "U", ""])
    assert made(stated, frame) == ["1", "0", "", ""]
    assert made(stated | {"else": "9"}, frame) == ["1", "0", "9", "9"]
    assert made(stated | {"numeric": "yes"}, frame) == [1.0, 0.0, None, None]


def test_a_number_is_named_in_its_shortest_form():
    assert made({"recode": "N", "to": {"2": "two", "0.5": "half"}}, records(N=[2.0, 0.5])) == ["two", "half"]
