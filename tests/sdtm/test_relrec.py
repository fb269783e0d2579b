"""RELREC: between datasets, and between records."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.texts import text_of
from cdisc_npc.sdtm.relrec import COLUMNS, make_relrec
from cdisc_npc.study.written import Relation
from tests.sdtm.small_study import MakeStudy

BETWEEN_DATASETS = Relation.model_validate(
    {
        "name": "PCPP",
        "between": [
            {"dataset": "PC", "by": "PCGRPID", "type": "MANY"},
            {"dataset": "PP", "by": "PPGRPID", "type": "MANY"},
        ],
    }
)
BETWEEN_RECORDS = Relation.model_validate(
    {"name": "AECM", "between": [{"dataset": "AE", "by": "AELNKID"}, {"dataset": "CM", "by": "CMLNKID"}]}
)


def frame(variable: str, rows: list[tuple[str, object]]) -> pd.DataFrame:
    """A dataset of (USUBJID, link)."""
    links = pd.Series([link for _, link in rows])
    links = links.astype("float64" if pd.api.types.is_float_dtype(links) else "str")
    return pd.DataFrame(
        {"USUBJID": pd.Series([subject for subject, _ in rows], dtype="str"), variable: links}
    )


def pairs(relrec: pd.DataFrame, ae: pd.DataFrame, cm: pd.DataFrame) -> list[tuple[int, int]]:
    """Positions of the records that share a RELID."""
    relid = relrec.set_index(["RDOMAIN", "USUBJID", "IDVARVAL"])["RELID"].to_dict()
    left, right = (
        [
            (record[0], relid.get((name, *record)))
            for record in zip(data["USUBJID"], text_of(data[link]), strict=True)
        ]
        for name, data, link in (("AE", ae, "AELNKID"), ("CM", cm, "CMLNKID"))
    )
    return [(i, j) for i, one in enumerate(left) for j, two in enumerate(right) if one[1] and one == two]


def test_between_datasets_is_one_row_a_dataset():
    result = make_relrec([BETWEEN_DATASETS], {}, "S")
    assert tuple(result) == COLUMNS
    assert result.to_numpy().tolist() == [
        ["S", "PC", "", "PCGRPID", "", "MANY", "PCPP"],
        ["S", "PP", "", "PPGRPID", "", "MANY", "PCPP"],
    ]


def test_between_records_is_one_relid_for_every_link_of_a_subject():
    ae = frame("AELNKID", [("1", "x"), ("1", "y"), ("1", "x"), ("2", "x"), ("2", ""), ("1", "only here")])
    cm = frame("CMLNKID", [("1", "y"), ("1", "x"), ("2", "x"), ("2", ""), ("2", "only there")])
    result = make_relrec([BETWEEN_RECORDS], {"AE": ae, "CM": cm}, "S")
    assert result.to_numpy().tolist() == [
        ["S", "AE", "1", "AELNKID", "x", "", "AECM1"],
        ["S", "CM", "1", "CMLNKID", "x", "", "AECM1"],
        ["S", "AE", "1", "AELNKID", "y", "", "AECM2"],
        ["S", "CM", "1", "CMLNKID", "y", "", "AECM2"],
        ["S", "AE", "2", "AELNKID", "x", "", "AECM1"],
        ["S", "CM", "2", "CMLNKID", "x", "", "AECM1"],
    ]
    assert pairs(result, ae, cm) == [(0, 1), (1, 0), (2, 1), (3, 2)]


def test_numbers_link_as_their_text():
    ae, cm = frame("AELNKID", [("1", 1.0), ("1", float("nan"))]), frame("CMLNKID", [("1", "1"), ("1", "")])
    result = make_relrec([BETWEEN_RECORDS], {"AE": ae, "CM": cm}, "S")
    assert result["IDVARVAL"].tolist() == ["1", "1"]
    assert pairs(result, ae, cm) == [(0, 0)]


LINKS = st.lists(
    st.tuples(st.sampled_from(["1", "2", "3"]), st.sampled_from(["", "a", "b", "c"])), max_size=8
)


@given(LINKS, LINKS)
def test_records_are_found_back_as_they_were_linked(ours, theirs):
    ae, cm = frame("AELNKID", ours), frame("CMLNKID", theirs)
    result = make_relrec([BETWEEN_RECORDS], {"AE": ae, "CM": cm}, "S")
    wanted = [(i, j) for i, one in enumerate(ours) for j, two in enumerate(theirs) if one == two and one[1]]
    assert pairs(result, ae, cm) == wanted


def test_nothing_related_is_an_empty_table():
    ae, cm = frame("AELNKID", [("1", "x")]), frame("CMLNKID", [("2", "x")])
    result = make_relrec([BETWEEN_RECORDS], {"AE": ae, "CM": cm}, "S")
    assert result.empty
    assert pairs(result, ae, cm) == []


def test_relrec_is_built_with_the_study(make_study: MakeStudy):
    study = make_study(
        {
            "ae": "SUBJ | TERM | NO\n2 | Rash | 7\n1 | Pain | 3",
            "cm": "SUBJ | DRUG | FOR\n1 | aspirin | 3\n2 | zinc | 8",
        },
        "dataset: AE\nrecords: [{from: ae, variables: {AETERM: {assign: TERM}, AEDECOD: {assign: TERM}, AELNKID: {assign: NO}}}]",
        "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {assign: DRUG}, CMLNKID: {assign: FOR}}}]",
        "dataset: RELREC\nrelations: [{name: R, between: [{dataset: AE, by: AELNKID}, {dataset: CM, by: CMLNKID}]}]",
    )
    relrec = study.convert().datasets["RELREC"]
    assert relrec[["USUBJID", "RDOMAIN", "IDVARVAL", "RELID"]].to_numpy().tolist() == [
        ["S1-1", "AE", "3", "R1"],
        ["S1-1", "CM", "3", "R1"],
    ]
