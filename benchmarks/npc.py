"""Records per second of the simulated trial: `python benchmarks/npc.py [subjects ...]`.

Messy exports of 14 and 1,000 subjects by default, written as CSV, then read, mapped by all
mappings of the study `npc`, set against RECIST 1.1, and written as a package. CPU seconds;
the records per second of a dataset are those of its rows and variables as the build makes them.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import cdisc_npc as npc
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.sdtm.mapper import to_sdtm
from cdisc_npc.simulate import simulate


def measure(subjects: int, folder: Path) -> None:
    """Print what one size takes."""
    start = time.process_time()
    simulate(folder / "raw", subjects=subjects)
    simulated = time.process_time()
    study = npc.load_study("npc")
    loaded = time.process_time()
    raw = npc.read_raw(folder / "raw", study)
    read = time.process_time()
    spent: dict[str, float] = defaultdict(float)

    def tell(step: str, seconds: float) -> None:
        spent[step] += seconds

    sdtm = to_sdtm(raw, study, timer=tell)
    mapped = time.process_time()
    counts = {name: len(frame) for name, frame in sdtm.datasets.items()}
    records = sum(map(len, raw.forms.values()))
    del sdtm, raw
    before = _of_all_processes(), time.perf_counter()
    build_package(folder / "raw", folder / "out", study)
    cpu, wall = _of_all_processes() - before[0], time.perf_counter() - before[1]
    print(f"{subjects} subjects, {records} raw records")
    print(f"  simulate {simulated - start:.1f} s, load the study {loaded - simulated:.1f} s")
    print(
        f"  read {read - loaded:.1f} s, map {mapped - read:.1f} s, the whole build {cpu:.1f} s ({wall:.1f} s wall)"
    )
    for step, seconds in sorted(spent.items(), key=lambda each: -each[1]):
        made = counts.get(step)
        rate = f"{made:>9} records {made / seconds:>11,.0f} /s" if made and seconds else ""
        print(f"  {step:<9} {seconds:7.3f} s {rate}")


def _of_all_processes() -> float:
    """CPU seconds of this process and of those that it began and that have ended."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + begun.ru_utime + begun.ru_stime


def main() -> None:
    for text in sys.argv[1:] or ["14", "1000"]:
        with tempfile.TemporaryDirectory() as folder:
            measure(int(text), Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
