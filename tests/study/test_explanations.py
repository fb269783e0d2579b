from pathlib import Path

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.explanations import load_explanations


def test_a_study_adds_its_own():
    common, every = load_explanations(), load_explanations(mappings_root() / "npc")
    assert {item.explanation.kind for item in common} == {"withdrawn", "misfire"}
    assert all(item.common for item in common)
    own = [item for item in every if not item.common]
    assert every == [*own, *common]
    (choice,) = [item.explanation for item in own if item.rule == "CORE-000213"]
    assert choice.covers("DS") and not choice.covers("AE")
    (misfire,) = [item.explanation for item in common if item.rule == "CORE-000484"]
    assert misfire.covers("RELREC") and misfire.content == {}


def test_a_rule_may_have_several_each_of_its_content(tmp_path: Path):
    file = tmp_path / "why.yaml"
    file.write_text(
        "NPC-1:\n"
        "- {kind: as collected, reason: a, value: X, USUBJID: [S-1, S-2]}\n"
        "- {kind: sponsor choice, reason: b, datasets: AE, variable: AETERM, keys: AESEQ=3}\n"
    )
    first, second = (item.explanation for item in load_explanations(file=file) if item.rule == "NPC-1")
    assert first.content == {"value": ["X"], "USUBJID": ["S-1", "S-2"]}
    assert second.datasets == ["AE"] and second.content == {"variable": ["AETERM"], "keys": ["AESEQ=3"]}


def test_a_named_file_must_be_there(tmp_path: Path):
    with pytest.raises(Refused, match=r"why\.yaml"):
        load_explanations(file=tmp_path / "why.yaml")


def test_a_wrong_file_is_refused_by_line(tmp_path: Path):
    (tmp_path / "explanations.yaml").write_text(
        "CORE-1:\n  kind: sponsor choice\n  reason: x\nCORE-2:\n  kind: no\n"
    )
    with pytest.raises(Refused) as refused:
        load_explanations(tmp_path)
    texts = refused.value.findings.messages()
    assert [text.partition(": ")[0] for text in texts] == [
        "explanations.yaml line 5",
        "explanations.yaml line 4",
    ]
    assert "CORE-2.kind" in texts[0] and "reason is missing" in texts[1]
