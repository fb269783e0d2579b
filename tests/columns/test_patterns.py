"""Patterns of a study or a rule: as Python's where both have them, and never without end."""

import re
import time

import pytest

from cdisc_npc.check.rule import load_rule, rule_folders
from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import parse_condition
from cdisc_npc.columns.patterns import checked, first_group, fits, groups, groups_of
from cdisc_npc.columns.where import holds_of
from cdisc_npc.verbs.extract import Extract

PATTERNS = [
    "", "A", "A|B", "(?i)target", "(?i).*unschedu.*", ".{41,}", r"\d{4}(-(\d{2}|-))?(-)?", "^T0*(\\d+)$", "(..)(ST|EN)?DTC",
    "[1-9]\\d*(\\.0)?", "a.c", "(a)|(b)", r".*\bAE\b.*", "x?(y*)z+",
]  # fmt: skip
TEXTS = [
    "", "A", "AB", "B", "Target", "UNSCHEDULED 1", "x" * 41, "2021-03", "2021---", "T007", "xT007", "AESTDTC", "AEDTC", "12.0",
    "a\nc", "abc", "a", "b", "the AE was", "xyyzz", "z", "知识", "\n", "A\n", "A$", "T1T2",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_as_python_has_it(pattern):
    compiled = re.compile(checked(pattern))
    assert fits(pattern, TEXTS).tolist() == [compiled.fullmatch(text) is not None for text in TEXTS]
    assert groups(pattern) == compiled.groups
    assert groups_of(pattern, tuple(TEXTS)) == {
        text: [item or "" for item in result.groups()]
        for text in TEXTS
        if (result := compiled.fullmatch(text)) is not None
    }
    if compiled.groups:
        whole, part = ([call(text) for text in TEXTS] for call in (compiled.fullmatch, compiled.search))
        assert first_group(pattern, TEXTS) == [(item[1] or "") if item else "" for item in whole]
        assert first_group(pattern, TEXTS, anywhere=True) == [
            (item[1] or "") if item else "" for item in part
        ]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)*b", "(.*a){20}", "(?:a?){40}a{40}", "(x+x+)+y"])
def test_no_text_makes_a_pattern_run_without_end(pattern):
    texts = ["a" * 5_000 + "!", "x" * 5_000]
    began = time.monotonic()
    assert not fits(pattern, texts).any()
    assert first_group(f"({pattern})", texts) == ["", ""]
    groups_of(pattern, tuple(texts))
    assert time.monotonic() - began < 5
    condition = parse_condition({"AETERM": {"matches": pattern}})
    assert condition.describe()


@pytest.mark.parametrize(
    "pattern", ["(", "a{2,1}", r"(a)\1", "(?=a)", "(?!a)b", "(?<=a)b", "*", "a{100000}", "\ud800"]
)
def test_what_the_engine_has_not_is_refused_when_the_study_is_read(pattern):
    for call in (checked, lambda text: parse_condition({"A": {"matches": text}})):
        with pytest.raises(ValueError, match="no regular expression"):
            call(pattern)
    with pytest.raises(ValueError, match=r"no regular expression|one group"):
        Extract(extract="A", pattern=f"({pattern})")


def test_every_packaged_rule_keeps_to_the_engine():
    for folder in rule_folders(None).values():
        load_rule(folder)


# What look-around said in rules that now say it without.
DATE = (
    r"(?:(?:\d{4}|-)(?:-(?:0[1-9]|1[0-2]|-)(?:-(?:0[1-9]|[12]\d|3[01]|-)(?:T(?:[01]\d|2[0-3]|-)(?::(?:[0-5]\d|-)"
    r"(?::[0-5]\d(?:\.\d+)?)?)?(?:Z|[+-][01]\d:[0-5]\d)?)?)?)?(?:(?<=\d)|(?<=Z)))"
)
BEFORE = {
    "NPC-SD-013": f"{DATE}(?:/{DATE})?",
    "NPC-SD-015": (
        r"-?P(?=[\dT])(?:\d+(?:\.\d+)?W|(?:\d+(?:\.\d+)?Y)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?D)?"
        r"(?:T(?=\d)(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?)"
    ),
    "NPC-TD-013": r"P(\d+W|(?=[\dT])(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)",
    "NPC-TS-006": r"(?i)(?!.*meddra).*\D\d.*",
}
VALUES = {
    "NPC-SD-013": [
        "2021", "2021-03", "2021-03-04", "2021---04", "-", "--03-04", "--", "2021-", "2021-03-04T10", "2021-03-04T10:11:12.5Z",
        "2021-03-04T-:30", "2021-03-04T10:-", "2021/2022", "2021-03/2021-", "-/2021", "2021/", "2021/-", "2021-03-04T10+01:00",
        "2021/2022/2023", "20210304", "", "/", "2021-03-04T10:11Z/2021-03-04T12",
    ],
    "NPC-SD-015": [
        "P1D", "-P1D", "P", "PT", "P1DT", "PT1H", "P1W", "P1Y2M3DT4H5M6.5S", "P1.5D", "PT1", "T1H", "P1DT1", "", "P1H",
    ],
    "NPC-TD-013": ["P1D", "P", "PT", "P1DT", "PT1H", "P1W", "P1Y2M3DT4H5M6S", "P1.5D", "PT1", "T1H", ""],
    "NPC-TS-006": ["MedDRA 27.0", "version 27", "27.0", "WHODRUG 2024", "", "x"],
}  # fmt: skip


@pytest.mark.parametrize("name", BEFORE)
def test_a_rule_without_look_around_says_the_same(name):
    rule = load_rule(rule_folders(None)[name])
    ((failing,),) = dict(rule.finding.alternatives[0]).values()
    result = holds_of(failing, Column.of(VALUES[name]), lambda other: other)
    assert result.tolist() == [re.fullmatch(BEFORE[name], text) is None for text in VALUES[name]]
