from collections.abc import Callable

import pytest

from cdisc_npc.study.forms import RawContract


def test_flags_are_yes_and_no_and_a_single_name_is_a_list() -> None:
    contract = RawContract.model_validate(
        {
            "forms": {
                "ae": {
                    "key": "PAT",
                    "may_be_empty": "no",
                    "fields": {"PAT": {"required": "yes", "values": "A"}},
                }
            }
        }
    )
    form = contract.forms["ae"]
    assert (form.key, form.may_be_empty) == (["PAT"], False)
    assert (form.fields["PAT"].required, form.fields["PAT"].values) == (True, ["A"])
    assert (form.fields["PAT"].type, form.fields["PAT"].optional) == ("text", False)
    assert contract.extra_columns == "refuse"


@pytest.mark.parametrize(
    ("old", "new", "line", "variable", "text"),
    [
        ("TERM: {}", "TERM: {typ: text}", 11, "TERM", "unknown key typ; did you mean type?"),
        ("TERM: {}", "TERM: {type: txt}", 11, "TERM", "TERM.type: Input should be 'text', 'integer'"),
        ("TERM: {}", "TERM: {length: long}", 11, "TERM", "Input should be a valid integer"),
        ("TERM: {}", "TERM: {required: maybe}", 11, "TERM", "Input should be a valid boolean"),
        ("TERM: {}", "TERM: {label: Term}", 11, "TERM", "Input should be a valid dictionary"),
        ("TERM: {}", "TERM:", 11, "TERM", "Input should be a valid dictionary"),
        ("  ae:\n", "  ae:\n    key: [PAT, NR]\n", 8, "", "key NR is no field of the form"),
        ("forms:\n", "extra_columns: ignore\nforms:\n", 1, "", "Input should be 'refuse' or 'report'"),
        ("forms:\n", "fields: {}\nforms:\n", 1, "", "unknown key fields"),
        ("TERM: {}", "TERM: {codelist: sex}", 1, "", "ae.TERM has the codelist sex, which is none of"),
        ("forms:\n", "codelists: {sex: {M: 男}}\nforms:\n", 1, "", "codelist sex is of no field"),
    ],
)
def test_an_error_of_the_raw_data_contract_names_the_line(
    errors_of: Callable, old: str, new: str, line: int, variable: str, text: str
) -> None:
    (result,) = errors_of(("raw.yaml", old, new))
    assert (result.file, result.dataset) == ("raw.yaml", "")
    assert (result.line, result.variable) == (line, variable)
    assert text in result.text


def test_a_field_has_the_choices_of_its_codelist() -> None:
    contract = RawContract.model_validate(
        {
            "codelists": {"sex": {"Male": "男"}},
            "forms": {"dm": {"fields": {"SEX": {"codelist": "sex"}, "AGE": {}}}},
        }
    )
    assert contract.choices("dm", "SEX") == {"Male": "男"}
    assert contract.choices("dm", "AGE") == {}
