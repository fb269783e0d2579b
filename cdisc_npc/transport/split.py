"""Split a dataset in parts: by category, or where the file would be too large.

SDTMIG 3.4, section 4.1.7: the parts of a domain are named by the domain's code
and one or two further characters (LBCH, LBHE); DOMAIN, the variables' names,
labels and lengths and --SEQ stay as in the whole, so that the parts can be put
together again. In define.xml each part is an ItemGroupDef of its own, with the
domain's code as Domain and the domain's description as an Alias; `Part` has both.
The parts of a supplemental or an analysis dataset are named likewise: SUPPLB01, ADLB01.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.texts import byte_lengths
from cdisc_npc.findings import Findings
from cdisc_npc.transport import xpt_layout as layout
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.xpt_layout import LABEL_BYTES, RECORD

# FDA: larger files are also submitted in parts.
FDA_LIMIT = 5 * 10**9

# What is left of a name for a part.
_NAME = re.compile(r"[A-Z][A-Z0-9]{1,5}")


@dataclass(frozen=True, eq=False)
class Part:
    """One part of a split dataset.

    Attributes
    ----------
    name
        Of the part, also of its file: the whole's and one or two characters.
    domain
        ItemGroupDef's Domain: what DOMAIN or RDOMAIN says; blank for an analysis dataset.
    domain_label
        The whole's label: ItemGroupDef's Alias, of Context ``DomainDescription``.
    category
        The value of the variable by which it was split; blank when split by size.
    dataset
        Records and description. A part's texts have the lengths of the whole.
    """

    name: str
    domain: str
    domain_label: str
    category: str
    dataset: Dataset

    def item_group(self) -> dict[str, Any]:
        """Attributes of the part's ItemGroupDef in define.xml, and its Alias."""
        whole = {
            "OID": f"IG.{self.name}",
            "Name": self.name,
            "SASDatasetName": self.name,
            "Description": self.dataset.member.label,
        }
        if not self.domain:
            return whole
        return whole | {
            "Domain": self.domain,
            "Alias": {"Context": "DomainDescription", "Name": self.domain_label},
        }


def split_by(
    dataset: Dataset, variable: str, names: Mapping[str, str] | None = None, *, encoding: str = "us-ascii"
) -> list[Part]:
    """Split a dataset by the values of a variable, such as LBCAT.

    Parameters
    ----------
    dataset
        Its name has 2 to 6 characters, such as a domain's code.
    variable
        A text without blanks.
    names
        The part's name by category: the dataset's name and one or two of A-Z and
        0-9. By default the category's first two letters; where that is not
        unique, the first letter and the next one that makes it so.
    encoding
        In which lengths count.

    Returns
    -------
    list of Part
        In the order of their names; each with its records in their order.

    Raises
    ------
    Refused
        ``SPLIT_REFUSED``: a blank category, names that are not unique or no
        names, categories without a name in `names`.
    """
    member, frame = dataset.member, dataset.frame
    findings = Findings()
    _check_name(dataset, findings)
    if variable not in {v.name for v in member.variables if v.type == "Char"}:
        findings.add(
            "SPLIT_REFUSED",
            dataset=member.name,
            variable=variable,
            value="no text of the dataset",
            expected="a category",
        )
        findings.refuse_if_worst()
    places, kinds = distinct(frame[variable])
    order = np.argsort(kinds)
    categories = [str(kind) for kind in kinds[order]]
    blank = np.flatnonzero((frame[variable].fillna("") == "").to_numpy())
    findings.add(
        "SPLIT_REFUSED",
        dataset=member.name,
        variable=variable,
        row=blank + 1,
        value="a blank",
        expected="a category",
    )
    chosen = dict(names) if names is not None else _names(member.name, [c for c in categories if c])
    for category in categories:
        if category and category not in chosen:
            findings.add(
                "SPLIT_REFUSED",
                dataset=member.name,
                variable=variable,
                value=category,
                expected="a name for each category",
            )
    used = {category: chosen[category] for category in categories if category in chosen}
    for category, name in used.items():
        if (
            not re.fullmatch(re.escape(member.name) + "[A-Z0-9]{1,2}", name)
            or list(used.values()).count(name) > 1
        ):
            findings.add("SPLIT_REFUSED", dataset=member.name, variable=variable, value=f"{category} as {name}",
                      expected=f"{member.name} and one or two of A-Z and 0-9, each name once")  # fmt: skip
    findings.refuse_if_worst()
    codes = np.argsort(order)[places]
    dataset = _with_lengths(dataset, encoding)
    parts = [
        _part(dataset, used[category], np.flatnonzero(codes == code), category)
        for code, category in enumerate(categories)
    ]
    return sorted(parts, key=lambda part: part.name)


def split_by_size(dataset: Dataset, limit: int = FDA_LIMIT, *, encoding: str = "us-ascii") -> list[Part]:
    """Split a dataset whose transport file would be larger than a limit.

    Records stay in their order, and a subject's records in one part, where they
    are together in the whole. Parts are named by the dataset's name and a number
    of two digits.

    Parameters
    ----------
    limit
        Bytes of a file.

    Returns
    -------
    list of Part
        None, where the whole is small enough.

    Raises
    ------
    Refused
        ``SPLIT_REFUSED``: a subject alone is larger; more than 99 parts; a name
        that leaves no room for the parts'.
    """
    member, frame = dataset.member, dataset.frame
    findings = Findings()
    dataset = _with_lengths(dataset, encoding)
    width = sum(v.length or layout.NUMBER_BYTES for v in dataset.member.variables)
    if file_size(dataset.member, len(frame)) <= limit:
        return []
    _check_name(dataset, findings)
    most = max(0, limit - file_size(dataset.member, 0) - RECORD) // max(1, width)
    starts = _unit_starts(frame)
    stops = np.append(starts[1:], len(frame))
    if int((stops - starts).max()) > most:
        findings.add("SPLIT_REFUSED", dataset=member.name, variable="USUBJID",
                  value=f"{int((stops - starts).max())} records of one subject",
                  expected=f"at most {most} in {limit} bytes")  # fmt: skip
        findings.refuse_if_worst()
    cuts = [0]
    while cuts[-1] < len(frame):
        # The last unit that still ends within the limit.
        cuts.append(int(stops[np.searchsorted(stops, cuts[-1] + most, side="right") - 1]))
    if len(cuts) > 100:
        findings.add(
            "SPLIT_REFUSED", dataset=member.name, value=f"{len(cuts) - 1} parts", expected="at most 99"
        )
    findings.refuse_if_worst()
    return [
        _part(dataset, f"{member.name}{number:02}", slice(start, stop), "")
        for number, (start, stop) in enumerate(pairwise(cuts), start=1)
    ]


def file_size(member: layout.Member, records: int) -> int:
    """Bytes of a transport file with so many records; all texts have a length."""
    widths = [v.length or layout.NUMBER_BYTES for v in member.variables]
    head = 3 * RECORD + 6 * RECORD - RECORD + len(layout.filled(b"x" * 140 * len(widths))) + RECORD
    data = sum(widths) * records
    return head + data + -data % RECORD


def _unit_starts(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    if "USUBJID" not in frame.columns:
        return np.arange(len(frame))
    codes = distinct(frame["USUBJID"])[0]
    return np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))


def _check_name(dataset: Dataset, found: Findings) -> None:
    if not _NAME.fullmatch(dataset.member.name):
        found.add("SPLIT_REFUSED", dataset=dataset.member.name, value=f"the name {dataset.member.name}",
                  expected="2 to 6 characters, as a domain's code has: its parts' names have two more")  # fmt: skip


def _with_lengths(dataset: Dataset, encoding: str) -> Dataset:
    """State the length of each text, so that the same variable has it in all parts."""
    variables = []
    for variable in dataset.member.variables:
        if variable.type == "Char" and variable.length is None:
            longest = int(byte_lengths(dataset.frame[variable.name], encoding).max(initial=1))
            variable = replace(variable, length=max(1, longest))
        variables.append(variable)
    return replace(dataset, member=replace(dataset.member, variables=tuple(variables)))


def _part(dataset: Dataset, name: str, rows: Any, category: str) -> Part:
    member = dataset.member
    # A category makes the label tell the parts apart, where there is room.
    label = f"{member.label} - {category.title()}" if category and member.label else member.label
    if len(label.encode()) > LABEL_BYTES:
        label = member.label
    result = Dataset(
        dataset.frame.iloc[rows].reset_index(drop=True),
        replace(member, name=name, label=label),
        {item: tags.iloc[rows].reset_index(drop=True) for item, tags in dataset.tags.items()},
    )
    return Part(name, _domain(dataset.frame), member.label, category, result)


def _domain(frame: pd.DataFrame) -> str:
    for variable in ("DOMAIN", "RDOMAIN"):
        if variable in frame.columns and len(frame) and frame[variable].eq(frame[variable].iloc[0]).all():
            return str(frame[variable].iloc[0])
    return ""


def _names(whole: str, categories: list[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for category in categories:
        letters = re.sub("[^A-Z0-9]", "", category.upper())
        choices = [
            letters[:2],
            *(letters[:1] + letter for letter in letters[2:]),
            *(letters[:1] + d for d in "123456789"),
        ]
        free = [whole + c for c in choices if c and whole + c not in names.values()]
        names[category] = free[0] if free else ""
    return names
