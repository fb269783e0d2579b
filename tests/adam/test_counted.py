"""Terms of ONCRSR that are no response of RECIST 1.1, and where observation ends: by policy."""

from __future__ import annotations

import pytest

import cdisc_npc as npc
from cdisc_npc.adam.compare_policies import compare_policies
from cdisc_npc.findings import Refused
from cdisc_npc.study.packaged import load_study
from tests.adam.study import ADRS, sdtm, write

PARAMETERS = """
  PD: {label: Progression, first: PD}
  RSP: {label: Response, response: unconfirmed}
  ORR: {label: Objective Response, best_is: BOR, of: [CR, PR]}
  CB: {label: Benefit, benefit: unconfirmed}
"""
ADTTE = """
dataset: ADTTE
label: Time-to-Event Analysis Dataset
structure: TTE
keys: [USUBJID, PARAMCD]
sources:
  progression: {from: ADRS, where: {PARAMCD: OVR, AVALC: PD}, date: ADT, event: Progression}
  adequate: {from: ADRS, where: {PARAMCD: OVR, AVALC: [CR, PR, SD, NON-CR/NON-PD, PD]}, date: ADT}
  start: {from: ADSL, date: TRTSDT}
endpoints:
  PFS: {label: Progression Free Survival (Days), start: TRTSDT, events: progression, censors: [start, adequate]}
"""
STATED = "reference: TRTSDT"


def study(folder, policy=""):
    write(folder, adrs=ADRS.replace(STATED, STATED + policy) + PARAMETERS)
    (folder / "adam" / "adtte.yaml").write_text(ADTTE, encoding="utf-8")
    return load_study(folder)


def derived(folder, visits, policy=""):
    return npc.to_adam(sdtm(A=visits), study(folder, policy))


def outcome(adam):
    """BOR, PD, ORR, CB, and of PFS the date and CNSR."""
    adrs = adam.datasets["ADRS"].set_index("PARAMCD")["AVALC"]
    pfs = adam.datasets["ADTTE"].iloc[0]
    return [*adrs[["BOR", "PD", "ORR", "CB"]], f"{pfs['ADT']:%Y-%m-%d} {int(pfs['CNSR'])}"]


def noted(adam):
    shown = adam.findings.frame()
    shown = shown[shown["code"] == "ADAM_COUNTS_AS"]
    return (shown["USUBJID"] + " " + shown["keys"] + " " + shown["value"] + " " + shown["expected"]).tolist()


NO_RESPONSE = ["NON-CR/NON-PD", "N", "N", "Y", "2024-04-01 1"]
COUNTED = [
    ("NED", "", "NON-CR/NON-PD", NO_RESPONSE),
    ("NON-PD", "", "NON-CR/NON-PD", NO_RESPONSE),
    ("NOT ALL EVALUATED", "", "NE", ["NE", "N", "N", "N", "2024-01-10 1"]),
    ("NED", ", counts_as: {NED: CR}", "CR", ["CR", "N", "Y", "Y", "2024-04-01 1"]),
    ("NED", ", counts_as: {iCR: CR}", "NON-CR/NON-PD", NO_RESPONSE),
    ("iUPD", ", counts_as: {iUPD: PD}", "PD", ["PD", "Y", "N", "N", "2024-04-01 0"]),
    ("iPR", ", counts_as: {iPR: PR}", "PR", ["PR", "N", "Y", "Y", "2024-04-01 1"]),
]


@pytest.mark.parametrize(("term", "policy", "counts", "wanted"), COUNTED)
def test_a_term_counts_as_the_policy_says(tmp_path, term, policy, counts, wanted):
    adam = derived(tmp_path / "s", [("2024-04-01", term)], policy)
    assert outcome(adam) == wanted
    assert noted(adam) == [f"A 2024-04-01 {term} {counts}"]


@pytest.mark.parametrize(
    ("term", "policy"),
    [("iUPD", ""), ("XX", ""), ("MR", ", counts_as: {iUPD: PD}"), ("NED", ", counts_as: {NED: refuse}")],
)
def test_a_term_that_no_policy_names_is_refused_by_name(tmp_path, term, policy):
    with pytest.raises(Refused, match="counts_as") as refused:
        derived(tmp_path / "s", [("2024-04-01", term)], policy)
    (found,) = refused.value.findings.frame().to_dict("records")
    assert (found["code"], found["USUBJID"], found["value"]) == ("ADAM_VALUE", "A", term)


def test_a_term_without_a_date_counts_alike(tmp_path):
    adam = derived(tmp_path / "s", [("2024-05-01", "SD"), ("2024-04", "iUPD")], ", counts_as: {iUPD: PD}")
    assert outcome(adam)[:2] == ["SD", "Y"]
    assert noted(adam) == ["A without date iUPD PD"]


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (", counts_as: {NDE: CR}", "NDE is no term of the codelist ONCRSR"),
        (", counts_as: {NED: XX}", "XX is no response; expected CR"),
        (", counts_as: {SD: CR}", "SD counts as itself"),
        (", ends: XX", "XX is no response; expected CR"),
    ],
)
def test_a_policy_of_no_term_or_response_is_refused(tmp_path, policy, message):
    with pytest.raises(Refused, match=message):
        study(tmp_path / "s", policy)


VISITS = [("2024-03-01", "SD"), ("2024-04-01", "PD"), ("2024-05-01", "PR"), ("2024-06-01", "CR")]


@pytest.mark.parametrize(
    ("policy", "best"),
    [
        ("", "SD"),
        (", ends: PD", "SD"),
        (", ends: []", "CR"),
        (", ends: [PR]", "PR"),
        (", ends: [SD, PD]", "SD"),
    ],
)
def test_observation_ends_where_the_specification_says(tmp_path, policy, best):
    assert outcome(derived(tmp_path / "s", VISITS, policy))[0] == best


@pytest.mark.parametrize(
    ("varied", "outcomes"),
    [("ends=", {"BOR": "CR 2024-06-01"}), ("ends=PR", {"BOR": "PR 2024-05-01"}), ("ends=PD", {})],
)
def test_the_end_of_observation_can_be_varied(tmp_path, varied, outcomes):
    changed = compare_policies(sdtm(A=VISITS), study(tmp_path / "s").adam, [varied])
    shown = changed.set_index("PARAMCD")["VARIED"].to_dict()
    assert {name: shown[name] for name in outcomes} == outcomes and bool(shown) == bool(outcomes)


def test_what_a_term_counts_as_can_be_varied(tmp_path):
    visits = [("2024-04-01", "NED")]
    changed = compare_policies(sdtm(A=visits), study(tmp_path / "s").adam, ["counts_as=NED:CR"])
    assert "CR 2024-04-01" in changed["VARIED"].tolist()
    with pytest.raises(Refused, match="XX is no response"):
        compare_policies(sdtm(A=visits), study(tmp_path / "t").adam, ["counts_as=NED:XX"])
