"""The reference of the language, made from the verbs themselves."""

from __future__ import annotations

from cdisc_npc.verbs.verb import ANALYSIS, DATASET, RECORD, Verb, verbs_of

COLUMNS = ("Verb", "Stands in", "Arguments", "Gives", "What it is")
_PLACES = {"record": "record blocks", "dataset": "datasets", "analysis": "analysis datasets"}


def reference() -> list[tuple[str, ...]]:
    """One row a verb, in `COLUMNS`; a word that differs between SDTM and analysis datasets has two."""
    scopes = sorted(RECORD | DATASET | ANALYSIS, key=list(_PLACES).index)
    verbs = dict.fromkeys(verb for scope in scopes for verb in verbs_of(scope).values())
    return [
        (
            verb.keyword,
            ", ".join(_PLACES[scope] for scope in scopes if scope in verb.scopes),
            ", ".join(_arguments(verb)),
            verb.gives,
            (verb.__doc__ or "").partition("\n")[0].replace("``", "`"),
        )
        for verb in sorted(verbs, key=lambda verb: verb.keyword)
    ]


def _arguments(verb: type[Verb]) -> list[str]:
    """Names of a verb's own arguments, the main one first; those that may be left out in brackets."""
    stated = {
        info.alias or name: info for name, info in verb.model_fields.items() if name not in Verb.model_fields
    }
    names = sorted(stated, key=lambda name: (name != verb.keyword, not stated[name].is_required()))
    return [name if stated[name].is_required() else f"[{name}]" for name in names]
