"""Every form and field of the eCRF is made, and says what the form prints."""

from __future__ import annotations

import pandas as pd

from cdisc_npc.raw.contract import rules
from cdisc_npc.study.forms import RawContract

Forms = dict[str, pd.DataFrame]


def test_values_are_those_that_the_form_prints(forms: Forms, contract: RawContract) -> None:
    for name, form in contract.forms.items():
        for field in form.fields:
            choices = contract.choices(name, field)
            if choices:
                # What the system has coded is printed in no language.
                printed = choices.values() if field == "AESER_STD" else choices
                assert set(forms[name][field]) <= {*printed, ""}, (name, field)


def test_fields_keep_to_their_contract(forms: Forms, contract: RawContract) -> None:
    for name, form in contract.forms.items():
        for field, facts in form.fields.items():
            for rule in rules(facts):
                assert all(map(rule.passes, set(forms[name][field]))), (name, field, rule.code)


def test_every_field_is_filled_somewhere(forms: Forms, contract: RawContract) -> None:
    for name, form in contract.forms.items():
        # A log page belongs to no visit.
        for field in set(form.fields) - {"FOLDER"}:
            assert (forms[name][field] != "").any(), (name, field)


def test_every_field_has_both_labels(contract: RawContract) -> None:
    for name, form in contract.forms.items():
        assert set(form.label) == {"en", "zh"}, name
        for field, facts in form.fields.items():
            assert set(facts.label) == {"en", "zh"} and all(facts.label.values()), (name, field)
