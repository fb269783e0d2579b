"""SDTM to ADaM: all analysis datasets of a study, in the order in which they read one another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from cdisc_npc.adam.context import SUBJECT, Context
from cdisc_npc.adam.endpoints import endpoint_records
from cdisc_npc.adam.events import stack
from cdisc_npc.adam.ledger import Ledger
from cdisc_npc.adam.parameters import add_parameters
from cdisc_npc.adam.sequence import sequence_number
from cdisc_npc.adam.tables import add_variables, make_table
from cdisc_npc.columns.days import comparable
from cdisc_npc.columns.distinct import distinct, take_or_blank
from cdisc_npc.columns.keys import require
from cdisc_npc.columns.order import shown, sorted_positions, ties
from cdisc_npc.columns.where import is_blank
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.recist.timepoints import responses
from cdisc_npc.study.adam_written import AdamDataset
from cdisc_npc.study.specification import RECIST, AdamSpecification, tables_read


@dataclass(frozen=True)
class Adam:
    """The analysis datasets of a study.

    Attributes
    ----------
    datasets : dict of DataFrame
        By name. Text columns without null, float64, and datetime64[us] for dates and datetimes.
    ledger : DataFrame
        For each subject and endpoint every candidate, what decided, and the outcome: `Ledger`.
    findings : Findings
        What was noticed.
    """

    datasets: dict[str, pd.DataFrame]
    ledger: pd.DataFrame
    findings: Findings


def derive(
    sdtm: Mapping[str, pd.DataFrame],
    spec: AdamSpecification,
    computed: tuple[pd.DataFrame, Findings] | None = None,
) -> Adam:
    """Derive the analysis datasets.

    Parameters
    ----------
    sdtm
        SDTM datasets by name, text without null and numbers as float64; any set of whole subjects.
        The result for a subject does not depend on the others. Where DM is there, another dataset that the
        study makes and that is not there has no records, and a permissible variable of one that is has no values.
    spec
        The study's specification of ADaM.
    computed
        The responses by ``spec.recist``, and what computing them noticed, where they are at hand.

    Raises
    ------
    Refused
        A dataset or variable is missing, a lookup finds several records where one was expected, a
        value is none of those that the algorithm knows, a key is not unique.
    """
    findings, ledger = Findings(), Ledger()
    tables = {name: frame.reset_index(drop=True) for name, frame in sdtm.items()}
    for name, frame in tables.items():
        frame.attrs["name"] = name
    subjects = {*distinct(_subjects_of(tables["DM"]))[1], ""} if "DM" in tables else None
    tables = {name: _without_strangers(name, frame, subjects, findings) for name, frame in tables.items()}
    _add_empty(tables, spec, findings)
    if any(RECIST in tables_read(model) for model in spec.datasets.values()):
        for name in ("TU", "TR"):
            if name not in tables:
                raise Refused.because(
                    "ADAM_NO_DATASET", value=name, expected="it, for the responses computed"
                )
        if computed is None:
            computed = responses(tables["TU"], tables["TR"], spec.recist, findings), Findings()
        tables[RECIST] = _without_strangers(RECIST, computed[0], subjects, Findings())
        findings.extend(computed[1])
    datasets: dict[str, pd.DataFrame] = {}
    for name in spec.order:
        datetimes = spec.datetimes.get(name, frozenset())
        result = make_dataset(spec.datasets[name], tables, findings, ledger, spec.qualifiers, datetimes)
        result.attrs["name"] = name
        tables[name] = datasets[name] = result
    findings.refuse_if_worst()
    return Adam({name: datasets[name] for name in spec.datasets}, ledger.frame(), findings)


def _add_empty(tables: dict[str, pd.DataFrame], spec: AdamSpecification, findings: Findings) -> None:
    """Add what the study makes, is read, and is no part of the files: datasets without records, and variables
    without values.
    """
    if "DM" not in tables:
        return
    for name in spec.tables_read():
        dtypes = spec.tabulations.get(name)
        if dtypes is None:
            continue
        if name not in tables:
            tables[name] = pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in dtypes.items()})
            findings.add("ADAM_EMPTY", dataset=name)
        elif absent := [column for column in spec.permissible[name] if column not in tables[name].columns]:
            frame = tables[name]
            blank = {
                item: pd.Series("" if dtypes[item] == "str" else None, frame.index, dtypes[item])
                for item in absent
            }
            whole = frame.assign(**blank)
            others = [column for column in frame.columns if column not in dtypes]
            tables[name] = whole[[column for column in dtypes if column in whole.columns] + others]
            findings.add("ADAM_VARIABLE_EMPTY", dataset=name, variable=absent)
        tables[name].attrs["name"] = name


def _subjects_of(dm: pd.DataFrame) -> pd.Series:
    require(dm, [SUBJECT], "DM")
    return dm[SUBJECT]


def _without_strangers(
    name: str, frame: pd.DataFrame, subjects: Collection[str] | None, findings: Findings
) -> pd.DataFrame:
    """The records of the subjects that DM has, and of no subject; the others are reported."""
    if subjects is None or SUBJECT not in frame.columns:
        return frame
    codes, values = distinct(frame[SUBJECT])
    strange = np.array([value not in subjects for value in values], dtype=bool)[codes]
    if not strange.any():
        return frame
    findings.add("ADAM_STRANGER", dataset=name, variable=SUBJECT, USUBJID=sorted({*frame[SUBJECT][strange]}))
    return frame[~strange].reset_index(drop=True)


def make_dataset(
    model: AdamDataset,
    tables: MutableMapping[str, pd.DataFrame],
    findings: Findings,
    ledger: Ledger,
    qualifiers: Mapping[str, Sequence[str]] = MappingProxyType({}),
    datetimes: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Make one analysis dataset; see `derive`.

    1. The tables on the way; then the records, block after block, or the endpoints.
    2. Parameters, and variables of the whole dataset.
    3. ASEQ; the records in the order of their keys, which must be unique; the variables of ADSL.

    Parameters
    ----------
    tables
        SDTM, the responses computed (RECIST), and the analysis datasets that this one reads; takes the
        tables that later datasets share.
    qualifiers
        QNAM that SUPP-- may have, by parent dataset.
    datetimes
        Names by which the dataset reads datetimes.
    """
    shared, tables = tables, dict(tables)
    context = Context(model.dataset, tables, findings, qualifiers, datetimes)
    for name, table in model.tables.items():
        tables[name] = make_table(table, context)
        tables[name].attrs["name"] = name
        if table.shared:
            shared[name] = tables[name]
    if model.endpoints:
        frame = endpoint_records(model, context, ledger)
    else:
        parts = []
        for block in model.records:
            parts.append(make_table(block, context))
            if block.name:
                tables[block.name] = parts[-1]
        frame = add_parameters(
            stack(parts), model.parameters, model.responses, context, ledger, model.population
        )
    frame = add_variables(frame, model.variables, context)
    if model.sequence:
        number = sequence_number(frame, [SUBJECT], model.sequence)
        frame = frame.assign(ASEQ=number)
    # Keys of the subject may be ADSL's; all else of ADSL is taken over once the records are in order.
    missing = [key for key in model.keys if key not in frame.columns and key in model.subject]
    frame = frame.assign(**{key: context.column(frame, f"ADSL.{key}") for key in missing})
    require(frame, model.keys, model.dataset)
    failing = ties(frame, model.keys, ())
    if failing.any():
        again = frame[failing].drop_duplicates(model.keys)
        raise Refused.because(
            "ADAM_MANY", dataset=model.dataset, USUBJID=again[SUBJECT], keys=", ".join(model.keys),
            value=shown(again, model.keys),
        )  # fmt: skip
    frame = frame.take(sorted_positions(frame, model.keys)).reset_index(drop=True)
    own = set(frame.columns)
    frame = _of_subject(frame, model, context)
    _check(frame, model, context)
    frame = frame[[name for name in frame.columns if name.isupper() and name not in model.drop]]
    if len(frame):
        # What is blank in ADSL is said of that.
        blank = [name for name in frame.columns if name in own and is_blank(comparable(frame[name])).all()]
        findings.add("ADAM_BLANK", dataset=model.dataset, variable=blank)
    return frame


def _check(frame: pd.DataFrame, model: AdamDataset, context: Context) -> None:
    """Report the records that are not as the specification expects them."""
    for check in model.checks:
        where, holds = context.holds(check.where, frame), context.holds(check.expect, frame)
        assert holds is not None
        wrong = ~holds if where is None else where & ~holds
        if wrong.any():
            failing = frame[wrong]
            names = [name for name in check.expect.reads() if name in frame.columns]
            values = shown(failing, names, ", ")
            context.findings.add(
                "ADAM_CHECK", severity=check.severity, dataset=model.dataset, variable=", ".join(names),
                USUBJID=failing[SUBJECT], value=values, expected=check.expect.describe(), rule=check.text,
            )  # fmt: skip


def _of_subject(frame: pd.DataFrame, model: AdamDataset, context: Context) -> pd.DataFrame:
    """Take over variables of ADSL; those that the records have already stay as they are."""
    if not model.subject:
        return frame
    adsl = context.table("ADSL")
    wanted = list(adsl.columns) if model.subject == ["all"] else list(model.subject)
    require(adsl, wanted, "ADSL")
    existing = [name for name in wanted if name not in frame.columns and name not in model.drop]
    place = context.places(frame, "ADSL")
    columns = {name: take_or_blank(adsl[name], place) for name in existing}
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1)
