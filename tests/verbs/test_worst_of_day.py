"""The worst response of a day."""

from cdisc_npc.findings import Findings
from tests.verbs.records import made, records


def test_the_others_of_the_day_are_findings():
    frame = records(
        USUBJID=["1", "1", "1", "1"], ADT=["2024-01-01", "2024-01-01", "2024-02-01", None],
        AVALC=["PR", "SD", "CR", "PD"], RSEVAL=["A", "B", "A", "A"],
    )  # fmt: skip
    findings = Findings()
    assert made({"worst_of_day": "AVALC"}, frame, findings) == ["", "Y", "Y", ""]
    assert findings.frame()[["code", "value", "keys"]].values.tolist() == [
        ["ADAM_SAME_DAY", "PR", "2024-01-01"],
    ]  # fmt: skip
    assert made({"worst_of_day": "AVALC", "by": "RSEVAL"}, frame) == ["Y", "Y", "Y", ""]
    assert made({"worst_of_day": "AVALC", "where": {"AVALC": ["PR", "CR"]}}, frame) == ["Y", "", "Y", ""]
