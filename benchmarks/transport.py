"""Time and memory of transport files beside other tools: `python benchmarks/transport.py [records ...]`.

A dataset of the shape of LB (`laboratory.py`), by default of 100 thousand, 1 and 5 million
records. All tools in one run, in turn, several times (pyreadstat and R, which are slow, less
often); the median counts. "plain" writes the same bytes with NumPy's `tofile` and fsync, which
ours does too and no other tool does. "compare" is the comparison with a shuffled copy by keys,
and with a copy by position.
pyreadstat and nbase-converter (`pip install pyreadstat nbase-converter==0.0.6`) are left out
where they are absent; so are R's haven and foreign (Debian: r-base-core r-cran-haven
r-cran-foreign), which get the data from the file that ours wrote.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median

import laboratory
import numpy as np
import pandas as pd

import cdisc_npc as npc

# Runs of slow tools, and of the others, by the most records.
RUNS = {100_000: (3, 9), 1_000_000: (1, 9), sys.maxsize: (1, 3)}

R_PROGRAM = """
arguments <- commandArgs(trailingOnly = TRUE)
seconds <- function(what, expression) {
  gc()
  cat(what, system.time(expression)[["elapsed"]], "\\n")
}
for (time in seq_len(as.integer(arguments[2]))) {
  seconds("read_foreign", frame <- foreign::read.xport(arguments[1], stringsAsFactors = FALSE))
  seconds("write_haven", haven::write_xpt(frame, tempfile(), version = 5, name = "LB"))
  rm(frame)
  seconds("read_haven", haven::read_xpt(arguments[1]))
}
"""


def main() -> None:
    for count in [int(text) for text in sys.argv[1:]] or [100_000, 1_000_000, 5_000_000]:
        with tempfile.TemporaryDirectory() as folder:
            measure(count, Path(folder))


def measure(count: int, folder: Path) -> None:
    frame = laboratory.whole(count)
    ours = folder / "lb.xpt"
    npc.write_xpt(frame, ours, laboratory.MEMBER)
    slow, fast = next(runs for most, runs in RUNS.items() if count <= most)
    tools = _tools(frame, folder)
    spent: dict[str, list[float]] = defaultdict(list)
    for turn in range(fast):
        for name, tool in tools.items():
            if turn < slow or not name.endswith(("pyreadstat", "keys", "position")):
                spent[name].append(_seconds(tool))
    in_memory = int(frame.memory_usage(deep=True).sum())
    del frame, tools
    gc.collect()
    for name, seconds in _in_r(ours, slow):
        spent[name].append(seconds)
    size = ours.stat().st_size
    print(f"\n{count:,} records; {size / 1e6:,.0f} MB in the file, {in_memory / 1e6:,.0f} MB in memory")
    for verb in ("write", "read", "compare"):
        own = median(spent.get(f"{verb}_ours") or [1])
        for name in sorted(spent, key=lambda each: median(spent[each])):
            if name.startswith(verb):
                least, middle, most = min(spent[name]), median(spent[name]), max(spent[name])
                print(
                    f"  {name.replace('_', ' '):<20} {middle:8.2f} s ({least:.2f} to {most:.2f}, {len(spent[name])} runs)"
                    + (f"  {middle / own:6.2f} x ours" if verb != "compare" else "")
                )
    for how in ("frame", "stream"):
        peak, before = _memory(how, count, ours)
        print(
            f"  peak memory, {how:<7} {peak:8,.0f} MB for the process, {before:,.0f} MB before the write",
            end="",
        )
        print(f"  {peak * 1e6 / in_memory:6.2f} x the frame", flush=True)


def _tools(frame: pd.DataFrame, folder: Path) -> dict[str, Callable[[], object]]:
    ours, plain = folder / "lb.xpt", np.fromfile(folder / "lb.xpt", np.uint8)

    def write_plain() -> None:
        with (folder / "plain").open("wb") as file:
            plain.tofile(file)
            file.flush()
            os.fsync(file.fileno())

    tools: dict[str, Callable[[], object]] = {
        "write_ours": lambda: npc.write_xpt(frame, folder / "new.xpt", laboratory.MEMBER),
        "write_plain": write_plain,
        "read_ours": lambda: npc.read_xpt(ours),
    }
    if len(frame) <= 1_000_000:
        changed = frame.assign(LBSTRESN=frame["LBSTRESN"].where(frame.index % 100_000 != 7, 0.5))
        shuffled = changed.sample(frac=1, random_state=1, ignore_index=True)
        tools["compare_position"] = lambda: npc.compare_frames(frame, changed)
        tools["compare_keys"] = lambda: npc.compare_frames(frame, shuffled, keys=["USUBJID", "LBSEQ"])
    if importlib.util.find_spec("nbase_converter"):
        import nbase_converter

        tools["write_nbase"] = lambda: nbase_converter.write_dataset(
            frame, folder / "nbase.xpt", target_format="xpt5", overwrite=True
        )
        tools["read_nbase"] = lambda: nbase_converter.read_dataset(ours)
    if importlib.util.find_spec("pyreadstat"):
        import pyreadstat

        tools["write_pyreadstat"] = lambda: pyreadstat.write_xport(
            frame, str(folder / "pyreadstat.xpt"), file_format_version=5, table_name="LB"
        )
        tools["read_pyreadstat"] = lambda: pyreadstat.read_xport(str(ours))
    return tools


def _seconds(tool: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    tool()
    return time.perf_counter() - start


def _in_r(path: Path, runs: int) -> list[tuple[str, float]]:
    program = shutil.which("Rscript")
    if not program:
        return []
    made = subprocess.run(
        [program, "--vanilla", "-e", R_PROGRAM, str(path), str(runs)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        print(made.stderr.strip().splitlines()[-1], file=sys.stderr)
    lines = [line.split() for line in made.stdout.splitlines() if line.startswith(("read_", "write_"))]
    return [(name, float(seconds)) for name, seconds in lines]


def _memory(how: str, count: int, path: Path) -> tuple[float, float]:
    """MB of a process of its own: its peak while it writes, and what it had before."""
    done = subprocess.run(
        [sys.executable, __file__, "memory", how, str(count), str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    peak, before = done.stdout.split()
    return float(peak), float(before)


def _write_for_memory(how: str, count: int, path: Path) -> None:
    if how == "frame":
        import pyarrow as pa

        data = laboratory.whole(count)
        gc.collect()
        pa.default_memory_pool().release_unused()
    else:
        data = laboratory.blocks(count)
    # Forgets the peak of making the frame.
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    npc.write_xpt(data, path, laboratory.MEMBER)
    print(_status("VmHWM"), before)


def _status(name: str) -> float:
    found = re.search(rf"{name}:\s*([0-9]+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024 / 1e6


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        _write_for_memory(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
