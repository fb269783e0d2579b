"""The codelists that a value is checked against: the standard's, in the package, or the sponsor's."""

from __future__ import annotations

from cdisc_npc.standards.terminology import Codelist
from cdisc_npc.study.specification import Specification
from cdisc_npc.verbs.verb import Verb


def sponsor_codelist(spec: Specification, name: str) -> Codelist | None:
    """A codelist of `codelists.yaml`, in the form of the standard's.

    Parameters
    ----------
    spec
        The study.
    name
        Of the list, in `codelists.yaml`.

    Returns
    -------
    Codelist | None
        None where the study has no list of the name.
    """
    own = spec.codelists.codelists.get(name)
    if own is None:
        return None
    return Codelist.of_sponsor(name, own.label, own.extensible, own.terms)


def verb_codelists(spec: Specification, standard: tuple[str, ...], verb: Verb) -> list[Codelist] | None:
    """The codelists that a verb's values are checked against; None where a name is unknown.

    Parameters
    ----------
    spec
        The study.
    standard
        Codelists of the variable in the standard, by name.
    verb
        Its ``codelist`` stands in place of the standard's; ``none`` checks nothing.
    """
    if verb.codelist == "none":
        return []
    if verb.codelist:
        codelist = sponsor_codelist(spec, verb.codelist) or spec.terminology.get(verb.codelist)
        return None if codelist is None else [codelist]
    # A list of the standard that is not in the package (external dictionaries) checks nothing.
    return [codelist for name in standard if (codelist := spec.terminology.get(name))]


def test_name(spec: Specification, codelists: tuple[str, ...], code: str) -> str | None:
    """--TEST of a test code, by the codelist paired with that of --TESTCD.

    Parameters
    ----------
    spec
        The study.
    codelists
        Names of those of the variable --TEST.
    code
        A value of --TESTCD.

    Returns
    -------
    str | None
        None where no list has the code.
    """
    for codelist in codelists:
        name = spec.terminology.decode(codelist, code)
        if name is not None:
            return name
    return None
