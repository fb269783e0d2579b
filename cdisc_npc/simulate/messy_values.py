"""Disorder of values: contradictions, units, results that are no numbers, labels, languages and signs."""

from __future__ import annotations

import numpy as np

from cdisc_npc.simulate.arrays import Bools, Ints, Texts
from cdisc_npc.simulate.draws import choose, number_text, passes, repeated, texts
from cdisc_npc.simulate.laboratory import decimals_of
from cdisc_npc.simulate.mess import Mess, kind
from cdisc_npc.simulate.messy_records import log_pages
from cdisc_npc.simulate.settings import Settings

_CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE")
_PUNCTUATION = str.maketrans({",": "，", "(": "（", ")": "）", "+": "＋", "/": "／"})
# Text that people type; blanks and signs go astray in it.
_TYPED = {
    "mh": ("MHTERM",), "pt": ("CMTRT",), "rt": ("PRTRT", "PRLOC"), "nh": ("METSITE",), "ae": ("AETERM",),
    "cm": ("CMTRT", "CMINDC"), "dv": ("DVTERM",), "tl": ("LESSITE", "LESDESC"), "ntl": ("LESSITE", "LESDESC"),
}  # fmt: skip

_VERBATIM = (
    ("ae", "AETERM"), ("mh", "MHTERM"), ("cm", "CMTRT"), ("cm", "CMINDC"), ("pt", "CMTRT"), ("pat", "CMTRT"),
    ("dv", "DVTERM"), ("tl", "LESDESC"), ("ntl", "LESDESC"), ("nl", "LESDESC"),
)  # fmt: skip


def _is(column: Texts, *values: str) -> Bools:
    return passes(column, frozenset(values).__contains__)


@kind
def coded_disagreement(mess: Mess) -> None:
    """The answer to whether an event is serious is not the one that the system has coded."""
    serious = mess.column("ae", "AESER")
    rows = mess.draw(mess.free("ae", "AESER", *_CRITERIA))
    mess.put("ae", "AESER", rows, choose(serious[rows] == "Yes", "No", "Yes"))


@kind
def criterion_not_serious(mess: Mess) -> None:
    """A criterion of seriousness is ticked for an event that is not serious."""
    rows = mess.draw(mess.free("ae", "AESER", "AESHOSP") & (mess.column("ae", "AESER") == "No"))
    mess.put("ae", "AESHOSP", rows, repeated("Yes", len(rows)))
    mess.touch("ae", "AESER", rows)


@kind
def ongoing_with_end_date(mess: Mess) -> None:
    """An event has an end and is said to be ongoing."""
    end = mess.column("ae", "AEENDAT")
    rows = mess.draw(
        mess.free("ae", "AEONGO", "AEENDAT") & (end != "") & (mess.column("ae", "AEOUT") != "Fatal")
    )
    mess.put("ae", "AEONGO", rows, repeated("Yes", len(rows)))
    mess.touch("ae", "AEENDAT", rows)


@kind
def grade_5_not_fatal(mess: Mess) -> None:
    """An event of grade 5 with another outcome."""
    rows = mess.draw(mess.free("ae", "AETOXGR", "AEOUT") & (mess.column("ae", "AEOUT") != "Fatal"))
    mess.put("ae", "AETOXGR", rows, repeated("5", len(rows)))
    mess.touch("ae", "AEOUT", rows)


@kind
def typed_sums(mess: Mess) -> None:
    """The sum of diameters is not what the diameters add up to."""
    column = mess.column("rs", "SUMDIAM")
    rows = mess.draw(mess.free("rs", "SUMDIAM") & (column != ""))
    off = mess.rng.integers(2, 20, len(rows))
    mess.put("rs", "SUMDIAM", rows, number_text(column[rows].astype(float) + off, 1))


@kind
def lesion_number_reused(mess: Mess) -> None:
    """A lesion of a page gets the number of the first one."""
    for form in ("tl", "ntl"):
        column, table = mess.column(form, "LESNO"), mess.tables[form]
        prefix = "T01" if form == "tl" else "NT01"
        second = "T02" if form == "tl" else "NT02"
        later = table.columns["FOLDER"] != "Screening"
        rows = mess.draw(mess.free(form, "LESNO") & (column == second) & later)
        mess.put(form, "LESNO", rows, repeated(prefix, len(rows)))


@kind
def mixed_units(mess: Mess) -> None:
    """A result in another unit than its site's, or the same unit written otherwise; diameters in cm."""
    for panel, tests in mess.settings["laboratory"].items():
        for test, facts in tests.items():
            if f"{test}_UN" in mess.tables[panel].columns:
                _other_unit(mess, panel, test, facts)
    state = mess.column("tl", "DIAMU")
    rows = mess.draw(mess.free("tl", "DIAM", "DIAMU") & (state == "mm") & (mess.column("tl", "DIAM") != "0"))
    mess.put("tl", "DIAM", rows, _tenth(mess.column("tl", "DIAM")[rows]))
    mess.put("tl", "DIAMU", rows, repeated("cm", len(rows)))


def _tenth(column: Texts) -> Texts:
    """A tenth of decimal numbers, exactly and without zeros at the end."""
    tenths = np.rint(column.astype(float) * 10).astype(np.int64)
    return texts([f"{n // 100}.{n % 100:02d}".rstrip("0").rstrip(".") for n in tenths.tolist()])


def _other_unit(mess: Mess, panel: str, test: str, facts: Settings) -> None:
    value, unit = mess.column(panel, test), mess.column(panel, f"{test}_UN")
    units = list(facts["units"])
    number = passes(value, lambda text: text.replace(".", "", 1).isdigit())
    rows = mess.draw(mess.free(panel, test, f"{test}_UN") & number)
    written = mess.settings["unit_writings"]
    which = mess.rng.random(len(rows))
    for at, name in enumerate(units):
        here = rows[unit[rows] == name]
        turn = which[unit[rows] == name]
        target = (at + 1) % len(units)
        if len(units) > 1:
            change = here[turn < 0.6]
            factor = facts["units"][units[target]] / facts["units"][name]
            amount = value[change].astype(float) * factor
            # Its own exact value where the factor is one: the same count in other words.
            digits = decimals_of(facts, target) if factor != 1 else None
            result = value[change] if digits is None else number_text(amount, digits)
            kept = (
                amount == 0
                if digits is None
                else (np.char.strip(result.astype(str), "0.") == "") & (amount > 0)
            )
            change, result = change[~kept], result[~kept]
            mess.put(panel, test, change, result)
            mess.put(panel, f"{test}_UN", change, repeated(units[target], len(change)))
            here = here[turn >= 0.6]
        if name in written:
            ways = texts(written[name])
            mess.put(panel, f"{test}_UN", here, ways[mess.rng.integers(0, len(ways), len(here))])


@kind
def detection_limits(mess: Mess) -> None:
    """Results below or above what the test can measure."""
    for panel, test, limit in mess.settings["detection_limits"]:
        column = mess.column(panel, test)
        rows = mess.draw(mess.free(panel, test) & (column != ""))
        mess.put(panel, test, rows, repeated(limit, len(rows)))


@kind
def qualitative_results(mess: Mess) -> None:
    """Results in words and signs: of the dipstick, and where a number was due."""
    words = mess.settings["qualitative"]
    column = mess.column("ua", "UPROT")
    rows = mess.draw(mess.free("ua", "UPROT") & (column != ""))
    mess.put(
        "ua", "UPROT", rows, texts([words["dipstick"].get(text, text) for text in column[rows].tolist()])
    )
    for panel, tests in mess.settings["laboratory"].items():
        for test in tests:
            rows = mess.draw(mess.free(panel, test) & (mess.column(panel, test) != ""))
            ways = texts(words["numbers"])
            # Every test would have one: a third of them does.
            if mess.rng.random() < 0.33:
                mess.put(panel, test, rows, ways[mess.rng.integers(0, len(ways), len(rows))])


@kind
def ranges_missing(mess: Mess) -> None:
    """A reference range without its upper limit."""
    rows = mess.draw(mess.free("lbref", "LBHIGH", "LBLOW"))
    mess.put("lbref", "LBHIGH", rows, repeated("", len(rows)))
    mess.touch("lbref", "LBLOW", rows)


@kind
def ranges_reversed(mess: Mess) -> None:
    """Lower and upper limit are exchanged."""
    low, high = mess.column("lbref", "LBLOW"), mess.column("lbref", "LBHIGH")
    rows = mess.draw(mess.free("lbref", "LBHIGH", "LBLOW") & (low != high))
    mess.put("lbref", "LBLOW", rows, high[rows])
    mess.put("lbref", "LBHIGH", rows, low[rows])


@kind
def visit_variants(mess: Mess) -> None:
    """The label of a visit in other words, or in Chinese; all lines of a log's page have the same."""
    other = {visit["label"]: [str(way) for way in visit["other"]] for visit in mess.settings["visits"]}
    other[mess.settings["unscheduled"]["label"]] = mess.settings["unscheduled"]["other"]
    for form, table in mess.tables.items():
        if "FOLDER" not in table.columns or mess.rng.random() > 0.6:
            continue
        column, page = table.columns["FOLDER"], log_pages(mess, form)
        rows = mess.draw(mess.free(form, "FOLDER") & _is(column, *other))
        turn = np.full(len(column), -1)
        turn[page[rows]] = mess.rng.integers(0, 3, len(rows))
        rows = np.flatnonzero(turn[page] >= 0) if table.log else rows
        result = [
            other[label][at % len(other[label])]
            for label, at in zip(column[rows].tolist(), turn[page[rows]].tolist(), strict=True)
        ]
        mess.put(form, "FOLDER", rows, texts(result))


def _translate(mess: Mess, form: str, name: str, words: dict[str, list[str]]) -> None:
    column = mess.column(form, name)
    rows = mess.draw(mess.free(form, name) & _is(column, *words))
    turn = mess.rng.integers(0, 12, len(rows))
    result = [
        words[text][at % len(words[text])]
        for text, at in zip(column[rows].tolist(), turn.tolist(), strict=True)
    ]
    mess.put(form, name, rows, texts(result))


@kind
def lesion_site_synonyms(mess: Mess) -> None:
    """Sites of lesions in Chinese or by another name."""
    for form in ("tl", "ntl", "nl"):
        _translate(mess, form, "LESSITE", mess.settings["lesion_sites"])


@kind
def chinese_terms(mess: Mess) -> None:
    """Verbatim terms in Chinese."""
    words = chinese_words(mess.settings)
    for form, name in _VERBATIM:
        _translate(mess, form, name, words)


@kind
def mojibake(mess: Mess) -> None:
    """A Chinese term whose UTF-8 bytes were once taken for GBK."""
    words = chinese_words(mess.settings)
    for form, name in (("ae", "AETERM"), ("mh", "MHTERM"), ("cm", "CMTRT")):
        column = mess.column(form, name)
        rows = mess.draw(mess.free(form, name) & _is(column, *words))
        spoilt = [words[text][0].encode().decode("gb18030", "replace") for text in column[rows].tolist()]
        mess.put(form, name, rows, texts(spoilt))


def chinese_words(settings: Settings) -> dict[str, list[str]]:
    """English terms and their Chinese writings: what a study's translation table has to hold."""
    events = {
        name: event["zh"]
        for part in ("adverse_events", "fatal_events")
        for name, event in settings[part].items()
    }
    return settings["chinese"]["terms"] | events


@kind
def chinese_codes(mess: Mess) -> None:
    """Answers of a list in Chinese."""
    more = mess.settings["chinese"]["codes"]
    for form, table in mess.tables.items():
        for name in table.columns:
            choices = mess.contract.choices(form, name)
            words = {text: [zh, *more.get(text, [])] for text, zh in choices.items() if zh != text}
            if name != "LESSITE" and words and mess.rng.random() < 0.5:
                _translate(mess, form, name, words)


def _typed_cells(mess: Mess, suits: str) -> list[tuple[str, str, Ints]]:
    """Some cells of typed text that hold one of these signs."""
    result = []
    for form, names in _TYPED.items():
        for name in names:
            column = mess.column(form, name)
            fits = passes(column, lambda text: any(sign in text for sign in suits))
            result.append((form, name, mess.draw(mess.free(form, name) & fits)))
    return result


@kind
def full_width_punctuation(mess: Mess) -> None:
    """Commas, brackets and plus signs of a Chinese input method."""
    for form, name, rows in _typed_cells(mess, ",()+/"):
        mess.put(
            form,
            name,
            rows,
            texts([text.translate(_PUNCTUATION) for text in mess.column(form, name)[rows].tolist()]),
        )


def _first_blank(mess: Mess, sign: str) -> None:
    for form, name, rows in _typed_cells(mess, " "):
        if mess.rng.random() < 0.5:
            mess.put(
                form,
                name,
                rows,
                texts([text.replace(" ", sign, 1) for text in mess.column(form, name)[rows].tolist()]),
            )


@kind
def line_breaks(mess: Mess) -> None:
    """CR and LF inside a text."""
    _first_blank(mess, "\r\n")


@kind
def tabs(mess: Mess) -> None:
    """A tab in place of a blank."""
    _first_blank(mess, "\t")


@kind
def no_break_spaces(mess: Mess) -> None:
    """A no-break space in place of a blank."""
    _first_blank(mess, "\u00a0")


@kind
def trailing_blanks(mess: Mess) -> None:
    """Blanks after a text."""
    for form, names in _TYPED.items():
        for name in names:
            column = mess.column(form, name)
            rows = (
                mess.draw(mess.free(form, name) & (column != ""))
                if mess.rng.random() < 0.5
                else np.zeros(0, dtype=np.int64)
            )
            mess.put(form, name, rows, texts([f"{text}  " for text in column[rows].tolist()]))
