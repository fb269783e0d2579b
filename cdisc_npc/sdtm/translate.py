"""Finished datasets in another language: the values that a study's language file names."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cdisc_npc.columns.distinct import by_distinct
from cdisc_npc.findings import Findings
from cdisc_npc.standards.sdtmig import supplemental_of
from cdisc_npc.study.translation import Localised


def in_language(
    datasets: Mapping[str, pd.DataFrame], language: Localised, name: str, findings: Findings
) -> dict[str, pd.DataFrame]:
    """Give datasets with values and qualifiers in a language.

    1. A variable that the language names takes its value by the table; so does QVAL of SUPP--
       for a qualifier of that name.
    2. QLABEL of SUPP-- is the qualifier's label in the language.
    3. A value that the table does not have stays, with the finding ``LANGUAGE_VALUE``.

    Parameters
    ----------
    datasets
        As `to_sdtm` gives them.
    name
        Of the language, for findings.
    """
    result = dict(datasets)
    for (dataset, variable), table in language.values.items():
        if dataset in result and variable in result[dataset]:
            values = _translated(result[dataset][variable], table, dataset, variable, name, findings)
            result[dataset] = result[dataset].assign(**{variable: values})
        supp = supplemental_of(dataset)
        if supp in result and (own := (result[supp]["QNAM"] == variable).to_numpy()).any():
            frame = result[supp].copy()
            frame.loc[own, "QVAL"] = _translated(
                frame.loc[own, "QVAL"], table, supp, variable, name, findings
            )
            result[supp] = frame
    for dataset, plan in language.spec.plans.items():
        supp, labels = supplemental_of(dataset), {item.name: item.label for item in plan.qualifiers}
        if supp in result and labels:
            own_labels = result[supp]["QNAM"].map(labels)
            result[supp] = result[supp].assign(QLABEL=own_labels.fillna(result[supp]["QLABEL"]).astype("str"))
    return result


def _translated(
    values: pd.Series,
    table: Mapping[str, str],
    dataset: str,
    variable: str,
    language: str,
    findings: Findings,
) -> pd.Series:
    missing = [text for text in values.unique() if text and text not in table]
    findings.add("LANGUAGE_VALUE", dataset=dataset, variable=variable, value=missing, expected=language)
    return by_distinct(values, lambda texts: [table.get(text, text) for text in texts])
