"""One number less another."""

import numpy as np

from cdisc_npc.verbs.difference import percent_change


def test_a_baseline_of_zero_has_no_per_cent():
    assert np.isnan(percent_change(np.array([3.0]), np.array([0.0]))).all()
