"""The standard's labels of analysis variables, by structure.

ADaMIG names families of variables: ``TRTxxP``, ``ANLzzFL``, ``AGEGRy``. A study's TRT01P, ANL02FL and
AGEGR1 are of them, and their labels hold the same number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from cdisc_npc.standards.sdtmig import read_table, standard_folder

_PLACES = {"xx": r"(\d\d)", "zz": r"(\d\d)", "y": r"([1-9]\d?)", "w": r"([1-9])"}
_PLACE = re.compile("xx|zz|y|w")
_WORD = re.compile(r"\b(?:xx|zz|y|w)\b")
# A time-to-event dataset is a BDS dataset with more variables; any structure takes over those of ADSL.
_ALSO = {"ADSL": ("ADSL",), "BDS": ("BDS", "ADSL"), "TTE": ("TTE", "BDS", "ADSL"), "OCCDS": ("OCCDS", "ADSL")}


class AnalysisVariable(NamedTuple):
    """A variable as the standard states it.

    Attributes
    ----------
    core : str
        ``Req``, ``Cond`` or ``Perm``.
    codelists : tuple of str
        C-codes, of the terminology of SDTM or of ADaM.
    values : tuple of str
        The only values, where the guide itself lists them.
    indexed : bool
        Whether its name holds a number: then text may follow the label (ADaMIG 1.3, section 3).
    """

    name: str
    label: str
    type: str
    core: str = ""
    codelists: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    indexed: bool = False


@cache
def _families(name: str = "adamig-1.3") -> dict[str, list[tuple[re.Pattern[str], AnalysisVariable]]]:
    result: dict[str, list[tuple[re.Pattern[str], AnalysisVariable]]] = {}
    for structure, _, variable, label, type_, core, codelists, values in read_table(
        standard_folder(name, "variables.csv") / "variables.csv"
    ):
        if variable.startswith("*"):
            continue  # a rule for names of the sponsor's own
        pattern = _PLACE.sub(lambda place: _PLACES[place[0]], variable)
        fact = AnalysisVariable(variable, label, type_, core, tuple(codelists.split()), tuple(values.split()))
        result.setdefault(structure, []).append((re.compile(pattern), fact))
    return result


def required_variables(structure: str) -> list[tuple[str, re.Pattern[str]]]:
    """Names, or families of names, that a structure must have, each with the pattern of what fits it.

    Without the topics of OCCDS, which are of one domain each: --TERM, CMTRT.
    """
    topics = ("--TERM", "CMTRT")
    own = _families().get(structure, ())
    return [(fact.name, pattern) for pattern, fact in own if fact.core == "Req" and fact.name not in topics]


def analysis_variable(structure: str, name: str) -> AnalysisVariable | None:
    """Find what the standard says of a variable; None where it has none of that name.

    Examples
    --------
    >>> analysis_variable("BDS", "ANL02FL").label
    'Analysis Flag 02'
    """
    return next(analysis_variables(structure, name), None)


def analysis_variables(structure: str, name: str) -> Iterator[AnalysisVariable]:
    """As `analysis_variable`, from every structure whose variables a dataset may have, its own first."""
    for part in _ALSO[structure]:
        for pattern, variable in _families()[part]:
            match = pattern.fullmatch(name)
            if match:
                label = variable.label
                for number in match.groups():
                    label = _WORD.sub(number, label, count=1)
                yield variable._replace(name=name, label=label, indexed=bool(match.groups()))
                break
