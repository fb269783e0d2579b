"""Defects of identifiers, of qualifiers and relations, of the trial's design and its summary."""

from __future__ import annotations

from tests.check.defects import Defect, add, both, change, defect, drop
from tests.check.defects_dates import CM, FIRST, LB, VS

NAN = float("nan")
SUPP = {"USUBJID": FIRST, "IDVARVAL": "1", "QNAM": "AEIRAE"}
STRANGER = "NCT04955886-09-009"


def ts(code: str) -> dict[str, str]:
    return {"TSPARMCD": code}


DEFECTS: list[Defect] = [
    defect("a subject that DM does not have", change("CM", CM, USUBJID=STRANGER), "NPC-SD-001 CM USUBJID", "NPC-SD-010 CM CMENDY", "NPC-SD-010 CM CMSTDY"),
    defect("records of another study", change("VS", VS, STUDYID="NCT04955887"), "NPC-SD-002 VS STUDYID"),
    defect("a trial design of another study", change("TV", {"VISITNUM": "1"}, STUDYID="NCT04955887"), "NPC-SD-002 TV STUDYID"),
    defect("another domain's code", change("LB", LB, DOMAIN="VS"), "NPC-SD-004 LB DOMAIN", "DEFINE-DATA_DOMAIN LB"),
    defect("a sequence number twice", change("CM", {"USUBJID": FIRST, "CMSEQ": "2"}, CMSEQ=1.0), "NPC-SD-005 CM CMSEQ"),
    defect("a sequence number that is no whole number", change("CM", {"USUBJID": FIRST, "CMSEQ": "2"}, CMSEQ=1.5), "NPC-SD-006 CM CMSEQ", "DEFINE-DATA_VALUE CM CMSEQ"),
    defect("a qualifier of no record", change("SUPPAE", SUPP, IDVARVAL="99"), "NPC-SUPP-001 SUPPAE IDVARVAL"),
    defect("a qualifier by a variable that the parent lacks", change("SUPPAE", SUPP, IDVAR="AESPID"), "NPC-SUPP-001 SUPPAE IDVARVAL", "DEFINE-DATA_VALUE_LONG SUPPAE IDVAR"),
    defect("qualifiers left behind by their record", drop("PR", {"USUBJID": FIRST}), "NPC-SUPP-001 SUPPPR IDVARVAL"),
    defect("a qualifier of another domain", change("SUPPAE", SUPP, RDOMAIN="CM"), "NPC-SUPP-002 SUPPAE RDOMAIN", "DEFINE-DATA_TERM SUPPAE RDOMAIN", "NPC-SUPP-001 SUPPAE IDVARVAL"),
    defect("a qualifier that names no variable", change("SUPPAE", SUPP, IDVAR="", IDVARVAL=""), "NPC-SUPP-003 SUPPAE IDVAR"),
    defect("a qualifier that names no value", change("SUPPAE", SUPP, IDVARVAL=""), "NPC-SUPP-004 SUPPAE IDVARVAL", "NPC-SUPP-001 SUPPAE IDVARVAL"),
    defect("a qualifier without a value", change("SUPPAE", SUPP, QVAL=""), "NPC-SCH-004 SUPPAE QVAL", "DEFINE-DATA_MANDATORY SUPPAE QVAL"),
    defect("a qualifier's name with a digit first", change("SUPPAE", SUPP, QNAM="1AEIRAE"), "NPC-SCH-023 SUPPAE QNAM", "DEFINE-DATA_VALUE_GAP SUPPAE QVAL", "NPC-SUPP-005 SUPPAE QLABEL"),
    defect("a qualifier's name too long", change("SUPPAE", SUPP, QNAM="AEIMMUNEREL"), "NPC-SCH-023 SUPPAE QNAM", "DEFINE-DATA_VALUE_GAP SUPPAE QVAL", "DEFINE-DATA_VALUE_LONG SUPPAE QNAM", "NPC-SUPP-005 SUPPAE QLABEL"),
    defect("a qualifier's label too long", change("SUPPAE", {"QNAM": "AEIRAE"}, every=True, QLABEL="Immune-Related Adverse Event as the Investigator Says"), "NPC-SCH-024 SUPPAE QLABEL", "DEFINE-DATA_VALUE_LONG SUPPAE QLABEL"),
    defect("a qualifier under two labels", change("SUPPAE", SUPP, QLABEL="Immune-Related Event"), "NPC-SUPP-005 SUPPAE QLABEL"),
    defect("two qualifiers under one label", change("SUPPAE", {"QNAM": "AEIRAE"}, every=True, QLABEL="Infusion Reaction"), "NPC-SUPP-005 SUPPAE QLABEL"),
    defect("a qualifier twice", add("SUPPAE", SUPP), "NPC-SCH-010 SUPPAE RDOMAIN", "DEFINE-DATA_KEYS SUPPAE"),
    defect("a qualifier from nowhere", change("SUPPAE", SUPP, QORIG="PAPER"), "NPC-SUPP-006 SUPPAE QORIG", "DEFINE-DATA_VALUE_LONG SUPPAE QORIG"),
    defect("a value assigned by nobody", change("SUPPAE", SUPP, QORIG="ASSIGNED"), "NPC-SUPP-007 SUPPAE QEVAL", "DEFINE-DATA_VALUE_LONG SUPPAE QORIG"),
    defect("a population as a qualifier", change("SUPPDM", {"QNAM": "EOTSURU"}, every=True, QNAM="SAFETY"), "NPC-SUPP-008 SUPPDM QNAM", "DEFINE-DATA_VALUE_GAP SUPPDM QVAL"),
    defect("a relation to a variable that is not there", change("RELREC", {"IDVAR": "ECLNKID"}, IDVAR="ECREFID"), "NPC-RELREC-001 RELREC IDVAR"),
    defect("a relation to a record that is not there", both(add("RELREC", {"RELID": "ECEX"}, USUBJID=FIRST, IDVAR="AESEQ", RDOMAIN="AE", IDVARVAL="77", RELTYPE="", RELID="X1"), add("RELREC", {"RELID": "ECEX"}, USUBJID=FIRST, RDOMAIN="CM", IDVAR="CMSEQ", IDVARVAL="1", RELTYPE="", RELID="X1")), "NPC-RELREC-001 RELREC IDVAR", "DEFINE-DATA_HAS_RECORDS RELREC IDVARVAL", "DEFINE-DATA_HAS_RECORDS RELREC USUBJID", "DEFINE-DATA_TERM RELREC RDOMAIN", "DEFINE-DATA_VALUE_LONG RELREC IDVARVAL"),
    defect("a relation of one member", drop("RELREC", {"IDVAR": "ECLNKID"}), "NPC-RELREC-002 RELREC RELID"),
    defect("a relation of datasets without its kind", change("RELREC", {"IDVAR": "ECLNKID"}, RELTYPE=""), "NPC-RELREC-003 RELREC RELTYPE"),
    defect("datasets related by sequence numbers", change("RELREC", {"IDVAR": "ECLNKID"}, IDVAR="ECSEQ"), "NPC-RELREC-004 RELREC IDVAR"),
    defect("a relation of many to many", change("RELREC", {"IDVAR": "TULNKID"}, RELTYPE="MANY"), "NPC-RELREC-005 RELREC RELTYPE"),
    defect("an arm under another name", change("DM", {"USUBJID": FIRST}, ARM="Surufatinib and Toripalimab"), "NPC-TD-001 DM ARM", "DEFINE-DATA_VALUE_LONG DM ARM", "NPC-ADSL-004 ADSL ARM", "NPC-DM-025 DM ARMCD", "DEFINE-DATA_TERM DM ARM", "NPC-CT-001 DM ARM"),
    defect("an arm code with two names in the design", change("TA", {"TAETORD": "2"}, ARM="Both drugs"), "NPC-TD-002 TA ARM", "DEFINE-DATA_TERM TA ARM", "NPC-CT-001 TA ARM"),
    defect("an order of elements twice", change("TA", {"TAETORD": "2"}, TAETORD=1.0), "NPC-TD-003 TA TAETORD", "DEFINE-DATA_KEYS TA", "NPC-SCH-010 TA ARMCD", "NPC-SE-006 SE TAETORD"),
    defect("an element that never ends", change("TE", {"ETCD": "TRT"}, TEENRL=""), "NPC-TD-004 TE ETCD", "NPC-XPT-012 TE TEENRL"),
    defect("two elements alike", change("TE", {"ETCD": "TRT"}, TESTRL="Informed consent", TEENRL="First dose of surufatinib or toripalimab", TEDUR="P28D"), "NPC-TD-005 TE ETCD", "NPC-XPT-012 TE TEENRL"),
    defect("a planned visit with a number of another", change("TV", {"VISITNUM": "135"}, VISITNUM=134.0), "NPC-TD-006 TV VISITNUM", "NPC-SCH-010 TV VISITNUM", "DEFINE-DATA_KEYS TV", "NPC-SD-044", "NPC-SD-046", "NPC-SV-002"),
    defect("a planned visit of no arm", change("TV", {"VISITNUM": "102"}, ARMCD="PLACEBO"), "NPC-TD-007 TV ARMCD", "DEFINE-DATA_HAS_RECORDS TV ARMCD"),
    defect("a criterion twice", add("TI", {"IETESTCD": "EXCL01"}), "NPC-TD-008 TI IETESTCD", "DEFINE-DATA_KEYS TI", "NPC-SCH-010 TI IETESTCD"),
    defect("a criterion that the trial does not have", change("IE", {"IETESTCD": "EXCL11"}, IETESTCD="EXCL99"), "NPC-TD-009 IE IETESTCD", "NPC-SD-034 IE IETESTCD"),
    defect("a criterion in other words", change("IE", {"IETESTCD": "EXCL11"}, IETEST="Any unsafe condition"), "NPC-TD-010 IE IETEST", "NPC-SD-033 IE IETEST"),
    defect("an exclusion criterion not met", change("IE", {"IETESTCD": "EXCL11"}, IEORRES="N", IESTRESC="N"), "NPC-TD-011 IE IEORRES", "DEFINE-DATA_TERM IE EXCL11", "DEFINE-DATA_TERM IE IESTRESC"),
    defect("another standard answer than was given", change("IE", {"IETESTCD": "EXCL11"}, IESTRESC="N"), "NPC-TD-012 IE IESTRESC", "DEFINE-DATA_TERM IE EXCL11", "DEFINE-DATA_TERM IE IESTRESC"),
    defect("a schedule in words", change("TD", {"TDORDER": "1"}, TDTGTPAI="6 weeks"), "NPC-TD-013 TD TDTGTPAI", "DEFINE-DATA_VALUE TD TDTGTPAI", "NPC-SCH-015 TD TDTGTPAI"),
    defect("a schedule outside its own limits", change("TD", {"TDORDER": "1"}, TDTGTPAI="P50D"), "NPC-TD-014 TD TDTGTPAI"),
    defect("two schedules numbered alike", change("TD", {"TDORDER": "2"}, TDORDER=1.0), "NPC-TD-015 TD TDORDER", "DEFINE-DATA_KEYS TD", "NPC-SCH-010 TD TDORDER"),
    defect("a cycle planned before the one before it", change("TV", {"VISITNUM": "135"}, VISITDY=90.0), "NPC-TD-016 TV VISITDY", "NPC-SD-046"),
    defect("no planned number of subjects", drop("TS", ts("PLANSUB")), "NPC-TD-101 STUDY TSPARMCD"),
    defect("no title", drop("TS", ts("TITLE")), "NPC-TD-101 STUDY TSPARMCD"),
    defect("no model of the intervention", drop("TS", ts("INTMODEL")), "NPC-TD-102 STUDY TSPARMCD"),
    defect("added on to a treatment that is not named", change("TS", ts("ADDON"), TSVAL="Y", TSVALCD="C49488"), "NPC-TD-103 TS TSVAL"),
    defect("a parameter with neither value nor reason", change("TS", ts("SPONSOR"), TSVALNF=""), "NPC-TD-104 TS TSVAL"),
    defect("a parameter with both value and reason", change("TS", ts("TITLE"), TSVALNF="NA"), "NPC-TD-104 TS TSVAL"),
    defect("not known, as a value", change("TS", ts("SPONSOR"), TSVAL="UNKNOWN", TSVALNF=""), "NPC-TD-105 TS TSVAL"),
    defect("a parameter under another name", change("TS", ts("INTTYPE"), TSPARM="Type of Intervention"), "NPC-TD-106 TS TSPARM", "DEFINE-DATA_TERM TS TSPARM", "NPC-CT-005 TS TSPARMCD"),
    defect("a date of the study in words", change("TS", ts("SSTDTC"), TSVAL="31AUG2021"), "NPC-TD-107 TS TSVAL", "NPC-PKG-012 TS TSVAL", "NPC-TS-002 TS TSVAL"),
    defect("a length of the study in words", change("TS", ts("LENGTH"), TSVAL="36 months"), "NPC-TD-108 TS TSVAL", "DEFINE-DATA_VALUE_LONG TS LENGTH"),
    defect("a number of subjects in words", change("TS", ts("PLANSUB"), TSVAL="fourteen"), "NPC-TD-109 TS TSVAL", "DEFINE-DATA_VALUE TS PLANSUB"),
    defect("a code of no dictionary", change("TS", ts("RANDOM"), TSVCDREF="", TSVCDVER=""), "NPC-TD-110 TS TSVCDREF"),
    defect("a code of another value", change("TS", ts("RANDOM"), TSVALCD="C49488"), "NPC-TD-111 TS TSVALCD"),
    defect("a subject too old for the trial", change("TS", ts("AGEMAX"), TSVAL="P50Y", TSVALNF=""), "NPC-TD-112 DM AGE"),
    defect("a country that was not planned", change("TS", ts("FCNTRY"), TSVAL="USA"), "NPC-TD-113 DM COUNTRY"),
]  # fmt: skip
