"""A few records of an analysis dataset, for tests of its verbs."""

from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from cdisc_npc.adam.context import Context
from cdisc_npc.adam.derive_values import evaluate
from cdisc_npc.findings import Findings
from cdisc_npc.verbs.verb import AnalysisVerb, Verb

PARSE = TypeAdapter(AnalysisVerb).validate_python


def records(**columns: list[Any]) -> pd.DataFrame:
    """Records of as many subjects, unless USUBJID is given, with an index that is not from 0.

    A column whose name ends in DT or DTM has dates, by the text of ISO 8601, None where missing.
    """
    made = {
        name: pd.Series(
            np.array(values, dtype="datetime64[us]") if name.endswith(("DT", "DTM")) else values,
            dtype=None if name.endswith(("DT", "DTM")) or isinstance(values[0], float) else "str",
        )
        for name, values in columns.items()
    }
    size = len(next(iter(made.values())))
    frame = pd.DataFrame({"USUBJID": pd.Series([str(i) for i in range(size)], dtype="str")} | made)
    return frame.set_axis(range(10, 10 + size))


def made(
    stated: dict[str, Any] | Verb,
    frame: pd.DataFrame,
    findings: Findings | None = None,
    **tables: pd.DataFrame,
) -> list[Any]:
    """What a verb gives for the records: text, numbers (None where missing), or dates as text."""
    datetimes = frozenset(name for name in frame.columns if name.endswith("DTM"))
    context = Context("ADXX", tables, findings if findings is not None else Findings(), {}, datetimes)
    column = evaluate(PARSE(stated), frame, context)
    assert column.index.equals(frame.index)
    if column.dtype.kind == "M":
        return [None if pd.isna(value) else value.isoformat() for value in column]
    return [None if value != value else value for value in column.tolist()]
