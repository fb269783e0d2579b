"""What of the datasets is submitted."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cdisc_npc.columns.where import is_blank
from cdisc_npc.findings import Findings
from cdisc_npc.study.specification import Specification


def submitted(
    datasets: Mapping[str, pd.DataFrame], spec: Specification
) -> tuple[dict[str, pd.DataFrame], Findings]:
    """Leave out what holds nothing.

    1. A dataset without records is no file (FDA Study Data Technical Conformance Guide).
    2. A permissible variable without a value in any record is left out, and said, but for
       those of collected fields and of timing, which stay even if blank (`DatasetPlan.permissible`); one
       that a relation between datasets names stays, too: RELREC refers to it.

    Parameters
    ----------
    datasets
        Of the whole study, by name, SUPP-- and RELREC included: what is left out does not depend on subjects.
    spec
        The study.

    Returns
    -------
    datasets : dict of DataFrame
    findings : Findings
        ``MAP_VARIABLE_EMPTY`` for each variable that is left out.
    """
    result, findings = {}, Findings()
    for name, frame in datasets.items():
        if not len(frame):
            continue
        permissible = spec.plans[name].permissible if name in spec.plans else ()
        linking = {
            side.by for relation in spec.relations for side in relation.between if side.dataset == name
        }
        empty = [
            item
            for item in permissible
            if item in frame.columns and item not in linking and is_blank(frame[item]).all()
        ]
        findings.add("MAP_VARIABLE_EMPTY", dataset=name, variable=empty)
        result[name] = frame.drop(columns=empty)
    return result, findings
