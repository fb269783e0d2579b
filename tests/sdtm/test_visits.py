"""Visits: planned by name or by date, and the numbers of those outside the plan."""

from __future__ import annotations

import math

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.mapper import Sdtm
from tests.sdtm.small_study import MakeStudy, found

PLAN = """
visits:
  - {visitnum: 1, visit: SCREENING, visitdy: -7, names: [Scr, 筛选期]}
  - {visitnum: 2, visit: WEEK 1, visitdy: 8}
  - {visitnum: 3, visit: WEEK 2}
unscheduled: {names: [Unplanned], pattern: "UNS {VISITNUM}", label: "UNSCHEDULED {VISITNUM}"}
"""
VS = """
dataset: VS
records:
  - from: vs
    visit: %s
    variables: {VSTESTCD: {hardcode: PULSE}, VSTEST: {hardcode: Pulse Rate}, VSORRES: {assign: RES}, VSDTC: {iso8601: DAY}}
"""
BY_NAME, BY_BOTH, BY_DATE = VS % "VIS", VS % "{name: VIS, date: DAY}", VS % "{date: DAY}"


def visits(sdtm: Sdtm, dataset: str = "VS") -> list[tuple]:
    """VISITNUM and VISIT of the records, in the order of the raw rows."""
    frame, lineage = sdtm.datasets[dataset], sdtm.lineage[dataset]
    frame = frame.iloc[lineage["row"].argsort()]
    numbers = [None if math.isnan(number) else number for number in frame["VISITNUM"]]
    return list(zip(numbers, frame["VISIT"], strict=True))


def form(*rows: tuple[str, str, str]) -> str:
    """Records of (subject, visit, date)."""
    return "SUBJ | VIS | DAY | RES\n" + "\n".join(
        f"{s} | {v} | {d} | 6{i}" for i, (s, v, d) in enumerate(rows)
    )


def test_planned_by_name_in_any_case(make_study: MakeStudy):
    names = ["SCREENING", "week 1", "scr", "筛选期", "Week 2 "]
    sdtm = make_study({"vs": form(*(("1", name, "") for name in names))}, BY_NAME, study=PLAN).convert()
    assert visits(sdtm) == [
        (1, "SCREENING"),
        (2, "WEEK 1"),
        (1, "SCREENING"),
        (1, "SCREENING"),
        (3, "WEEK 2"),
    ]
    days = sdtm.datasets["VS"].set_index("VISIT")["VISITDY"]
    assert days["WEEK 1"] == 8
    assert math.isnan(days["WEEK 2"])


def test_an_unknown_visit_is_refused_or_reported(make_study: MakeStudy):
    data = {"vs": form(("1", "WEEK 1", "2020-01-01"), ("1", "WEEK 9", "2020-01-02"))}
    with pytest.raises(Refused, match=r"vs.csv row 2: visit 'WEEK 9' of form vs"):
        make_study(data, BY_BOTH, study=PLAN).convert()
    sdtm = make_study(data, BY_BOTH, study=PLAN + "policies: {unknown_visit: report}").convert()
    assert visits(sdtm) == [(2, "WEEK 1"), (None, "")]
    assert [(item["row"], item["severity"]) for item in found(sdtm, "MAP_VISIT")] == [(2, "error")]


def test_a_blank_visit_is_blank(make_study: MakeStudy):
    sdtm = make_study({"vs": form(("1", "", "2020-01-01"))}, BY_BOTH, study=PLAN).convert()
    assert visits(sdtm) == [(None, "")]
    assert found(sdtm, "MAP_VISIT") == []


def test_unscheduled_by_its_own_number(make_study: MakeStudy):
    sdtm = make_study({"vs": form(("1", "uns 2.05", ""), ("1", "UNS 7", ""))}, BY_NAME, study=PLAN).convert()
    assert visits(sdtm) == [(2.05, "UNSCHEDULED 2.05"), (7, "UNSCHEDULED 7")]


def test_unscheduled_by_date_between_its_neighbours(make_study: MakeStudy):
    rows = [
        ("1", "Unplanned", "2020-01-01"),  # before any planned visit
        ("1", "SCREENING", "2020-01-05"),
        ("1", "Unplanned", "2020-01-20"),
        ("1", "Unplanned", "2020-01-10"),
        ("1", "Unplanned", "2020-01-20"),
        ("1", "WEEK 1", "2020-01-30"),
        ("1", "Unplanned", "2020-01-30"),  # on the day of a planned visit, after it
        ("2", "Unplanned", "2020-01-20"),
    ]
    sdtm = make_study({"vs": form(*rows)}, BY_BOTH, study=PLAN).convert()
    assert [number for number, _ in visits(sdtm)] == [0.1, 1, 1.2, 1.1, 1.2, 2, 2.1, 0.1]
    assert visits(sdtm)[2][1] == "UNSCHEDULED 1.2"


def test_one_date_has_one_number_in_all_forms(make_study: MakeStudy):
    eg = BY_BOTH.replace("from: vs", "from: eg").replace(
        "VSTESTCD: {hardcode: PULSE}", "EGTESTCD: {hardcode: INTP}"
    )
    eg = eg.replace("Pulse Rate", "Interpretation").replace("VS", "EG")
    vs = form(("1", "SCREENING", "2020-01-01"), ("1", "Unplanned", "2020-01-09"))
    other = form(("1", "Unplanned", "2020-01-04"), ("1", "Unplanned", "2020-01-09"))
    sdtm = make_study({"vs": vs, "eg": other}, BY_BOTH, eg, study=PLAN).convert()
    assert [number for number, _ in visits(sdtm)] == [1, 1.2]
    assert [number for number, _ in visits(sdtm, "EG")] == [1.1, 1.2]


def test_two_planned_visits_on_one_day_count_from_the_later(make_study: MakeStudy):
    rows = [("1", "SCREENING", "2020-01-01"), ("1", "WEEK 1", "2020-01-01"), ("1", "Unplanned", "2020-01-02")]
    assert visits(make_study({"vs": form(*rows)}, BY_BOTH, study=PLAN).convert())[2][0] == 2.1


def test_a_date_whose_name_holds_a_number_has_that_number(make_study: MakeStudy):
    rows = [
        ("1", "SCREENING", "2020-01-01"),
        ("1", "UNS 1.5", "2020-01-03"),
        ("1", "Unplanned", "2020-01-03"),
    ]
    assert [n for n, _ in visits(make_study({"vs": form(*rows)}, BY_BOTH, study=PLAN).convert())] == [
        1,
        1.5,
        1.5,
    ]


def test_two_dates_never_get_one_number(make_study: MakeStudy):
    rows = [
        ("1", "SCREENING", "2020-01-01"),
        ("1", "Unplanned", "2020-01-02"),
        ("1", "UNS 1.1", "2020-01-03"),
    ]
    policy = PLAN + "policies: {unknown_visit: report}"
    sdtm = make_study({"vs": form(*rows)}, BY_BOTH, study=policy).convert()
    assert [n for n, _ in visits(sdtm)] == [1, None, 1.1]
    assert [item["row"] for item in found(sdtm, "MAP_VISIT")] == [2]


def test_by_date_alone(make_study: MakeStudy):
    ex = """
dataset: EX
records: [{from: ex, visit: {name: VIS, date: DAY}, variables: {EXTRT: {assign: RES}, EXSTDTC: {iso8601: DAY}}}]
"""
    stated = form(("1", "SCREENING", "2020-01-01"), ("1", "WEEK 1", "2020-01-08"))
    data = form(("1", "", "2020-01-08"), ("1", "", "2020-01-03"), ("1", "", ""), ("2", "", "2020-01-08"))
    by_date = BY_DATE.replace("VSORRES", "VSGRPID: {assign: VIS}, VSORRES")
    sdtm = make_study({"ex": stated, "vs": data}, ex, by_date, study=PLAN).convert()
    assert [n for n, _ in visits(sdtm)] == [2, 1.1, None, 0.1]


def test_a_partial_date_tells_no_visit(make_study: MakeStudy):
    for mapping in (BY_DATE.replace("VSORRES", "VSGRPID: {assign: VIS}, VSORRES"), BY_BOTH):
        with pytest.raises(Refused, match=r"row 1: visit .* a complete date"):
            make_study({"vs": form(("1", "Unplanned", "2020-01"))}, mapping, study=PLAN).convert()


@pytest.mark.parametrize("step", ["0.1", "0.01"])
def test_no_room_before_the_next_planned_visit(make_study: MakeStudy, step):
    plan = PLAN.replace("visitnum: 2,", "visitnum: 1.2,").replace(
        "unscheduled: {", f"unscheduled: {{step: {step}, "
    )
    rows = [
        ("1", "SCREENING", "2020-01-01"),
        *(("1", "Unplanned", f"2020-01-{day:02}") for day in range(2, 5)),
    ]
    study = make_study({"vs": form(*rows)}, BY_BOTH, study=plan + "policies: {unknown_visit: report}")
    expected = {"0.1": [1, 1.1, None, None], "0.01": [1, 1.01, 1.02, 1.03]}[step]
    assert [n for n, _ in visits(study.convert())] == expected


def test_ten_unscheduled_dates_are_too_many_for_a_step_of_a_tenth(make_study: MakeStudy):
    rows = [("1", "WEEK 2", "2020-01-01"), *(("1", "Unplanned", f"2020-01-{day:02}") for day in range(2, 12))]
    with pytest.raises(Refused, match="row 11: visit"):
        make_study({"vs": form(*rows)}, BY_BOTH, study=PLAN).convert()


def test_the_order_of_a_fields_dates_is_that_of_the_contract(make_study: MakeStudy):
    rows = [("1", "SCREENING", "01/02/2020"), ("1", "Unplanned", "02/01/2020")]
    fields = {"vs": {"DAY": {"dates": {"order": "dmy"}}}}
    study = make_study({"vs": form(*rows)}, BY_BOTH, study=PLAN + "dates: {order: mdy}", fields=fields)
    assert [n for n, _ in visits(study.convert())] == [1, 0.1]  # 2 January is before 1 February
