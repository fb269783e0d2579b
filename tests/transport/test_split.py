import numpy as np
import pandas as pd
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.split import file_size, split_by, split_by_size
from cdisc_npc.transport.xpt import Member, Variable, write_xpt

NAN = float("nan")
FRAME = pd.DataFrame({
    "DOMAIN": "LB", "USUBJID": ["1", "1", "22", "22", "3"], "LBSEQ": [1.0, 2, 1, 2, 1],
    "LBCAT": ["HEMATOLOGY", "CHEMISTRY", "CHEMISTRY", "HEMATOLOGY", "COAGULATION"], "LBSTRESN": [1, NAN, 3, NAN, 5.0],
})  # fmt: skip
MEMBER = Member("LB", "Laboratory Test Results", (
    Variable("DOMAIN"), Variable("USUBJID"), Variable("LBSEQ", type="Num"), Variable("LBCAT"),
    Variable("LBSTRESN", type="Num"),
))  # fmt: skip
TAGS = {"LBSTRESN": pd.Series(["", ".A", "", ".B", ""])}
DATASET = Dataset(FRAME, MEMBER, TAGS)


def test_by_category():
    parts = split_by(DATASET, "LBCAT")
    assert [part.name for part in parts] == ["LBCH", "LBCO", "LBHE"]
    assert [part.category for part in parts] == ["CHEMISTRY", "COAGULATION", "HEMATOLOGY"]
    assert parts[2].dataset.frame["LBSEQ"].tolist() == [1, 2]
    assert parts[2].dataset.tags["LBSTRESN"].tolist() == ["", ".B"]
    # The same length everywhere, and all records once.
    assert {tuple(v.length for v in part.dataset.member.variables if v.type == "Char") for part in parts} == {
        (2, 2, 11)
    }
    whole = pd.concat([part.dataset.frame for part in parts]).sort_values(["USUBJID", "LBSEQ"])
    assert whole.values.tolist()[0] == FRAME.values.tolist()[0]
    assert len(whole) == len(FRAME)


def test_what_define_needs():
    part = split_by(DATASET, "LBCAT")[0]
    assert part.item_group() == {
        "OID": "IG.LBCH", "Name": "LBCH", "SASDatasetName": "LBCH", "Domain": "LB",
        "Description": "Laboratory Test Results - Chemistry",
        "Alias": {"Context": "DomainDescription", "Name": "Laboratory Test Results"},
    }  # fmt: skip


def test_names_that_would_be_the_same():
    frame = FRAME.assign(LBCAT=["CHEMISTRY", "CHOLESTEROL", "CH", "CH", "CH"])
    names = {part.category: part.name for part in split_by(Dataset(frame, MEMBER), "LBCAT")}
    assert len(set(names.values())) == 3
    assert all(name.startswith("LBC") and len(name) == 4 for name in names.values())
    given = {"CHEMISTRY": "LBX", "CHOLESTEROL": "LBY1", "CH": "LBZ"}
    assert {part.category: part.name for part in split_by(Dataset(frame, MEMBER), "LBCAT", given)} == given


@pytest.mark.parametrize(("change", "names", "said"), [
    ({"LBCAT": ["", "A", "A", "A", "A"]}, None, "a blank"),
    ({}, {"CHEMISTRY": "LBCH", "HEMATOLOGY": "LBHE"}, "a name for each"),
    ({}, {"CHEMISTRY": "LBCH", "HEMATOLOGY": "LBCH", "COAGULATION": "LBCO"}, "each name once"),
    ({}, {"CHEMISTRY": "LBCHE", "HEMATOLOGY": "LBHE", "COAGULATION": "LBCO"}, "LBCHE"),
])  # fmt: skip
def test_what_is_refused(change, names, said):
    with pytest.raises(Refused, match=said):
        split_by(Dataset(FRAME.assign(**change), MEMBER), "LBCAT", names)
    with pytest.raises(Refused, match="no text of the dataset"):
        split_by(DATASET, "LBSEQ")
    with pytest.raises(Refused, match="2 to 6 characters"):
        split_by(DATASET.named("SUPPLBX"), "LBCAT")


def test_supplemental_and_analysis_datasets():
    supplemental = FRAME.rename(columns={"DOMAIN": "RDOMAIN", "LBCAT": "QNAM"})
    numbers = supplemental.select_dtypes("number").columns
    variables = tuple(Variable(name, type="Num" if name in numbers else "Char") for name in supplemental)
    member = Member("SUPPLB", "Supplemental Qualifiers for LB", variables)
    part = split_by(Dataset(supplemental, member), "QNAM")[0]
    assert (part.name, part.item_group()["Domain"]) == ("SUPPLBCH", "LB")
    analysis = Dataset(
        FRAME.drop(columns="DOMAIN"), Member("ADLB", "Laboratory Analysis", MEMBER.variables[1:])
    )
    parts = split_by_size(analysis, file_size(analysis.member, 0) + 80 + 2 * (2 + 8 + 11 + 8))
    assert [item.name for item in parts] == ["ADLB01", "ADLB02", "ADLB03"]
    assert set(parts[0].item_group()) == {"OID", "Name", "SASDatasetName", "Description"}


def test_by_size_in_whole_subjects(tmp_path):
    width = 2 + 2 + 8 + 11 + 8
    head = file_size(Member("LB", variables=tuple(Variable(n, length=1) for n in "ABCDE")), 0)
    assert split_by_size(DATASET, head + 3 * 80) == []
    parts = split_by_size(DATASET, head + 80 + 2 * width)
    assert [(part.name, part.dataset.frame["USUBJID"].unique().tolist()) for part in parts] == [
        ("LB01", ["1"]), ("LB02", ["22"]), ("LB03", ["3"])
    ]  # fmt: skip
    for part in parts:
        path = tmp_path / f"{part.name.lower()}.xpt"
        write_xpt(part.dataset.frame, path, part.dataset.member, missing_tags=part.dataset.tags)
        assert (
            path.stat().st_size
            == file_size(part.dataset.member, len(part.dataset.frame))
            <= head + 80 + 2 * width
        )
    with pytest.raises(Refused, match="2 records of one subject"):
        split_by_size(DATASET, head + 80 + width)
    many = pd.concat([FRAME.assign(USUBJID=str(i)) for i in range(100)])
    with pytest.raises(Refused, match="100 parts"):
        split_by_size(Dataset(many, MEMBER), head + 80 + 5 * width)
    assert np.isfinite(head)
