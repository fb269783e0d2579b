"""What the simulator's columns are: arrays of one entry a record; days are int64 since 1970-01-01."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]
Rng = np.random.Generator

# No day: far below any, so that `min` and `<` have to be thought of, and a mistake shows.
NONE = np.int64(-(10**9))
# No end: above any day.
NEVER = np.int64(10**9)
