"""The page in a browser: what it shows is told by the address, and read back as the browser built it."""

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cdisc_npc.check.report.content import make_report
from cdisc_npc.check.report.page import to_page
from cdisc_npc.check.verdict import Checked
from tests.check.reports import package, rule, some_report, table, why

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next((found for name in NAMES if (found := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium is installed")


class _Shown(HTMLParser):
    """The table of the page, its line of counts, and which columns say how they are sorted."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.parts: dict[str, str] = {}
        self.sorted: list[str] = []
        self._in, self._cell = "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        if tag in ("p", "nav", "div", "script") and of.get("id") in ("count", "pages", "table", "data"):
            self._in = of["id"]
            self.parts[self._in] = ""
        if self._in != "table":
            return
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._cell = True
            if of.get("aria-sort"):
                self.sorted.append(of["aria-sort"])

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = False
        if tag in ("p", "nav", "script") or (tag == "main"):
            self._in = "" if not self.rows or tag != "p" else self._in

    def handle_data(self, data):
        if self._in:
            self.parts[self._in] += data
        if self._cell and self.rows:
            self.rows[-1][-1] += data


def shown(folder: Path, report, address: str = "") -> _Shown:
    page = folder / "findings.html"
    page.write_bytes(to_page(report))
    call = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'browser'}",
        "--virtual-time-budget=5000", "--dump-dom", f"{page.as_uri()}#{address}",
    ]  # fmt: skip
    result = subprocess.run(call, capture_output=True, timeout=120, check=True)
    return _Shown(result.stdout.decode("utf-8"))


def column(page: _Shown, name: str) -> list[str]:
    place = page.rows[0].index(name)
    return [row[place] for row in page.rows[1:]]


def test_it_opens_from_disk_with_all_issues(tmp_path):
    page = shown(tmp_path, some_report(why("T-DM-1")))
    assert page.parts["count"] == "3 issues"
    assert column(page, "Rule") == ["T-AE-2", "T-AE-1", "T-DM-1"]
    assert column(page, "Explained") == ["no", "no", "all"]


def test_filters_search_and_sort_work_together(tmp_path):
    report = some_report(why("T-DM-1"))
    page = shown(tmp_path, report, "severity=error&sort=rule")
    assert (column(page, "Rule"), page.sorted) == (["T-AE-2", "T-DM-1"], ["ascending"])
    assert page.parts["count"] == "2 of 3 issues"
    page = shown(tmp_path, report, "explained=no&sort=-findings")
    assert (column(page, "Findings"), page.sorted) == (["3", "1"], ["descending"])
    assert column(shown(tmp_path, report, "tab=records&q=s-2+gone"), "Keys") == ["AESEQ=1"]
    assert column(shown(tmp_path, report, "tab=rules&dataset=DM&status=passed"), "Rule") == ["T-DM-2"]


def test_an_issue_and_a_rule_unfold(tmp_path):
    page = shown(tmp_path, some_report(), "open=2")
    assert page.rows[-4] == ["Row", "Subject", "Keys", "Value"]
    assert page.rows[-3:] == [
        ["1", "S-1", "AESEQ=1", "GONE"], ["3", "S-2", "AESEQ=1", "GONE"], ["4", "S-2", "AESEQ=2", "X"],
    ]  # fmt: skip
    page = shown(tmp_path, some_report(), "tab=rules&open=2")
    assert ["DD", "not evaluated", "0", "0", "the package has no dataset DD"] in page.rows


def test_what_was_not_evaluated_and_explanations_have_tabs(tmp_path):
    report = some_report(why("T-DM-1", "Seen by the site"), why("T-AE-1", "x", value="no such"))
    assert column(shown(tmp_path, report, "tab=missing"), "Reason") == ["the package has no dataset DD"]
    page = shown(tmp_path, report, "tab=explanations")
    assert column(page, "State") == ["applied", "stale"]
    assert column(page, "Of findings with") == ["", "value = no such"]


def test_twenty_thousand_records_are_paged_searched_and_sorted(tmp_path):
    names = [f"T-{number:02}" for number in range(20)]
    values = [str(number) for number in range(1000)]
    of = table("XX", USUBJID=["S-1"] * 1000, XXSEQ=[float(value) for value in values], XXORRES=values)
    checked = Checked()
    for name in names:
        checked.judge(name, rule(), of, range(1000), "XXORRES", {"XXORRES": of.frame["XXORRES"]})
    report = make_report(checked, package(of), "T")
    page = shown(tmp_path, report, "tab=records&sort=-row&page=200")
    assert page.parts["count"] == "20000 records" and "Page 200 of 200" in page.parts["pages"]
    assert column(page, "Row") == [str(row) for row in (5, 4, 3, 2, 1) for _ in names]
    assert column(shown(tmp_path, report, "tab=records&q=xxseq%3D999&sort=-rule"), "Rule") == names[::-1]


@pytest.mark.parametrize("evil", ["</script><img src=x onerror=document.title='hit'>", "<b>&amp;"])
def test_a_value_is_shown_as_it_is_and_never_run(tmp_path, evil):
    page = shown(tmp_path, some_report(evil=evil), "tab=records&sort=-row")
    assert evil in column(page, "Value")


def test_an_address_that_makes_no_sense_does_no_harm(tmp_path):
    page = shown(tmp_path, some_report(), "tab=constructor&page=-7&sort=__proto__&issue=99&open=zz")
    assert len(page.rows) == 1 + 3
    page = shown(tmp_path, some_report(), "tab=records&issue=99")
    assert page.parts["table"] == "Nothing." and "0 of 5 records of no issue" in page.parts["count"]
