"""The subject of each raw record: one index of USUBJID for the study, and the parts of identity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.distinct import as_arrow, by_distinct
from cdisc_npc.findings import Findings
from cdisc_npc.raw.contract import report_duplicate_keys
from cdisc_npc.raw.read import RawData
from cdisc_npc.sdtm.record_versions import (
    OTHER_SCREENING,
    canonical_subjects,
    kept_screening,
    same_person,
    valid_records,
)
from cdisc_npc.sdtm.records import LEFT_OUT, REJECTED, FormRows
from cdisc_npc.standards.terminology import folded
from cdisc_npc.study.forms import RawContract
from cdisc_npc.study.specification import Specification
from cdisc_npc.study.written_study import Identity


def prepare_forms(
    raw: RawData, spec: Specification, findings: Findings
) -> tuple[dict[str, FormRows], pd.Index]:
    """The forms with the parts of identity as columns, and the sorted index of USUBJID.

    1. Answers of a list of choices are taken in its first language.
    2. Superseded versions, inactivated lines and headers of logs are left out, with the reason.
    3. The numbers of a person screened more than once become one.
    4. A record whose subject does not have the stated pattern, or is blank, is rejected. A form
       without a field of the subject belongs to nobody; its records are not rejected.
    """
    identity = spec.study.identity
    raw = replace(
        raw, forms={name: in_printed_words(frame, name, spec.contract) for name, frame in raw.forms.items()}
    )
    fields = {name: _subject_field(identity, frame) for name, frame in raw.forms.items()}
    dropped = _not_counted(raw, spec, fields, findings)
    crosswalk = _crosswalk(raw, spec, fields, dropped, findings)
    numbers = {
        name: canonical_subjects(raw.forms[name][field], crosswalk) if crosswalk else raw.forms[name][field]
        for name, field in fields.items()
        if field
    }
    parts = _identify(numbers, identity)
    every = Column.joined([part["USUBJID"] for part in parts.values()]).narrow if parts else Column.of([])
    subjects = pd.Index(sorted(filter(None, every.kinds.to_pylist())), dtype="str")
    forms = {}
    for name, frame in raw.forms.items():
        file, field, size = raw.tables[name].file, fields[name], len(frame)
        status, reason = np.zeros(size, dtype=np.int8), np.full(size, "", dtype=object)
        collected = {str(item): values for item, values in frame.items()}
        if field is None:
            forms[name] = FormRows(name, file, collected, np.full(size, -1), status, reason)
            _drop(forms[name], dropped[name])
            continue
        usubjid = parts[name]["USUBJID"]
        subject = usubjid.spread(subjects.get_indexer(usubjid.objects))
        forms[name] = FormRows(name, file, collected, subject, status, reason, parts[name])
        _drop(forms[name], dropped[name])
        lost = np.flatnonzero((subject < 0) & (dropped[name] == ""))
        forms[name].mark(lost, REJECTED, "Subject not recognised")
        findings.add(
            "MAP_SUBJECT", form=name, file=file, row=lost + 1, variable=field,
            value=frame[field].to_numpy(dtype=object)[lost], expected=identity.subject.pattern,
        )  # fmt: skip
    return forms, subjects


def in_printed_words(frame: pd.DataFrame, form: str, contract: RawContract) -> pd.DataFrame:
    """Answers of a form as its choices are printed in the first language, whatever language, case or width.

    An answer that is none of the choices stays as collected.
    """

    def printed(texts: np.ndarray) -> list[str]:
        words = {folded(other): text for text, other in choices.items()}
        words |= {folded(text): text for text in choices}
        return [words.get(folded(text), text) for text in texts]

    columns = {}
    for name in map(str, frame.columns):
        choices = contract.choices(form, name)
        if choices:
            columns[name] = by_distinct(frame[name], printed)
    return frame.assign(**columns) if columns else frame


def _not_counted(
    raw: RawData, spec: Specification, fields: dict[str, str | None], findings: Findings
) -> dict[str, np.ndarray]:
    """For each form the reasons why records do not count; '' for those that do."""
    dropped = {}
    for name, frame in raw.forms.items():
        dropped[name] = np.full(len(frame), "", dtype=object)
        rule = spec.contract.form_versions(name) if name in spec.contract.forms else None
        if rule:
            result = valid_records(
                frame, rule, subject=fields[name], form=name, file=raw.tables[name].file,
                dates=spec.date_rules(name, rule.updated),
            )  # fmt: skip
            dropped[name] = result.reason
            findings.extend(result.findings)
            _check_key(
                frame, name, spec.contract.forms[name].key, result.keep, raw.tables[name].file, findings
            )
    return dropped


def _check_key(
    frame: pd.DataFrame, form: str, key: list[str] | None, keep: np.ndarray, file: str, findings: Findings
) -> None:
    """The form's key is unique among the records that count."""
    if not key or not set(key) <= set(frame.columns):
        return
    counted = frame.loc[keep, key]
    twice = counted[counted.duplicated(keep=False)]
    if len(twice):
        report_duplicate_keys(findings, form, key, twice, file=file, row=twice.index.to_numpy() + 1)


def _crosswalk(
    raw: RawData,
    spec: Specification,
    fields: dict[str, str | None],
    dropped: dict[str, np.ndarray],
    findings: Findings,
) -> dict[str, str]:
    """Numbers of persons screened more than once; records of their other screenings are dropped."""
    rule = spec.study.rescreens
    if rule is None:
        return {}
    counted = {name: reasons == "" for name, reasons in dropped.items()}
    valid = {
        name: frame if counted[name].all() else frame[counted[name]] for name, frame in raw.forms.items()
    }
    files = {name: table.file for name, table in raw.tables.items()}
    subject = spec.study.identity.subject.field
    crosswalk, result = same_person(valid, rule, subject, files=files, dates=spec.date_rules)
    findings.extend(result)
    for name in rule.once:
        field = fields.get(name)
        if field and crosswalk:
            rows = np.flatnonzero(dropped[name] == "")
            kept = kept_screening(raw.forms[name][field].take(rows), crosswalk)
            dropped[name][rows[~kept]] = OTHER_SCREENING
    return crosswalk


def _drop(form: FormRows, reasons: np.ndarray) -> None:
    """Leave out records that do not count; they belong to no subject from here on."""
    for reason in pd.unique(reasons[reasons != ""]):
        form.mark(np.flatnonzero(reasons == reason), LEFT_OUT, str(reason))
    form.subject[reasons != ""] = -1


def _subject_field(identity: Identity, frame: pd.DataFrame) -> str | None:
    return next((field for field in identity.subject.field if field in frame.columns), None)


def _identify(numbers: dict[str, pd.Series], identity: Identity) -> dict[str, dict[str, Column]]:
    """STUDYID, USUBJID and the parts of each subject, by form; USUBJID is blank where the pattern fails."""
    if not numbers:
        return {}
    columns = {name: Column.encoded(values) for name, values in numbers.items()}
    every = Column.joined(list(columns.values())).coded
    texts = every.stripped.kinds.to_pandas().astype("str")
    result = _parts(texts, identity.subject.regex())
    result["STUDYID"] = pd.Series(identity.studyid, index=texts.index, dtype="str")
    usubjid = pd.Series("", index=texts.index, dtype="str")
    for index, piece in enumerate(identity.usubjid.replace("}", "{").split("{")):
        usubjid = usubjid + (result[piece] if index % 2 else piece)
    matched = texts != ""
    for part in identity.subject.parts():
        matched &= result[part] != ""
    result["USUBJID"] = usubjid.where(matched, "")
    ends = np.cumsum([len(column) for column in columns.values()])
    kinds = {part: as_arrow(column) for part, column in result.items()}
    return {
        name: {part: Column(texts, own) for part, texts in kinds.items()}
        for name, own in zip(columns, np.split(every.places, ends[:-1]), strict=True)
    }


def _parts(texts: pd.Series, regex: str) -> dict[str, pd.Series]:
    """Parts of each text by name; all blank where it does not have the pattern."""
    result = pc.extract_regex(pa.array(texts, type=pa.large_string()), f"^{regex}$")
    names = [result.type.field(index).name for index in range(result.type.num_fields)]
    columns = {name: pc.fill_null(pc.struct_field(result, name), "") for name in names}
    return {name: pd.Series(column.to_pandas(), dtype="str") for name, column in columns.items()}
