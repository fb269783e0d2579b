"""Defects of findings, their results, flags and tests; of doses and occurrences."""

from __future__ import annotations

from tests.check.defects import Defect, add, change, defect
from tests.check.defects_dates import CM, FIRST, LB, NAN, VS

EC = {"USUBJID": FIRST, "ECTRT": "TORIPALIMAB"}

DEFECTS: list[Defect] = [
    defect("a result of a test that was not done", change("VS", VS, VSSTAT="NOT DONE", VSREASND="Refused"), "NPC-SD-021 VS VSSTAT"),
    defect("a reason for not doing what was done", change("VS", VS, VSREASND="Refused"), "NPC-SD-022 VS VSREASND"),
    defect("not done, and nobody says why", change("VS", VS, VSSTAT="NOT DONE", VSORRES="", VSORRESU="", VSSTRESC="", VSSTRESN=NAN, VSSTRESU=""), "NPC-SD-023 VS VSREASND"),
    defect("no result, and no word of it", change("EG", {"USUBJID": FIRST, "VISITNUM": "105"}, EGORRES="", EGORRESU="", EGSTRESC="", EGSTRESN=NAN, EGSTRESU=""), "NPC-SD-024 EG EGORRES"),
    defect("a collected result without a standard one", change("CV", {"USUBJID": FIRST, "CVTESTCD": "INTP", "VISITNUM": "105"}, CVSTRESC=""), "NPC-SD-025 CV CVSTRESC"),
    defect("a numeric result that is another number", change("VS", VS, VSSTRESN=12.0), "NPC-SD-026 VS VSSTRESN"),
    defect("a numeric result of words", change("EG", {"USUBJID": FIRST, "EGTESTCD": "INTP"}, EGSTRESN=1.0), "NPC-SD-026 EG EGSTRESN"),
    defect("a number without its numeric result", change("LB", LB, LBSTRESN=NAN), "NPC-SD-026 LB LBSTRESN"),
    defect("a unit of nothing", change("LB", LB, LBORRES="", LBSTRESC="", LBSTRESN=NAN, LBNRIND="", LBSTAT="NOT DONE"), "NPC-SD-027 LB LBSTRESU", "DEFINE-DATA_HAS_RECORDS LB LBSTAT", "DEFINE-DATA_VALUE_LONG LB LBSTAT"),
    defect("a test in two standard units", change("LB", LB, LBSTRESU="g/L"), "NPC-SD-028 LB LBSTRESU"),
    defect("a number that lost its unit", change("LB", LB, LBSTRESU=""), "NPC-SD-029 LB LBSTRESU"),
    defect("a result converted though its unit is the same", change("LB", LB, LBSTRESC="1", LBSTRESN=1.0, LBNRIND="LOW"), "NPC-SD-030 LB LBSTRESN"),
    defect("a test code of more than eight characters", change("DA", {"USUBJID": FIRST}, DATESTCD="DISPAMOUNT"), "NPC-SD-031 DA DATESTCD", "DEFINE-DATA_TERM DA DATESTCD", "DEFINE-DATA_VALUE_LONG DA DATESTCD", "NPC-CT-005 DA DATESTCD", "NPC-SD-034 DA DATESTCD"),
    defect("a test code that begins with a digit", change("DA", {"USUBJID": FIRST}, DATESTCD="1DISP"), "NPC-SD-031 DA DATESTCD", "DEFINE-DATA_TERM DA DATESTCD", "NPC-CT-005 DA DATESTCD", "NPC-SD-034 DA DATESTCD"),
    defect("a test code in small letters", change("VS", VS, VSTESTCD="sysbp"), "NPC-SD-031 VS VSTESTCD", "DEFINE-DATA_TERM VS VSTESTCD", "NPC-CT-003 VS VSTESTCD", "NPC-CT-005 VS VSTESTCD", "NPC-SD-034 VS VSTESTCD"),
    defect("a test name of more than 40 characters", change("DA", {"USUBJID": FIRST}, DATEST="Dispensed Amount of the Investigational Product"), "NPC-SD-032 DA DATEST", "DEFINE-DATA_TERM DA DATEST", "DEFINE-DATA_VALUE_LONG DA DATEST", "NPC-CT-005 DA DATESTCD", "NPC-SD-033 DA DATEST"),
    defect("a test code with two names", change("VS", VS, VSTEST="Systolic Pressure"), "NPC-SD-033 VS VSTEST", "DEFINE-DATA_TERM VS VSTEST", "NPC-CT-005 VS VSTESTCD"),
    defect("a test name with two codes", change("VS", VS, VSTEST="Diastolic Blood Pressure"), "NPC-SD-034 VS VSTESTCD", "NPC-CT-005 VS VSTESTCD", "NPC-SD-033 VS VSTEST"),
    defect("a flag that says no", change("VS", VS, VSLOBXFL="N"), "NPC-SD-035 VS VSLOBXFL", "DEFINE-DATA_TERM VS VSLOBXFL"),
    defect("two records last before exposure", change("VS", VS | {"VISITNUM": "1"}, VSLOBXFL="Y"), "NPC-SD-036 VS VSLOBXFL"),
    defect("last before exposure, from after it", change("VS", VS, VSLOBXFL="Y"), "NPC-SD-037 VS VSLOBXFL", "NPC-SD-036 VS VSLOBXFL"),
    defect("last before exposure of a subject never exposed", change("VS", {"USUBJID": "NCT04955886-01-002", "VSTESTCD": "SYSBP"}, VSLOBXFL="Y"), "NPC-SD-037 VS VSLOBXFL"),
    defect("last before exposure on the record before the last", change("VS", VS | {"VISITNUM": ["1", "101"]}, every=True, VSLOBXFL=["Y", ""]), "NPC-SD-038 VS VSLOBXFL"),
    defect("no record last before exposure", change("MB", {"USUBJID": FIRST, "MBLOBXFL": "Y"}, MBLOBXFL=""), "NPC-SD-039 MB MBLOBXFL"),
    defect("last before exposure without a result", change("CV", {"USUBJID": FIRST, "CVTESTCD": "INTP", "CVLOBXFL": "Y"}, CVORRES="", CVSTRESC=""), "NPC-SD-040 CV CVLOBXFL", "NPC-SD-024 CV CVORRES"),
    defect("a range upside down", change("LB", LB, LBORNRLO="90", LBSTNRLO=90.0, LBNRIND="LOW"), "NPC-SD-062 LB LBORNRLO", "NPC-SD-062 LB LBSTNRLO"),
    defect("normal though out of range", change("LB", LB, LBNRIND="HIGH"), "NPC-SD-063 LB LBNRIND"),
    defect("a result twice", add("LB", LB), "NPC-SD-064 LB LBTESTCD", "DEFINE-DATA_KEYS LB", "NPC-SCH-010 LB LBCAT"),
    defect("a treatment called OTHER", change("CM", CM, CMTRT="OTHER"), "NPC-SD-065 CM CMTRT"),
    defect("a category called as its domain", change("CM", CM, CMCAT="CM"), "NPC-SD-066 CM CMCAT"),
    defect("a dose below zero", change("CM", CM, CMDOSE=-50.0), "NPC-SD-053 CM CMDOSE"),
    defect("a dose without a unit", change("CM", CM, CMDOSU=""), "NPC-SD-054 CM CMDOSU"),
    defect("an occurrence that nobody asked for", change("EC", EC, ECPRESP=""), "NPC-SD-056 EC ECPRESP"),
    defect("not asked for by name, in words", change("EC", EC, ECPRESP="N"), "NPC-SD-057 EC ECPRESP", "DEFINE-DATA_TERM EC ECPRESP", "NPC-SD-056 EC ECPRESP"),
    defect("asked for by name, without an answer", change("EC", EC, ECOCCUR=""), "NPC-SD-058 EC ECOCCUR"),
    defect("a milestone worded freely", change("DS", {"USUBJID": FIRST, "DSCAT": "PROTOCOL MILESTONE"}, DSTERM="Consent signed"), "NPC-SD-067 DS DSTERM"),
    defect("consent as an event of disposition", change("DS", {"USUBJID": FIRST, "VISITNUM": "112"}, DSCAT="OTHER EVENT"), "NPC-SD-069 DS DSCAT"),
]  # fmt: skip
