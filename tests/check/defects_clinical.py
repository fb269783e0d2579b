"""Defects of subjects, adverse events, disposition, exposure, death and survival; of tumors and responses."""

from __future__ import annotations

from tests.check.defects import Defect, add, both, change, defect, drop
from tests.check.defects_dates import FIRST, NAN

ALIVE = "NCT04955886-01-003"
SCREENED = "NCT04955886-01-002"
# A mild event that is over; a serious one that is not.
MILD = {"USUBJID": FIRST, "AESEQ": "1"}
SERIOUS = {"USUBJID": FIRST, "AESEQ": "8"}
INFUSION = {"USUBJID": FIRST, "EXTRT": "TORIPALIMAB"}
TARGET = {"USUBJID": FIRST, "TRLNKID": "T01", "VISITNUM": "506"}
RESPONSE = {"USUBJID": FIRST, "RSTESTCD": "OVRLRESP", "VISITNUM": "512"}

DEFECTS: list[Defect] = [
    defect("a subject twice in DM", add("DM", {"USUBJID": FIRST}), "NPC-DM-010 DM USUBJID", "DEFINE-DATA_KEYS DM", "NPC-SCH-010 DM USUBJID"),
    defect("dead without a date", change("DM", {"USUBJID": ALIVE}, DTHFL="Y"), "NPC-DM-002 DM DTHDTC", "NPC-ADSL-004 ADSL DTHFL", "NPC-DM-003 DM DTHFL"),
    defect("a date of death of the living", change("DM", {"USUBJID": FIRST}, DTHFL=""), "NPC-DM-001 DM DTHFL", "NPC-ADSL-004 ADSL DTHFL", "NPC-DD-001 DD DDTESTCD", "NPC-DS-004 DS DSDECOD", "NPC-SS-002 SS SSSTRESC"),
    defect("a death that only DM knows of", change("DM", {"USUBJID": ALIVE}, DTHFL="Y", DTHDTC="2022-06-15"), "NPC-DM-003 DM DTHFL", "NPC-ADSL-004 ADSL DTHDTC", "NPC-ADSL-004 ADSL DTHFL", "NPC-ADSL-010 ADSL DTHDT"),
    defect("an arm without its name", change("DM", {"USUBJID": ALIVE}, ARM=""), "NPC-DM-020 DM ARMCD", "NPC-TD-001 DM ARM", "NPC-ADSL-004 ADSL ARM"),
    defect("neither an arm nor a reason", change("DM", {"USUBJID": SCREENED}, ARMNRS=""), "NPC-DM-022 DM ARMNRS", "NPC-ADSL-004 ADSL ARMNRS"),
    defect("an arm and a reason for having none", change("DM", {"USUBJID": ALIVE}, ARMNRS="SCREEN FAILURE"), "NPC-DM-023 DM ARMNRS", "NPC-ADSL-004 ADSL ARMNRS", "NPC-DM-030 DM ARMNRS", "NPC-DM-031 DM RFXSTDTC"),
    defect("an arm that the trial does not have", change("DM", {"USUBJID": ALIVE}, ARMCD="PLACEBO", ARM="Placebo"), "NPC-DM-026 DM ARMCD", "NPC-ADSL-004 ADSL ARM", "NPC-ADSL-004 ADSL ARMCD", "DEFINE-DATA_TERM DM ARM", "DEFINE-DATA_TERM DM ARMCD", "NPC-CT-001 DM ARM", "NPC-CT-001 DM ARMCD"),
    defect("a first treatment other than the first of EX", change("DM", {"USUBJID": ALIVE}, RFXSTDTC="2021-12-18"), "NPC-DM-040 DM RFXSTDTC", "NPC-ADSL-004 ADSL RFXSTDTC"),
    defect("a last treatment other than the last of EX", change("DM", {"USUBJID": ALIVE}, RFXENDTC="2022-06-13"), "NPC-DM-041 DM RFXENDTC", "NPC-ADSL-004 ADSL RFXENDTC"),
    defect("reference dates out of order", change("DM", {"USUBJID": ALIVE}, RFICDTC="2021-12-18"), "NPC-DM-042 DM RFICDTC", "NPC-DM-044 DM RFICDTC", "NPC-ADSL-004 ADSL RFICDTC", "NPC-EX-002 EX EXSTDTC"),
    defect("a consent other than the first in DS", change("DM", {"USUBJID": ALIVE}, RFICDTC="2021-12-05"), "NPC-DM-044 DM RFICDTC", "NPC-ADSL-004 ADSL RFICDTC"),
    defect("no consent in DS", drop("DS", {"USUBJID": SCREENED, "DSDECOD": "INFORMED CONSENT OBTAINED"}, every=True), "NPC-DM-045 DM USUBJID", "NPC-SUPP-001 SUPPDS IDVARVAL"),
    defect("an age without a unit", change("DM", {"USUBJID": ALIVE}, AGEU=""), "NPC-DM-052 DM AGEU", "NPC-ADSL-004 ADSL AGEU"),
    defect("an age that the date of birth does not give", change("DM", {"USUBJID": ALIVE}, AGE=48.0), "NPC-DM-053 DM AGE", "NPC-ADSL-004 ADSL AGE"),
    defect("born after consent", change("DM", {"USUBJID": SCREENED}, BRTHDTC="2022-01-01"), "NPC-DM-054 DM BRTHDTC", "NPC-ADSL-004 ADSL BRTHDTC", "NPC-SD-017"),
    defect("no disposition of a treated subject", drop("DS", {"USUBJID": ALIVE, "DSCAT": "DISPOSITION EVENT"}, every=True), "NPC-SD-070 DM ACTARMCD", "NPC-SUPP-001 SUPPDS IDVARVAL"),
    defect("an adverse event before consent", change("AE", MILD, AESTDTC="2021-08-30", AESTDY=-24.0, EPOCH=""), "NPC-AE-010 AE AESTDTC", "NPC-OCCDS-003 ADAE AESTDTC", "NPC-OCCDS-003 ADAE AESTDY", "NPC-OCCDS-003 ADAE EPOCH"),
    defect("an adverse event after death", change("AE", SERIOUS, AESTDTC="2022-12-28", AESTDY=462.0, EPOCH=""), "NPC-AE-007 AE AESTDTC", "NPC-OCCDS-003 ADAE AESTDTC", "NPC-OCCDS-003 ADAE AESTDY", "NPC-OCCDS-003 ADAE EPOCH"),
    defect("recovered without an end", change("AE", MILD, AEENDTC="", AEENDY=NAN), "NPC-AE-004 AE AEENDTC", "NPC-OCCDS-003 ADAE AEENDTC", "NPC-OCCDS-003 ADAE AEENDY"),
    defect("an event that goes on, with an end", change("AE", MILD, AEOUT="NOT RECOVERED/NOT RESOLVED"), "NPC-AE-005 AE AEENDTC", "NPC-OCCDS-003 ADAE AEOUT"),
    defect("an adverse event without a start", change("AE", MILD, AESTDTC="", AESTDY=NAN, EPOCH=""), "NPC-AE-013 AE AESTDTC", "NPC-OCCDS-003 ADAE AESTDTC", "NPC-OCCDS-003 ADAE AESTDY", "NPC-OCCDS-003 ADAE EPOCH"),
    defect("an adverse event twice", add("AE", MILD), "NPC-AE-016 AE AETERM", "DEFINE-DATA_KEYS AE", "NPC-SCH-010 AE AETERM"),
    defect("an adverse event that is not coded", change("AE", MILD, AEDECOD=""), "NPC-AE-017 AE AEDECOD", "DEFINE-DATA_MANDATORY AE AEDECOD", "NPC-OCCDS-003 ADAE AEDECOD", "NPC-SCH-004 AE AEDECOD"),
    defect("an adverse event without a body system", change("AE", MILD, AEBODSYS="", AESOC=""), "NPC-AE-018 AE AEBODSYS", "NPC-OCCDS-003 ADAE AEBODSYS", "NPC-OCCDS-003 ADAE AESOC"),
    defect("a grade in words", change("AE", MILD, AETOXGR="MILD"), "NPC-AE-022 AE AETOXGR", "DEFINE-DATA_VALUE_LONG AE AETOXGR", "NPC-OCCDS-003 ADAE AETOXGR"),
    defect("a grade 5 that nobody died of", change("AE", MILD, AETOXGR="5"), "NPC-AE-033 AE AEOUT", "NPC-AE-034 AE AESDTH", "NPC-OCCDS-003 ADAE AETOXGR"),
    defect("a fatal event of a subject who is alive", change("AE", {"USUBJID": ALIVE}, AEOUT="FATAL", AESDTH="Y", AESER="Y", AETOXGR="5"), "NPC-AE-041 AE AEOUT", "DEFINE-DATA_TERM AE AEOUT", "NPC-AE-044 AE AEOUT", "NPC-OCCDS-003 ADAE AEOUT", "NPC-OCCDS-003 ADAE AESDTH", "NPC-OCCDS-003 ADAE AESER", "NPC-OCCDS-003 ADAE AETOXGR"),
    defect("a fatal event that is not serious", change("AE", MILD, AEOUT="FATAL"), "NPC-AE-052 AE AESER", "DEFINE-DATA_TERM AE AEOUT", "NPC-AE-030 AE AESDTH", "NPC-OCCDS-003 ADAE AEOUT"),
    defect("serious, and by no criterion", change("AE", SERIOUS, AESMIE="N"), "NPC-AE-050 AE AESER", "NPC-OCCDS-003 ADAE AESMIE"),
    defect("a criterion of seriousness, and not serious", change("AE", MILD, AESHOSP="Y"), "NPC-AE-051 AE AESER", "NPC-OCCDS-003 ADAE AESHOSP"),
    defect("a causality that no drug has", change("AE", {"USUBJID": FIRST, "AEREL": "RELATED"}, AEREL="NOT RELATED"), "NPC-AE-062 AE AEREL", "NPC-OCCDS-003 ADAE AEREL"),
    defect("an action for several drugs that nothing tells", drop("SUPPAE", {"USUBJID": "NCT04955886-02-002", "IDVARVAL": "3", "QNAM": "AEACN1"}), "NPC-AE-070 AE AEACN"),
    defect("a drug withdrawn, and the treatment not ended", both(change("AE", MILD, AEACN="DRUG WITHDRAWN"), drop("DS", {"USUBJID": FIRST, "DSSCAT": "STUDY TREATMENT"}, every=True)), "NPC-AE-073 AE AEACN", "NPC-OCCDS-003 ADAE AEACN", "NPC-SUPP-001 SUPPDS IDVARVAL", "DEFINE-DATA_TERM AE AEACN"),
    defect("a death in disposition on another day", change("DS", {"USUBJID": FIRST, "DSDECOD": "DEATH"}, DSSTDTC="2022-12-26", DSSTDY=460.0), "NPC-DS-003 DS DSSTDTC"),
    defect("a death in disposition of a subject who is alive", change("DS", {"USUBJID": ALIVE, "DSSCAT": "STUDY PARTICIPATION"}, DSDECOD="DEATH", DSTERM="DEATH"), "NPC-DS-004 DS DSDECOD"),
    defect("the study left twice", add("DS", {"USUBJID": ALIVE, "DSSCAT": "STUDY PARTICIPATION"}), "NPC-DS-020 DS DSSCAT", "NPC-SCH-010 DS DSCAT", "DEFINE-DATA_KEYS DS"),
    defect("an event of disposition without a date", change("DS", {"USUBJID": ALIVE, "DSSCAT": "STUDY TREATMENT"}, DSSTDTC="", DSSTDY=NAN, EPOCH=""), "NPC-DS-012 DS DSSTDTC"),
    defect("details of a death of a subject who is alive", change("DD", {"USUBJID": FIRST}, USUBJID=ALIVE, DDDTC="2022-06-15", DDDY=181.0), "NPC-DD-001 DD DDTESTCD"),
    defect("a treatment before consent", change("EX", INFUSION, EXSTDTC="2021-08-30T10:35", EXSTDY=-24.0, EPOCH=""), "NPC-EX-002 EX EXSTDTC", "NPC-DM-040 DM RFXSTDTC"),
    defect("a treatment after death", change("EX", INFUSION | {"VISITNUM": "108"}, EXSTDTC="2022-12-28T10:00", EXENDTC="2022-12-28T11:00", EXSTDY=462.0, EXENDY=462.0, EPOCH=""), "NPC-EX-003 EX EXSTDTC", "NPC-DM-041 DM RFXENDTC"),
    defect("a dose as a number and as text", change("EX", INFUSION, EXDOSU=""), "NPC-EX-012 EX EXDOSU"),
    defect("a negative dose of treatment", change("EX", INFUSION, EXDOSE=-240.0), "NPC-EX-014 EX EXDOSE", "DEFINE-DATA_VALUE_LONG EX EXDOSE"),
    defect("an administration twice", add("EX", INFUSION), "NPC-EX-030 EX EXTRT", "DEFINE-DATA_KEYS EX", "NPC-SCH-010 EX EXTRT"),
    defect("a dose given to a screen failure", change("EX", INFUSION | {"VISITNUM": "108"}, USUBJID=SCREENED, EXSTDY=NAN, EXENDY=NAN, EXSEQ=1.0), "NPC-DM-030 DM ARMNRS", "NPC-BDS-025 ADEX EXSEQ", "NPC-DM-040 DM RFXSTDTC", "NPC-SD-020 EX EXENDTC", "NPC-SD-020 EX EXSTDTC", "NPC-SD-045 EX VISITNUM"),
    defect("an infusion that ends before it starts", change("EX", INFUSION, EXENDTC="2021-09-23T09:33"), "NPC-SD-007 EX EXSTDTC"),
    defect("alive after death", change("SS", {"USUBJID": FIRST, "SSSEQ": "2"}, SSORRES="ALIVE", SSSTRESC="ALIVE", SSDTC="2022-12-28", SSDY=462.0), "NPC-SS-001 SS SSDTC"),
    defect("a survival status of dead of the living", change("SS", {"USUBJID": "NCT04955886-01-004", "SSSEQ": "1"}, SSORRES="DEAD", SSSTRESC="DEAD"), "NPC-SS-002 SS SSSTRESC", "NPC-SS-004 SS SSDTC", "NPC-SS-005 SS SSDTC", "NPC-ADSL-022 ADSL LSTALVDT"),
    defect("a survival status of dead before death", change("SS", {"USUBJID": FIRST, "SSSEQ": "1"}, SSORRES="DEAD", SSSTRESC="DEAD"), "NPC-SS-003 SS SSDTC", "NPC-SS-004 SS SSDTC"),
    defect("no start of the study", drop("TS", {"TSPARMCD": "SSTDTC"}), "NPC-TS-001 STUDY starts", "NPC-TD-101 STUDY TSPARMCD", "NPC-PKG-012 TS TSVAL"),
    defect("a start of the study after the first consent", change("TS", {"TSPARMCD": "SSTDTC"}, TSVAL="2021-09-01"), "NPC-TS-003 TS TSVAL"),
    defect("a number of subjects that is not theirs", change("TS", {"TSPARMCD": "ACTSUB"}, TSVAL="16"), "NPC-TS-008 TS TSVAL"),
    defect("a number of arms that is not theirs", change("TS", {"TSPARMCD": "NARMS"}, TSVAL="2"), "NPC-TS-009 TS TSVAL"),
    defect("a trial in women with men", change("TS", {"TSPARMCD": "SEXPOP"}, TSVAL="F", TSVALCD="C16576"), "NPC-TS-011 DM SEX"),
    defect("a target lesion without a location", change("TU", {"USUBJID": FIRST, "TULNKID": "T03"}, TULOC=""), "NPC-TU-001 TU TULOC"),
    defect("an identified tumor without a date", change("TU", {"USUBJID": FIRST, "TULNKID": "T03"}, TUDTC="", TUDY=NAN), "NPC-TU-002 TU TUDTC"),
    defect("a tumor without a link", change("TU", {"USUBJID": FIRST, "TULNKID": "T03"}, TULNKID=""), "NPC-TU-006 TU TULNKID", "NPC-TR-005 TR TRLNKID"),
    defect("a tumor that is target and non-target", add("TU", {"USUBJID": FIRST, "TULNKID": "T03"}, TUORRES="NON-TARGET", TUSTRESC="NON-TARGET", TULOBXFL=""), "NPC-TU-008 TU TUSTRESC", "DEFINE-DATA_KEYS TU", "NPC-SCH-010 TU TUTESTCD"),
    defect("three target lesions in one organ", add("TU", {"USUBJID": FIRST, "TULNKID": "T04"}, TULNKID="T05"), "NPC-TU-011 TU TULOC"),
    defect("a target lesion identified after treatment", change("TU", {"USUBJID": FIRST, "TULNKID": "T03"}, TUDTC="2021-09-24", TUDY=2.0, TULOBXFL=""), "NPC-TU-012 TU TUDTC"),
    defect("a measurement of no tumor", change("TR", TARGET, TRLNKID="T09"), "NPC-TR-005 TR TRLNKID"),
    defect("a result in another group than its tumor", change("TR", TARGET, TRGRPID="NON-TARGET"), "NPC-TR-007 TR TRGRPID"),
    defect("a tumor in centimetres", change("TR", TARGET, TRSTRESU="cm", TRORRESU="cm"), "NPC-TR-008 TR TRSTRESU", "DEFINE-DATA_TERM TR TRSTRESU"),
    defect("a negative diameter", change("TR", TARGET, TRORRES="-7", TRSTRESC="-7", TRSTRESN=-7.0), "NPC-TR-010 TR TRSTRESN", "NPC-BDS-023 ADTR AVAL"),
    defect("a sum of diameters that does not add up", change("TR", {"USUBJID": FIRST, "TRTESTCD": "SUMDIAM", "VISITNUM": "506"}, TRORRES="44.5", TRSTRESC="44.5", TRSTRESN=44.5), "NPC-TR-014 TR TRSTRESN"),
    defect("a target node of 10 mm", change("TR", {"USUBJID": FIRST, "TRLNKID": "T02", "VISITNUM": "1"}, TRORRES="10.8", TRSTRESC="10.8", TRSTRESN=10.8), "NPC-TR-016 TR TRSTRESN", "NPC-BDS-023 ADTR AVAL"),
    defect("a target lesion of 8 mm", change("TR", {"USUBJID": FIRST, "TRLNKID": "T03", "VISITNUM": "1"}, TRORRES="8", TRSTRESC="8", TRSTRESN=8.0), "NPC-TR-017 TR TRSTRESN", "NPC-BDS-023 ADTR AVAL"),
    defect("a lesion measured twice at a visit", add("TR", TARGET), "NPC-TR-028 TR TRTESTCD", "DEFINE-DATA_KEYS TR", "NPC-SCH-010 TR TRTESTCD"),
    defect("a time point without an overall response", drop("RS", RESPONSE), "NPC-TR-026 TR VISITNUM", "NPC-BDS-025 ADRS RSSEQ"),
    defect("a response of no measurements", change("RS", RESPONSE, RSLNKGRP="V999"), "NPC-RS-006 RS RSLNKGRP"),
    defect("progression of the targets without overall progression", change("RS", RESPONSE | {"VISITNUM": "548"}, RSORRES="PR", RSSTRESC="PR"), "NPC-RS-007 RS RSSTRESC", "NPC-ADRS-008 ADRS AVALC"),
    defect("overall progression out of nothing", change("RS", RESPONSE, RSORRES="PD", RSSTRESC="PD"), "NPC-RS-008 RS RSSTRESC", "NPC-ADRS-008 ADRS AVALC"),
    defect("an overall response against the table", change("RS", RESPONSE, RSORRES="SD", RSSTRESC="SD"), "NPC-RS-009 RS RSSTRESC", "NPC-ADRS-008 ADRS AVALC"),
    defect("a response that the test cannot have", change("RS", RESPONSE | {"RSTESTCD": "NTRGRESP"}, RSORRES="PR", RSSTRESC="PR"), "NPC-RS-013 RS RSSTRESC", "DEFINE-DATA_TERM RS NTRGRESP"),
    defect("a response after death", change("RS", RESPONSE, RSDTC="2022-12-28", RSDY=462.0, EPOCH="FOLLOW-UP"), "NPC-RS-014 RS RSDTC"),
    defect("two overall responses at a time point", add("RS", RESPONSE), "NPC-RS-005 RS RSTESTCD", "NPC-SCH-010 RS RSCAT", "DEFINE-DATA_KEYS RS"),
]  # fmt: skip
