"""Values at baseline."""

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.verbs.baseline import baseline
from cdisc_npc.verbs.difference import change, percent_change

FRAME = pd.DataFrame({"ID": ["a", "a", "b"], "ABLFL": ["Y", "", ""], "AVAL": [50.0, 35.0, 7.0]})


def test_base_is_that_of_the_group():
    base = baseline(FRAME, ["ID"])
    assert base.tolist()[:2] == [50, 50] and np.isnan(base[2])
    assert change(FRAME["AVAL"], base).tolist()[:2] == [0, -15]
    assert percent_change(FRAME["AVAL"], base).tolist()[:2] == [0, -30]


def test_two_baselines_are_refused():
    with pytest.raises(Refused, match="several records of one ID: 'a'"):
        baseline(FRAME.assign(ABLFL="Y"), ["ID"])
