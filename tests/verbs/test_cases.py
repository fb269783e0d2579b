"""The first case that holds."""

from __future__ import annotations

from tests.sdtm.small_study import found


def test_the_first_case_that_holds(cm):
    cases = "[{hardcode: one, when: {B: aspirin}}, {assign: A, when: {A: present}}, {hardcode: rest}]"
    assert cm(f"CMDECOD: {{cases: {cases}}}")[0] == ["one", "zinc", "rest", "iron"]
    cases = "[{hardcode: one, when: {B: aspirin}}, {assign: B, when: {SUBJ: '2'}}]"
    assert cm(f"CMDECOD: {{cases: {cases}}}")[0] == ["one", "", "gold", ""]
    assert cm(f"CMDECOD: {{cases: {cases}, else: none}}")[0] == ["one", "none", "gold", "none"]
    assert cm(f"CMDECOD: {{cases: {cases}, when: {{A: present}}, else: none}}")[0] == [
        "one",
        "none",
        "none",
        "none",
    ]


def test_every_case_has_its_own_terms(cm):
    cases = "[{assign: B, terms: metals, when: {B: gold}}, {assign: A, case: title, when: {B: present}}]"
    values, sdtm = cm(f"CMDECOD: {{cases: {cases}}}", codelists="terms: {metals: {gold: Au}}")
    assert values == ["Aspirin", "Zinc", "Au", ""]
    assert [(item["row"], item["value"]) for item in found(sdtm, "RAW_CELL_UNUSED")] == [(4, "iron")]
    assert len(sdtm.findings) == 1


def test_a_case_of_a_numeric_variable(cm):
    values, _ = cm("CMDOSE: {cases: [{assign: N, when: {A: iron}}, {hardcode: '0'}]}")
    assert values == [0, 0, 0, 7]
