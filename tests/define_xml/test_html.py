from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree, html

from define_xml import stylesheet, to_bytes, to_html
from define_xml.html import STYLESHEET
from tests.define_xml.documents import document

SAMPLE = (
    Path(os.environ.get("CDISC_NPC_SHARED") or Path(__file__).parents[3] / "shared")
    / "define/defineV21-SDTM.xml"
)
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package: the document with results, its page, and the files that it refers to."""
    define = document(results=True)
    (tmp_path / "define.xml").write_bytes(to_bytes(define))
    (tmp_path / STYLESHEET).write_bytes(stylesheet())
    (tmp_path / "define.html").write_bytes(to_html(define))
    for name in ("dm.xpt", "lb.xpt", "suppdm.xpt", "acrf.pdf"):
        (tmp_path / name).touch()
    return tmp_path


def links_lead_somewhere(page: html.HtmlElement, folder: Path) -> int:
    """Each link leads to a place of the page or to a file beside it; how many there are."""
    ids = {node.get("id") for node in page.iter() if node.get("id")} | {a.get("name") for a in page.iter("a")}
    links = [a.get("href") for a in page.iter("a") if a.get("href")]
    for link in links:
        file, _, place = link.partition("#")
        assert (folder / file).is_file() if file else place in ids, link
    return len(links)


def test_page_holds_all_it_needs(folder: Path) -> None:
    data = (folder / "define.html").read_bytes()
    page = html.fromstring(data)
    assert not page.xpath("//script[@src] | //link[@href] | //img[@src] | //iframe")
    assert not re.findall(rb"url\((?!['\"]?data:)", data)
    assert links_lead_somewhere(page, folder) > 50
    files = {a.get("href").partition("#")[0] for a in page.iter("a") if a.get("href")}
    assert {"dm.xpt", "lb.xpt", "suppdm.xpt", "acrf.pdf"} <= files
    assert "acrf.pdf#page=3" in {a.get("href") for a in page.iter("a")}


def test_keys_do_not_change_the_page() -> None:
    """The stylesheet with keys gives what the stylesheet gives as it is."""
    plain = etree.XSLT(etree.fromstring(stylesheet()))
    sources = [to_bytes(document(results=True))]
    if SAMPLE.is_file():
        sources.append(SAMPLE.read_bytes())
    for source in sources:
        assert to_html(source) == bytes(plain(etree.fromstring(source)))


def test_page_is_of_version_2_1_only() -> None:
    define = document()
    define.metadata.define_version = "2.0.0"
    with pytest.raises(ValueError, match=r"2\.0"):
        to_html(define)


def test_text_is_escaped() -> None:
    define = document()
    study = define.study
    assert study and study.global_variables
    study.global_variables.study_description = "<script>alert(1)</script> & more"
    assert b"<script>alert(1)" not in to_html(define)


def browse(page: Path, tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    call = [
        str(BROWSER), "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
        "--enable-logging=stderr", "--v=0", *options, page.as_uri(),
    ]  # fmt: skip
    return subprocess.run(call, capture_output=True, text=True, timeout=60, check=True)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome is installed")
def test_browser_shows_the_page(folder: Path, tmp_path: Path) -> None:
    """The page as a browser has it, opened from the disk, its value-level rows unfolded by its own script."""
    text = (folder / "define.html").read_text(encoding="utf-8")
    driven = folder / "driven.html"
    script = """<script>
      expand_all_vlm();
      var rows = document.querySelectorAll('tr.vlm');
      document.title = [...rows].filter(r => r.offsetHeight > 0).length + ' of ' + rows.length;
      collapse_all_vlm();
    </script></body>"""
    driven.write_text(text.replace("</body>", script), encoding="utf-8")
    done = browse(driven, tmp_path, "--dump-dom")
    assert not re.findall(r"CONSOLE.*", done.stderr)
    page = html.fromstring(done.stdout)
    assert page.findtext(".//title") == "4 of 4"
    headings = " ".join(node.text_content() for node in page.xpath("//h1 | //h2 | //h3 | //caption"))
    for section in ("Datasets", "Standards", "Controlled Terminology", "Methods", "Analysis Results"):
        assert section in headings or section in page.text_content(), section
    shown = " ".join(page.text_content().split())
    for fact in (
        'LBTESTCD = "GLUC"',
        'LBSPEC = "URINE"',
        "The earliest date of exposure.",
        "Female",
        "SWEAT",
        "Table 14.1",
    ):
        assert fact in shown, fact
    assert links_lead_somewhere(page, folder) > 50
