"""Records without a full date: what dates them, and the error that names what loses them."""

import numpy as np
import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.adam.context import Context
from cdisc_npc.adam.tables import make_table
from cdisc_npc.study.packaged import load_study
from tests.adam import plain
from tests.adam.study import ADRS, ADSL, frame, sdtm, write

PARAMETERS = """
  PD: {label: Progression, first: PD}
  RSP: {label: Response, response: unconfirmed}
  RSP1M: {label: Response within a Month, response: unconfirmed, horizon: "1"}
"""
ADTTE = """
dataset: ADTTE
label: Time-to-Event Analysis Dataset
structure: TTE
keys: [USUBJID, PARAMCD]
sources:
  death: {from: ADSL, date: DTHDT, where: {DTHFL: "Y"}, event: Death}
  progression: {from: ADRS, where: {PARAMCD: OVR, AVALC: PD}, date: ADT, event: Progression}
  start: {from: ADSL, date: TRTSDT}
endpoints:
  OS: {label: Overall Survival (Days), start: TRTSDT, events: death, censors: start}
  PFS: {label: Progression Free Survival (Days), start: TRTSDT, events: [progression, death], censors: start}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = write(
        tmp_path_factory.mktemp("undated") / "s",
        adsl=ADSL.replace("keep: [STUDYID, USUBJID]", "keep: [STUDYID, USUBJID, DTHFL]"),
        adrs=ADRS.replace("keys: [USUBJID, PARAMCD, ADT]", "keys: [USUBJID, PARAMCD, RSSEQ]") + PARAMETERS,
    )
    (folder / "adam" / "adtte.yaml").write_text(ADTTE, encoding="utf-8")
    return load_study(folder)


def outcome(study, visits, **dm):
    """Parameters of ADRS as value and date, and the errors as (dataset, variable, lost)."""
    data = sdtm(A=visits)
    data["DM"] = data["DM"].assign(**{"DTHFL": "", **dm})
    adam = npc.to_adam(data, study)
    adrs = adam.datasets["ADRS"]
    adrs = adrs[adrs["PARAMCD"] != "OVR"].set_index("PARAMCD")
    shown = adrs["AVALC"] + " " + adrs["ADT"].dt.strftime("%Y-%m-%d").fillna("")
    errors = adam.findings.frame()
    errors = errors[errors["severity"] == "error"]
    return shown.str.strip().to_dict(), errors[["dataset", "variable", "expected"]].values.tolist()


LOST = ["ADRS", "ADT", "BOR, PD, RSP, RSP1M"]


@pytest.mark.parametrize(
    ("visits", "wanted"),
    [
        ([("2024-03", "PD")], {"BOR": "PD", "PD": "Y"}),
        ([("", "PD")], {"BOR": "PD", "PD": "Y"}),
        ([("2024-02-01", "NE"), ("2024", "PD")], {"BOR": "PD", "PD": "Y"}),
        ([("2024-03-01", "SD"), ("2024-05", "PD")], {"BOR": "SD 2024-03-01", "PD": "Y"}),
        ([("2024-03", "PD"), ("2024-05-01", "PD")], {"BOR": "PD 2024-05-01", "PD": "Y 2024-05-01"}),
    ],
)  # fmt: skip
def test_a_progression_of_no_known_day_is_one(study, visits, wanted):
    result, errors = outcome(study, visits)
    assert {name: result[name] for name in wanted} == wanted
    assert errors == [LOST, ["ADRS", "ADT", "PFS"]]


@pytest.mark.parametrize("response", ["CR", "PR", "SD", "NE"])
def test_another_response_of_no_known_day_is_lost_and_said_to_be(study, response):
    result, errors = outcome(study, [("2024-03", response)])
    assert (result["BOR"], result["PD"], result["RSP"]) == ("MISSING", "N", "N")
    assert errors == [LOST]


@pytest.mark.parametrize("text", ["", "2024", "2024-05"])
def test_a_death_without_a_date_names_its_endpoints(study, text):
    _, errors = outcome(study, [("2024-03-01", "SD")], DTHFL="Y", DTHDTC=text)
    assert errors == [["ADSL", "DTHDT", "OS, PFS"]]
    assert outcome(study, [("2024-03-01", "SD")])[1] == []


def test_a_start_without_a_date_is_an_error_of_every_endpoint_and_parameter(study):
    _, errors = outcome(study, [("2024-03-01", "SD")], RFXSTDTC="2024-01")
    assert errors == [
        ["ADSL", "TRTSDT", "BOR, PD, RSP, RSP1M"], ["ADTTE", "OS", "TRTSDT"], ["ADTTE", "PFS", "TRTSDT"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "response", "wanted"),
    [
        ("2024-01-10", "2024-02-10", "Y 2024-02-10"),
        ("2024-01-10", "2024-02-11", "N"),
        ("2024-01-31", "2024-02-29", "Y 2024-02-29"),
        ("2024-01-31", "2024-03-01", "N"),
        ("2023-01-31", "2023-02-28", "Y 2023-02-28"),
    ],
)
def test_a_response_counts_on_the_day_of_the_horizon(study, start, response, wanted):
    result, _ = outcome(study, [(response, "PR")], RFXSTDTC=start, RFICDTC=start)
    assert result["RSP1M"] == wanted and result["RSP"] == f"Y {response}"


@pytest.mark.parametrize("kind", ["best: unconfirmed", "last: yes"])
def test_what_has_no_date_to_set_against_it_has_no_horizon(tmp_path, kind):
    from cdisc_npc.findings import Refused

    adrs = ADRS.replace("best: unconfirmed", f'{kind}, horizon: "12"')
    with pytest.raises(Refused, match="has no horizon; expected first, response or benefit"):
        load_study(write(tmp_path / "s", adrs=adrs))


def test_dates_of_the_trials_responses_are_those_of_the_plain_rule():
    """Random time points of one subject each: dates of TR, TU and SV there or not, RSDTC in full or in part."""
    draw = np.random.default_rng(3)
    rows, tr, tu, sv, wanted = [], [], [], [], []

    def some(most):
        days = [
            f"2023-{draw.integers(1, 4):02d}-{draw.integers(1, 29):02d}"
            for _ in range(draw.integers(0, most))
        ]
        return [day if draw.random() < 0.8 else "" for day in days]

    for number in range(4000):
        who, value = f"{number:05d}", str(draw.choice(["PD", "SD", "PR", "CR", "NE"]))
        text = str(draw.choice(["2023-02-10", "2023-02", "2023", ""]))
        previous = ([*some(2), ""])[0]
        measured, identified, visit = some(3), some(3), ([*some(2), ""])[0]
        rows += [(who, 1.0, "SD", previous), (who, 2.0, value, text)]
        tr += [(who, 2.0, "INVESTIGATOR", day) for day in measured] + [
            (who, 2.0, "INDEPENDENT", "2023-01-01")
        ]
        tu += [(who, 2.0, "INVESTIGATOR", day) for day in identified] + [
            (who, 1.0, "INVESTIGATOR", "2023-01-01")
        ]
        sv += [(who, 2.0, visit)]
        wanted.append(plain.response_date(text, value, measured, identified, visit, previous))

    def table(records, names):
        return frame(**{name: [record[n] for record in records] for n, name in enumerate(names)})

    rs = table(rows, ["USUBJID", "VISITNUM", "RSSTRESC", "RSDTC"]).assign(
        STUDYID="S", VISIT="V", RSSEQ=1.0, RSTESTCD="OVRLRESP", RSEVAL="INVESTIGATOR"
    )
    tables = {
        "RS": rs, "TR": table(tr, ["USUBJID", "VISITNUM", "TREVAL", "TRDTC"]),
        "TU": table(tu, ["USUBJID", "VISITNUM", "TUEVAL", "TUDTC"]), "SV": table(sv, ["USUBJID", "VISITNUM", "SVSTDTC"]),
        "first_dose": frame(USUBJID=["-"]).assign(TRTSDT=np.array(["2023-01-01"], dtype="datetime64[us]")),
    }  # fmt: skip
    spec = load_study("npc").adam.datasets["ADSL"]
    context = Context("ADSL", tables)
    for name in ("measured", "identified", "visit_days", "dated", "responses"):
        tables[name] = make_table(spec.tables[name], context)
    result = tables["responses"][tables["responses"]["VISITNUM"] == 2]
    shown = result["ADT"].dt.strftime("%Y-%m-%d").fillna("")
    assert list(zip(shown, result["ADTF"], strict=True)) == wanted
    assert {"", "D", "M"} == set(result["ADTF"])
    assert set(result["ADTSRC"]) == {"", "Tumor Records", "Visit", "Imputed"}
    assert pd.Series(shown == "").sum() > 100
