"""Defects planted in a clean package, one at a time: each is found where it is, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import defects_dates
import pandas as pd
import pytest
from defects import Defect, Planted
from rerun import Rerun

from cdisc_npc.check.package import Package, read_package
from cdisc_npc.run.build import build_sdtm
from cdisc_npc.simulate import simulate
from cdisc_npc.study import load_study

DEFECTS: list[Defect] = [*defects_dates.DEFECTS]
