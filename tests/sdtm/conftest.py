"""What the tests of the mapping share."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from tests.sdtm.small_study import MakeStudy, write_study

# A conversion takes its time on a busy machine; what a property test asks is not how long.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def make_study(tmp_path: Path) -> MakeStudy:
    """``make_study(forms, "dataset: CM …", study="dates: …", fields={"cm": {"DOSE": {"unit": "mg"}}})``."""
    return partial(write_study, tmp_path)
