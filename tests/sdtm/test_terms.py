"""Collected values to terms: the order of matching, and what is said of what did not match."""

from __future__ import annotations

import pytest

from cdisc_npc.sdtm.terms import Recoded, change_case, recode
from cdisc_npc.standards.terminology import Codelist, Term
from tests.sdtm.small_study import MakeStudy, found


def codelist(*terms: tuple[str, str], extensible: bool = False, code: str = "C1") -> Codelist:
    """A codelist of (submission value, synonyms by ';')."""
    result = {
        value: Term(f"T{index}", value, "", tuple(filter(None, synonyms.split(";"))))
        for index, (value, synonyms) in enumerate(terms)
    }
    return Codelist(code, "LIST", "A list", extensible, result)


ROUTES = codelist(("ORAL", "PO;By mouth"), ("TOPICAL", "On skin;PO cream"), ("mg", ""), ("Mg", ""))


def one(value: str, *args, **kwargs) -> tuple[str, str]:
    result = recode([value], *args, **kwargs)
    return result.values[0], result.how[0]


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        ("ORAL", {}, ("ORAL", "exact")),
        ("ORAL", {"decode": {"ORAL": "TOPICAL"}}, ("ORAL", "exact")),  # a submission value is what it says
        ("Mouth", {"decode": {"Mouth": "ORAL"}}, ("ORAL", "decoded")),
        ("PO", {"decode": {"PO": "TOPICAL"}}, ("TOPICAL", "decoded")),  # the study's table before synonyms
        ("none", {"decode": {"none": ""}}, ("", "decoded")),
        ("oral", {"case": "upper"}, ("ORAL", "exact")),
        ("oral", {"case": "upper", "decode": {"oral": "TOPICAL"}}, ("TOPICAL", "decoded")),
        ("By mouth", {}, ("ORAL", "synonym")),
        ("po", {"case": "upper"}, ("ORAL", "synonym")),
        ("oral", {"ignore_case": True}, ("ORAL", "case")),
        ("MOUTH", {"ignore_case": True, "decode": {"Mouth": "ORAL"}}, ("ORAL", "case")),
        ("BY MOUTH", {"ignore_case": True}, ("ORAL", "case")),
        ("oral", {}, ("oral", "unmatched")),  # nothing is upper-cased on the quiet
        ("spoon", {"case": "upper"}, ("SPOON", "unmatched")),
        ("", {}, ("", "exact")),
        ("", {"decode": {"": "ORAL"}}, ("", "exact")),
    ],
)
def test_matching_in_order(value, options, expected):
    assert one(value, [ROUTES], **options) == expected


def test_a_synonym_of_two_terms_matches_neither():
    both = codelist(("LEFT", "side"), ("RIGHT", "side"))
    assert one("side", [both]) == ("side", "unmatched")
    assert one("SIDE", [both], ignore_case=True) == ("SIDE", "unmatched")


def test_a_synonym_that_is_another_terms_value_is_that_term():
    lists = codelist(("A", "B"), ("B", ""))
    assert one("B", [lists]) == ("B", "exact")


def test_case_does_not_choose_between_terms_that_differ_by_case_alone():
    assert one("MG", [ROUTES], ignore_case=True) == ("MG", "unmatched")
    assert one("mg", [ROUTES], ignore_case=True) == ("mg", "exact")


def test_several_codelists_are_one_list_of_terms():
    other = codelist(("RECTAL", "PR"), extensible=True, code="C2")
    assert one("RECTAL", [ROUTES, other]) == ("RECTAL", "exact")
    assert one("PR", [ROUTES, other]) == ("RECTAL", "synonym")
    assert one("spoon", [ROUTES, other]) == ("spoon", "extended")


def test_synonyms_of_two_codelists_that_disagree_match_neither():
    other = codelist(("RECTAL", "PO"), code="C2")
    assert one("PO", [ROUTES, other]) == ("PO", "unmatched")


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        ("Yes", {"decode": {"Yes": "Y"}}, ("Y", "decoded")),
        ("Y", {"decode": {"Yes": "Y"}}, ("Y", "exact")),
        ("YES", {"decode": {"Yes": "Y"}, "ignore_case": True}, ("Y", "case")),
        ("YES", {"decode": {"Yes": "Y"}}, ("YES", "unmatched")),
        ("y", {"decode": {"Yes": "Y"}, "case": "upper"}, ("Y", "exact")),
        ("", {"decode": {"Yes": "Y"}}, ("", "exact")),
        ("as is", {}, ("as is", "exact")),
        ("as is", {"case": "title"}, ("As Is", "exact")),
    ],
)
def test_without_a_codelist(value, options, expected):
    assert one(value, **options) == expected


@pytest.mark.parametrize(
    ("case", "expected"), [(None, "aB c"), ("upper", "AB C"), ("lower", "ab c"), ("title", "Ab C")]
)
def test_change_case(case, expected):
    assert change_case(["aB c"], case) == [expected]


CM = """
dataset: CM
records:
  - from: cm
    variables:
      CMTRT: {assign: DRUG}
      CMPRESP: {assign: ASKED%s}
      CMROUTE: {assign: ROUTE%s}
"""
FORM = """
SUBJ | DRUG | ASKED | ROUTE
1 | aspirin | Y | ORAL
1 | aspirin | Nope | By nose
2 | Zinc | Nope | oral
"""


def test_findings_name_row_subject_value_and_codelist(make_study: MakeStudy):
    sdtm = make_study({"cm": FORM}, CM % ("", "")).convert()
    cm = sdtm.datasets["CM"]
    assert cm["CMTRT"].tolist() == ["aspirin", "aspirin", "Zinc"]
    assert cm["CMPRESP"].tolist() == ["Y", "Nope", "Nope"]
    closed = found(sdtm, "MAP_TERM_UNMATCHED")
    assert [(item["row"], item["USUBJID"], item["value"]) for item in closed] == [
        (2, "S1-1", "Nope"),
        (3, "S1-2", "Nope"),
    ]
    assert {(item["severity"], item["form"], item["file"]) for item in closed} == {("error", "cm", "cm.csv")}
    assert "C66742" in closed[0]["expected"]
    extended = found(sdtm, "MAP_TERM_EXTENDED")
    assert [(item["row"], item["variable"], item["value"]) for item in extended] == [
        (2, "CMROUTE", "By nose"),
        (3, "CMROUTE", "oral"),
    ]
    assert {item["severity"] for item in extended} == {"warning"}


def test_case_and_synonym_are_one_note_for_every_value(make_study: MakeStudy):
    sdtm = make_study({"cm": FORM}, CM % (", match: ignore case", ", match: ignore case")).convert()
    assert sdtm.datasets["CM"]["CMROUTE"].tolist() == ["ORAL", "By nose", "ORAL"]
    (note,) = found(sdtm, "MAP_TERM_CASE")
    assert (note["value"], note["expected"], note["row"], note["params"]) == (
        "oral",
        "ORAL",
        3,
        '{"records": 1}',
    )


def test_a_stated_extension_is_no_finding(make_study: MakeStudy):
    extension = "extensions: {C66729: {By nose: By nose}}"
    sdtm = make_study({"cm": FORM}, CM % ("", ""), codelists=extension).convert()
    assert [item["value"] for item in found(sdtm, "MAP_TERM_EXTENDED")] == ["oral"]


def test_a_target_called_as_its_source_is_decoded(make_study: MakeStudy):
    mapping = """
dataset: CM
records:
  - from: cm
    variables: {CMTRT: {assign: DRUG}, CMPRESP: {assign: CMPRESP, terms: yes_no}}
"""
    form = "SUBJ | DRUG | CMPRESP\n1 | aspirin | Yes"
    sdtm = make_study({"cm": form}, mapping, codelists='terms: {yes_no: {"Yes": "Y", "No": "N"}}').convert()
    assert sdtm.datasets["CM"]["CMPRESP"].tolist() == ["Y"]
    assert len(sdtm.findings) == 0


def test_a_decoded_value_that_is_no_term_extends_the_codelist():
    codelist = Codelist.of_sponsor("REASON", "Reason", True, {"AE": "Adverse event"})
    result = recode(["side effect", "moved", ""], [codelist], {"side effect": "AE", "moved": "MOVED AWAY"})
    assert result == Recoded(["AE", "MOVED AWAY", ""], ["decoded", "extended", "exact"])
