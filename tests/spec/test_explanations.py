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
    assert len(texts) == 2 and all("explanations.yaml line " in text and "CORE-2" in text for text in texts)
