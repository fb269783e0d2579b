"""An ODM-XML 1.3.2 Snapshot of the export: metadata of the contract, then the data by subject."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

import numpy as np

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.simulate.table import Table
from cdisc_npc.study.forms import Field, Form, RawContract

_NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
# No clock: a snapshot of nothing real has no time of its own.
_CREATED = "1960-01-01T00:00:00"
_TYPES = {"integer": "integer", "number": "float"}
# Attribute values keep line ends and tabs only as references.
_SIGNS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
# Under this key stand the records of forms that have no subjects.
NO_SUBJECT = "REFERENCE"
_VERSION = "1"
# The event of forms that belong to no visit.
_LOG = "LOG"
_NO_VISIT = np.array([""], dtype=object)


def odm_document(tables: dict[str, Table], contract: RawContract, studyid: str) -> Iterator[bytes]:
    """Write the document part by part.

    1. A subject's data stand in one SubjectData, in it its forms in the order of the contract.
    2. Records of one form and visit that follow each other are the item groups of one
       StudyEventData; each of those has a repeat key of its own, so the order of records is kept.
    3. A blank item is said to be null. Forms without subjects stand under the subject REFERENCE.
    """
    study = quoteattr(studyid)
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ODM xmlns="{_NAMESPACE}" ODMVersion="1.3.2" FileType="Snapshot" '
        f'FileOID="{studyid}.export" CreationDateTime="{_CREATED}">\n'
    ).encode()
    yield _metadata(tables, contract, studyid).encode()
    yield f'<ClinicalData StudyOID={study} MetaDataVersionOID="{_VERSION}">\n'.encode()
    records = {name: _Records(name, table) for name, table in tables.items()}
    for subject in sorted({place for form in records.values() for place in form.places}):
        of_subject = [form.of(subject) for form in records.values()]
        key = next((form.key(subject) for form in records.values() if subject in form.places), "")
        yield f"<SubjectData SubjectKey={_quoted(key)}>{''.join(of_subject)}</SubjectData>\n".encode()
    yield b"</ClinicalData>\n</ODM>\n"


class _Records:
    """One form's records as item groups, to be taken subject by subject."""

    def __init__(self, name: str, table: Table) -> None:
        self.name, self.table = name, table
        columns = []
        for field, column in table.columns.items():
            codes, uniques = distinct(column)
            null = f'<ItemData ItemOID={_quoted(field)} IsNull="Yes"/>'
            written = [
                f"<ItemData ItemOID={_quoted(field)} Value={_quoted(text)}/>" if text else null
                for text in uniques.tolist()
            ]
            columns.append(np.array([*written, ""], dtype=object)[codes])
        self.columns = columns
        order = np.argsort(table.subject, kind="stable")
        at = table.subject[order]
        edges = np.flatnonzero(np.r_[True, at[1:] != at[:-1]]) if len(at) else np.array([], dtype=np.int64)
        ends = np.r_[edges[1:], len(at)] if len(at) else edges
        self.places = {int(at[a]): order[a:b] for a, b in zip(edges.tolist(), ends.tolist(), strict=True)}

    def key(self, subject: int) -> str:
        """The subject's number as the first record has it."""
        return NO_SUBJECT if subject < 0 else str(self.table.columns["SUBJID"][self.places[subject][0]])

    def of(self, subject: int) -> str:
        """A subject's events of this form."""
        rows = self.places.get(subject)
        if rows is None:
            return ""
        folders = self.table.columns.get("FOLDER")
        result: list[str] = []
        before: str | None = None
        events = 0
        for number, row in enumerate(rows.tolist(), 1):
            folder = "" if folders is None else str(folders[row])
            if folder != before:
                events += 1
                result.append("</FormData></StudyEventData>" if before is not None else "")
                oid = _quoted(folder or _LOG)
                result.append(
                    f'<StudyEventData StudyEventOID={oid} StudyEventRepeatKey="{self.name}.{events}">'
                    f'<FormData FormOID="{self.name}">'
                )
                before = folder
            items = "".join([column[row] for column in self.columns])
            result.append(
                f'<ItemGroupData ItemGroupOID="{self.name}" ItemGroupRepeatKey="{number}">{items}</ItemGroupData>'
            )
        return "".join(result) + "</FormData></StudyEventData>"


def _quoted(text: str) -> str:
    return quoteattr(text, _SIGNS)


def _metadata(tables: dict[str, Table], contract: RawContract, studyid: str) -> str:
    """Study and MetaDataVersion: an event for each visit as it is written, a form and item group for each form."""
    forms, groups, items, references = [], [], [], []
    for name, form in contract.forms.items():
        label = _quoted(form.label.get("en", name))
        references.append(f'<FormRef FormOID="{name}" Mandatory="No"/>')
        forms.append(
            f'<FormDef OID="{name}" Name={label} Repeating="No"><ItemGroupRef ItemGroupOID="{name}" Mandatory="No"/></FormDef>'
        )
        inside = "".join(f'<ItemRef ItemOID="{field}" Mandatory="No"/>' for field in tables[name].columns)
        groups.append(f'<ItemGroupDef OID="{name}" Name={label} Repeating="Yes">{inside}</ItemGroupDef>')
        items += [_item(field, form) for field in tables[name].columns]
    visits = {
        name: None
        for table in tables.values()
        for name in np.unique(table.columns.get("FOLDER", _NO_VISIT)).tolist()
    }
    events = [
        f'<StudyEventDef OID={_quoted(name or _LOG)} Name={_quoted(name or _LOG)} Repeating="Yes" Type="Scheduled">'
        f"{''.join(references)}</StudyEventDef>"
        for name in visits
    ]
    version = f'<MetaDataVersion OID="{_VERSION}" Name="Raw data contract">'
    names = "".join(
        f"<{part}>{studyid}</{part}>" for part in ("StudyName", "StudyDescription", "ProtocolName")
    )
    body = "".join([*events, *forms, *groups, *dict.fromkeys(items)])
    return f"<Study OID={_quoted(studyid)}><GlobalVariables>{names}</GlobalVariables>{version}{body}</MetaDataVersion></Study>\n"


def _item(name: str, form: Form) -> str:
    field = form.fields.get(name, Field())
    label = _quoted(field.label.get("en", name))
    # An item of one name may stand on several forms with one meaning: dates collected as text.
    return f'<ItemDef OID="{name}" Name={label} DataType="{_TYPES.get(field.type, "text")}" Length="200"/>'
