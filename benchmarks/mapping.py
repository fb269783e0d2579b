"""CPU and memory of raw to SDTM: `python benchmarks/mapping.py [copies ...]`.

The pilot study's forms, 50 copies by default (15,300 subjects, 59,550 adverse events, from
11,250 of them). The time of a dataset is that of its rows and variables as the build makes
them, from raw forms in memory; assembly (order, SUPP--, account) is a row of its own.
sdtm.oak takes 4.4 s for AE and 5.2 s for DM on the same data and a like machine.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections import defaultdict
from types import SimpleNamespace

from pilot import raw_forms

import cdisc_npc as npc
from cdisc_npc.findings import Findings
from cdisc_npc.raw.read import RawData
from cdisc_npc.sdtm import mapper


def measure(copies: int, runs: int = 5) -> tuple[dict[str, float], dict[str, int]]:
    """Least CPU seconds by dataset over some runs, and records by dataset."""
    study = npc.load_study("cdiscpilot")
    forms = raw_forms(copies)
    tables = {name: SimpleNamespace(file=f"{name}_raw.csv") for name in forms}
    best: dict[str, float] = {}
    counts: dict[str, int] = {}
    for _ in range(runs):
        spent: dict[str, float] = defaultdict(float)
        raw = RawData(forms, tables, Findings())  # type: ignore[arg-type]  # a file's name is all that is asked of them
        gc.collect()

        def tell(step: str, seconds: float, spent: dict[str, float] = spent) -> None:
            spent[step] += seconds

        start = time.process_time()
        result = mapper.to_sdtm(raw, study, timer=tell)
        spent["all"] = time.process_time() - start
        counts = {name: len(frame) for name, frame in result.datasets.items()}
        del result  # or two of them are in memory at once
        best = {step: min(seconds, best.get(step, seconds)) for step, seconds in spent.items()}
    return best, counts


def main() -> None:
    print(f"{'copies':>6} {'step':<10} {'records':>9} {'CPU s':>8}")
    for copies in [int(text) for text in sys.argv[1:]] or [5, 50]:
        spent, counts = measure(copies)
        for step, seconds in spent.items():
            print(f"{copies:>6} {step:<10} {counts.get(step, ''):>9} {seconds:>8.3f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
