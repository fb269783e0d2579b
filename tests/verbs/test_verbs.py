from collections.abc import Callable

import pytest
from pydantic import TypeAdapter

from cdisc_npc.verbs.identity import Identity
from cdisc_npc.verbs.not_collected import NotCollected
from cdisc_npc.verbs.sequence import Sequence
from cdisc_npc.verbs.test_part import TestPart as Part
from cdisc_npc.verbs.test_variable import TestVariable as Variable
from cdisc_npc.verbs.verb import AnyVerb, Verb, nested, verbs_of
from cdisc_npc.verbs.visit import VisitPart

PARSE = TypeAdapter(AnyVerb).validate_python
VERBS = verbs_of("record", "dataset")

# verb, what it reads, its origins, its description
STATED = [
    ({"assign": "A"}, ["A"], ["Collected"], "A"),
    ({"hardcode": "Y"}, [], ["Assigned"], '"Y"'),
    ({"iso8601": "D"}, ["D"], ["Collected"], "D in ISO 8601"),
    ({"iso8601": ["D", "T"], "order": "dmy"}, ["D", "T"], ["Collected"], "D and T in ISO 8601"),
    (
        {"iso8601": {"year": "YY", "month": "MM", "day": "DD"}},
        ["YY", "MM", "DD"], ["Collected"], "YY and MM and DD in ISO 8601",
    ),
    ({"text": "{A} {B c}/{A}"}, ["A", "B c"], ["Collected"], 'the text "{A} {B c}/{A}"'),
    ({"first_of": ["A", "B"]}, ["A", "B"], ["Collected"], "the first present of A, B"),
    (
        {"concat": ["A", "B"], "separator": ", "}, ["A", "B"], ["Collected"],
        'those of A, B that are not blank, joined with ", " in this order',
    ),
    (
        {"concat": {"A": "x", "B": "y"}, "else": "none"}, ["A", "B"], ["Collected"],
        '"x" where A is ticked, "y" where B is ticked (ticked: any value but No, 0, N), joined with "; " in this order; '
        "otherwise none",
    ),
    (
        {"concat": {"A": "x"}, "ticked": ["Yes", "1"]}, ["A"], ["Collected"],
        '"x" where A is ticked (ticked: Yes, 1), joined with "; " in this order',
    ),
    ({"agree": ["A", "B"], "else": "M"}, ["A", "B"], ["Collected"], "the common value of A, B; otherwise M"),
    (
        {"cases": [{"hardcode": "Y", "when": {"A": "x"}}, {"assign": "B"}, {"hardcode": "N"}]},
        ["A", "B"], ["Assigned", "Collected"], '"Y", when A = x; else B; else "N"',
    ),
    ({"cases": [{"assign": "B"}], "origin": "Derived"}, ["B"], ["Derived"], "B"),
    ({"copy": "DM.ARM"}, ["DM.ARM"], ["Derived"], "equal to DM.ARM"),
    ({"lookup": "EX.EXSTDTC"}, ["EX.EXSTDTC"], ["Derived"], "the only EX.EXSTDTC of the subject"),
    (
        {"lookup": "EX.EXDOSE", "take": "first", "by": "VISITNUM", "where": {"EXTRT": {"variable": "EXCAT"}}},
        ["EX.EXDOSE", "VISITNUM", "EX.VISITNUM", "EX.EXTRT", "EX.EXCAT", "EX.--SEQ"], ["Derived"],
        "the first EX.EXDOSE of the subject with the same VISITNUM where EXTRT = EXCAT",
    ),
    (
        {"exists": "DS", "where": {"DSCAT": "X", "DSSEQ": {"min": "1"}}}, ["DS.DSCAT", "DS.DSSEQ"], ["Derived"],
        '"Y" where the subject has a record of DS with DSCAT = X and DSSEQ is at least 1',
    ),
    ({"earliest": ["A", "EX.B"]}, ["A", "EX.B"], ["Derived"], "the earliest of A, EX.B"),
    ({"latest": ["A", "EX.B"]}, ["A", "EX.B"], ["Derived"], "the latest of A, EX.B"),
    (
        {"study_day": "AESTDTC"}, ["AESTDTC", "DM.RFSTDTC"], ["Derived"],
        "AESTDTC - DM.RFSTDTC in days, + 1 on or after DM.RFSTDTC",
    ),
    ({"epoch": "AESTDTC"}, ["AESTDTC"], ["Derived"], "the last epoch that begins on or before AESTDTC"),
    ({"epoch_begins": "EPOCH"}, ["EPOCH"], ["Derived"], "the day on which the epoch of EPOCH begins"),
    (
        {"baseline_flag": "VSDTC", "by": "VSPOS", "visits": "DAY 1"},
        ["VSDTC", "DM.RFXSTDTC", "VSPOS", "VSTESTCD", "VSORRES", "VISIT"], ["Derived"],
        '"Y" for the last result by VSDTC on or before DM.RFXSTDTC',
    ),
    (
        {"next": "SESTDTC", "last": "DM.RFPENDTC"}, ["SESTDTC", "SESEQ", "DM.RFPENDTC"], ["Derived"],
        "SESTDTC of the next record, of the last one DM.RFPENDTC",
    ),
    (
        {"study_value": "DM.USUBJID", "take": "subjects", "where": {"RFXSTDTC": "present"}},
        ["DM.USUBJID", "DM.RFXSTDTC"], ["Derived"],
        "the number of subjects with DM.USUBJID of the study where RFXSTDTC is present",
    ),
    (
        {"from_form": "lbref", "field": "LOW", "by": {"SITE": "DM.SITEID"}, "since": {"FROM": "LBDTC"}},
        ["DM.SITEID", "LBDTC"], ["Collected"], "lbref.LOW for the same SITE",
    ),
    (
        {"standardize": "VSORRES"}, ["VSORRES", "VSORRESU", "VSTESTCD"], ["Derived"],
        "VSORRES in the standard unit of the test",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("written", "reads", "origins", "described"), STATED)
def test_a_verb_says_what_it_reads_where_from_and_how(
    written: dict, reads: list, origins: list, described: str
) -> None:
    verb = PARSE(written)
    assert verb.reads() == reads
    assert verb.origins() == origins
    assert verb.describe() == described
    assert VERBS[verb.name] is type(verb)


def test_every_verb_is_tried_here() -> None:
    assert {key for written, *_ in STATED for key in written if key in VERBS} == set(VERBS)


@pytest.mark.parametrize(
    ("verb", "reads", "origins", "described"),
    [
        (Identity(text='"S1"'), [], ["Assigned"], '"S1"'),
        (Sequence(sequence=["A", "B"]), ["A", "B"], ["Derived"], "1, 2, … within USUBJID, by A, B"),
        (Sequence(sequence=[]), [], ["Derived"], "1, 2, … within USUBJID, by the order of the forms"),
        (VisitPart(visit=["V", "D"]), ["V", "D"], ["Assigned"], "the visit told by V and D"),
        (Part(test_part="TESTCD"), [], ["Assigned"], "one record a test"),
        (Part(test_part="STAT", fields=["D"]), ["D"], ["Assigned"], "one record a test, from D"),
        (Part(test_part="ORRES", fields=["A", "B"]), ["A", "B"], ["Collected"], "one record a test, from A, B"),
        (
            Variable(by_test={"X": PARSE({"assign": "A"}), "Y": PARSE({"hardcode": "B"})}),
            ["A"], ["Collected", "Assigned"], 'X: A; Y: "B"',
        ),
        (NotCollected(), [], ["Not Available"], "not collected"),
    ],
)  # fmt: skip
def test_a_verb_of_the_plan_describes_itself_too(
    verb: Verb, reads: list, origins: list, described: str
) -> None:
    assert (verb.reads(), verb.origins(), verb.describe()) == (reads, origins, described)
    assert verb.name and verb.name not in VERBS


def test_modifiers_are_read_and_described() -> None:
    verb = PARSE(
        {"assign": "A", "terms": "yesno", "case": "upper", "when": {"B": "x", "A": "present"}, "else": "N", "origin": "Other"}
    )  # fmt: skip
    assert verb.reads() == ["A", "B"]
    assert verb.origins() == ["Other"]
    assert verb.describe() == "A, decoded by yesno, in upper case, when B = x and A is present; otherwise N"


def test_nested_verbs_are_detected_at_any_depth() -> None:
    inner = {"cases": [{"assign": "A"}, {"cases": [{"hardcode": "B"}]}]}
    result = nested([Variable(by_test={"X": PARSE(inner)}), PARSE({"assign": "C"})])
    assert [verb.name for verb in result] == [
        "test_variable", "cases", "assign", "cases", "hardcode", "assign",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("{asign: TERM}", "did you mean assign?"),
        ("{}", "expected a verb: one of agree, assign"),
        ("TERM", "expected a verb: one of agree, assign"),
        ("[TERM]", "expected a verb: one of agree, assign"),
        ("{identity: x}", "expected a verb: one of agree, assign"),  # made by the plan, never written
        ("{assign: TERM, hardcode: Y}", "two verbs, assign and hardcode; expected one"),
        ("{assign: TERM, wenn: {TERM: x}}", "unknown key wenn; did you mean when?"),
        ("{assign: TERM, unrelated_key: x}", "unknown key unrelated_key"),
        ("{assign: [TERM]}", "AETERM: assign: Input should be a valid string, not ['TERM']"),
        (
            "{assign: TERM, case: UPPER}",
            "assign.case: Input should be 'upper', 'lower' or 'title', not 'UPPER'",
        ),
        ("{assign: TERM, match: fuzzy}", "Input should be 'exact' or 'ignore case'"),
        ("{assign: TERM, origin: CRF}", "Input should be 'Collected'"),
        ("{assign: TERM, when: TERM}", "expected a mapping of tests by name (and)"),
        ("{iso8601: [A, B, C]}", "expected the field of the date, or the fields of date and time"),
        ("{iso8601: {month: A}}", "the parts of a date are at least its year, month and day"),
        ("{iso8601: STDT, order: dym}", "Input should be 'dmy', 'mdy' or 'ymd'"),
        ("{first_of: [TERM]}", "at least 2 items"),
        ("{first_of: TERM}", "valid list"),
        ("{agree: [TERM, SEV]}", "agree needs `else`"),
        ("{cases: []}", "at least 1 item"),
        ("{cases: [{asign: TERM}]}", "did you mean assign?"),
        ("{lookup: EXSTDTC}", "String should match pattern"),
        (
            "{lookup: EX.EXSTDTC, take: newest}",
            "Input should be 'only', 'first', 'last', 'earliest' or 'latest'",
        ),
        ("{exists: DS}", "where is missing"),
        ("{exists: ds, where: {DSCAT: x}}", "String should match pattern"),
        ("{earliest: [AESTDTC]}", "at least 2 items"),
    ],
)
def test_a_wrong_verb_is_refused_in_the_words_of_the_language(
    errors_of: Callable, written: str, text: str
) -> None:
    result = errors_of(("sdtm/ae.yaml", "{assign: TERM, case: upper}", written))
    assert {(item.file, item.line, item.dataset, item.variable) for item in result} == {
        ("sdtm/ae.yaml", 7, "AE", "AETERM")
    }
    assert any(text in item.text for item in result), [item.text for item in result]
    assert all(item.text.startswith("AE.AETERM: ") for item in result)
