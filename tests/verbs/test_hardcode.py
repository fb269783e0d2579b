"""Fixed values."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("{hardcode: fixed}", ["fixed"] * 4),
        ("{hardcode: fixed, when: {A: present}}", ["fixed", "fixed", "", "fixed"]),
        ("{hardcode: fixed, when: {A: present}, else: other}", ["fixed", "fixed", "other", "fixed"]),
    ],
)
def test_hardcode(cm, verb, expected):
    assert cm(f"CMDECOD: {verb}")[0] == expected
