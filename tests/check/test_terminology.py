"""Values against controlled terminology: what is found, under which rule, with which suggestion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.check.terminology import check_terminology
from cdisc_npc.check.verdict import Checked
from cdisc_npc.study.specification import Specification
from tests.check.small_packages import dataset, found, judged, package


@pytest.fixture(scope="module")
def study() -> Specification:
    return npc.load_study("npc")


def run(*tables, study=None, **more) -> Checked:
    checked = Checked()
    check_terminology(package(*tables, study=study, **more), checked)
    return checked


def reported(checked: Checked) -> list[tuple[str, str, str]]:
    """Rule, value shown and what was expected."""
    frame = checked.findings.frame()
    return list(zip(frame["rule"], frame["value"], frame["expected"], strict=True))


@pytest.mark.parametrize(
    ("name", "variable", "good", "bad", "rule", "expected"),
    [
        ("DM", "SEX", "F", "X", "001", "a term of SEX (C66731), which is closed"),
        ("DM", "RACE", "ASIAN", "MARTIAN", "001", "a term of RACE (C74457), which is closed; nearest is ASIAN"),
        ("AE", "AEOUT", "FATAL", "GONE", "001", "a term of OUT (C66768), which is closed"),
        ("AE", "AESEV", "MILD", "MILDLY", "001", "a term of AESEV (C66769), which is closed; nearest is MILD"),
        ("AE", "AESER", "Y", "y", "003", "Y, a term of NY (C66742)"),
        ("AE", "AESER", "N", "NO", "001", "N, of which it is a synonym; a term of NY (C66742)"),
        ("EX", "EXROUTE", "ORAL", "TELEPATHY", "002", None),
        ("EX", "EXROUTE", "ORAL", "Oral", "003", "ORAL, a term of ROUTE (C66729)"),
        ("LB", "LBSTRESU", "10^9/L", "GI/L", "004", "10^9/L, of which it is a synonym; a term of UNIT (C71620)"),
        ("PC", "PCSTRESU", "ug/mL", "ug/ml", "003", "ug/mL, a term of PKUNIT (C85494)"),
        ("OE", "FOCID", "OD", "SITE 1", "001", None),
        ("DM", "COUNTRY", "CHN", "CHINA", "006", None),
        ("DM", "COUNTRY", "USA", "UK", "006", "a term of ISO 3166-1 alpha-3, which is closed; nearest is UKR"),
        ("RELREC", "RDOMAIN", "AE", "ÄE", "002", None),
        ("SUPPAE", "RDOMAIN", "AE", "ae", "003", "AE, a term of DOMAIN (C66734)"),
    ],
)  # fmt: skip
def test_a_value(name, variable, good, bad, rule, expected):
    checked = run(dataset(name, **{variable: [good, bad, ""]}))
    assert found(checked) == [(f"NPC-CT-{rule}", name, variable, "2")]
    if expected is not None:
        assert reported(checked)[0][2] == expected


def test_severity_is_of_the_list():
    severities = run(dataset("DM", SEX=["X"]), dataset("EX", EXROUTE=["TELEPATHY"])).findings.frame()[
        "severity"
    ]
    assert severities.tolist() == ["error", "warning"]


def test_results_may_be_numbers():
    results = ["12", "<0.5", ">=1.5E3", "-1", "POSITIVE", "MAYBE"]
    assert found(run(dataset("LB", LBSTRESC=results))) == [("NPC-CT-002", "LB", "LBSTRESC", "6")]


def test_decodes_of_trial_summary_parameters():
    codes = ["TBLIND", "TBLIND", "RANDOM", "FCNTRY", "FCNTRY", "TITLE", "TPHASE"]
    values = ["OPEN LABEL", "BLINDFOLDED", "MAYBE", "CHN", "XYZ", "Anything", "Phase II Trial"]
    checked = run(dataset("TS", TSPARMCD=codes, TSVAL=values))
    assert found(checked) == [
        ("NPC-CT-001", "TS", "TSVAL", "3"),
        ("NPC-CT-002", "TS", "TSVAL", "2"),
        ("NPC-CT-003", "TS", "TSVAL", "7"),
        ("NPC-CT-006", "TS", "TSVAL", "5"),
    ]
    assert "TSVAL=MAYBE, TSPARMCD=RANDOM" in {value for _, value, _ in reported(checked)}


def test_disposition_by_category():
    table = dataset(
        "DS", DSCAT=["DISPOSITION EVENT", "PROTOCOL MILESTONE"], DSDECOD=["RANDOMIZED", "RANDOMIZED"]
    )
    assert found(run(table)) == [("NPC-CT-002", "DS", "DSDECOD", "1")]


def test_null_flavors():
    assert found(run(dataset("TS", TSVALNF=["UNK", "PINF", "NONE"]))) == [
        ("NPC-CT-006", "TS", "TSVALNF", "3")
    ]


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("SYSBP", "Systolic Blood Pressure", None),
        ("SYSBP", "Diastolic Blood Pressure", "Systolic Blood Pressure for SYSBP"),
        ("MYBP", "Systolic Blood Pressure", "SYSBP for Systolic Blood Pressure"),
        ("MYBP", "My Blood Pressure", None),
        ("SYSBP", "", None),
    ],
)
def test_codes_and_names(code, name, expected):
    checked = run(dataset("VS", VSTESTCD=["PULSE", code], VSTEST=["Pulse Rate", name]))
    assert judged(checked, "NPC-CT-005")
    pairs = [(value, text) for rule, value, text in reported(checked) if rule == "NPC-CT-005"]
    assert pairs == ([(f"VSTESTCD={code}, VSTEST={name}", expected)] if expected else [])


def test_parameters_and_their_names():
    table = dataset("TS", TSPARMCD=["TITLE", "TITLE"], TSPARM=["Trial Title", "Trial Type"])
    assert found(run(table)) == [("NPC-CT-005", "TS", "TSPARMCD", "2")]


def test_analysis_datasets_have_terms_of_sdtm_and_of_adam():
    table = dataset(
        "ADSL", USUBJID=["1", "2"], SEX=["M", "X"], RACE=["ASIAN", ""], EOSSTT=["COMPLETED", "GONE"],
        SAFFL=["Y", "X"], TRTSDTF=["D", "X"], AEOUT=["FATAL", "GONE"], COUNTRY=["CHN", "XXX"],
        FOCID=["OD", "SITE 1"],
    )  # fmt: skip
    assert found(run(table)) == [
        ("NPC-CT-001", "ADSL", "AEOUT", "2"),
        ("NPC-CT-001", "ADSL", "SEX", "2"),
        ("NPC-CT-001", "ADSL", "TRTSDTF", "2"),
        ("NPC-CT-002", "ADSL", "EOSSTT", "2"),
        ("NPC-CT-006", "ADSL", "COUNTRY", "2"),
        ("NPC-CT-006", "ADSL", "SAFFL", "2"),
    ]


def test_flags_of_records_are_y_alone():
    table = dataset("ADLB", PARAMCD=["A"] * 3, AVAL=[1.0] * 3, ABLFL=["Y", "", "N"], ANL01FL=["Y", "N", ""])
    assert found(run(table)) == [("NPC-CT-006", "ADLB", "ABLFL", "3"), ("NPC-CT-006", "ADLB", "ANL01FL", "2")]


def test_extensions_that_the_study_declares(study: Specification):
    code = study.terminology.codelist("ROUTE").code
    own = study.codelists.model_copy(
        update={"extensions": study.codelists.extensions | {code: {"TELEPATHY": "By thought"}}}
    )
    declared = replace(study, codelists=own)
    table = dataset("EX", study, EXROUTE=["ORAL", "TELEPATHY", "PRAYER"])
    assert [row for *_, row in found(run(table, study=study))] == ["2", "3"]
    assert [row for *_, row in found(run(table, study=declared))] == ["3"]


def test_no_study_opens_a_closed_list(study: Specification):
    assert found(run(dataset("AE", study, AEACN=["MULTIPLE"]), study=study)) == [
        ("NPC-CT-001", "AE", "AEACN", "1")
    ]


def test_qualifiers_have_the_terms_of_their_variable(study: Specification):
    table = dataset(
        "SUPPAE", study, QNAM=["AEACN1", "AEACN1", "AEREL1"], QVAL=["DOSE REDUCED", "STOPPED", "STOPPED"]
    )
    failing = [item for item in found(run(table, study=study)) if item[2] == "QVAL"]
    assert ("NPC-CT-001", "SUPPAE", "QVAL", "2") in failing
    assert ("NPC-CT-001", "SUPPAE", "QVAL", "1") not in failing


DEFINE = """<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1" ODMVersion="1.3.2"
 FileType="Snapshot" FileOID="F" CreationDateTime="2021-01-01T00:00:00" def:Context="Other">
 <Study OID="S"><GlobalVariables><StudyName>S</StudyName></GlobalVariables>
 <MetaDataVersion OID="M" Name="M" def:DefineVersion="2.1.0">
  <ItemGroupDef OID="IG.EX" Name="EX" Repeating="Yes"><ItemRef ItemOID="IT.EX.EXROUTE" Mandatory="No"/>
   <ItemRef ItemOID="IT.EX.EXDOSFRM" Mandatory="No" KeySequence="1"/></ItemGroupDef>
  <ItemDef OID="IT.EX.EXROUTE" Name="EXROUTE" DataType="text" Length="9"><CodeListRef CodeListOID="CL.ROUTE"/></ItemDef>
  <ItemDef OID="IT.EX.EXDOSFRM" Name="EXDOSFRM" DataType="text" Length="9"/>
  <CodeList OID="CL.ROUTE" Name="Route" DataType="text">
   <EnumeratedItem CodedValue="ORAL"/><EnumeratedItem CodedValue="TELEPATHY" def:ExtendedValue="Yes"/>
   <EnumeratedItem CodedValue="PRAYER"/><Alias Context="nci:ExtCodeID" Name="C66729"/></CodeList>
 </MetaDataVersion></Study></ODM>
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "define.xml"
    path.write_text(DEFINE, encoding="utf-8")
    return path


def test_extensions_that_the_document_declares(document: Path):
    table = dataset("EX", EXROUTE=["ORAL", "TELEPATHY", "PRAYER"])
    assert [row for *_, row in found(run(table, defines={"sdtm": document}))] == ["3"]


def test_a_document_that_cannot_be_read_declares_nothing(tmp_path: Path):
    path = tmp_path / "define.xml"
    path.write_text("<ODM", encoding="utf-8")
    table = dataset("EX", EXROUTE=["TELEPATHY"])
    assert [row for *_, row in found(run(table, defines={"sdtm": path}))] == ["1"]


def test_keys_that_the_document_states(document: Path):
    from cdisc_npc.check.schemas import check_schemas

    checked = Checked()
    table = dataset("EX", EXROUTE=["ORAL", "ORAL"], EXDOSFRM=["TABLET", "TABLET"])
    check_schemas(package(table, defines={"sdtm": document}), checked)
    assert [item for item in found(checked) if item[0] == "NPC-SCH-010"] == [
        ("NPC-SCH-010", "EX", "EXDOSFRM", "1"),
        ("NPC-SCH-010", "EX", "EXDOSFRM", "2"),
    ]


def test_suggestions_do_not_depend_on_the_order_of_records():
    values = pd.Series(["MILDE", "SEVER", "MODERAT"])
    first = reported(run(dataset("AE", AESEV=values.tolist())))
    again = reported(run(dataset("AE", AESEV=values.iloc[::-1].tolist())))
    assert sorted(first) == sorted(again)
    assert {text.rpartition(" ")[2] for *_, text in first} == {"MILD", "SEVERE", "MODERATE"}
