"""A build that is killed at any moment leaves the old package or the new one, and the next run tidies up."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cdisc_npc.transport.convert import convert
from cdisc_npc.transport.place import read_manifest, strangers

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from cdisc_npc.cli.main import main; main()", *map(str, arguments)]


def build(kind: str, raw: Path, out: Path) -> list[str]:
    return command(kind, raw, out, "--study", "cdiscpilot")


def run(arguments: list[str]) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr


class Trial:
    """An old package in ``out``, and a build that is to replace it."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.out = folder, folder / "place" / "out"
        self.out.parent.mkdir()
        shutil.copytree(ROOT / "examples" / "pilot", folder / "raw old")
        shutil.copytree(folder / "raw old", folder / "raw new")
        events = folder / "raw new" / "ae_raw.csv"
        text = events.read_text(encoding="utf-8")
        assert "Itching" in text
        events.write_text(text.replace("Itching", "Blisters"), encoding="utf-8")
        self.inputs = {}
        for name in ("old", "new"):
            began = time.monotonic()
            run(build(kind, folder / f"raw {name}", folder / name))
            self.takes = time.monotonic() - began
            self.inputs[self.inputs_of(folder / name)] = name
        self.build = build(kind, folder / "raw new", self.out)
        self.small = folder / "x.csv"
        self.small.write_text("A,B\n1,x\n")

    def reset(self) -> None:
        """Put the old package into its place."""
        shutil.rmtree(self.out, ignore_errors=True)
        shutil.copytree(self.folder / "old", self.out)

    @staticmethod
    def inputs_of(package: Path) -> str:
        return json.dumps(read_manifest(package)["inputs"])

    def state(self) -> str:
        """Which package is there, after a look at every file of it."""
        assert strangers(self.out) == []
        assert all((self.out / name).is_file() for name in read_manifest(self.out)["files"])
        return self.inputs[self.inputs_of(self.out)]

    def beside(self) -> list[str]:
        return sorted(path.name for path in self.out.parent.iterdir() if path != self.out)

    def kill(self, after: float, number: int, *, writing: bool) -> tuple[str, int, list[str]]:
        """Build over the old package and send a signal; the state, and what is beside it.

        Parameters
        ----------
        after
            So many seconds after the start, or after the build has begun to write.
        """
        self.reset()
        process = subprocess.Popen(
            self.build, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=as_from_a_terminal
        )
        while writing and not self.beside() and process.poll() is None:
            time.sleep(0.002)
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
        code = process.wait(60)
        return self.state(), code, self.beside()


def as_from_a_terminal() -> None:
    """Let signals act that whatever runs the tests may ignore, as nohup does."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def killed(trial: Trial, times: int, seed: int) -> dict[str, int]:
    """Kill so many builds, and count what was seen."""
    draw = random.Random(seed)
    seen = {"old": 0, "new": 0, "ended": 0, "left": 0}
    for turn in range(times):
        number = draw.choice([signal.SIGKILL] * 8 + [signal.SIGTERM, signal.SIGINT])
        writing = turn % 2 == 1
        after = draw.uniform(0, trial.takes * (0.5 if writing else 1.05))
        state, code, beside = trial.kill(after, number, writing=writing)
        seen[state] += 1
        seen["ended"] += code in (0, 1)
        seen["left"] += bool(beside)
        if number != signal.SIGKILL:
            # Before Python has come to the command, the system's own way of ending has to do.
            assert code in (0, 1, 130, -number), (turn, number)
            assert beside == [], (turn, number)
        # Any run into the same place tidies up: a build again, or a short one.
        if turn % 10 == 0:
            run(trial.build)
            assert trial.state() == "new"
        else:
            convert(trial.small, trial.out, to="json")
        assert trial.beside() == [], (turn, number)
    return seen


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """With the shorter of the commands."""
    return Trial(tmp_path_factory.mktemp("kills"), "sdtm")


@pytest.mark.slow
def test_four_kills(trial: Trial) -> None:
    seen = killed(trial, 4, seed=20)
    assert seen["old"] + seen["new"] == 4


# The command, which sends a signal to itself when all is written but the manifest.
IN_THE_MIDST = """
import os, sys, time
from cdisc_npc.cli.main import main
from cdisc_npc.pipeline import build

def interrupted(folder, *_):
    print(folder.name, len(os.listdir(folder)), flush=True)
    os.kill(os.getpid(), number)
    time.sleep(60)

number, build.write_run_manifest = int(sys.argv.pop(1)), interrupted
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_in_the_midst_exits_130_and_leaves_nothing(trial: Trial, number: int) -> None:
    trial.reset()
    words = [str(int(number)), *trial.build[3:]]
    ended = subprocess.run(
        [sys.executable, "-c", IN_THE_MIDST, *words],
        capture_output=True, text=True, check=False, timeout=60, preexec_fn=as_from_a_terminal,
    )  # fmt: skip
    beside, written = ended.stdout.split()
    assert beside != trial.out.name and int(written) > 5
    assert ended.returncode == 130
    assert ended.stderr.splitlines()[-1] == "Interrupted."
    assert "Traceback" not in ended.stderr
    assert (trial.state(), trial.beside()) == ("old", [])


@pytest.mark.long
def test_two_hundred_kills(tmp_path: Path) -> None:
    seen = killed(Trial(tmp_path, "build"), 200, seed=1)
    print(seen)
    assert seen["old"] > 50 and seen["left"] > 20, seen
