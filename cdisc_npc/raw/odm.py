"""ODM-XML 1.3.2 ClinicalData: each form a table, read as a stream.

A record of a form is one item group: its keys (`KEYS`), then a column for each
ItemOID in the order of first sight, and ``<ItemOID>.unit`` where an item states a
measurement unit. A form with several item groups is one table of all their
records, of the union of their columns, under its FormOID, and besides a table of
each item group alone, under ``FormOID.ItemGroupOID``; a form of the raw data
contract names whichever it means.

Attributes that are not ODM's but a vendor's are columns as well (`RawTable.beside`):
``SubjectData.StudySubjectID``, ``StudyEventData.StartDate``, without the vendor's
prefix, which any file may choose, and ``<ItemOID>.ReasonForNull``. A value beside
IsNull is kept, with a finding. What else stands in the file, ReferenceData above
all, is counted in findings (`RawTable.findings`) and not read.

In a Transactional file Insert, Update, Upsert and Remove take effect in the order
of the file, on subjects, events, forms, item groups and items; Context, or no
TransactionType, leaves a level as it is and an item group or item that has
neither is inserted or updated as needed. A Snapshot states the present and
may say no more than Insert.
"""

from __future__ import annotations

from pathlib import Path

from cdisc_npc.raw.odm_records import KEYS, TAGS, Records, defined_forms, is_reference
from cdisc_npc.raw.xml_stream import drop, local, stream
from cdisc_npc.transport.raw_tables import RawTable


def tables_in(path: Path) -> list[str]:
    """Names of the forms, with data or only defined, and of a form's item groups where it has several."""
    groups: dict[str, dict[str, None]] = {}
    defined: dict[str, list[str]] = {}
    tags = ("{*}MetaDataVersion", "{*}FormData", "{*}ItemGroupData")
    for event, element in stream(path, events=("start", "end"), tag=tags):
        if event == "end":
            if local(element.tag) == "MetaDataVersion":
                defined |= defined_forms(element)
            drop(element)
        elif local(element.tag) == "FormData":
            groups.setdefault(element.get("FormOID", ""), {})
        elif local(element.tag) == "ItemGroupData" and not is_reference(element):
            form = element.getparent()
            groups.setdefault("" if form is None else form.get("FormOID", ""), {})[
                element.get("ItemGroupOID", "")
            ] = None
    names = []
    for form_oid, oids in groups.items():
        names.append(form_oid)
        if len(oids) > 1:
            names += [f"{form_oid}.{oid}" for oid in oids]
    return names + [form_oid for form_oid in defined if form_oid not in groups]


def read_tables(path: Path, names: list[str], encoding: str | None = None) -> dict[str, RawTable]:
    """Read forms of one ODM file, in one pass.

    Parameters
    ----------
    path
        An ODM-XML file.
    names
        Of `tables_in`.
    encoding
        Not used: an XML file states its encoding.

    Raises
    ------
    Refused
        ``RAW_XML_ENTITY``, ``RAW_UNREADABLE``, ``RAW_FIELD_TOO_LONG``,
        ``RAW_DUPLICATE_COLUMN`` (an item twice in one group) or
        ``RAW_ODM_TRANSACTION`` with what the file says and cannot mean.
    """
    records = Records(path.name)
    for event, element in stream(path, events=("start", "end"), tag=TAGS):
        records.see(event, element)
    tables = {}
    for name in names:
        frame, beside = records.frame(name)
        tables[name] = RawTable(name, frame, path.name, keys=KEYS, beside=beside)
    if tables:
        tables[names[0]].findings.extend(records.findings())
    return tables
