"""Defects of analysis datasets."""

from __future__ import annotations

from tests.check.defects import Defect, add, change, defect, drop
from tests.check.defects_dates import FIRST, NAN

ALIVE = "NCT04955886-01-003"
SDIAM = {"USUBJID": FIRST, "PARAMCD": "SDIAM", "VISITNUM": "512"}


def rs(code: str) -> dict[str, str]:
    return {"USUBJID": FIRST, "PARAMCD": code}


def tte(code: str, subject: str = FIRST) -> dict[str, str]:
    return {"USUBJID": subject, "PARAMCD": code}


DEFECTS: list[Defect] = [
    defect("a subject twice in ADSL", add("ADSL", {"USUBJID": FIRST}), "NPC-ADSL-001 ADSL USUBJID", "DEFINE-DATA_KEYS ADSL", "NPC-SCH-010 ADSL USUBJID"),
    defect("a treated subject who is not in ADSL", drop("ADSL", {"USUBJID": ALIVE}), "NPC-ADSL-003 DM USUBJID", "NPC-ADAM-002 ADAE USUBJID", "DEFINE-DATA_NO_VALUES ADSL LOSTDT", "NPC-ADAM-002 ADEX USUBJID", "NPC-ADAM-002 ADRS USUBJID", "NPC-ADAM-002 ADTR USUBJID", "NPC-ADAM-002 ADTTE USUBJID", "NPC-OCCDS-008 ADAE TRTEMFL", "NPC-XPT-012 ADSL DCSREAS", "NPC-XPT-012 ADSL SUEOTRS", "NPC-XPT-012 ADSL TOEOTRS", "NPC-ADAM-012 ADTTE ADT", "NPC-TTE-022 ADTTE ADT"),
    defect("an age other than in DM", change("ADSL", {"USUBJID": "NCT04955886-01-002"}, AGE=42.0), "NPC-ADSL-004 ADSL AGE"),
    defect("a population flag that is blank", change("ADSL", {"USUBJID": "NCT04955886-01-002"}, SAFFL=""), "NPC-ADSL-005 ADSL SAFFL"),
    defect("a treated subject outside the safety population", change("ADSL", {"USUBJID": ALIVE}, SAFFL="N"), "NPC-ADSL-006 ADSL SAFFL", "NPC-ADAM-001 ADAE SAFFL", "NPC-ADAM-001 ADEX SAFFL", "NPC-ADAM-001 ADRS SAFFL", "NPC-ADAM-001 ADTR SAFFL", "NPC-ADAM-001 ADTTE SAFFL"),
    defect("a first dose other than in DM", change("ADSL", {"USUBJID": ALIVE}, TRTSDT=22630.0), "NPC-ADSL-008 ADSL TRTSDT", "NPC-ADAM-001 ADAE TRTSDT", "NPC-ADAM-001 ADEX TRTSDT", "NPC-ADAM-001 ADRS TRTSDT", "NPC-ADAM-001 ADTR TRTSDT"),
    defect("treatment that ends before it starts", change("ADSL", {"USUBJID": ALIVE}, TRTEDT=22600.0), "NPC-ADSL-007 ADSL TRTEDT", "NPC-ADAM-001 ADAE TRTEDT", "NPC-ADAM-001 ADEX TRTEDT", "NPC-ADAM-001 ADRS TRTEDT"),
    defect("a date of death other than in DM", change("ADSL", {"USUBJID": FIRST}, DTHDT=23005.0), "NPC-ADSL-010 ADSL DTHDT", "NPC-ADAM-012 ADTTE ADT", "NPC-ADRS-010 ADRS AVALC", "NPC-TTE-010 ADTTE ADT", "NPC-TTE-019 ADTTE ADT", "NPC-TTE-022 ADTTE ADT"),
    defect("a discontinuation without a reason", change("ADSL", {"USUBJID": FIRST}, DCSREAS=""), "NPC-ADSL-012 ADSL DCSREAS"),
    defect("an end of study of who is ongoing", change("ADSL", {"USUBJID": ALIVE}, EOSSTT="ONGOING", DCSREAS=""), "NPC-ADSL-013 ADSL EOSDT", "NPC-XPT-012 ADSL DCSREAS"),
    defect("alive after death in ADSL", change("ADSL", {"USUBJID": FIRST}, LSTALVDT=23010.0), "NPC-ADSL-014 ADSL LSTALVDT"),
    defect("a duration of treatment without its last day", change("ADSL", {"USUBJID": ALIVE}, TRTDURD=179.0), "NPC-ADSL-015 ADSL TRTDURD"),
    defect("a value of ADSL that another dataset has otherwise", change("ADTTE", tte("OS", ALIVE), PPROTFL="N"), "NPC-ADAM-001 ADTTE PPROTFL"),
    defect("an analysis day one too low", change("ADRS", rs("OVR"), ADY=46.0), "NPC-ADAM-003 ADRS ADY"),
    defect("a record flag that says no", change("ADRS", rs("OVR"), ANL01FL="N"), "NPC-ADAM-005 ADRS ANL01FL", "DEFINE-DATA_TERM ADRS ANL01FL", "NPC-ADRS-007 ADRS ADT", "NPC-CT-006 ADRS ANL01FL"),
    defect("a sequence number of an analysis dataset twice", change("ADRS", rs("OVR"), ASEQ=15.0), "NPC-ADAM-009 ADRS ASEQ", "NPC-SCH-013 ADRS ASEQ"),
    defect("a source record that is not there", change("ADTTE", tte("PFS"), SRCSEQ=999.0), "NPC-ADAM-010 ADTTE SRCSEQ", "DEFINE-DATA_VALUE_LONG ADTTE SRCSEQ"),
    defect("an analysis parameter under another name", change("ADRS", rs("BOR"), PARAM="Best Response"), "NPC-BDS-001 ADRS PARAMCD"),
    defect("a text result with another number", change("ADRS", rs("BOR"), AVAL=3.0), "NPC-BDS-002 ADRS AVALC"),
    defect("a baseline that is not the baseline record's", change("ADTR", SDIAM, BASE=100.0), "NPC-BDS-004 ADTR BASE", "NPC-BDS-005 ADTR BASE", "NPC-BDS-008 ADTR CHG", "NPC-BDS-009 ADTR PCHG"),
    defect("two baseline records", change("ADTR", SDIAM, ABLFL="Y"), "NPC-BDS-006 ADTR ABLFL"),
    defect("a change that is not the difference", change("ADTR", SDIAM, CHG=-56.0), "NPC-BDS-008 ADTR CHG"),
    defect("a percent change by another value", change("ADTR", SDIAM, PCHG=-50.0), "NPC-BDS-009 ADTR PCHG"),
    defect("a change from nadir that is not the difference", change("ADTR", SDIAM, CHGNAD=2.0), "NPC-BDS-020 ADTR CHGNAD"),
    defect("a nadir above baseline", change("ADTR", SDIAM, NADIR=110.0, CHGNAD=-65.5, PCHGNAD=-59.545454545454545), "NPC-BDS-019 ADTR NADIR"),
    defect("a sum that its lesions do not give", change("ADTR", SDIAM, AVAL=45.5, CHG=-56.0, PCHG=-55.172413793103448, CHGNAD=2.0, PCHGNAD=4.597701149425287), "NPC-BDS-022 ADTR AVAL"),
    defect("a measurement other than in TR", change("ADTR", {"USUBJID": FIRST, "PARAMCD": "LDIAM1", "VISITNUM": "506"}, AVAL=7.8), "NPC-BDS-023 ADTR AVAL"),
    defect("a best response twice", add("ADRS", rs("BOR")), "NPC-ADRS-001 ADRS PARAMCD"),
    defect("a best response that no time point has", change("ADRS", rs("BOR"), AVALC="CR", AVAL=1.0), "NPC-ADRS-004 ADRS AVALC"),
    defect("a best response worse than the best", change("ADRS", rs("BOR"), AVALC="SD", AVAL=3.0), "NPC-ADRS-005 ADRS AVALC", "NPC-ADRS-002 ADRS AVALC", "NPC-ADRS-003 ADRS AVALC"),
    defect("a confirmed response without one", change("ADRS", {"PARAMCD": "CRSP", "AVALC": "N"}, AVALC="Y", AVAL=1.0), "NPC-ADRS-009 ADRS AVALC"),
    defect("a first progression later than the first", change("ADRS", rs("PD"), ADT=22886.0, ADY=341.0), "NPC-ADRS-006 ADRS ADT"),
    defect("a time point's response other than in RS", change("ADRS", rs("OVR") | {"VISITNUM": "524"}, AVALC="SD", AVAL=3.0), "NPC-ADRS-008 ADRS AVALC"),
    defect("a death other than in ADSL", change("ADRS", rs("DEATH"), ADT=23005.0, ADY=460.0), "NPC-ADRS-010 ADRS AVALC"),
    defect("a time-to-event parameter twice", add("ADTTE", tte("TTR")), "NPC-TTE-001 ADTTE PARAMCD", "DEFINE-DATA_KEYS ADTTE", "NPC-SCH-010 ADTTE PARAMCD"),
    defect("a censoring below zero", change("ADTTE", tte("OS", ALIVE), CNSR=-1.0), "NPC-TTE-002 ADTTE CNSR", "DEFINE-DATA_VALUE_LONG ADTTE CNSR"),
    defect("an event without a description", change("ADTTE", tte("OS"), EVNTDESC=""), "NPC-TTE-003 ADTTE EVNTDESC"),
    defect("an event with a description of censoring", change("ADTTE", tte("OS"), CNSDTDSC="Last Known Alive"), "NPC-TTE-003 ADTTE EVNTDESC"),
    defect("a time one day short", change("ADTTE", tte("TTR"), AVAL=46.0), "NPC-TTE-005 ADTTE AVAL"),
    defect("an event before the start", change("ADTTE", tte("TTR", ALIVE), ADT=22600.0, AVAL=-30.0), "NPC-TTE-007 ADTTE ADT", "NPC-TTE-017 ADTTE ADT", "NPC-TTE-009 ADTTE ADT", "NPC-TTE-022 ADTTE ADT"),
    defect("survival censored in a subject who died", change("ADTTE", tte("OS"), CNSR=1.0, EVNTDESC="Alive", CNSDTDSC="Last Known Alive"), "NPC-TTE-011 ADTTE CNSR", "NPC-TTE-024 ADTTE ADT"),
    defect("survival other than to the death of ADSL", change("ADTTE", tte("OS"), ADT=23005.0, AVAL=460.0), "NPC-TTE-010 ADTTE ADT", "NPC-ADAM-012 ADTTE ADT", "NPC-TTE-019 ADTTE ADT", "NPC-TTE-022 ADTTE ADT"),
    defect("progression-free survival censored at progression", change("ADTTE", tte("PFS"), CNSR=1.0, EVNTDESC="No Event", CNSDTDSC="Last Adequate Tumor Assessment"), "NPC-TTE-021 ADTTE CNSR"),
    defect("a time without a start", change("ADTTE", tte("TTR"), STARTDT=NAN), "NPC-TTE-018 ADTTE AVAL"),
    defect("a duration of response of no responder", change("ADRS", {"USUBJID": FIRST, "PARAMCD": ["RSP", "CRSP", "BCP", "CBCP"]}, every=True, AVALC="N", AVAL=0.0), "NPC-TTE-014 ADTTE PARAMCD", "NPC-ADRS-002 ADRS AVALC", "NPC-ADRS-007 ADRS ADT", "NPC-TTE-017 ADTTE ADT"),
    defect("a date that its source does not give", change("ADAE", {"USUBJID": FIRST, "TRTEMFL": "Y"}, ASTDT=22500.0), "NPC-OCCDS-001 ADAE ASTDT"),
]  # fmt: skip
