"""Finished datasets: order, keys, long text and SUPP--."""

from __future__ import annotations

import pytest

from cdisc_npc.columns.texts import byte_lengths
from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.qualifiers import merge_supp
from tests.sdtm.small_study import MakeStudy, found

CM = """
dataset: CM
keys: [USUBJID, CMTRT, CMSTDTC]
records:
  - from: cm
    variables:
      CMTRT: {assign: DRUG}
      CMSTDTC: {iso8601: DAY}
      CMINDC: {assign: WHY}
      CMNOTE: {assign: NOTE}
      CMWHO: {assign: WHO, terms: who}
supplemental:
  CMNOTE: {label: Note of the investigator}
  CMWHO: {label: Who gave it, origin: ASSIGNED, evaluator: SPONSOR}
"""
WHO = "terms: {who: {N: NURSE, D: DOCTOR}}"
LONG = " ".join(f"word{n}" for n in range(90))
HEADER = "SUBJ | DRUG | DAY | WHY | NOTE | WHO\n"
ROWS = f"""2 | zinc | 2020-01-02 | {LONG} | | N
1 | zinc | 2020-01-02 | pain | {LONG} {LONG} | D
1 | aspirin | 2020-01-03 | | short |"""


def test_records_are_by_subject_and_sequence(make_study: MakeStudy):
    result = make_study({"cm": HEADER + ROWS}, CM, codelists=WHO).convert().datasets["CM"]
    assert result[["USUBJID", "CMSEQ", "CMTRT"]].to_numpy().tolist() == [
        ["S1-1", 1, "aspirin"],
        ["S1-1", 2, "zinc"],
        ["S1-2", 1, "zinc"],
    ]
    assert list(result)[:4] == ["STUDYID", "DOMAIN", "USUBJID", "CMSEQ"]
    assert not {"CMNOTE", "CMWHO"} & set(result)


def test_qualifiers_and_long_text_come_back_whole(make_study: MakeStudy):
    sdtm = make_study({"cm": HEADER + ROWS}, CM, codelists=WHO).convert()
    result, supp = sdtm.datasets["CM"], sdtm.datasets["SUPPCM"]
    assert set(supp["IDVAR"]) == {"CMSEQ"}
    assert supp[supp["USUBJID"] == "S1-2"]["QNAM"].tolist() == ["CMWHO", "CMINDC1", "CMINDC2", "CMINDC3"]
    for frame in (result, supp):
        for name in frame.columns[frame.dtypes == "str"]:
            assert byte_lengths(frame[name], "us-ascii").max(initial=0) <= 200
    whole = merge_supp(result, supp)
    assert whole["CMINDC"].tolist() == ["", "pain", LONG]
    assert whole["CMNOTE"].tolist() == ["short", f"{LONG} {LONG}", ""]
    assert whole["CMWHO"].tolist() == ["", "DOCTOR", "NURSE"]
    assert not [name for name in whole if name[-1:].isdigit()]


def test_qorig_label_and_evaluator(make_study: MakeStudy):
    supp = (
        make_study({"cm": HEADER + ROWS}, CM, codelists=WHO)
        .convert()
        .datasets["SUPPCM"]
        .drop_duplicates("QNAM")
    )
    facts = supp.set_index("QNAM")[["QLABEL", "QORIG", "QEVAL"]].T.to_dict("list")
    assert facts["CMNOTE"] == ["Note of the investigator", "CRF", ""]
    assert facts["CMNOTE1"] == ["Note of the investigator", "CRF", ""]
    assert facts["CMWHO"] == ["Who gave it", "ASSIGNED", "SPONSOR"]
    assert facts["CMINDC1"] == ["Indication", "CRF", ""]


def test_long_text_is_reported(make_study: MakeStudy):
    sdtm = make_study({"cm": HEADER + ROWS}, CM, codelists=WHO).convert()
    stated = [
        (item["variable"], item["row"], item["value"], item["USUBJID"])
        for item in found(sdtm, "MAP_LONG_TEXT")
    ]
    assert sorted(stated) == [
        ("CMINDC", 1, str(len(LONG)), "S1-2"),
        ("CMNOTE", 2, str(2 * len(LONG) + 1), "S1-1"),
    ]


def test_text_that_cannot_be_cut_is_kept_and_reported(make_study: MakeStudy):
    stuck = "a" + " " * 250 + "b"
    sdtm = make_study({"cm": HEADER + f"1 | zinc | 2020-01-02 | {stuck} | | N"}, CM, codelists=WHO).convert()
    assert sdtm.datasets["CM"]["CMINDC"].tolist() == [stuck]
    (stated,) = found(sdtm, "MAP_TEXT_TOO_LONG")
    assert (stated["variable"], stated["value"], stated["severity"], stated["row"]) == (
        "CMINDC",
        "252",
        "error",
        1,
    )


def test_a_qnam_that_is_used_leaves_the_text_whole_and_reported(make_study: MakeStudy):
    mapping = CM.replace("CMNOTE", "CMINDC1")
    sdtm = make_study({"cm": HEADER + ROWS}, mapping, codelists=WHO).convert()
    assert LONG in sdtm.datasets["CM"]["CMINDC"].tolist()
    assert [item["variable"] for item in found(sdtm, "MAP_TEXT_TOO_LONG")] == ["CMINDC"]


@pytest.mark.parametrize(("encoding", "characters"), [("utf-8", 66), ("gb18030", 100)])
def test_bytes_are_those_of_the_studys_encoding(make_study: MakeStudy, encoding, characters):
    study = make_study({"cm": HEADER + f"1 | zinc | 2020-01-02 | {'头' * 150} | | N"}, CM, codelists=WHO)
    path = study.folder / "study.yaml"
    path.write_text(path.read_text().replace("us-ascii", encoding))
    sdtm = study.convert()
    assert sdtm.datasets["CM"]["CMINDC"].tolist() == ["头" * characters]
    merged = merge_supp(sdtm.datasets["CM"], sdtm.datasets["SUPPCM"], encoding=encoding)
    assert merged["CMINDC"].tolist() == ["头" * 150]


def test_a_key_that_is_not_unique_is_refused_or_reported(make_study: MakeStudy):
    data = {"cm": HEADER + ROWS + "\n1 | aspirin | 2020-01-03 | again | | "}
    with pytest.raises(
        Refused, match=r"cm.csv row 4: CM key .* = 'S1-1 \| aspirin \| 2020-01-03' is not unique"
    ):
        make_study(data, CM, codelists=WHO).convert()
    sdtm = make_study(data, CM, codelists=WHO, study="policies: {duplicate_key: report}").convert()
    assert [(item["row"], item["severity"]) for item in found(sdtm, "MAP_DUPLICATE_KEY")] == [(4, "error")]
    assert len(sdtm.datasets["CM"]) == 4


DM = """
dataset: DM
keys: [USUBJID]
records:
  - from: dm
    variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {assign: SEX}, COUNTRY: {hardcode: USA}}
"""


def test_a_subject_that_stands_twice_is_refused_or_reported(make_study: MakeStudy):
    data = {"dm": "SUBJ | SEX\n1 | M\n2 | F\n1 | M"}
    with pytest.raises(Refused, match=r"dm.csv row 3: subject S1-1 has .* records in DM"):
        make_study(data, DM).convert()
    sdtm = make_study(data, DM, study="policies: {duplicate_subject: report}").convert()
    (finding,) = found(sdtm, "MAP_DUPLICATE_SUBJECT")
    assert (finding["USUBJID"], finding["value"], finding["severity"]) == ("S1-1", "2", "error")
    assert sdtm.datasets["DM"]["USUBJID"].tolist() == ["S1-1", "S1-1", "S1-2"]


def test_dm_has_no_idvar_in_its_qualifiers(make_study: MakeStudy):
    mapping = DM.replace("SEX: {assign: SEX}", "SEX: {hardcode: M}, RACEOTH: {assign: SEX}")
    sdtm = make_study(
        {"dm": "SUBJ | SEX\n1 | M"}, mapping + "supplemental: {RACEOTH: {label: Race}}"
    ).convert()
    assert sdtm.datasets["SUPPDM"][["IDVAR", "IDVARVAL", "QNAM", "QVAL"]].to_numpy().tolist() == [
        ["", "", "RACEOTH", "M"]
    ]
