"""Defects of define.xml."""

from __future__ import annotations

from tests.check.defects import Defect, defect, edit
from tests.check.defects_files import ADAM, SDTM

DEFINE = f"{SDTM}/define.xml"
VSTESTCD = '<ItemDef OID="IT.VS.VSTESTCD" Name="VSTESTCD" DataType="text" Length="6"'
VS = '<ItemGroupDef OID="IG.VS" Name="VS" Domain="VS" SASDatasetName="VS" Repeating="Yes" IsReferenceData="No" Purpose="Tabulation"'


def _item(old: str, new: str):
    return edit(DEFINE, VSTESTCD, VSTESTCD.replace(old, new))


def _group(old: str, new: str):
    return edit(DEFINE, VS, VS.replace(old, new))


DEFECTS: list[Defect] = [
    defect("a define.xml that is no XML", edit(DEFINE, "</ODM>", ""), "NPC-DEF-001 define.xml (SDTM)"),
    defect("a length other than in the file", _item('Length="6"', 'Length="8"'), "DEFINE-DATA_LENGTH VS VSTESTCD"),
    defect("a length below the longest value", _item('Length="6"', 'Length="5"'), "DEFINE-DATA_LENGTH VS VSTESTCD", "DEFINE-DATA_VALUE_LONG VS VSTESTCD"),
    defect("a text without a length", _item(' Length="6"', ""), "DEFINE-LENGTH_MISSING VS VSTESTCD", "DEFINE-DATA_LENGTH VS VSTESTCD"),
    defect("a data type other than the file's", _item('DataType="text"', 'DataType="integer"'), "DEFINE-DATA_TYPE VS VSTESTCD", "DEFINE-CODELIST_TYPE VS VSTESTCD", "DEFINE-WHERE_NUMBER VS VSTESTCD"),
    defect("a variable under another name", _item('Name="VSTESTCD"', 'Name="VSTEST1"'), "DEFINE-DATA_VARIABLE_EXTRA VS VSTESTCD", "DEFINE-DATA_KEYS VS", "DEFINE-DATA_VALUE VS DIABP", "DEFINE-DATA_VALUE VS HEIGHT", "DEFINE-DATA_VALUE VS PULSE", "DEFINE-DATA_VALUE VS RESP", "DEFINE-DATA_VALUE VS SYSBP", "DEFINE-DATA_VALUE_LONG VS PULSE", "DEFINE-DATA_VALUE_LONG VS RESP", "DEFINE-DATA_VARIABLE_MISSING VS VSTEST1", "DEFINE-ITEM_SAS_NAME VS VSTEST1"),
    defect("a SAS name other than the name", edit(DEFINE, 'SASFieldName="VSTESTCD"', 'SASFieldName="VSTEST"'), "DEFINE-ITEM_SAS_NAME VS VSTESTCD"),
    defect("a label other than in the file", edit(DEFINE, "Vital Signs Test Short Name", "Test Code"), "DEFINE-DATA_LABEL VS VSTESTCD"),
    defect("a dataset's label other than in the file", edit(DEFINE, '<TranslatedText xml:lang="en">Vital Signs</TranslatedText>', '<TranslatedText xml:lang="en">Vitals</TranslatedText>'), "DEFINE-DATA_DATASET_LABEL VS"),
    defect("a dataset without a domain", _group(' Domain="VS"', ""), "DEFINE-DATASET_DOMAIN_MISSING VS"),
    defect("a purpose that is neither", _group('Purpose="Tabulation"', 'Purpose="Listing"'), "DEFINE-DATASET_PURPOSE VS"),
    defect("a dataset's SAS name other than the name", _group('SASDatasetName="VS"', 'SASDatasetName="VITALS"'), "DEFINE-DATASET_SAS_NAME VS"),
    defect("a variable that is not described", edit(DEFINE, '<ItemRef ItemOID="IT.VS.VSTEST" OrderNumber="6" Mandatory="Yes" Role="Synonym Qualifier"/>', ""), "DEFINE-DATA_VARIABLE_EXTRA VS VSTEST", "DEFINE-ITEM_UNUSED define.xml (SDTM)"),
    defect("a reference to no variable", edit(DEFINE, 'ItemRef ItemOID="IT.VS.VSTEST"', 'ItemRef ItemOID="IT.VS.NOTHING"'), "DEFINE-ITEM_UNKNOWN VS", "DEFINE-DATA_VARIABLE_EXTRA VS VSTEST", "DEFINE-ITEM_UNUSED define.xml (SDTM)"),
    defect("a variable twice in a dataset", edit(DEFINE, 'ItemRef ItemOID="IT.VS.VSTEST"', 'ItemRef ItemOID="IT.VS.VSTESTCD"'), "DEFINE-ITEM_TWICE VS VSTESTCD", "DEFINE-DATA_ORDER VS", "DEFINE-DATA_VARIABLE_EXTRA VS VSTEST", "DEFINE-ITEM_UNUSED define.xml (SDTM)", "DEFINE-XSD_DUPLICATE VS VSTESTCD"),
    defect("an order number twice", edit(DEFINE, 'ItemOID="IT.VS.VSTEST" OrderNumber="6"', 'ItemOID="IT.VS.VSTEST" OrderNumber="5"'), "DEFINE-ORDER_DUPLICATE VS VSTEST", "DEFINE-ORDER_DUPLICATE VS VSTESTCD", "DEFINE-XSD_DUPLICATE VS VSTEST"),
    defect("a codelist that is not there", edit(DEFINE, '<CodeListRef CodeListOID="CL.VSTESTCD"/>', '<CodeListRef CodeListOID="CL.NOTHING"/>'), "DEFINE-CODELIST_UNKNOWN define.xml (SDTM)", "DEFINE-CODELIST_UNUSED define.xml (SDTM)"),
    defect("a method that is not there", edit(DEFINE, 'ItemOID="IT.VS.VSSEQ" OrderNumber="4" Mandatory="Yes" MethodOID="MT.VS.VSSEQ"', 'ItemOID="IT.VS.VSSEQ" OrderNumber="4" Mandatory="Yes" MethodOID="MT.NOTHING"'), "DEFINE-METHOD_UNKNOWN VS VSSEQ", "DEFINE-METHOD_UNUSED define.xml (SDTM)"),
    defect("a derived variable without a method", edit(DEFINE, 'ItemOID="IT.VS.VSSEQ" OrderNumber="4" Mandatory="Yes" MethodOID="MT.VS.VSSEQ"', 'ItemOID="IT.VS.VSSEQ" OrderNumber="4" Mandatory="Yes"'), "DEFINE-METHOD_MISSING VS VSSEQ", "DEFINE-METHOD_UNUSED define.xml (SDTM)"),
    defect("an origin that does not exist", edit(DEFINE, '<def:Origin Type="Assigned"', '<def:Origin Type="Invented"'), "DEFINE-ORIGIN_TYPE TA STUDYID", "DEFINE-XSD_VALUE TA STUDYID"),
    defect("a term that the codelist lacks", edit(DEFINE, 'CodedValue="SYSBP"', 'CodedValue="SYSBPX"'), "DEFINE-DATA_TERM VS VSTESTCD", "DEFINE-WHERE_VALUE VS VSTESTCD"),
    defect("a condition on a value that is no term", edit(DEFINE, "<CheckValue>SYSBP</CheckValue>", "<CheckValue>SYSTOLIC</CheckValue>"), "DEFINE-WHERE_VALUE VS VSTESTCD"),
    defect("a dataset's file under another name", edit(DEFINE, 'xlink:href="vs.xpt"', 'xlink:href="vital.xpt"'), "DEFINE-LEAF_FILE_MISSING define.xml (SDTM)", "DEFINE-DATASET_FILE_NAME VS"),
    defect("another file type", edit(DEFINE, 'FileType="Snapshot"', 'FileType="Transactional"'), "DEFINE-FILE_TYPE define.xml (SDTM)"),
    defect("a study without a description", edit(DEFINE, "<StudyDescription>Surufatinib combined with toripalimab in recurrent or metastatic nasopharyngeal carcinoma</StudyDescription>", "<StudyDescription></StudyDescription>"), "DEFINE-STUDY_TEXT_MISSING define.xml (SDTM)"),
    defect("a length of an analysis variable other than in the file", edit(ADAM + "/define.xml", 'Length="18" SASFieldName="USUBJID"', 'Length="19" SASFieldName="USUBJID"'), "DEFINE-DATA_LENGTH ADSL USUBJID"),
]  # fmt: skip
