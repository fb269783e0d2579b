"""Defects of terms, of texts, of variables and datasets."""

from __future__ import annotations

from tests.check.defects import Defect, change, defect, lack_variable
from tests.check.defects_dates import CM, FIRST, LB, VS

DEFECTS: list[Defect] = [
    defect("a sex that is no term", change("DM", {"USUBJID": "NCT04955886-01-002"}, SEX="X"), "NPC-CT-001 DM SEX", "DEFINE-DATA_TERM DM SEX", "NPC-ADSL-004 ADSL SEX"),
    defect("a race that is no term", change("DM", {"USUBJID": "NCT04955886-01-002"}, RACE="MARTIAN"), "NPC-CT-001 DM RACE", "DEFINE-DATA_TERM DM RACE", "DEFINE-DATA_VALUE_LONG DM RACE", "NPC-ADSL-004 ADSL RACE"),
    defect("an outcome that is no term", change("AE", {"USUBJID": FIRST, "AESEQ": "1"}, AEOUT="GONE"), "NPC-CT-001 AE AEOUT", "DEFINE-DATA_TERM AE AEOUT", "NPC-OCCDS-003 ADAE AEOUT"),
    defect("an action that is no term", change("AE", {"USUBJID": FIRST, "AESEQ": "1"}, AEACN="DOSE HALVED"), "NPC-CT-001 AE AEACN", "DEFINE-DATA_TERM AE AEACN", "NPC-OCCDS-003 ADAE AEACN"),
    defect("a route that nobody declared", change("CM", CM, CMROUTE="TELEPATHY"), "NPC-CT-002 CM CMROUTE", "DEFINE-DATA_TERM CM CMROUTE"),
    defect("a unit that nobody declared", change("CM", CM, CMDOSU="spoon"), "NPC-CT-002 CM CMDOSU", "DEFINE-DATA_TERM CM CMDOSU", "DEFINE-DATA_VALUE_LONG CM CMDOSU"),
    defect("a term in small letters", change("VS", VS, VSSTRESU="MMHG"), "NPC-CT-003 VS VSSTRESU", "DEFINE-DATA_TERM VS VSSTRESU"),
    defect("a synonym in place of the term", change("CM", CM, CMDOSU="mcg"), "NPC-CT-004 CM CMDOSU", "DEFINE-DATA_TERM CM CMDOSU", "DEFINE-DATA_VALUE_LONG CM CMDOSU"),
    defect("a country that ISO does not know", change("DM", {"USUBJID": "NCT04955886-01-002"}, COUNTRY="CHI"), "NPC-CT-006 DM COUNTRY", "NPC-ADSL-004 ADSL COUNTRY"),
    defect("a null flavor that ISO does not know", change("TS", {"TSPARMCD": "SPONSOR"}, TSVALNF="XX"), "NPC-CT-006 TS TSVALNF"),
    defect("text with a blank in front", change("CM", CM, CMINDC=" Hypothyroidism"), "NPC-SCH-016 CM CMINDC"),
    defect("text with a line break", change("CM", CM, CMINDC="Hypo\nthyroidism"), "NPC-XPT-017 CM CMINDC"),
    defect("a dot in place of nothing", change("LB", LB, LBCLSIG="."), "NPC-SCH-018 LB LBCLSIG", "DEFINE-DATA_TERM LB LBCLSIG", "NPC-CT-001 LB LBCLSIG"),
    defect("text that is not ASCII", change("CM", CM, CMINDC="Hypothyro\u00efdism"), "NPC-XPT-016 CM CMINDC"),
    defect("a required value that is blank", change("LB", LB, LBTESTCD=""), "NPC-SCH-004 LB LBTESTCD", "DEFINE-DATA_MANDATORY LB LBTESTCD"),
    defect("a key twice", change("LB", LB | {"VISITNUM": "103"}, VISITNUM=102.0, VISIT="CYCLE 2 DAY 1", VISITDY=22.0, LBDTC="2021-10-16", LBDY=24.0), "NPC-SCH-010 LB LBCAT", "DEFINE-DATA_KEYS LB"),
    defect("a value longer than described", change("CM", CM, CMINDC="Hypothyroidism " * 14 + "x"), "DEFINE-DATA_VALUE_LONG CM CMINDC"),
    defect("a required variable that is missing", lack_variable("AE", "AEDECOD"), "NPC-SCH-002 AE AEDECOD", "DEFINE-DATA_VARIABLE_MISSING AE AEDECOD"),
    defect("an expected variable that is missing", lack_variable("AE", "AEENDTC"), "NPC-SCH-003 AE AEENDTC", "DEFINE-DATA_VARIABLE_MISSING AE AEENDTC"),
    defect("a permitted variable that is missing", lack_variable("CM", "CMDOSFRQ"), "NPC-SCH-019 CM CMDOSFRQ", "DEFINE-DATA_VARIABLE_MISSING CM CMDOSFRQ"),
]  # fmt: skip
