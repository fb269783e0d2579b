"""Codelists of define.xml: the terms that can occur, of the codelists that the values are checked against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cdisc_npc.define.sources import TermSource, TermsSource
from cdisc_npc.standards.terminology import Codelist
from cdisc_npc.study.codelists import verb_codelists
from cdisc_npc.study.plan import DatasetPlan, VariablePlan
from cdisc_npc.study.specification import Specification
from cdisc_npc.verbs.verb import Verb, nested
from define_xml.values import number_type

_CODE_ENDINGS = ("CD", "TC", "PC")


def makers(variable: VariablePlan, test: str = "") -> Iterator[tuple[int | None, Verb]]:
    """Verbs that give the variable's values, none made of others, with their record block; of one test, if given."""
    for block, verb in variable.stated:
        of_test = verb.of_test(test) if test else verb
        yield from ((block, item) for item in nested([of_test] if of_test else []) if not item.inner())


def candidates(
    spec: Specification, variable: VariablePlan, blocks: set[int] | None = None, test: str = ""
) -> list[Codelist]:
    """Codelists that the values are checked against, each once; of some record blocks and one test, if given."""
    result: dict[str, Codelist] = {}
    for block, verb in makers(variable, test):
        if blocks is None or block is None or block in blocks:
            for codelist in verb_codelists(spec, variable.codelists, verb) or []:
                result.setdefault(codelist.code or codelist.short_name, codelist)
    return list(result.values())


def stated_values(spec: Specification, plan: DatasetPlan, variable: VariablePlan) -> set[str]:
    """Values that the specification itself states: written out, decoded to, or allowed for the field."""
    values: set[str] = set()
    for block, verb in makers(variable):
        result: list[str] = [] if verb.else_ is None else [verb.else_]
        result.extend(verb.fixed_values())
        if verb.copies and not verb.terms and block is not None:
            source = plan.model.records[block].from_
            form = spec.contract.forms.get(source)
            if form is not None and (field := form.fields.get(verb.copies)):
                result.extend([*(field.values or []), *spec.contract.choices(source, verb.copies)])
        if verb.terms:
            result.extend(spec.codelists.terms[verb.terms].values())
        change = {"upper": str.upper, "lower": str.lower, "title": str.title}.get(verb.case or "", str)
        values.update(change(value) for value in result)
    return values


def choose(
    spec: Specification,
    lists: list[Codelist],
    observed: Iterable[str],
    stated: Iterable[str] = (),
    decodes: Mapping[str, str] | None = None,
) -> TermsSource | None:
    """The terms of an item.

    1. Of the codelists that its values are checked against, the first that has all values seen,
       the sponsor's extensions included.
    2. Else all of them together, as a list of the study: each term keeps its code.
    3. Else, where exactly one applies and no value is a number, that one: with the other values as
       extensions where it may be extended, without them where it is closed (they are errors).
    4. Else none: the values are results, and not all of them terms.

    Parameters
    ----------
    lists
        What `candidates` gave.
    observed, stated
        Values in the data, and in the specification. Of the latter only terms count.
    decodes
        In place of the codelist's own: the names that the data has for its codes.
    """
    seen = [value for value in observed if value]
    existing = {id(item): {*item.terms, *_extensions(spec, item)} for item in lists}
    if not lists:
        return None
    for item in lists:
        if existing[id(item)].issuperset(seen):
            chosen = [*seen, *(value for value in stated if value in existing[id(item)])]
            return _terms(spec, [item], chosen, decodes) if chosen else None
    every = set().union(*existing.values())
    if every.issuperset(seen):
        return _terms(spec, lists, [*seen, *(value for value in stated if value in every)], decodes)
    if len(lists) == 1 and not any(number_type([value]) for value in seen):
        chosen = seen if lists[0].extensible else [value for value in seen if value in every]
        return _terms(spec, lists, [*chosen, *(value for value in stated if value in every)], decodes)
    return None


def _extensions(spec: Specification, codelist: Codelist) -> dict[str, str]:
    return spec.codelists.extensions.get(codelist.code, {}) if codelist.code else {}


def _terms(
    spec: Specification, lists: list[Codelist], values: list[str], decodes: Mapping[str, str] | None
) -> TermsSource:
    result: dict[str, TermSource] = {}
    for value in values:
        home = next((item for item in lists if value in item.terms), None)
        if home is not None:
            term = home.terms[value]
            twin = spec.terminology.decode(home, value) if home.short_name.endswith(_CODE_ENDINGS) else None
            decode = (decodes or {}).get(value) or twin or term.preferred or value
            result[value] = TermSource(value, decode, term.code)
        else:
            own = next(
                (_extensions(spec, item)[value] for item in lists if value in _extensions(spec, item)), ""
            )
            result[value] = TermSource(value, (decodes or {}).get(value) or own or value, "", len(lists) == 1)
    # The order of the codelist, then the sponsor's own as they come.
    order = {value: place for place, value in enumerate(v for item in lists for v in item.terms)}
    terms = tuple(sorted(result.values(), key=lambda term: (order.get(term.value, len(order)), term.value)))
    first = lists[0]
    one = len(lists) == 1
    short = first.short_name if one else "_".join(item.short_name for item in lists)
    name = first.name if one else " or ".join(item.name for item in lists)
    names = one and bool(first.code) and spec.terminology.paired(first) is not None
    decoded = not (names and not first.short_name.endswith(_CODE_ENDINGS))
    decoded = decoded and any(term.decode.casefold() != term.value.casefold() for term in terms)
    return TermsSource(short, name, first.code if one else "", decoded, terms)
