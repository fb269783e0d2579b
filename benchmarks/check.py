"""Time of the schemas and the terminology beside a plain pandera schema: `python benchmarks/check.py [records ...]`.

A dataset of the shape of LB (`laboratory.py`), by default of a million records of 25 variables; clean, and
with a failure in each record of one variable. All in one run, five times (the peer twice); the median of
wall seconds counts, CPU seconds beside it. The peer is a schema as one writes it by hand with pandera's own
checks: types, no blanks in what is required, lengths, ISO 8601 by a regular expression, lists of values and
unique keys. It is not tried on the failures: to collect a million takes it more memory than the machine has.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import laboratory
import pandas as pd
import pandera.pandas as pandera

from cdisc_npc.check.schemas import check_schemas
from cdisc_npc.check.terminology import check_terminology
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import Package, table_of
from cdisc_npc.standards.sdtmig import load_standard
from cdisc_npc.standards.terminology import load_terminology


def main() -> None:
    for count in [int(text) for text in sys.argv[1:]] or [1_000_000]:
        clean = laboratory.whole(count)
        broken = clean.assign(LBTEST=clean["LBTEST"] + " ")
        print(f"\n{count:,} records of {len(clean.columns)} variables")
        for name, frame in (("clean", clean), ("a failure in each record", broken)):
            runs = {"schema": 5, "terminology": 5, "plain pandera": 2 if frame is clean else 0}
            tools: dict[str, Callable[[], object]] = {
                "schema": lambda frame=frame: check_schemas(_package(frame), Checked()),
                "terminology": lambda frame=frame: check_terminology(_package(frame), Checked()),
                "plain pandera": lambda frame=frame: _plain(frame),
            }
            spent = {tool: [_seconds(call) for _ in range(runs[tool])] for tool, call in tools.items()}
            for tool, seconds in ((tool, seconds) for tool, seconds in spent.items() if seconds):
                wall, cpu = (median(each) for each in zip(*seconds, strict=True))
                print(f"  {name:<26} {tool:<14} {wall:7.2f} s, {cpu:7.2f} s of the processor", flush=True)


def _package(frame: pd.DataFrame) -> Package:
    """A package of which nothing is known yet."""
    return Package(Path(), {"LB": table_of(frame, laboratory.MEMBER, Path("lb.xpt"))})


def _plain(frame: pd.DataFrame) -> None:
    standard, terminology = load_standard(), load_terminology()
    columns = {}
    for name in frame.columns:
        fact = standard.variable("LB", name)
        if fact is None:
            continue
        if fact.type == "Num":
            columns[name] = pandera.Column("float64", nullable=fact.core != "Req")
            continue
        checks = [pandera.Check.str_length(1 if fact.core == "Req" else 0, 200)]
        lists = [codelist for code in fact.codelists if (codelist := terminology.get(code))]
        if lists and name != "LBSTRESC":
            # The tests are invented: what is there is allowed too.
            allowed = {*(term for each in lists for term in each.terms), *frame[name].unique()}
            checks.append(pandera.Check.isin(allowed))
        if fact.value_domain.startswith("ISO 8601"):
            checks.append(pandera.Check.str_matches(r"^(\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?)?)?)?)?$"))
        columns[name] = pandera.Column("str", checks=checks)
    pandera.DataFrameSchema(columns, unique=["USUBJID", "LBSEQ"]).validate(frame, lazy=True)


def _seconds(tool: Callable[[], object]) -> tuple[float, float]:
    gc.collect()
    start, used = time.perf_counter(), time.process_time()
    tool()
    return time.perf_counter() - start, time.process_time() - used


if __name__ == "__main__":
    main()
