"""Defects of dates, study days, visits, epochs and elements."""

from __future__ import annotations

from tests.check.defects import Defect, add, both, change, defect, drop

# The subject's treatment began on 2021-09-23 and ended on 2022-08-29; consent was on 2021-08-31, death on 2022-12-27.
NAN = float("nan")
FIRST = "NCT04955886-01-001"
VS = {"USUBJID": FIRST, "VSTESTCD": "SYSBP", "VISITNUM": "102"}
CM = {"USUBJID": FIRST, "CMTRT": "Levothyroxine"}
LB = {"USUBJID": FIRST, "LBTESTCD": "ALT", "VISITNUM": "102"}
SE = {"USUBJID": FIRST, "ETCD": "TRT"}
SV = {"USUBJID": FIRST, "VISITNUM": "102"}

DEFECTS: list[Defect] = [
    defect("a medication ends before it starts", change("CM", CM, CMENDTC="2021-12-18", CMENDY=87.0), "NPC-SD-007 CM CMSTDTC"),
    defect("a medical history ends before it starts", change("MH", {"USUBJID": FIRST, "MHTERM": "Hypertension"}, MHENDTC="2008-09-30", MHENDY=-4741.0, MHENRTPT="", MHENTPT=""), "NPC-SD-007 MH MHSTDTC"),
    defect("a study day 0", change("VS", VS | {"VISITNUM": "101"}, VSDY=0.0), "NPC-SD-009 VS VSDY"),
    defect("a study day one too high", change("LB", LB, LBDY=25.0), "NPC-SD-009 LB LBDY"),
    defect("a study day of a start without 1 added", change("CM", CM, CMSTDY=87.0), "NPC-SD-009 CM CMSTDY"),
    defect("a study day of a partial date", change("CM", CM, CMSTDTC="2021-12"), "NPC-SD-010 CM CMSTDY", "DEFINE-DATA_VALUE CM CMSTDTC"),
    defect("a study day of a subject without a reference start", change("VS", {"USUBJID": "NCT04955886-01-002", "VSTESTCD": "SYSBP"}, VSDY=-3.0), "NPC-SD-010 VS VSDY"),
    defect("no study day though both dates are whole", change("EG", {"USUBJID": FIRST}, EGDY=NAN), "NPC-SD-011 EG EGDY"),
    defect("a result without a date", change("VS", VS, VSDTC="", VSDY=NAN), "NPC-SD-012 VS VSDTC"),
    defect("a date as day, month, year", change("CM", CM, CMSTDTC="19DEC2021", CMSTDY=NAN), "NPC-SD-013 CM CMSTDTC", "DEFINE-DATA_VALUE CM CMSTDTC"),
    defect("a date with unknown parts in letters", change("CM", CM, CMSTDTC="2021-UN-UN", CMSTDY=NAN), "NPC-SD-013 CM CMSTDTC", "DEFINE-DATA_VALUE CM CMSTDTC"),
    defect("a month 13", change("CM", CM, CMSTDTC="2021-13", CMSTDY=NAN), "NPC-SD-013 CM CMSTDTC", "DEFINE-DATA_VALUE CM CMSTDTC"),
    defect("a time of 24 hours", change("EC", {"USUBJID": FIRST, "ECTRT": "TORIPALIMAB"}, ECENDTC="2021-09-23T24:00"), "NPC-SD-013 EC ECENDTC", "DEFINE-DATA_VALUE EC ECENDTC"),
    defect("a date with a blank before the time", change("EC", {"USUBJID": FIRST, "ECTRT": "TORIPALIMAB"}, ECENDTC="2021-09-23 11:33"), "NPC-SD-013 EC ECENDTC", "DEFINE-DATA_VALUE EC ECENDTC", "NPC-SD-010 EC ECENDY"),
    defect("the 31st of April", change("CM", CM, CMENDTC="2022-04-31", CMENDY=NAN), "NPC-SD-014 CM CMENDTC"),
    defect("the 29th of February of no leap year", change("VS", VS, VSDTC="2021-02-29", VSDY=NAN), "NPC-SD-014 VS VSDTC"),
    defect("a medical history from before birth", change("MH", {"USUBJID": FIRST, "MHTERM": "Hypertension"}, MHSTDTC="1970-06-26", MHSTDY=-18717.0), "NPC-SD-017 MH MHSTDTC", "DEFINE-DATA_VALUE_LONG MH MHSTDY"),
    defect("vital signs after death", change("VS", VS, VSDTC="2022-12-28", VSDY=462.0), "NPC-SD-018 VS VSDTC"),
    defect("a medication that starts after death", change("CM", CM, CMSTDTC="2023-01-02", CMSTDY=467.0, CMENDTC="", CMENDY=NAN), "NPC-SD-018 CM CMSTDTC"),
    defect("a finding from before consent", change("VS", VS | {"VISITNUM": "1"}, VSDTC="2021-08-30", VSDY=-24.0), "NPC-SD-019 VS VSDTC"),
    defect("a laboratory test after the end of participation", change("LB", {"USUBJID": "NCT04955886-01-003", "LBTESTCD": "ALT"}, LBDTC="2022-06-16", LBDY=182.0), "NPC-SD-020 LB LBDTC"),
    defect("a medication that ends after the end of participation", change("CM", {"USUBJID": "NCT04955886-01-003", "CMENDTC": "present", "CMSTDTC": {"min": "2021-12-17"}}, CMENDTC="2022-07-01", CMENDY=197.0), "NPC-SD-020 CM CMENDTC"),
    defect("a visit number with another visit's name", change("VS", VS, VISIT="CYCLE 3 DAY 1"), "NPC-SD-042 VS VISIT", "NPC-SD-043 VS VISIT", "NPC-SD-044 VS VISITNUM"),
    defect("a visit that the subject never had", change("VS", VS, VISITNUM=135.0, VISIT="CYCLE 35 DAY 1", VISITDY=715.0), "NPC-SD-045 VS VISITNUM"),
    defect("a planned day that is not the visit's", change("VS", VS, VISITDY=21.0), "NPC-SD-046 VS VISITDY"),
    defect("a planned day of an unplanned visit", change("SV", {"VISITDY": "blank", "SVPRESP": "blank"}, VISITDY=10.0), "NPC-SD-046 SV VISITDY"),
    defect("a finding outside the dates of its visit", change("VS", VS, VSDTC="2021-10-19", VSDY=27.0), "NPC-SD-047 VS VSDTC"),
    defect("an epoch that no arm has", change("CM", CM, EPOCH="MAINTENANCE"), "NPC-SD-048 CM EPOCH", "DEFINE-DATA_TERM CM EPOCH", "DEFINE-DATA_VALUE_LONG CM EPOCH"),
    defect("an epoch that the subject did not reach", change("VS", {"USUBJID": "NCT04955886-01-002", "VSTESTCD": "SYSBP"}, EPOCH="FOLLOW-UP"), "NPC-SD-049 VS EPOCH"),
    defect("a medication in the wrong epoch", change("CM", CM, EPOCH="FOLLOW-UP"), "NPC-SD-050 CM EPOCH"),
    defect("a finding in the wrong epoch", change("LB", LB, EPOCH="SCREENING"), "NPC-SD-051 LB EPOCH"),
    defect("ongoing, without a reference point", change("CM", {"CMENRTPT": "ONGOING"}, CMENTPT=""), "NPC-SD-060 CM CMENRTPT"),
    defect("ongoing at the end of the study, with an end", change("CM", {"CMENRTPT": "ONGOING"}, CMENDTC="2021-10-20"), "NPC-SD-061 CM CMENDTC"),
    defect("medical history that begins after treatment", change("MH", {"USUBJID": FIRST, "MHTERM": "Hypertension"}, MHSTDTC="2022-10-01", MHSTDY=374.0), "NPC-SD-068 MH MHSTDTC"),
    defect("a planned visit twice", add("SV", SV), "NPC-SV-001 SV VISITNUM", "DEFINE-DATA_KEYS SV", "NPC-SCH-010 SV VISITNUM"),
    defect("a visit marked as planned that is not", change("SV", {"SVPRESP": "blank"}, SVPRESP="Y", SVOCCUR="Y", SVUPDES=""), "NPC-SV-002 SV VISITNUM"),
    defect("a planned visit not marked so", change("SV", SV, SVPRESP="", SVOCCUR=""), "NPC-SV-003 SV SVPRESP"),
    defect("an answer to whether a visit was planned", change("SV", {"SVPRESP": "blank"}, SVPRESP="N"), "NPC-SV-004 SV SVPRESP", "DEFINE-DATA_TERM SV SVPRESP"),
    defect("the occurrence of an unplanned visit", change("SV", {"SVPRESP": "blank"}, SVOCCUR="Y"), "NPC-SV-005 SV SVOCCUR"),
    defect("a visit that did not occur, with dates", change("SV", SV, SVOCCUR="N"), "NPC-SV-006 SV SVSTDTC", "DEFINE-DATA_TERM SV SVOCCUR"),
    defect("an unplanned visit without a description", change("SV", {"SVPRESP": "blank"}, SVUPDES=""), "NPC-SV-007 SV SVUPDES"),
    defect("a cycle that starts before the one before it", change("SV", SV, SVSTDTC="2021-09-20", SVSTDY=-3.0), "NPC-SV-008 SV SVSTDTC"),
    defect("a visit without a start", change("SV", SV, SVSTDTC="", SVSTDY=NAN), "NPC-SV-009 SV SVSTDTC"),
    defect("an element that the trial does not have", change("SE", SE, ETCD="WASH", ELEMENT="Wash-out"), "NPC-SE-001 SE ETCD", "NPC-SE-006 SE TAETORD"),
    defect("an element under another name", change("SE", SE, ELEMENT="Treatment"), "NPC-SE-002 SE ELEMENT"),
    defect("a gap between elements", change("SE", SE, SESTDTC="2021-09-24", SESTDY=2.0), "NPC-SE-003 SE SESTDTC"),
    defect("an open end of an element that is not the last", change("SE", SE, SEENDTC="", SEENDY=NAN), "NPC-SE-004 SE SEENDTC", "NPC-SE-003 SE SESTDTC"),
    defect("an element in the epoch of another", change("SE", SE, EPOCH="SCREENING"), "NPC-SE-005 SE EPOCH"),
    defect("an element at another place than planned", change("SE", SE, TAETORD=3.0), "NPC-SE-006 SE TAETORD", "DEFINE-DATA_KEYS SE", "NPC-SCH-010 SE TAETORD"),
    defect("an unplanned element that nothing describes", change("SE", SE, ETCD="UNPLAN", ELEMENT="", TAETORD=NAN), "NPC-SE-007 SE SEUPDES", "DEFINE-DATA_VALUE_LONG SE ETCD"),
    defect("elements numbered against their dates", both(change("SE", SE, SESEQ=3.0), change("SE", SE | {"ETCD": "FUP"}, SESEQ=2.0)), "NPC-SE-008 SE SESEQ"),
    defect("a first element that starts after consent", change("SE", SE | {"ETCD": "SCRN"}, SESTDTC="2021-09-02", SESTDY=-21.0), "NPC-SE-009 SE SESTDTC"),
    defect("a subject without elements", drop("SE", {"USUBJID": "NCT04955886-02-001"}, every=True), "NPC-SD-049 VS EPOCH"),
]  # fmt: skip
