"""The first category that holds."""

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.adam.categories import Category, categorize

FRAME = pd.DataFrame({"AVAL": [50.0, 35.0, 7.0]})


def test_the_first_category_that_holds():
    low, rest = (FRAME["AVAL"] < 40).to_numpy(), np.ones(3, dtype=bool)
    result = categorize(FRAME, [Category(low, {"C": "<40", "CN": 1}), Category(rest, {"C": ">=40", "CN": 2})])
    assert result["C"].tolist() == [">=40", "<40", "<40"] and result["CN"].tolist() == [2, 1, 1]
    with pytest.raises(ValueError, match="sets C"):
        categorize(FRAME, [Category(low, {"C": "x"}), Category(rest, {"D": "y"})])
