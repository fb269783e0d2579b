import pytest

from cdisc_npc.adam.compare_policies import compare_policies, varied
from cdisc_npc.findings import Refused
from tests.adam.study import ADRS, loaded, sdtm

TWO = [("2024-02-25", "PR"), ("2024-03-18", "PR")]  # 22 days apart, day 46 and 68


@pytest.fixture
def spec(tmp_path):
    adrs = ADRS.replace("best: unconfirmed", "best: confirmed")
    return loaded(tmp_path / "s", adrs=adrs).adam


def test_whose_outcome_changes_and_why(spec):
    data = sdtm(A=TWO, B=[("2024-02-25", "PR"), ("2024-03-30", "PR")], C=[("2024-02-11", "SD")])
    changes = compare_policies(data, spec, ["confirm_days=21", "stable_days=28"])
    assert changes[["POLICY", "USUBJID", "PARAMCD", "BASE", "VARIED"]].values.tolist() == [
        ["confirm_days=21", "A", "BOR", "SD 2024-02-25", "PR 2024-02-25"],
        ["stable_days=28", "C", "BOR", "NE 2024-02-11", "SD 2024-02-11"],
    ]
    assert "as specified: assessment 2024-02-25 no CR or PR 28 days later or more" in changes["RULE"][0]
    assert "as specified: assessment 2024-02-11 before day 42 after the reference date" in changes["RULE"][1]


def test_a_policy_that_changes_nothing(spec):
    assert len(compare_policies(sdtm(A=TWO), spec, ["not_evaluable=2"])) == 0


@pytest.mark.parametrize(
    "policy",
    [
        "confirm=21",
        "confirm_days",
        "confirm_days=soon",
        "missed=on",
        "recist.nodes=CR",
        "recist.reappearance=often",
    ],
)
def test_what_is_no_policy_is_refused(spec, policy):
    with pytest.raises(Refused, match="is no policy that can be varied; expected"):
        varied(spec, policy)


def test_policies_of_recist(spec):
    assert varied(spec, "recist.reappearance=none").recist.reappearance == "none"
