from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.findings import Refused
from cdisc_npc.raw.find_tables import find_tables
from cdisc_npc.transport.raw_tables import by_distinct, header_names, number_text, numbers_text, text_frame


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (250.0, "250"),
        (0.1, "0.1"),
        (1e22, "10000000000000000000000"),
        (1e23, "100000000000000000000000"),
        (-0.0, "0"),
        (-12.5, "-12.5"),
        (0.00001, "0.00001"),
        (1e300, "1e+300"),
        (44439.43750142361, "44439.43750142361"),
    ],
)
def test_a_number_is_its_shortest_exact_text(number: float, text: str) -> None:
    assert number_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_text_reads_back_as_the_same_number(number: float) -> None:
    assert float(number_text(number)) == number


def test_by_distinct_gives_blanks_for_nulls() -> None:
    texts = by_distinct(np.array([1.0, np.nan, 1.0]), numbers_text)
    assert texts.tolist() == ["1", "", "1"]
    assert texts.dtype == "str"


def test_text_frame_of_no_rows_has_text_columns() -> None:
    frame = text_frame({"A": pd.Series(dtype="str")}, 0)
    assert frame.shape == (0, 1)
    assert frame["A"].dtype == "str"


def test_header_names_are_stripped_and_refused_together() -> None:
    assert header_names(["\ufeffSUBJID ", "\u3000AGE"], "dm.csv") == ["SUBJID", "AGE"]
    with pytest.raises(Refused) as refused:
        header_names(["A", "", "A", " "], "dm.csv")
    findings = refused.value.findings.frame()
    assert findings["code"].tolist() == ["RAW_UNNAMED_COLUMN", "RAW_UNNAMED_COLUMN", "RAW_DUPLICATE_COLUMN"]
    assert findings["value"].tolist()[:2] == ["2", "4"]


def test_find_tables_lists_files_and_passes_over_sidecars(tmp_path: Path) -> None:
    for name in ("ae.csv", "DM.TSV", "README.txt", "ae.types.json", ".hidden", "~$dm.xlsx", "protocol.pdf"):
        (tmp_path / name).write_text("A,B\n1,2\n")
    (tmp_path / "old").mkdir()
    sources, findings = find_tables(tmp_path)
    assert [(source.name, source.kind) for source in sources] == [
        ("DM", "transport.delimited"),
        ("ae", "transport.delimited"),
    ]
    assert findings.frame()[["code", "file", "value"]].to_numpy().tolist() == [
        ["RAW_IGNORED_FILE", "old", "a folder"],
        ["RAW_IGNORED_FILE", "protocol.pdf", "unknown ending"],
    ]


def test_a_file_of_one_table_is_called_by_its_stem_too(tmp_path: Path) -> None:
    (tmp_path / "Vitals.csv").write_text("A\n1\n")
    (source,), _ = find_tables(tmp_path / "Vitals.csv")
    assert source.is_called("VITALS")
    assert not source.is_called("vs")


def test_no_such_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nowhere: cannot be read: 'no such file'"):
        find_tables(tmp_path / "nowhere")
