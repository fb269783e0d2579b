"""The first field that is not blank."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("{first_of: [C, B, A]}", ["aspirin", "zinc", "gold", "tin"]),
        ("{first_of: [C, T], else: none}", ["none", "zinc", "none", "tin"]),
    ],
)
def test_first_of(cm, verb, expected):
    assert cm(f"CMDECOD: {verb}")[0] == expected
