import pytest
from pydantic import TypeAdapter, ValidationError

from cdisc_npc.columns import condition as conditions
from cdisc_npc.columns.condition import Condition, Other, parse_condition


@pytest.mark.parametrize(
    ("written", "reads", "described"),
    [
        ({"A": "x"}, ["A"], "A = x"),
        ({"A": ["x", "y"]}, ["A"], "A is one of x, y"),
        ({"A": "present"}, ["A"], "A is present"),
        ({"A": "blank"}, ["A"], "A is blank"),
        ({"A": {"not": "x"}}, ["A"], "not (A = x)"),
        ({"A": {"not": "blank"}}, ["A"], "not (A is blank)"),
        ({"A": {"not": {"min": "1", "max": "2"}}}, ["A"], "not (A is at least 1 and A is at most 2)"),
        ({"A": {"min": "8", "max": "13"}}, ["A"], "A is at least 8 and A is at most 13"),
        ({"A": {"above": "8", "below": "13"}}, ["A"], "A is above 8 and A is below 13"),
        ({"A": {"variable": "B"}}, ["A", "B"], "A = B"),
        ({"A": {"min": {"variable": "DM.B"}}}, ["A", "DM.B"], "A is at least DM.B"),
        ({"A": {"not": {"variable": "B"}}}, ["A", "B"], "not (A = B)"),
        ({"A": ["x", {"variable": "B"}]}, ["A", "B"], "A is one of x, B"),
        ({"A": "x", "B": "y"}, ["A", "B"], "A = x and B = y"),
        ([{"A": "x"}, {"B": "y", "A": "z"}], ["A", "B"], "(A = x) or (B = y and A = z)"),
        ([{"A": "x"}], ["A"], "A = x"),
    ],
)
def test_a_condition_says_what_it_reads_and_what_it_asks(
    written: object, reads: list, described: str
) -> None:
    condition = parse_condition(written)
    assert condition.reads() == reads
    assert condition.describe() == described


def test_a_mapping_is_and_a_list_is_or() -> None:
    test = conditions.Test
    parsed = parse_condition([{"A": "x", "B": {"above": "1", "not": ["2"]}}, {"A": {"variable": "C"}}])
    assert parsed.alternatives == (
        (("A", (test("in", ("x",)),)), ("B", (test("above", ("1",)), test("not", (test("in", ("2",)),))))),
        (("A", (test("in", (Other("C"),)),)),),
    )


def test_a_parsed_condition_is_used_as_it_is() -> None:
    parsed = parse_condition({"A": "x"})
    assert parse_condition(parsed) is parsed


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("A", "expected a mapping of tests by name"),
        ({}, "expected a mapping of tests by name"),
        ([], "expected a mapping of tests by name"),
        ([{"A": "x"}, "B"], "expected a mapping of tests by name"),
        ([{}], "expected a mapping of tests by name"),
        ({"A": []}, "expected a value, a list, present, blank or a mapping of tests"),
        ({"A": {}}, "expected a value, a list, present, blank or a mapping of tests"),
        ({"A": None}, "expected a value, a list, present, blank or a mapping of tests"),
        ({"A": {"not": {}}}, "expected a value, a list, present, blank or a mapping of tests"),
        (
            {"A": {"least": "1"}},
            "unknown test 'least'; expected one of: not, min, max, above, below, before, after, matches, variable",
        ),
        ({"A": {"min": ["1"]}}, "expected a value or {variable: NAME}"),
        ({"A": {"min": {"variable": ["B"]}}}, "expected a value or {variable: NAME}"),
        ({"A": [["x"]]}, "expected a value or {variable: NAME}"),
        ({"A": {"variable": {"B": "x"}}}, "expected a value or {variable: NAME}"),
    ],
)
def test_an_error_says_what_was_expected(written: object, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        TypeAdapter(Condition).validate_python(written)
    (detail,) = error.value.errors()
    assert message in detail["msg"]
