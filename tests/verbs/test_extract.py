"""Parts of texts."""

import pytest
from pydantic import ValidationError

from tests.verbs.records import PARSE, made, records


def test_what_the_group_matches_anywhere():
    frame = records(A=["Lesion 3, left", "none", ""])
    assert made({"extract": "A", "pattern": "Lesion ([0-9]+)"}, frame) == ["3", "", ""]
    assert made({"extract": "A", "pattern": "(l[a-z]+)$", "else": "?"}, frame) == ["left", "?", "?"]


def test_numbers_are_read_in_their_shortest_form():
    assert made({"extract": "N", "pattern": r"([0-9]+)\.5"}, records(N=[12.5, 3.0])) == ["12", ""]


@pytest.mark.parametrize("pattern", ["abc", "(a)(b)"])
def test_a_pattern_has_one_group(pattern):
    with pytest.raises(ValidationError, match="expected one group"):
        PARSE({"extract": "A", "pattern": pattern})
