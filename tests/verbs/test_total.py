"""Numbers added up."""

from tests.verbs.records import PARSE, made, records


def test_it_is_missing_where_one_is():
    frame = records(A=[2.0, float("nan")], B=[0.5, 1.0])
    assert made({"total": ["A", "B", "1"]}, frame) == [3.5, None]
    assert PARSE({"total": ["A", "1"]}).reads() == ["A"]
