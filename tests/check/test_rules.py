"""Every rule stated as data: its own tables that hold, and its own that break it."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from cdisc_npc.check.engine import run_rules
from cdisc_npc.check.rule import load_rule, rule_folders
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import Package, table_of
from cdisc_npc.standards.sdtmig import load_standard, mappings_root, read_table
from cdisc_npc.transport.xpt_layout import Member

STUDIES = [path for path in mappings_root().iterdir() if (path / "rules").is_dir()]
FOLDERS = rule_folders() | {name: folder for study in STUDIES for name, folder in rule_folders(study).items()}
ADAM_NUMBERS = {
    row[2] for row in read_table(mappings_root() / "standards/adamig-1.3/variables.csv") if row[4] == "Num"
}


def package_of(folder: Path) -> Package:
    """Datasets of a folder of CSV files; numbers as the standards say, in ADaM also by the variable's ending."""
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)
        for name in frame.columns:
            if is_number(path.stem, name, frame[name]):
                frame[name] = pd.to_numeric(frame[name], errors="raise").astype("float64")
        tables[path.stem] = table_of(
            frame.astype({c: "str" for c in frame if frame[c].dtype.kind != "f"}), Member(path.stem), path
        )
    return Package(folder, tables)


def is_number(dataset: str, name: str, values: pd.Series) -> bool:
    standard = load_standard()
    if dataset in standard.datasets:
        fact = standard.variable(dataset, name)
        return fact is not None and fact.type == "Num"
    ends = ("DT", "DTM", "TM", "DY", "SEQ", "NUM", "N")
    shaped = bool(values.str.fullmatch(r"-?\d*\.?\d*").all())
    return shaped and (name in ADAM_NUMBERS or (name.endswith(ends) and not name.endswith("FN")))


def found(folder: Path, rule_id: str, data: str) -> tuple[list[tuple[str, str, str]], pd.DataFrame]:
    checked = Checked()
    run_rules(package_of(folder / data), {rule_id: load_rule(folder)}, checked)
    frame = checked.findings.frame()
    rows = ["" if pd.isna(row) else str(int(row)) for row in frame["row"]]
    return sorted(zip(frame["dataset"], rows, frame["variable"], strict=True)), checked.verdicts()


@pytest.mark.parametrize("rule_id", FOLDERS)
def test_rule(rule_id: str):
    folder = FOLDERS[rule_id]
    nothing, verdicts = found(folder, rule_id, "positive")
    assert nothing == []
    assert set(verdicts["status"]) == {"passed"}, verdicts
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as file:
        expected = sorted((row["dataset"], row["row"], row["variable"]) for row in csv.DictReader(file))
    assert expected
    assert found(folder, rule_id, "negative")[0] == expected
