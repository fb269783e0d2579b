import re
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from cdisc_npc.study.written import DatasetModel, StandardResult, VisitRule
from cdisc_npc.study.written_study import Subject


def test_the_pattern_of_a_subject_becomes_named_groups() -> None:
    subject = Subject(field="PAT", pattern="{SITEID}.{SUBJID}")
    assert subject.parts() == ["SITEID", "SUBJID"]
    match = re.fullmatch(subject.regex(), "701.1015")
    assert match
    assert match.groupdict() == {"SITEID": "701", "SUBJID": "1015"}
    assert not re.fullmatch(subject.regex(), "701-1015")


def test_a_visit_is_reported_by_name_by_date_or_by_both() -> None:
    block = {"from": "vs"}
    model = DatasetModel.model_validate(
        {
            "dataset": "VS",
            "records": [
                block | {"visit": "VISIT"},
                block | {"visit": {"date": "DT"}},
                block | {"visit": {"name": "V", "date": "D"}},
            ],
        }
    )
    assert [item.visit for item in model.records] == [
        VisitRule(name="VISIT"), VisitRule(date="DT"), VisitRule(name="V", date="D"),
    ]  # fmt: skip


def test_the_standard_result_of_a_test_is_that_of_its_block_else_the_datasets() -> None:
    tests = [
        {"AST": {"value": "AST", "standard_unit": "U/L", "decimals": "1"}},
        {"AST": {"value": "AST", "decimals": "2"}, "ALT": {"value": "ALT"}},
        {},
    ]
    model = DatasetModel.model_validate(
        {
            "dataset": "LB",
            "standard_results": {"ALT": {"standard_unit": "U/L"}},
            "records": [{"from": "lb", "tests": item} for item in tests],
        }
    )

    def of(block: int, test: str) -> tuple[str | None, int | None]:
        result = model.standard_result(block, test)
        return result.standard_unit, result.decimals

    assert [of(block, "AST") for block in range(3)] == [("U/L", 1), (None, 2), (None, None)]
    assert [of(block, "ALT") for block in range(3)] == [("U/L", None)] * 3


def test_a_part_of_stated_size_needs_nothing_between() -> None:
    subject = Subject(field="PAT", pattern="{SITEID:2}{SUBJID:3}")
    match = re.fullmatch(subject.regex(), "01002")
    assert match
    assert match.groupdict() == {"SITEID": "01", "SUBJID": "002"}
    assert not re.fullmatch(subject.regex(), "010021")


@pytest.mark.parametrize("factor", ["10", "0.5", "1/3", "5.5/9.25"])
def test_a_factor_is_a_number_or_a_fraction(factor: str) -> None:
    assert StandardResult(factors={"g": factor}).factors == {"g": factor}


@pytest.mark.parametrize("factor", ["", "-1", "1e3", "1/", "x", "1/0", "0", "0.0/3", "1 / 2"])
def test_a_factor_that_is_none_is_refused(factor: str) -> None:
    with pytest.raises(ValidationError):
        StandardResult(factors={"g": factor})


# What is changed in study.yaml, the line of the error and its text.
STUDY = [
    ("study: TINY01\n", "", 1, "study is missing"),
    ("title:", "titel:", 1, "title is missing"),
    ("title:", "titel:", 2, "unknown key titel; did you mean title?"),
    ("{field: PAT, ", "{feld: PAT, ", 5, "unknown key feld; did you mean field?"),
    ('"{SITEID}-{SUBJID}"}', '"{SITE ID}-{SUBJID}"}', 5, "expected parts such as {SUBJID}"),
    ('"{SITEID}-{SUBJID}"}', '"{SUBJID"}', 5, "expected parts such as {SUBJID}"),
    ('"{SITEID}-{SUBJID}"}', '"{SUBJID}-{SUBJID}"}', 5, "expected one or several different parts"),
    ('"{SITEID}-{SUBJID}"}', "ALL}", 5, "expected one or several different parts"),
    ('"{SITEID}-{SUBJID}"}', '"{1SITE}"}', 5, "expected parts such as {SUBJID}"),
    (
        '"{STUDYID}-{SITEID}-{SUBJID}"',
        '"{STUDYID}-{SIEID}"',
        3,
        "usubjid reads SIEID, no part of the pattern",
    ),
    ('"{SITEID}-{SUBJID}"}', '"{SITEID:0}{SUBJID}"}', 5, "expected parts such as {SUBJID}"),
    ('"{SITEID}-{SUBJID}"}', '"{SITEID:99999999999}{SUBJID}"}', 5, "expected parts such as {SUBJID}"),
    ('"{STUDYID}-{SITEID}-{SUBJID}"', '"{SITEID:2}-{SUBJID}"', 3, "usubjid takes whole parts"),
    ('"{STUDYID}-{SITEID}-{SUBJID}"', '"{STUDY ID}"', 6, "expected parts such as {SUBJID}"),
    ("visitnum: 1,", "visitnum: first,", 8, "visitnum: String should match pattern"),
    ("visitnum: 1,", "visitnum: 2.0,", 7, "visit numbers stand for two visits: 2"),
    ("visitdy: -7", "visitdy: soon", 8, "visitdy: Input should be a valid integer"),
    (
        "visit: SCREENING,",
        "visit: SCREENING, names: [week 1],",
        7,
        "visit names stand for two visits: week 1",
    ),
    ("title:", "unscheduled: {pattern: UNSCHEDULED}\ntitle:", 2, "expected {VISITNUM} once in the pattern"),
    ("title:", 'unscheduled: {step: "1"}\ntitle:', 2, "Input should be '0.1' or '0.01'"),
    ("title:", "encoding: utf-99\ntitle:", 2, "encoding utf-99 is unknown or changes ASCII"),
    ("title:", "encoding: utf-16\ntitle:", 2, "encoding utf-16 is unknown or changes ASCII"),
    ("title:", "encoding: base64\ntitle:", 2, "encoding base64 is unknown or changes ASCII"),
    ("title:", "dates: {order: dym}\ntitle:", 2, "order: Input should be 'dmy', 'mdy' or 'ymd'"),
    ("title:", "policies: {duplicate_key: warn}\ntitle:", 2, "Input should be 'refuse' or 'report'"),
]


@pytest.mark.parametrize(("old", "new", "line", "text"), STUDY)
def test_an_error_of_the_study_names_the_line(
    errors_of: Callable, old: str, new: str, line: int, text: str
) -> None:
    result = errors_of(("study.yaml", old, new))
    assert {item.file for item in result} == {"study.yaml"}
    assert any(item.line == line and text in item.text for item in result), result


@pytest.mark.parametrize("encoding", ["us-ascii", "utf-8", "cp1252", "gb18030"])
def test_encodings_that_keep_ascii_are_used(tiny, encoding: str) -> None:
    tiny.add("study.yaml", f"encoding: {encoding}\n")
    assert tiny.load().study.encoding == encoding


# What is changed in sdtm/vs.yaml, the line of the error, its variable and its text.
DATASET = [
    ("dataset: VS\n", "", 1, "", "dataset is missing"),
    ("visit: VISIT", "visit: {}", 5, "", "a visit is told by its name, its date or both"),
    ("value: SYS", "valu: SYS", 7, "SYSBP", "unknown key valu; did you mean value?"),
    ("unit: WTU,", "factors: {lb: 0},", 8, "WEIGHT", "a factor is not zero"),
    ("unit: WTU,", "decimals: -1,", 8, "WEIGHT", "greater than or equal to 0"),
    ("{hardcode: SITTING}", "{hardkode: SITTING}", 7, "SYSBP", "did you mean hardcode?"),
    ("keys:", "lengths: {VSTEST: 201}\nkeys:", 2, "", "less than or equal to 200"),
    ("keys:", "lengths: {VSTEST: 0}\nkeys:", 2, "", "greater than or equal to 1"),
    ("keys:", f"supplemental: {{X: {{label: {'L' * 41}}}}}\nkeys:", 2, "X", "at most 40 characters"),
    ("keys:", "supplemental: {X: {label: L, origin: crf}}\nkeys:", 2, "X", "'CRF', 'ASSIGNED', 'DERIVED' or 'PROTOCOL'"),
    ("keys:", "leave_out: [{from: vs, where: {SYS: blank}}]\nkeys:", 2, "", "reason is missing"),
    ("keys:", "relations: [{name: A, between: [{dataset: VS, by: X}]}]\nkeys:", 2, "", "at least 2 items"),
    (
        "keys:",
        "relations: [{name: A, between: [{dataset: VS, by: X, type: ONE}, {dataset: AE, by: X}]}]\nkeys:",
        2, "", "either every side has a type",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "variable", "text"), DATASET)
def test_an_error_of_a_dataset_names_line_and_variable(
    errors_of: Callable, old: str, new: str, line: int, variable: str, text: str
) -> None:
    result = errors_of(("sdtm/vs.yaml", old, new))
    assert {item.file for item in result} == {"sdtm/vs.yaml"}
    hit = [item for item in result if text in item.text]
    assert hit, result
    assert (hit[0].line, hit[0].variable) == (line, variable)
