import pandas as pd

from cdisc_npc.check.explained import explain, looked_into, rule_ids
from cdisc_npc.check.report.content import make_report
from cdisc_npc.check.verdict import LISTED, Checked
from cdisc_npc.findings import Findings
from tests.check.reports import package, rule, some_report, table, why


def found(*rows):
    columns = ["rule", "dataset", "variable", "value", "USUBJID", "keys"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


FOUND = found(
    ("T-1", "AE", "AEOUT", "GONE", "S-1", "AESEQ=1"),
    ("T-1", "AE", "AEOUT", "LOST", "S-1", "AESEQ=2"),
    ("T-1", "CM", "CMTRT", "GONE", "S-2", "CMSEQ=1"),
    ("T-2", "AE", "AEOUT", "GONE", "S-1", "AESEQ=1"),
)


def places(*explained):
    return explain(FOUND["rule"], FOUND["dataset"], FOUND, explained).tolist()


def test_by_rule_and_dataset():
    assert places(why("T-1")) == [0, 0, 0, -1]
    assert places(why("T-1", datasets="AE"), why("T-1", datasets=["CM", "MH"])) == [0, 0, 1, -1]


def test_by_content():
    assert places(why("T-1", value="GONE")) == [0, -1, 0, -1]
    assert places(why("T-1", value="gone")) == [-1] * 4
    assert places(why("T-1", value="GONE", USUBJID=["S-1", "S-9"])) == [0, -1, -1, -1]
    assert places(why("T-1", variable="CMTRT"), why("T-1", keys="AESEQ=2")) == [-1, 1, 0, -1]


def test_the_first_that_covers_a_finding_counts():
    assert places(why("T-1", value="LOST"), why("T-1")) == [1, 0, 1, -1]


def test_what_an_explanation_calls_a_finding():
    findings = Findings()
    findings.add("CHECK_RULE", rule="T-1")
    findings.add("DEFINE_ISSUE", rule="DATA_KEYS")
    findings.add("MAP_TERM_EXTENDED", rule="something else")
    assert rule_ids(findings.frame()).tolist() == ["T-1", "DATA_KEYS", "MAP_TERM_EXTENDED"]


def test_a_report_counts_what_is_explained_and_says_what_matches_nothing():
    report = some_report(
        why("T-DM-1"), why("T-AE-2", value="no such"), why("T-AE-1", value="GONE"), why("CORE-000001"),
        why("T-DM-1", "the standard's", common=True), why("T-DM-2"),
    )  # fmt: skip
    assert report.issues[["rule", "findings", "explained"]].to_numpy().tolist() == [
        ["T-AE-2", 1, 0], ["T-AE-1", 3, 2], ["T-DM-1", 1, 1],
    ]  # fmt: skip
    states = dict(zip(report.explanations["rule"], report.explanations["state"], strict=True))
    assert states == {
        "T-DM-1": "applied", "T-AE-2": "stale", "T-AE-1": "applied", "CORE-000001": "not run", "T-DM-2": "stale",
    }  # fmt: skip
    assert report.explanations["findings"].tolist() == [1, 0, 2, 0, 0]
    assert report.failed
    assert not some_report(why("T-DM-1"), why("T-AE-2")).failed


def test_what_the_conversion_noticed_is_explained_too():
    noticed = Findings()
    noticed.add("MAP_TERM_UNMATCHED", dataset="LB", variable="LBSTRESC", value=["A", "B"], expected="C1")

    def made(*explained):
        return make_report(Checked(), package(), "T", explained, noticed)

    assert made().failed and made(why("MAP_TERM_UNMATCHED", value="A")).failed
    report = made(why("MAP_TERM_UNMATCHED", value=["A", "B"]), why("MAP_DATE"), why("MAP_NO_SUCH"))
    assert not report.failed
    assert report.explanations["state"].tolist() == ["applied", "stale", "not run"]


def flood(*explained):
    values = ["A"] * LISTED + ["B"] * 5
    of = table("XX", USUBJID=["S-1"] * len(values), XXTERM=values)
    checked = Checked(looked_into(explained))
    checked.judge("T", rule(), of, range(len(values)), "XXTERM", {"XXTERM": of.frame["XXTERM"]})
    return make_report(checked, package(of), "T", explained)


def test_a_flood_is_explained_as_a_whole_or_value_by_value():
    of = {}
    for name, explained in {
        "none": [], "whole": [why("T")], "A": [why("T", value="A")], "both": [why("T", value="A"), why("T", value="B")],
    }.items():  # fmt: skip
        report = flood(*explained)
        (issue,) = report.issues.to_dict("records")
        of[name] = (issue["findings"], issue["explained"], issue["listed"], len(report.records))
        assert report.explanations["findings"].sum() == issue["explained"]
    many = LISTED + 5
    assert of == {
        "none": (many, 0, LISTED, LISTED), "whole": (many, many, LISTED, LISTED),
        "A": (many, LISTED, LISTED, LISTED), "both": (many, many, LISTED, LISTED),
    }  # fmt: skip


def test_of_a_flood_those_without_explanation_are_listed_first():
    report = flood(why("T", value="A"))
    assert report.records["value"].tolist()[:6] == ["B"] * 5 + ["A"]
