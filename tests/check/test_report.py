import io
import json
import zipfile

import openpyxl
import pytest

from cdisc_npc.check.report import workbook
from cdisc_npc.check.report.content import make_report
from cdisc_npc.check.report.page import to_page
from cdisc_npc.check.report.program import compact, to_json
from cdisc_npc.check.report.write import write_checks
from cdisc_npc.check.verdict import Checked
from cdisc_npc.findings import Findings
from tests.check.reports import package, rule, some_report, table, why


def sheets(report):
    book = openpyxl.load_workbook(io.BytesIO(workbook.to_workbook(report)))
    return {sheet.title: list(sheet.iter_rows()) for sheet in book}


def rows(cells):
    head = [cell.value for cell in cells[0]]
    return [dict(zip(head, (cell.value for cell in line), strict=True)) for line in cells[1:]]


def test_issues_are_sorted_worst_first_and_say_what_they_rest_on():
    report = some_report()
    assert report.issues[
        ["rule", "dataset", "variable", "severity", "findings", "cause"]
    ].to_numpy().tolist() == [
        ["T-AE-2", "AE", "AEOUT", "error", 1, ""],
        ["T-DM-1", "DM", "SEX", "error", 1, ""],
        ["T-AE-1", "AE", "AEOUT", "warning", 3, ""],
    ]
    assert report.issues["title"].tolist()[1] == "SEX is a term"
    assert set(report.issues["basis"]) == {"SDTMIG 3.4, 2.1"}
    assert report.counts()["error"] == {"findings": 2, "explained": 0, "issues": 2}
    assert report.statuses == {"failed": 3, "passed": 1, "not evaluated": 1}


def test_a_rule_says_of_how_many_datasets_and_records_it_was():
    rules = some_report().rules.set_index("rule")
    assert rules.loc["T-AE-1", ["status", "datasets", "records", "findings"]].tolist() == ["failed", 1, 4, 3]
    assert rules.loc["T-DM-2", ["status", "datasets", "records", "findings"]].tolist() == ["passed", 1, 2, 0]
    assert rules.loc["T-DD-1", ["status", "datasets", "reason"]].tolist() == [
        "not evaluated", 0, "the package has no dataset DD",
    ]  # fmt: skip


def test_nothing_found_is_a_report_too():
    report = make_report(Checked(), package(), "T")
    assert not report.failed
    assert len(rows(sheets(report)["Details"])) == 0
    assert json.loads(to_json(report))["issues"] == []
    assert b"Checks of T" in to_page(report)


def test_the_conversions_findings_stand_beside():
    noticed = Findings()
    noticed.add(
        "MAP_DATE", dataset="AE", variable="AESTDTC", value=["2021-31", "x"], expected="a date", row=[3, 4]
    )
    noticed.add("RAW_EXTRA_COLUMN", form="ae", variable="X", severity="warning")
    report = make_report(Checked(), package(), "T", conversion=noticed)
    assert report.issues[["rule", "dataset", "severity", "category", "title"]].to_numpy().tolist() == [
        ["MAP_DATE", "AE", "error", "Conversion", "AE.AESTDTC is '…'; expected a date"],
        [
            "RAW_EXTRA_COLUMN",
            "ae",
            "warning",
            "Conversion",
            "column X is not in the raw data contract of form ae",
        ],
    ]
    assert report.records["message"].tolist() == [
        "AE.AESTDTC is '2021-31'; expected a date", "AE.AESTDTC is 'x'; expected a date", "",
    ]  # fmt: skip


def test_a_file_that_cannot_be_read_is_an_error():
    checked = Checked()
    checked.findings.add("XPT_UNREADABLE", file="ae.xpt", value="no header", expected="a transport file")
    report = make_report(checked, package(), "T")
    assert report.failed and report.issues["dataset"].tolist() == ["ae.xpt"]


def test_json_holds_every_part():
    content = json.loads(to_json(some_report(why("T-DM-1"))))
    assert content["head"]["package"] == "T" and content["head"]["standard"] == "sdtmig-3.4"
    assert content["counts"]["error"] == {"findings": 2, "explained": 1, "issues": 2}
    assert [issue["rule"] for issue in content["issues"]] == ["T-AE-2", "T-AE-1", "T-DM-1"]
    last = content["records"][-1]
    assert last == {
        "issue": 2, "row": 2, "USUBJID": "S-2", "keys": "", "value": "X", "message": "", "file": "dm.xpt",
        "explanation": 0,
    }  # fmt: skip
    assert content["explanations"][last["explanation"]]["reason"] == "So it is"
    assert [(one["rule"], one["status"]) for one in content["verdicts"]] == [
        ("T-AE-1", "failed"),
        ("T-AE-2", "failed"),
        ("T-DD-1", "not evaluated"),
        ("T-DM-1", "failed"),
        ("T-DM-2", "passed"),
    ]


def test_the_tabs_that_users_know():
    of = sheets(some_report(why("T-DM-1")))
    assert list(of) == ["Validation Summary", "Issue Summary", "Details", "Rules", "Explanations"]
    summary = {row["Fact"]: row["Value"] for row in rows(of["Validation Summary"])}
    assert (summary["Package"], summary["Data cut"], summary["Findings of severity error"]) == (
        "T",
        "none",
        2,
    )
    assert summary["of them explained (error)"] == 1 and summary["Rules not evaluated"] == 1
    detail = rows(of["Details"])[1]
    assert detail == {
        "Source": "AE", "Record": 1, "Count": 1, "Variables": "AEOUT", "Values": "GONE", "Rule ID": "T-AE-1",
        "Publisher / Basis": "SDTMIG 3.4, 2.1", "Message": "An outcome is a term", "Category": "Terminology",
        "Severity": "warning", "USUBJID": "S-1", "Keys": "AESEQ=1", "Explanation": None,
    }  # fmt: skip
    assert rows(of["Details"])[-1]["Explanation"] == "So it is"
    assert [row["Found"] for row in rows(of["Issue Summary"])] == [1, 3, 1]
    assert {row["Rule ID"]: row["Status"] for row in rows(of["Rules"])}["T-DD-1"] == "not evaluated"


def test_a_workbooks_texts_stay_texts():
    for evil in ("=1+1", "=cmd|' /C calc'!A0", "#N/A"):
        (cell,) = [line[4] for line in sheets(some_report(evil=evil))["Details"] if line[4].value == evil]
        assert cell.data_type == "s"


def test_what_a_cell_cannot_hold_is_reported():
    of = sheets(some_report(evil="a\x00b\ufffec"))["Details"]
    assert [line[4].value for line in of][-1] == "a�b�c"
    long = [line[4].value for line in sheets(some_report(evil="y" * 40_000))["Details"]][-1]
    assert len(long) == 32_767 and long.endswith("cut; whole in findings.json)")


def test_what_a_worksheet_has_no_room_for_is_reported(monkeypatch):
    monkeypatch.setattr(workbook, "_ROWS", 5)
    of = sheets(some_report())["Details"]
    assert [line[0].value for line in of[1:]] == [
        "AE", "DM", "AE", "2 more rows, for which a worksheet has no room: see findings.json",
    ]  # fmt: skip


def test_records_that_are_not_listed_are_counted():
    of = table("XX", USUBJID=["S"] * 1003, XXTERM=["A"] * 1003)
    checked = Checked()
    checked.judge("T", rule(), of, range(1003), "XXTERM", {"XXTERM": of.frame["XXTERM"]})
    details = rows(sheets(make_report(checked, package(of), "T"))["Details"])
    assert len(details) == 1001 and sum(row["Count"] for row in details) == 1003
    assert details[-1]["Values"] == "3 more that are not listed"


@pytest.mark.parametrize("evil", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028", "\x00"])
def test_no_value_becomes_markup(evil):
    page = to_page(some_report(why("T-DM-1", evil), evil=evil)).decode("utf-8")
    head, _, rest = page.partition('<script type="application/json" id="data">')
    data, _, script = rest.partition("</script>")
    assert page.count("<script") == 2 and "alert(1)" not in head + script
    assert evil in [row[4] for row in json.loads(data)["records"]["rows"]]


def test_the_page_loads_nothing():
    page = to_page(some_report()).decode("utf-8")
    assert "default-src 'none'" in page
    assert not [word for word in ("http:", "https:", "src=", "@import", "url(") if word in page]


def test_the_page_holds_so_many_records_that_a_browser_can():
    content = compact(some_report(), 3)
    assert [row[0] for row in content["records"]["rows"]] == [0, 1, 2]
    assert len(compact(some_report(), 5)["records"]["rows"]) == 5


def test_the_same_findings_give_the_same_bytes(tmp_path, monkeypatch):
    write_checks(some_report(why("T-DM-1")), tmp_path / "one")
    monkeypatch.setattr("time.localtime", lambda *_: (2001, 2, 3, 4, 5, 6, 0, 0, 0))
    write_checks(some_report(why("T-DM-1")), tmp_path / "two")
    for name in ("findings.html", "findings.xlsx", "findings.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    with zipfile.ZipFile(tmp_path / "one" / "findings.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1960-01-01" in archive.read("docProps/core.xml")
