"""FDA's censoring rules, one subject a rule; day 1 is 2024-01-01, assessments every 6 weeks."""

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.adam.censoring import Horizon, Missed, NoAssessment
from cdisc_npc.adam.event_source import Source
from cdisc_npc.adam.events import Copy
from cdisc_npc.adam.ledger import Ledger
from cdisc_npc.adam.tte import time_to_event
from cdisc_npc.findings import Findings, Refused


def moments(*values):
    return np.array([value or "NaT" for value in values], dtype="datetime64[us]")


def pfs(
    visits=(),
    death=None,
    therapy=None,
    baseline=True,
    months=None,
    ledger=None,
    findings=None,
    start="2024-01-01",
    response=None,
):
    adsl = pd.DataFrame(
        {"USUBJID": pd.Series(["A"], dtype="str"), "TRTSDT": moments(start), "DTHDT": moments(death), "NACTDT": moments(therapy)}
    )  # fmt: skip
    adrs = pd.DataFrame(
        {"USUBJID": pd.Series(["A"] * len(visits), dtype="str"), "ADT": moments(*(day for day, _ in visits)),
         "AVALC": pd.Series([value for _, value in visits], dtype="str"), "ASEQ": np.arange(1.0, len(visits) + 1)}
    )  # fmt: skip
    adequate = ~adrs["AVALC"].isin(["NE"]).to_numpy() & (adrs["ADT"] > pd.Timestamp(start)).to_numpy()
    of_adrs = {"SRCDOM": "ADRS", "SRCVAR": "ADT", "SRCSEQ": Copy("ASEQ")}
    seen = Source(
        "last_adequate",
        adrs,
        "ADT",
        adequate,
        {"EVNTDESC": "No event", "CNSDTDSC": "Last assessment"} | of_adrs,
    )
    rules = [
        NoAssessment(seen, np.array([baseline]), ["death"], 98),
        Missed(seen, "TRTSDT", 42, 7, 2, 3, 336, 84),
    ]
    begin = Source("start", adsl, "TRTSDT", None, {"SRCDOM": "ADSL", "SRCVAR": "TRTSDT"})
    if response is not None:  # duration of response
        begin = Source("response", adrs, "ADT", (adrs["ADT"] == pd.Timestamp(response)).to_numpy(), of_adrs)
        rules = rules[1:]
    return time_to_event(
        adsl, begin,
        [Source("progression", adrs, "ADT", (adrs["AVALC"] == "PD").to_numpy(), {"EVNTDESC": "Progression"} | of_adrs),
         Source("death", adsl, "DTHDT", None, {"EVNTDESC": "Death", "SRCDOM": "ADSL", "SRCVAR": "DTHDT"})],
        [Source("start", adsl, "TRTSDT", None, {"EVNTDESC": "No event", "SRCDOM": "ADSL", "SRCVAR": "TRTSDT"}),
         seen],
        ends=[Source("new_therapy", adsl, "NACTDT", None, {"EVNTDESC": "New anticancer therapy"}, 2)],
        rules=[*rules, Horizon(months)] if months else rules, by=["USUBJID"], values={"PARAMCD": "PFS"},
        ledger=ledger, findings=findings,
    )  # fmt: skip


def shown(**settings):
    result = pfs(**settings)
    return result["ADT"].dt.strftime("%Y-%m-%d").item(), int(result["CNSR"].item())


W6, W12, W18, W30 = "2024-02-12", "2024-03-25", "2024-05-06", "2024-07-29"


def test_progression_between_assessments_is_an_event_at_its_date():
    assert shown(visits=[(W6, "SD"), (W12, "PD")]) == (W12, 0)


def test_no_progression_is_censored_at_the_last_adequate_assessment():
    assert shown(visits=[(W6, "SD"), (W12, "NE")]) == (W6, 1)


def test_no_baseline_or_no_assessment_is_censored_at_the_start():
    assert shown(visits=[(W6, "SD"), (W12, "PD")], baseline=False) == ("2024-01-01", 4)
    assert shown() == ("2024-01-01", 4)


def test_a_death_before_the_first_assessment_is_an_event_when_it_comes_soon():
    assert shown(death="2024-02-20") == ("2024-02-20", 0)
    assert shown(death="2024-06-20") == ("2024-01-01", 4)


def test_new_therapy_before_progression_is_censored_at_the_last_assessment_before_it():
    assert shown(visits=[(W6, "SD"), (W12, "PD")], therapy="2024-03-01") == (W6, 2)
    assert shown(visits=[(W6, "SD"), (W12, "PD")], therapy=W12) == (W12, 0)


def test_death_between_assessments_is_an_event():
    assert shown(visits=[(W6, "SD"), (W12, "SD")], death="2024-04-20") == ("2024-04-20", 0)


def test_an_event_after_two_missed_assessments_is_censored_before_the_gap():
    assert shown(visits=[(W6, "SD"), ("2024-05-20", "PD")]) == ("2024-05-20", 0)  # 98 days
    assert shown(visits=[(W6, "SD"), ("2024-05-21", "PD")]) == (W6, 3)  # 99 days
    assert shown(visits=[(W6, "SD"), (W12, "NE"), (W30, "PD")]) == (W6, 3)


def test_a_horizon():
    long = [(f"2024-{month:02d}-12", "SD") for month in range(2, 13)]
    assert shown(visits=[*long, ("2025-01-02", "PD")], months=12) == ("2025-01-01", 6)
    assert shown(visits=[*long, ("2025-01-01", "PD")], months=12) == ("2025-01-01", 0)
    assert shown(visits=long, months=12) == ("2024-12-12", 1)


def test_where_it_comes_from():
    result = pfs(visits=[(W6, "SD"), (W12, "PD")])
    columns = ["EVNTDESC", "SRCDOM", "SRCVAR", "SRCSEQ", "PARAMCD"]
    assert result[columns].values.tolist() == [["Progression", "ADRS", "ADT", 2, "PFS"]]
    result = pfs(visits=[(W6, "SD"), (W12, "PD")], therapy="2024-03-01")
    assert result[["EVNTDESC", "CNSDTDSC"]].values.tolist() == [["New anticancer therapy", "Last assessment"]]


def day(number):
    """A day counted from the first dose, which is day 0."""
    return (pd.Timestamp("2024-01-01") + pd.Timedelta(number, "D")).strftime("%Y-%m-%d")


@pytest.mark.parametrize(
    ("last", "end", "death", "wanted"),
    [
        (340, 500, False, (500, 0)),  # 160 days: two visits every 84 days
        (329, 511, False, (511, 0)),  # on the first day from which they are 84 days apart; 182 days
        (329, 512, False, (329, 3)),
        (328, 427, False, (328, 3)),  # still every 42 days; 99 days
        (340, 500, True, (500, 0)),
        (340, 523, True, (340, 3)),
    ],
)
def test_duration_of_response_misses_the_assessments_that_progression_free_survival_misses(
    last, end, death, wanted
):
    visits = [(day(42 * n), "SD") for n in range(1, 7)] + [(day(294), "PR"), (day(last), "PR")]
    visits += [] if death else [(day(end), "PD")]
    for response in (None, day(294)):
        result = pfs(visits=visits, death=day(end) if death else None, response=response)
        assert (result["ADT"].dt.strftime("%Y-%m-%d").item(), result["CNSR"].item()) == (
            day(wanted[0]),
            wanted[1],
        )


PR18 = "2024-05-06"
PLACES = {
    "no rule": ({"visits": [(W6, "SD"), (W12, "PD")]}, ["ADRS", "ADT", 2]),
    "death": ({"visits": [(W6, "SD")], "death": "2024-04-01"}, ["ADSL", "DTHDT", None]),
    "no baseline": ({"visits": [(W6, "PD")], "baseline": False}, ["ADSL", "TRTSDT", None]),
    "no assessment": ({"death": "2024-06-20"}, ["ADSL", "TRTSDT", None]),
    "missed": ({"visits": [(W6, "SD"), (W12, "NE"), (W30, "PD")]}, ["ADRS", "ADT", 1]),
    "missed, by death": ({"visits": [(W6, "SD"), (W12, "SD")], "death": "2024-11-01"}, ["ADRS", "ADT", 2]),
    "missed, none before": ({"visits": [(W30, "PD")]}, ["ADSL", "TRTSDT", None]),
    "horizon": ({"visits": [(W6, "SD"), (W12, "PD")], "months": 1}, ["ADSL", "TRTSDT", None]),
    "before the start": ({"visits": [(W6, "SD")], "death": "2023-12-01"}, ["ADSL", "TRTSDT", None]),
    "response": ({"visits": [(W6, "PR"), (W12, "PD")], "response": W6}, ["ADRS", "ADT", 2]),
    "response, missed": ({"visits": [(W6, "PR"), (W30, "PD")], "response": W6}, ["ADRS", "ADT", 1]),
    "response, horizon": ({"visits": [(W6, "SD"), (W12, "PR"), (PR18, "PD")], "response": W12, "months": 1}, ["ADRS", "ADT", 2]),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES)
def test_src_names_the_record_that_the_date_comes_from(case):
    stated, wanted = PLACES[case]
    result = pfs(**stated).iloc[0]
    sequence = None if pd.isna(result["SRCSEQ"]) else result["SRCSEQ"]
    assert [result["SRCDOM"], result["SRCVAR"], sequence] == wanted
    ledger = Ledger()
    pfs(**stated, ledger=ledger)
    outcome = ledger.frame().iloc[-1]
    record = None if pd.isna(outcome["RECORD"]) else outcome["RECORD"]
    assert [outcome["DATASET"], record] == [wanted[0], wanted[2]]


def test_the_ledger_reads_as_it_went():
    ledger = Ledger()
    pfs(visits=[(W6, "SD"), (W30, "PD")], death="2024-08-20", ledger=ledger)
    rows = ledger.frame()[["ROLE", "NAME", "DATE", "DECISION"]].values.tolist()
    assert rows == [
        ["event", "progression", W30, "taken"],
        ["event", "death", "2024-08-20", "passed over"],
        ["censor", "start", "2024-01-01", "passed over"],
        ["censor", "last_adequate", W30, "passed over"],
        ["rule", "missed", W6, "changed"],
        ["outcome", "progression", W6, "taken"],
    ]


def test_what_is_noticed():
    findings = Findings()
    result = pfs(visits=[(W6, "SD")], death="2023-12-20", findings=findings)
    assert result["ADT"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01"]
    assert findings.frame()["code"].tolist() == ["ADAM_BEFORE_START"]
    findings = Findings()
    assert len(pfs(visits=[(W6, "SD")], findings=findings, start="")) == 0
    assert findings.messages()[0].startswith("A PFS: no record, for want of TRTSDT")


def test_a_missing_variable_and_a_subject_twice():
    adsl = pd.DataFrame({"USUBJID": ["A", "A"], "TRTSDT": moments("2024-01-01", "2024-01-01")})
    with pytest.raises(Refused, match="a subject twice"):
        time_to_event(adsl, "TRTSDT", [], [], by=["USUBJID"])
    with pytest.raises(Refused, match="death has no variable DTHDT"):
        time_to_event(adsl.head(1), "TRTSDT", [Source("death", adsl, "DTHDT")], [], by=["USUBJID"])


def test_times_count_where_asked_for():
    adsl = pd.DataFrame(
        {"USUBJID": ["A"], "TRTSDTM": moments("2024-01-01T08:00"), "DTHDTM": moments("2024-01-02T06:00")}
    )
    for times, start, end in ((True, "TRTSDTM", "ADTM"), (False, "TRTSDTM", "ADT")):
        result = time_to_event(
            adsl, start, [Source("death", adsl, "DTHDTM")], [], by=["USUBJID"], times=times
        )
        assert result[end].dt.hour.item() == (6 if times else 0)
        assert ("STARTDTM" in result) is times
