"""Numbers multiplied."""

from tests.verbs.records import PARSE, made, records


def test_variables_and_numbers():
    frame = records(A=[2.0, 0.0, float("nan")], B=["1.5", "x", "3"])
    assert made({"product": ["A", "10"]}, frame) == [20.0, 0.0, None]
    assert made({"product": ["A", "B"]}, frame) == [3.0, None, None]
    assert PARSE({"product": ["A", "10", "-0.5"]}).reads() == ["A"]
