"""The report as one HTML file that needs nothing else: no network, no server."""

from __future__ import annotations

import hashlib
import html
import json
from base64 import b64encode
from importlib.resources import files

from cdisc_npc.check.report.content import SEVERITIES, Report
from cdisc_npc.check.report.program import compact

# So many records at most are in the page; a browser can hold and search them at once.
_MOST = 50_000

_HEAD = {
    "study": "Study", "standard": "Standard", "terminology": "Terminology", "data_cut": "Data cut",
    "tool": "Made by",
}  # fmt: skip
_TABS = {
    "issues": "Issues", "records": "Records", "rules": "Rules", "missing": "Not evaluated",
    "explanations": "Explanations",
}  # fmt: skip
_FILTERS = ("severity", "dataset", "category", "status", "explained")


def to_page(report: Report) -> bytes:
    """Give the report as an HTML file in UTF-8.

    Nothing of the data becomes markup: the head is escaped, all else is JSON, in which ``<`` is written as
    its code, and reaches the page as text.
    """
    ours = files("cdisc_npc.check.report")
    style = (ours / "page.css").read_text(encoding="utf-8")
    script = (ours / "page.js").read_text(encoding="utf-8")
    data = json.dumps(compact(report, _MOST), ensure_ascii=False, separators=(",", ":"))
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Checks of {_text(report.head['package'])}</title>",
        f"<style>{style}</style>\n</head>\n<body>",
        _header(report),
        _controls(report),
        '<main><p id="count" role="status"></p><div id="table"></div>'
        '<nav id="pages" aria-label="Pages"></nav></main>',
        "<noscript>The tables need JavaScript; nothing is loaded from elsewhere.</noscript>",
        f'<script type="application/json" id="data">{data.replace("<", chr(92) + "u003c")}</script>',
        f"<script>{script}</script>\n</body>\n</html>\n",
    ]
    return "\n".join(parts).encode()


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _text(text: object) -> str:
    return html.escape(str(text))


def _header(report: Report) -> str:
    facts = "".join(
        f"<div><dt>{label}</dt><dd>{_text(report.head[name] or 'none')}</dd></div>"
        for name, label in _HEAD.items()
    )
    cards = []
    for severity in SEVERITIES:
        counts = report.counts()[severity]
        left = counts["findings"] - counts["explained"]
        cards.append(
            f'<a class="card {severity}" href="#tab=issues&amp;severity={severity}"><b>{left}</b>'
            f"<span>{severity}{'' if left == 1 else 's'} unexplained</span>"
            f"<small>{counts['explained']} explained, {counts['issues']} issue{'' if counts['issues'] == 1 else 's'}"
            "</small></a>"
        )
    of = report.statuses
    cards.append(
        f'<a class="card" href="#tab=rules"><b>{sum(of.values())}</b><span>rules</span>'
        f"<small>{of['failed']} failed, {of['passed']} passed, {of['not evaluated']} not evaluated</small></a>"
    )
    return (
        f"<header><h1>Checks of {_text(report.head['package'])}</h1>\n<dl>{facts}</dl>\n"
        f'<div class="cards">{"".join(cards)}</div></header>'
    )


def _controls(report: Report) -> str:
    tabs = "".join(f'<a href="#tab={name}" id="tab-{name}">{label}</a>' for name, label in _TABS.items())
    selects = "".join(
        f'<label class="of-{name}">{name.capitalize()}<select id="{name}"><option value="">all</option></select></label>'
        for name in _FILTERS
    )
    return (
        f'<nav class="tabs" aria-label="Parts of the report">{tabs}</nav>\n<form role="search" id="controls">'
        f'<label class="of-q">Search<input type="search" id="q" autocomplete="off"></label>{selects}'
        '<a href="#" id="clear">Clear</a></form>'
    )
