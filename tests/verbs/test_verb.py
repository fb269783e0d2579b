"""What a verb must have to be one, and that every one is where it is looked for."""

import re
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import TypeAdapter

import cdisc_npc.verbs
from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.verb import _VERBS, ANALYSIS, AnyVerb, Verb, verbs_of

verbs_of()  # which imports them all
PARTS = {"scopes": ANALYSIS, "takes": {}, "gives": "text", "subjects": "record",
         "default_origin": "Derived", "tell": lambda self: "", "make": lambda self, view: None}  # fmt: skip


def define(**parts):
    return type(
        "Tried", (Verb,), {"__module__": "cdisc_npc.verbs.tried", "__annotations__": {"tried": str}, **parts}
    )


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr("cdisc_npc.verbs.verb._VERBS", verbs := dict(_VERBS))
    return verbs


def test_a_class_with_all_parts_registers_itself(registry):
    verb = define(**PARTS)
    assert verbs_of("analysis")["tried"] is verb and "tried" not in verbs_of("record", "dataset")


@pytest.mark.parametrize("part", [part for part in PARTS if part != "scopes"])
def test_a_verb_that_lacks_a_part_is_refused_by_its_name(registry, part):
    with pytest.raises(TypeError, match=f"the verb Tried has no .*{part}"):
        define(**{name: value for name, value in PARTS.items() if name != part})
    assert "tried" not in verbs_of("analysis")


def test_a_verb_has_a_main_argument_of_its_name(registry):
    with pytest.raises(TypeError, match="the verb Tried has no argument tried"):
        define(**PARTS | {"__annotations__": {"other": str}})


def test_a_word_means_one_thing_in_a_scope(registry):
    with pytest.raises(TypeError, match="there are two verbs number for the scope analysis"):
        define(**PARTS | {"__module__": "cdisc_npc.verbs.number", "__annotations__": {"number": str}})


def test_what_several_verbs_share_is_no_verb(registry):
    before = dict(registry)
    type("Shared", (Verb,), {"__module__": __name__})
    assert registry == before


@pytest.mark.parametrize("word", sorted({word for word, _ in _VERBS}))
def test_a_verb_is_the_module_of_its_name(word):
    module = import_module(f"cdisc_npc.verbs.{word}")
    verbs = {verb for (keyword, _), verb in _VERBS.items() if keyword == word}
    assert {verb.__module__ for verb in verbs} == {module.__name__}
    assert all(verb.__doc__ for verb in verbs)


@pytest.mark.parametrize("word", sorted({word for word, _ in _VERBS}))
def test_a_verb_has_a_test_of_its_name(word):
    assert Path(__file__).with_name(f"test_{word}.py").exists()


def test_every_module_is_a_verb_or_what_verbs_share():
    modules = {path.stem for path in Path(cdisc_npc.verbs.__file__).parent.glob("*.py")}
    assert modules - {word for word, _ in _VERBS} == {
        "__init__", "base", "codes", "extremes", "imputed", "kinds", "reference", "verb", "view",
    }  # fmt: skip


def test_the_verb_of_the_documentation_works(registry):
    text = (Path(__file__).parents[2] / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text[text.index("## Add a verb") :], re.DOTALL)
    assert code
    exec(compile(code[1], "reverse.py", "exec"), {"__name__": "cdisc_npc.verbs.reverse"})
    verb = TypeAdapter(AnyVerb).validate_python({"reverse": "TERM", "when": {"TERM": "present"}})
    assert verb.reads() == ["TERM"]
    assert verb.describe() == "TERM in reverse, when TERM is present"
    view = SimpleNamespace(collected={"TERM": Column.of(["abc", "", "abc"])}.get)
    assert verb.make(view).series().tolist() == ["cba", "", "cba"]
