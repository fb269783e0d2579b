"""docs/adam.md tells every verb and policy, and its example of a dataset is valid."""

import re
from pathlib import Path

import yaml

from cdisc_npc.adam.responses import ResponsePolicies
from cdisc_npc.study.adam_written import AdamDataset, Responses
from cdisc_npc.verbs.verb import verbs_of

TEXT = (Path(__file__).parents[2] / "docs" / "adam.md").read_text(encoding="utf-8")


def test_every_verb_and_policy_is_reported():
    assert [verb for verb in verbs_of("analysis") if not re.search(rf"`[^`]*\b{verb}\b", TEXT)] == []
    assert [name for name in vars(ResponsePolicies()) if f"| `{name}` |" not in TEXT] == []


def test_defaults_are_stated_once():
    stated = ResponsePolicies()
    model = Responses.model_validate({"where": {"A": "B"}, "reference": "TRTSDT"})
    for name, value in vars(stated).items():
        assert (tuple(model.benefit) if name == "benefit" else getattr(model, name)) == value


def test_the_endpoint_is_valid():
    block = re.search(r"```yaml\nsources:.*?```", TEXT, re.DOTALL)[0].strip("`").removeprefix("yaml\n")
    data = yaml.load(block, yaml.BaseLoader)
    model = AdamDataset.model_validate(
        {"dataset": "ADTTE", "label": "x", "structure": "TTE", "keys": ["USUBJID"], **data}
    )
    assert [type(rule).__name__ for rule in model.endpoints["PFS"].rules] == [
        "NoAssessmentRule",
        "MissedRule",
        "HorizonRule",
    ]
