"""What the tests of verbs share."""

from __future__ import annotations

import pytest

from cdisc_npc.sdtm.mapper import Sdtm
from tests.sdtm.conftest import make_study as make_study
from tests.sdtm.small_study import MakeStudy
from tests.verbs.small_trial import FORM


@pytest.fixture
def cm(make_study: MakeStudy):
    """Convert the form with one more variable of CM, and give it in the order of the raw rows."""

    def convert(variable: str, **options) -> tuple[list, Sdtm]:
        name = variable.partition(":")[0]
        mapping = f"dataset: CM\nrecords: [{{from: cm, variables: {{CMTRT: {{hardcode: X}}, {variable}}}}}]\n"
        sdtm = make_study({"cm": FORM}, mapping, **options).convert()
        return sdtm.datasets["CM"][name].tolist(), sdtm

    return convert
