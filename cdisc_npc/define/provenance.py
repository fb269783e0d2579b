"""Origin, method and comment of a variable, from the verbs that make it."""

from __future__ import annotations

from collections.abc import Iterator

from cdisc_npc.define.sources import Provenance
from cdisc_npc.study.plan import DatasetPlan, VariablePlan
from cdisc_npc.verbs.verb import Verb, nested

# Who gives a value of an origin, where the specification does not say.
SOURCES = {"Collected": "Investigator", "Derived": "Sponsor", "Assigned": "Sponsor", "Protocol": "Sponsor"}
ASSIGNED = Provenance((("Assigned", "Sponsor"),))


def provenance(
    plan: DatasetPlan, variable: VariablePlan, blocks: set[int] | None = None, test: str = ""
) -> Provenance:
    """Origins of a variable and how it is made; in some record blocks and of one test, if given."""
    chosen = {
        block: verb.of_test(test) or verb
        for block, verb in variable.stated
        if blocks is None or block is None or block in blocks
    }
    origins = dict.fromkeys(pair for verb in chosen.values() for pair in _origins(verb))
    texts: dict[str, list[str]] = {}
    for block, verb in chosen.items():
        if text := _told(verb):
            if any(item.reads_epochs for item in nested([verb])):
                text = ". ".join([text, *(start.describe() for start in plan.epochs)])
            texts.setdefault(text, []).append(_block_label(plan, block))
    whole = len(texts) == 1 and sum(map(len, texts.values())) == len(chosen)
    stated = "; ".join(
        text if whole else f"{', '.join(dict.fromkeys(labels))}: {text}" for text, labels in texts.items()
    )
    # Said for Assigned and Collected only where there is more to say than the origin does.
    return Provenance(tuple(origins), _sentence(stated), "")


def _block_label(plan: DatasetPlan, block: int | None) -> str:
    """Which records of the dataset: those of a named block, or from a form."""
    if block is None:
        return "All"
    stated = plan.model.records[block]
    return stated.name or (f"from {stated.from_}" if stated.from_ else "stated in the specification")


def _origins(verb: Verb) -> Iterator[tuple[str, str | None]]:
    inner = verb.inner()
    if inner and verb.origin is None:
        for item in inner:
            yield from _origins(item)
    else:
        for origin in verb.origins():
            yield origin, verb.source or SOURCES.get(origin)


def _told(verb: Verb) -> str:
    """What is to be said of a verb; nothing where it only takes over one field, or the study's identity."""
    text = verb.describe()
    if verb.origin_tells_all and text == verb.tell() and verb.origins() != ["Derived"]:
        text = ""
    return ". ".join(part for part in (text, verb.comment) if part)


def _sentence(text: str) -> str:
    return text and text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")
