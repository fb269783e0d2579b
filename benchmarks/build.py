"""A build and a check by two commits, pair by pair: CPU of all processes, time of the clock, memory.

    python benchmarks/build.py OLD NEW [--subjects 14 1000] [--pairs 5] [--skip STAGES]

Both commits are checked out in a temporary folder and run by this Python, with the packages that it has.
The trial is simulated by OLD, so that both read the same files. Memory is the most that all processes of a
command share out among themselves (PSS, looked at ten times a second; Linux only).
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
LOOK = 0.1  # seconds


@contextmanager
def checkout(commit: str, place: Path) -> Iterator[Path]:
    """A work tree of a commit."""
    subprocess.run(["git", "-C", ROOT, "worktree", "add", "-q", "--detach", place, commit], check=True)
    try:
        yield place
    finally:
        subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", place], check=True)


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return
    for child in children.split():
        yield from family(int(child))


def shared_out(pid: int) -> int:
    """Bytes of memory of a process, of what it shares its part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def run(tree: Path, words: list[str]) -> dict[str, float]:
    """CPU seconds, seconds and most bytes of a command of a work tree."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    # An installed package is compiled already.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    most = 0
    with subprocess.Popen(
        [sys.executable, "-m", "cdisc_npc", *words], cwd=tree, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        while process.poll() is None:
            most = max(most, sum(map(shared_out, family(process.pid))))
            time.sleep(LOOK)
    if process.returncode > 1:
        raise SystemExit(f"{' '.join(words)} of {tree.name} ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"CPU": cpu, "clock": time.perf_counter() - start, "memory": most / 1e9}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--subjects", type=int, nargs="+", default=[14, 1000])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--skip", help="stages that the new commit leaves out, as of `build --skip`")
    words = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        checkout(words.old, Path(folder) / "old") as old,
        checkout(words.new, Path(folder) / "new") as new,
    ):
        skip = ["--skip", words.skip] if words.skip else []
        print(f"{'command':<22}{'':<8}{words.old[:10]:>12}{words.new[:10]:>12}{'old/new':>10}")
        for subjects in words.subjects:
            raw = str(Path(folder) / f"raw{subjects}")
            run(old, ["simulate", raw, "--subjects", str(subjects), "--seed", "1"])
            for tree in (old, new):  # compiles the modules
                run(tree, ["build", raw, f"{folder}/{tree.name}-{subjects}"])
            commands = {
                "build": lambda out, raw=raw: ["build", raw, out],
                "check": lambda out: ["check", out],
            }
            for name, command in commands.items():
                figures: list[tuple[dict[str, float], dict[str, float]]] = []
                for _ in range(words.pairs):
                    pair = []
                    for tree in (old, new):
                        more = skip if name == "build" and tree is new else []
                        pair.append(run(tree, [*command(f"{folder}/{tree.name}-{subjects}"), *more]))
                    figures.append((pair[0], pair[1]))
                for what, unit in (("CPU", "s"), ("clock", "s"), ("memory", "GB")):
                    one, two = (median(pair[side][what] for pair in figures) for side in (0, 1))
                    ratio = median(pair[0][what] / pair[1][what] for pair in figures)
                    print(
                        f"{name + ' ' + str(subjects):<22}{what + ' ' + unit:<8}{one:>12.2f}{two:>12.2f}{ratio:>10.2f}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
