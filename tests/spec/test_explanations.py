from pathlib import Path

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.spec.explanations import load_explanations
from cdisc_npc.spec.standards import mappings_root


def test_a_study_adds_its_own():
    common, own = load_explanations(), load_explanations(mappings_root() / "npc")
    assert set(common) < set(own)
    assert {each.kind for each in common.values()} == {"withdrawn", "misfire"}
    assert own["CORE-000213"].covers("DS") and not own["CORE-000213"].covers("AE")
    assert own["CORE-000699"].covers("TR")


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
