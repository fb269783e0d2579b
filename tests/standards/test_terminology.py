import csv
import os
from pathlib import Path

import pytest

from cdisc_npc.standards.terminology import Codelist, Term, load_terminology

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("CDISC_NPC_SHARED") or ROOT.parent / "shared")
CT = load_terminology()


def small(**synonyms: tuple[str, ...]) -> Codelist:
    terms = {value: Term(f"C{i}", value, value, names) for i, (value, names) in enumerate(synonyms.items())}
    return Codelist("C1", "SMALL", "Small", True, terms)


def test_by_code_and_by_short_name():
    codelist = CT.codelist("C66731")
    assert codelist is CT.codelist("SEX")
    assert (codelist.code, codelist.short_name, codelist.name, codelist.extensible) == (
        "C66731",
        "SEX",
        "Sex",
        False,
    )
    assert codelist.terms["F"] == Term("C16576", "F", "Female", ("Female",))


def test_action_taken_is_closed():
    codelist = CT.codelist("C66767")
    assert not codelist.extensible
    assert set(codelist.terms) == {
        "DOSE INCREASED", "DOSE NOT CHANGED", "DOSE RATE REDUCED", "DOSE REDUCED", "DRUG INTERRUPTED",
        "DRUG WITHDRAWN", "NOT APPLICABLE", "UNKNOWN",
    }  # fmt: skip


def test_progression_by_non_target_lesions_is_of_tumor_results():
    assert CT.codelist("UNIT").extensible
    assert "UNEQUIVOCAL PROGRESSION" not in CT.codelist("C124309").terms
    assert {"CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"} <= set(CT.codelist("C96785").terms)


def test_response_codes():
    assert CT.codelist("ONCRSR").terms["PD"].code == "C35571"
    assert CT.codelist("NY").terms["Y"].code == "C49488"


@pytest.mark.parametrize(
    ("codelist", "value", "name"),
    [
        ("VSTESTCD", "SYSBP", "Systolic Blood Pressure"),
        ("C66741", "WEIGHT", "Weight"),
        ("TRTESTCD", "LDIAM", "Longest Diameter"),
        ("ONCRTSCD", "OVRLRESP", "Overall Response"),
        ("TSPARMCD", "TPHASE", "Trial Phase Classification"),
        ("LBTEST", "Alanine Aminotransferase", "ALT"),
        ("ECOG1TC", "ECOG101", "ECOG1-Performance Status"),
        ("VSTESTCD", "NONE", None),
        ("SEX", "M", None),
        ("NOLIST", "M", None),
    ],
)
def test_decode(codelist, value, name):
    assert CT.decode(codelist, value) == name


def test_every_list_of_codes_decodes_completely():
    pairs = 0
    for code in CT.codes:
        codelist = CT.codelist(code)
        if "Test Code" in codelist.name or codelist.short_name in ("PKPARMCD", "OIPRMCD"):
            pairs += 1
            names = [CT.decode(code, value) for value in codelist.terms]
            assert None not in names, codelist.short_name
            assert len(set(names)) == len(names)
            assert CT.paired(CT.paired(codelist)) is codelist
    assert pairs == 31


def test_unknown_codelist():
    assert CT.get("C99999999") is None
    assert CT.paired("C99999999") is None
    with pytest.raises(KeyError, match="C99999999"):
        CT.codelist("C99999999")


@pytest.mark.parametrize("name", ["sdtmct-1900-01-01", "../standards/sdtmct-2025-03-28", "sdtmig-3.4"])
def test_unknown_package_names_those_there_are(name):
    with pytest.raises(ValueError, match=r"there is .*sdtmct-2025-03-28"):
        load_terminology(name)


def test_date_of_the_package():
    assert CT.date == "2025-03-28"


def test_synonyms_find_one_term():
    assert CT.codelist("UNIT").by_synonym["Milligram"] == "mg"
    assert CT.codelist("NY").by_synonym["Yes"] == "Y"


def test_synonyms_of_several_terms_are_listed_and_never_matched():
    codelist = small(ALPHA=("a", "both"), BETA=("b", "both", "b"))
    assert codelist.by_synonym == {"a": "ALPHA", "b": "BETA"}
    assert codelist.ambiguous == {"both": ("ALPHA", "BETA")}


def test_a_synonym_that_is_another_term_is_ambiguous():
    codelist = small(ALPHA=("BETA", "ALPHA"), BETA=())
    assert codelist.by_synonym == {"ALPHA": "ALPHA"}
    assert codelist.ambiguous == {"BETA": ("BETA", "ALPHA")}


def test_complete_metabolic_response_is_no_molecular_response():
    codelist = CT.codelist("ONCRSR")
    assert "CMR" not in codelist.by_synonym
    assert codelist.ambiguous["CMR"] == ("CMR", "MOLECULAR CR")


def test_folded_leaves_out_what_case_alone_tells_apart():
    folded = CT.codelist("UNIT").folded
    assert folded["mmhg"] == "mmHg"
    assert {"Pa", "PA"} <= set(CT.codelist("UNIT").terms)
    assert "pa" not in folded


def test_a_term_may_go_over_lines(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own/codelists.csv").write_text("code,value,name,extensible\nC1,A,a,No\nC2,B,b,No\n")
    (tmp_path / "own/terms.csv").write_text(
        'codelist,code,value,preferred,synonyms\nC1,C11,X,"an ""x""\nC2,of two lines",\nC1,C12,Y,y,\nC2,C21,Z,z,\n'
    )
    ct = load_terminology("own", tmp_path)
    assert list(ct.codelist("C1").terms) == ["X", "Y"] and list(ct.codelist("C2").terms) == ["Z"]
    assert ct.codelist("C1").terms["X"].preferred == 'an "x"\nC2,of two lines'


def test_other_decodes_leave_the_package_as_it_is():
    other = CT.with_decodes({"C66731": {"F": "woman"}}).with_decodes({"C66742": {"Y": "yes"}})
    assert other.codelist("SEX").terms["F"].preferred == "woman"
    assert other.codelist("SEX").terms["M"] == CT.codelist("SEX").terms["M"]
    assert other.codelist("NY").terms["Y"].preferred == "yes"
    assert CT.codelist("SEX").terms["F"].preferred == "Female"


def test_codelist_of_a_sponsor():
    codelist = Codelist.of_sponsor("RELATION", "Relation", False, {"RELATED": "Related", "NOT RELATED": ""})
    assert (codelist.code, codelist.short_name, codelist.name, codelist.extensible) == (
        "",
        "RELATION",
        "Relation",
        False,
    )
    assert list(codelist.terms) == ["RELATED", "NOT RELATED"]
    assert codelist.terms["RELATED"].preferred == "Related"
    assert codelist.by_code == codelist.by_synonym == {}


def test_agrees_with_the_reference_term_for_term():
    path = SHARED / "standards" / "sdtm_ct_2025-03-28.csv"
    if not path.exists():
        pytest.skip(f"no {path}")
    expected: dict[str, tuple] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["codelist_code"]
            if code in CT.codes:
                facts = row["codelist_value"], row["codelist_name"], row["extensible"] == "Yes"
                synonyms = tuple(filter(None, row["synonyms"].split("; ")))
                term = Term(row["term_code"], row["term_value"], row["preferred_term"], synonyms)
                expected.setdefault(code, (facts, {}))[1][row["term_value"]] = term
    shipped = {
        code: ((codelist.short_name, codelist.name, codelist.extensible), codelist.terms)
        for code in CT.codes
        for codelist in [CT.codelist(code)]
    }
    assert shipped == expected
    assert sum(len(terms) for _, terms in shipped.values()) > 21_000
