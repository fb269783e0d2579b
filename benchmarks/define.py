"""Time to assemble, write, validate and render a define.xml of 100 datasets and 6,000 variables.

python benchmarks/define.py [value definitions a dataset]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from cdisc_npc.define.assemble import assemble
from cdisc_npc.define.sources import (
    DatasetSource,
    ItemSource,
    PackageSource,
    Provenance,
    Shape,
    StandardSource,
    TermSource,
    TermsSource,
)
from define_xml import to_bytes, to_html, validate

_ASSIGNED = Provenance((("Assigned", "Sponsor"),))
_COLLECTED = Provenance((("Collected", "Investigator"),))


def package(datasets: int, variables: int, tests: int) -> PackageSource:
    """A package of findings datasets: a third of the variables derived, a fifth with a codelist."""
    return PackageSource(
        "S1", "Study", "S1", "Tabulation",
        (
            StandardSource("STD.IG", "SDTMIG", "IG", "3.4"),
            StandardSource("STD.CT", "CDISC/NCI", "CT", "2025-03-28", "SDTM"),
        ),
        "STD.IG", "STD.CT", tuple(_dataset(number, variables, tests) for number in range(datasets)),
        "2025-01-01T00:00:00",
    )  # fmt: skip


def _dataset(number: int, variables: int, tests: int) -> DatasetSource:
    name = f"X{number:03}"
    items = [
        ItemSource("STUDYID", "Study Identifier", Shape("text", 8), _ASSIGNED, True, "Identifier"),
        ItemSource("USUBJID", "Unique Subject Identifier", Shape("text", 20), _ASSIGNED, True, "Identifier"),
        ItemSource("TESTCD", "Test Short Name", Shape("text", 8), _ASSIGNED, True, "Topic"),
    ]
    for place in range(variables - 4):
        derived = Provenance((("Derived", "Sponsor"),), f"Made from {name} and {place}.")
        terms = tuple(TermSource(f"T{each}", f"Term {each}", f"C{each}") for each in range(5))
        codelist = TermsSource(f"L{place}N{number % 20}", f"List {place} {number % 20}", "C1", True, terms)
        items.append(
            ItemSource(
                f"V{place}", f"Variable {place}", Shape("text", 20), _COLLECTED if place % 3 else derived,
                False, "Record Qualifier", None if place % 5 else codelist,
            )
        )  # fmt: skip
    values = tuple(
        ItemSource(
            f"T{test}", f"Test {test}", Shape("float", 8, 2, "8.2"), _COLLECTED,
            where=((("TESTCD", "EQ", (f"T{test}",)),),),
        )
        for test in range(tests)
    )  # fmt: skip
    items.append(
        ItemSource("ORRES", "Result", Shape("text", 20), _COLLECTED, False, "Result Qualifier", values=values)
    )
    return DatasetSource(
        name, f"Dataset {number}", name, "FINDINGS", "One record per test", True, False,
        ("STUDYID", "USUBJID", "TESTCD"), tuple(items),
    )  # fmt: skip


def timed(what: str, work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """Run and tell the seconds."""
    start = time.perf_counter()
    result = work(*arguments)
    seconds = time.perf_counter() - start
    print(f"{what:<9} {seconds:6.2f} s")
    return result, seconds


def main() -> None:
    tests = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    define, made = timed("assemble", assemble, package(100, 60, tests))
    document, written = timed("write", to_bytes, define)
    issues, validated = timed("validate", validate, document)
    page, rendered = timed("render", to_html, document)
    assert not issues, issues[0].message
    print(
        f"together  {made + written + validated + rendered:6.2f} s; {len(document):,} and {len(page):,} bytes"
    )


if __name__ == "__main__":
    main()
