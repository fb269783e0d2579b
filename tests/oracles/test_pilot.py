"""The pilot study's real raw data, converted, against the SDTM that was published of it.

Records are aligned by raw row. Each cell is equal but for those that an exception names:
its variable, the rule that says which records, and why.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.columns.texts import text_of
from cdisc_npc.sdtm.mapper import Sdtm

SHARED = Path(os.environ.get("CDISC_NPC_SHARED", Path(__file__).parents[3] / "shared"))
FOLDER = Path(os.environ.get("CDISC_NPC_ORACLES", SHARED / "oracles")) / "raw_to_sdtm"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no raw data of the pilot study in {FOLDER}")

FORMS = {"DM": "dm", "AE": "ae", "EX": "ec", "DS": "ds"}
COUNTS = {"DM": 306, "AE": 1191, "EX": 591, "DS": 850}

Rows = Callable[[pd.DataFrame, pd.DataFrame], "pd.Series[bool]"]


class Exception_(NamedTuple):  # noqa: N801 - an exception to equality, not one to raise
    """Cells of one variable that may differ: which (published, ours), how many do, and why."""

    variable: str
    cells: int
    rows: Rows
    reason: str


def _screen_failure(variable: str) -> Rows:
    label = "Screen Failure" if variable in ("ARM", "ACTARM") else "Scrnfail"
    return lambda published, ours: (published[variable] == label) & (ours[variable] == "")


NO_ARM = "SDTMIG 3.4: a screen failure has no arm, ARMNRS says why; published by the rule of 3.2"
NOT_COLLECTED = "not in the raw export"
EXCEPTIONS = {
    "DM": [
        Exception_("BRTHDTC", 306, lambda p, o: o["BRTHDTC"] == "", NOT_COLLECTED),
        Exception_("RFICDTC", 254, lambda p, o: p["RFICDTC"] == "", "blanked by the publisher; the raw export has it"),
        Exception_(
            "RFPENDTC", 67, lambda p, o: p["RFPENDTC"] > o["RFPENDTC"],
            "the last contact was at a visit whose forms (laboratory, vital signs) are not in the raw export",
        ),
        *(
            Exception_(name, 52, _screen_failure(name), NO_ARM)
            for name in ("ARMCD", "ARM", "ACTARMCD", "ACTARM")
        ),
    ],
    "AE": [
        Exception_("AESPID", 1191, lambda p, o: o["AESPID"] == "", NOT_COLLECTED),
        Exception_("AELLTCD", 1182, lambda p, o: p["AELLTCD"] == "", "blanked by the publisher; the raw export has it"),
        Exception_("AESOCCD", 1182, lambda p, o: p["AESOCCD"] == "", "blanked by the publisher; the raw export has it"),
        Exception_(
            "AESTDTC", 15, lambda p, o: (p["AESTDTC"].str.len() == 7) & (o["AESTDTC"] == ""),
            "dates of year and month are blank in the raw export",
        ),
        Exception_(
            "AESTDY", 1, lambda p, o: (p["USUBJID"] == "01-716-1063") & (p["AESTDTC"] == "2013-05-09"),
            "published wrong: the start is RFSTDTC itself, day 1, not 366",
        ),
    ],
    "EX": [],
    "DS": [Exception_("DSSPID", 95, lambda p, o: o["DSSPID"] == "", NOT_COLLECTED)],
}  # fmt: skip


@pytest.fixture(scope="module")
def sdtm() -> Sdtm:
    study = npc.load_study("cdiscpilot")
    return npc.to_sdtm(npc.read_raw(FOLDER / "raw", study), study)


def _published(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / "sdtm" / f"{name.lower()}.csv", dtype="str", keep_default_na=False)


def _by_raw_row(sdtm: Sdtm, name: str) -> pd.DataFrame:
    """Our records in the order of the raw export, which is the published one; all as text."""
    assert set(sdtm.lineage[name]["form"]) == {FORMS[name]}
    ours = sdtm.datasets[name].apply(text_of)
    return ours.set_axis(sdtm.lineage[name]["row"]).sort_index().reset_index(drop=True)


@pytest.mark.parametrize("name", COUNTS)
def test_every_cell_is_as_published(sdtm, name):
    published, ours = _published(name), _by_raw_row(sdtm, name)
    assert len(ours) == len(published) == COUNTS[name]
    for column in published.columns.difference(ours.columns):
        ours[column] = ""
    exceptions = {item.variable: item for item in EXCEPTIONS[name]}
    for column in published.columns.difference([f"{name}SEQ"]):
        differ = ours[column] != published[column]
        if column in exceptions:
            item = exceptions[column]
            differ &= item.rows(published, ours) | ~differ
            assert (ours[column] != published[column]).sum() == item.cells, (column, item.reason)
            differ = (ours[column] != published[column]) & ~item.rows(published, ours)
        assert not differ.any(), (column, published[differ].head(), ours[differ].head())


@pytest.mark.parametrize("name", ["AE", "EX", "DS"])
def test_sequence_numbers_the_records_of_a_subject(sdtm, name):
    frame = sdtm.datasets[name]
    counts = frame.groupby("USUBJID")[f"{name}SEQ"].agg(["min", "max", "nunique", "size"])
    assert (counts["min"] == 1).all()
    assert (counts["max"] == counts["size"]).all() and (counts["nunique"] == counts["size"]).all()


# QNAMs that cannot be made: the efficacy data and the entry criteria are not in the raw export.
NOT_MADE = {"SUPPDM": {"EFFICACY": 234}, "SUPPDS": {"ENTCRIT": 3}}


@pytest.mark.parametrize("name", ["SUPPDM", "SUPPAE", "SUPPDS"])
def test_supplemental_qualifiers_are_as_published(sdtm, name):
    """IDVARVAL is compared by the raw record that it points to."""
    published = _published(name)
    missing = NOT_MADE.get(name, {})
    assert published["QNAM"][published["QNAM"].isin(missing)].value_counts().to_dict() == missing
    published = published[~published["QNAM"].isin(missing)]
    ours = sdtm.datasets.get(name, published.iloc[:0])
    parent = name.removeprefix("SUPP")
    if name == "SUPPAE":
        published = published[_with_a_start(published)]
        assert len(published) == 1191 - 15
    if parent != "DM":
        published = _pointing_to_rows(
            published, _published(parent).assign(row=lambda frame: range(1, len(frame) + 1))
        )
        parents = sdtm.datasets[parent].assign(row=sdtm.lineage[parent]["row"])
        ours = _pointing_to_rows(ours, parents.assign(**{f"{parent}SEQ": text_of(parents[f"{parent}SEQ"])}))
    keys = ["USUBJID", "IDVAR", "IDVARVAL", "QNAM"]
    columns = ["STUDYID", "RDOMAIN", *keys, "QLABEL", "QVAL", "QORIG", "QEVAL"]
    left, right = (
        frame.reindex(columns=columns, fill_value="").sort_values(keys).reset_index(drop=True).astype("str")
        for frame in (ours, published)
    )
    pd.testing.assert_frame_equal(left, right)


def _with_a_start(suppae: pd.DataFrame) -> "pd.Series[bool]":
    """AETRTEM of the 15 events whose start the raw export lost cannot be told."""
    events = _published("AE").set_index(["USUBJID", "AESEQ"])["AESTDTC"]
    pointed = pd.MultiIndex.from_frame(suppae[["USUBJID", "IDVARVAL"]])
    return pd.Series(events.reindex(pointed).str.len().to_numpy() != 7, index=suppae.index)


def _pointing_to_rows(supp: pd.DataFrame, parent: pd.DataFrame) -> pd.DataFrame:
    sequence = supp["RDOMAIN"].iloc[0] + "SEQ" if len(supp) else "AESEQ"
    if not len(supp):
        return supp
    index = parent.set_index(["USUBJID", sequence])["row"]
    pointed = [(usubjid, value) for usubjid, value in zip(supp["USUBJID"], supp["IDVARVAL"], strict=True)]
    return supp.assign(IDVARVAL=index.loc[pointed].astype("str").to_numpy())


def test_account_of_records_closes(sdtm):
    assert (sdtm.records["unaccounted"] == 0).all()
    assert sdtm.records.set_index("form")["mapped"].to_dict() == {"dm": 306, "ae": 1191, "ec": 591, "ds": 850}
