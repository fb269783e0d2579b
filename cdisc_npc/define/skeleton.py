"""A study's folder from a Define-XML document, to begin with.

What the document says is carried over: datasets with their keys, variables with origin, source,
method and comment, supplemental qualifiers, value-level metadata with its conditions, the
sponsor's codelists and the extensions of the standard's, planned visits. What it cannot say is
where the values are collected: each variable is assigned from a field of its own name, on a form
named after the dataset, and the one who knows the CRF goes on from there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from cdisc_npc.define.conditions import condition_of
from cdisc_npc.findings import Findings
from cdisc_npc.standards.sdtmig import Standard, is_supplemental, load_standard, supplemental_of
from cdisc_npc.standards.terminology import Terminology, load_terminology
from cdisc_npc.transport.place import write_manifest
from cdisc_npc.transport.replace import replacing
from define_xml.codelist import CodeListItem, EnumeratedItem
from define_xml.model import NCI_CODE, CodeList, Define, ItemDef, ItemGroupDef, ItemRef

_MADE = ("STUDYID", "DOMAIN", "USUBJID")
_ORIGINS = {"CRF": "Collected", "eDT": "Collected"}
_QORIG = {"Collected": "CRF", "Assigned": "ASSIGNED", "Derived": "DERIVED", "Protocol": "PROTOCOL"}
_MOMENTS = ("date", "datetime", "partialDate", "partialDatetime", "incompleteDatetime")


def skeleton(define: Define) -> tuple[dict[str, Any], Findings]:
    """Make the files of a study's folder.

    Returns
    -------
    files : dict
        Content by path, as YAML will hold it; every scalar is text.
    findings : Findings
        What of the document has no place in a specification.
    """
    return _Skeleton(define).files()


def write_skeleton(define: Define, folder: Path, source: Path) -> Findings:
    """Write the folder; it must not exist, or be as it was written: what somebody edited is not replaced.

    Parameters
    ----------
    source
        The file of the document.

    Raises
    ------
    Refused
        ``OUTPUT_OCCUPIED``: something else is there.
    """
    files, findings = skeleton(define)
    with replacing(folder, folder=True, inputs=[source]) as new:
        for name, content in files.items():
            path = new / name
            path.parent.mkdir(exist_ok=True)
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
            path.write_text(text, encoding="utf-8")
        write_manifest(new, {"source": source.name})
    return findings


class _Skeleton:
    def __init__(self, define: Define) -> None:
        self.define, self.metadata, self.index = define, define.metadata, define.index
        self.standard: Standard = load_standard()
        self.terminology: Terminology = load_terminology()
        self.found = Findings()
        self.said: set[tuple[str, str]] = set()
        self.codelists: dict[str, Any] = {}
        self.extensions: dict[str, dict[str, str]] = {}
        self.forms: dict[str, Any] = {}
        self.dictionaries: dict[str, Any] = {}

    def files(self) -> tuple[dict[str, Any], Findings]:
        datasets = {}
        for group in self.metadata.item_groups:
            if group.name not in self.standard.datasets:
                self._left(group.name, "", f"is no dataset of {self.standard.name}")
            elif group.name == "RELREC":
                self._left("RELREC", "", "tells no relations: they are in its data")
            elif not is_supplemental(group.name):
                datasets[f"sdtm/{group.name.lower()}.yaml"] = self._dataset(group)
        files: dict[str, Any] = {"study.yaml": self._study(), "raw.yaml": {"forms": self.forms}}
        if self.codelists or self.extensions:
            parts = {"codelists": self.codelists, "extensions": self.extensions}
            files["codelists.yaml"] = {name: part for name, part in parts.items() if part}
        return files | datasets, self.found

    def _left(self, dataset: str, variable: str, why: str) -> None:
        name = ".".join(part for part in (dataset, variable) if part)
        if (name, why) not in self.said:
            self.said.add((name, why))
            self.found.add("DEFINE_LEFT", dataset=dataset, variable=name, expected=why)

    def _study(self) -> dict[str, Any]:
        study = self.define.study
        stated = study.global_variables if study else None
        name = (stated.study_name if stated else None) or "STUDY"
        result: dict[str, Any] = {
            "study": name.strip(),
            "title": " ".join(((stated.study_description if stated else None) or name).split()),
            "standard": self.standard.name,
            "terminology": self.terminology.name,
            "identity": {
                "studyid": name.strip(),
                "subject": {"field": "SUBJECT", "pattern": "{SUBJID}"},
                "usubjid": "{STUDYID}-{SUBJID}",
            },
        }
        if visits := self._visits():
            result["visits"] = visits
        if self.dictionaries:
            result["dictionaries"] = self.dictionaries
        return result

    def _visits(self) -> list[dict[str, str]]:
        """Planned visits, by the decodes of a codelist of VISITNUM."""
        for item in self.metadata.items:
            codelist = self.index.codelist_of(item)
            if item.name == "VISITNUM" and codelist and codelist.codelist_items:
                return [
                    {"visitnum": term.coded_value, "visit": term.decode.text}
                    for term in codelist.codelist_items
                    if term.decode
                ]
        return []

    def _dataset(self, group: ItemGroupDef) -> dict[str, Any]:
        form, reference = group.name.lower(), self.standard.datasets[group.name].reference
        fields: dict[str, Any] = {"SUBJECT": {"required": "yes"}}
        if not reference:
            self.forms[form] = {"label": {"en": group.label}, "fields": fields}
        variables: dict[str, Any] = {}
        value_level: list[dict[str, Any]] = []
        for ref in group.item_refs:
            item = self.index.items.get(ref.item_oid)
            if item is None:
                continue
            if not item.name:
                self._left(group.name, item.oid or "", "has no name")
                continue
            value_level.extend(self._values(group, item))
            fact = self.standard.variable(group.name, item.name)
            if fact is None:
                self._left(group.name, item.name, f"is no variable of {group.name} in {self.standard.name}")
            elif item.name not in _MADE and item.name != f"{group.name}SEQ":
                variables[item.name] = self._verb(ref, item, item.name, fields)
                self._dictionary(item, fact.value_domain)
        supplemental = self._supplemental(group, variables, fields)
        result: dict[str, Any] = {"dataset": group.name} | self._keys(group, variables)
        if reference:
            result["records"] = [{"rows": self._rows(group, list(variables))}]
        else:
            result["records"] = [{"from": form, "variables": variables}]
        if supplemental:
            result["supplemental"] = supplemental
        if value_level := [one for one in value_level if one["variable"] in variables]:
            result["value_level"] = value_level
        if comment := self._comment(group.comment_oid):
            result["comment"] = comment
        return result

    def _keys(self, group: ItemGroupDef, variables: dict[str, Any]) -> dict[str, list[str]]:
        sequence = f"{group.name}SEQ"
        names = [self._name(ref) for ref in group.keys]
        keys = [name for name in names if name in variables or name in ("USUBJID", sequence)]
        result = {"keys": keys} if keys else {}
        if sequence in keys:
            result["sequence"] = [name for name in keys if name not in (sequence, "USUBJID")]
        return result

    def _rows(self, group: ItemGroupDef, names: list[str]) -> list[dict[str, str]]:
        """Records of a trial design dataset to be filled in; of TS, one for each parameter."""
        blank = dict.fromkeys(names, "")
        items = {self._name(ref): self.index.items.get(ref.item_oid) for ref in group.item_refs}
        item = items.get("TSPARMCD")
        codelist = self.index.codelist_of(item) if item else None
        if codelist is None or not codelist.items:
            return [blank]
        rows = []
        for term in codelist.items:
            stated = {"TSPARMCD": term.coded_value, "TSPARM": _decode(term)}
            rows.append(blank | {name: value for name, value in stated.items() if name in blank})
        return rows

    def _name(self, ref: ItemRef) -> str:
        item = self.index.items.get(ref.item_oid)
        return item.name if item else ""

    def _comment(self, oid: str | None) -> str:
        comment = self.index.comments.get(oid or "")
        return " ".join(comment.description.text.split()) if comment and comment.description else ""

    def _method(self, ref: ItemRef) -> str:
        method = self.index.methods.get(ref.method_oid or "")
        return " ".join(method.description.text.split()) if method and method.description else ""

    def _verb(self, ref: ItemRef, item: ItemDef, name: str, fields: dict[str, Any]) -> dict[str, Any]:
        field: dict[str, Any] = {"label": {"en": item.label}}
        if item.data_type in _MOMENTS:
            field["type"] = "date"
        fields[name] = field
        verb: dict[str, Any] = {"iso8601" if item.data_type in _MOMENTS else "assign": name}
        verb |= self._provenance(ref, item)
        codelist = self.index.codelist_of(item)
        if codelist is not None and codelist.external is None:
            own = self._own(codelist)
            if own:
                verb["codelist"] = own
        return verb

    def _provenance(self, ref: ItemRef, item: ItemDef) -> dict[str, Any]:
        result: dict[str, Any] = {}
        if item.origins:
            kind = _ORIGINS.get(item.origins[0].type, item.origins[0].type)
            if kind != "Collected":
                result["origin"] = kind
            if item.origins[0].source and item.origins[0].source != "Investigator":
                result["source"] = item.origins[0].source
        stated = [self._method(ref), self._comment(item.comment_oid)]
        stated += [f"Predecessor: {origin.description.text}" for origin in item.origins if origin.description]
        if text := " ".join(part for part in stated if part):
            result["comment"] = text
        return result

    def _own(self, codelist: CodeList) -> str | None:
        """Name of a sponsor's codelist, noted; extensions of one of the standard are noted too."""
        code = next((alias.name for alias in codelist.aliases if alias.context == NCI_CODE), None)
        decodes = {item.coded_value: _decode(item) or item.coded_value for item in codelist.items}
        existing = self.terminology.get(code) if code else None
        if existing is None:
            name = codelist.oid.removeprefix("CL.").replace(".", "_")
            self.codelists[name] = {"label": codelist.name, "terms": decodes}
            return name
        added = {value: decode for value, decode in decodes.items() if value not in existing.terms}
        if added and not existing.extensible:
            self._left(
                "", codelist.oid, f"extends the closed codelist {existing.short_name} by {', '.join(added)}"
            )
        elif added:
            self.extensions.setdefault(existing.code, {}).update(added)
        return None

    def _dictionary(self, item: ItemDef, domain: str) -> None:
        codelist = self.index.codelist_of(item)
        if codelist is not None and codelist.external is not None:
            external = codelist.external
            if domain and domain not in self.dictionaries:
                self.dictionaries[domain] = {
                    "name": external.dictionary or domain,
                    "version": external.version or "",
                }

    def _supplemental(
        self, group: ItemGroupDef, variables: dict[str, Any], fields: dict[str, Any]
    ) -> dict[str, Any]:
        supp = next(
            (one for one in self.metadata.item_groups if one.name == supplemental_of(group.name)), None
        )
        built: dict[str, Any] = {}
        for variable, ref in self.index.values(supp) if supp else ():
            item = self.index.items.get(ref.item_oid)
            if item is None or variable.name != "QVAL":
                continue
            names = [
                value
                for clause in ref.where_clause_refs
                if (result := self.index.where_clauses.get(clause.where_clause_oid))
                for check in result.range_checks
                for value in check.check_values
            ]
            name = names[0] if len(names) == 1 else item.name
            qualifier: dict[str, Any] = {"label": (item.label or name)[:40]}
            origin = _ORIGINS.get(item.origins[0].type, item.origins[0].type) if item.origins else "Collected"
            if origin in _QORIG:
                qualifier["origin"] = _QORIG[origin]
            variables[name] = self._verb(ref, item, name, fields)
            if self.standard.variable(group.name, name) is None:
                built[name] = qualifier
            else:
                self._left(
                    supp.name if supp else "",
                    name,
                    f"is a variable of {group.name} itself in {self.standard.name}",
                )
        return built

    def _values(self, group: ItemGroupDef, variable: ItemDef) -> list[dict[str, Any]]:
        """Value-level metadata of one variable."""
        result = (
            self.index.value_lists.get(variable.value_list_ref.value_list_oid)
            if variable.value_list_ref
            else None
        )
        built = []
        for ref in result.item_refs if result else ():
            item = self.index.items.get(ref.item_oid)
            if item is None:
                continue
            try:
                where = condition_of(self.define, group, ref)
            except ValueError as error:
                self._left(group.name, variable.name, f"has a where-clause without a place: {error}")
                continue
            value: dict[str, Any] = {"variable": variable.name, "name": item.name, "where": where}
            stated = {
                "label": item.label, "type": item.data_type, "length": item.length, "digits": item.significant_digits,
                "format": item.display_format,
            }  # fmt: skip
            value |= {name: str(one) for name, one in stated.items() if one not in (None, "")}
            if item.origins:
                value["origin"] = _ORIGINS.get(item.origins[0].type, item.origins[0].type)
                if item.origins[0].source:
                    value["source"] = item.origins[0].source
            method, comment = self._method(ref), self._comment(item.comment_oid)
            if value.get("origin") == "Derived":
                method = method or comment or "As the variable"
            value |= {name: one for name, one in (("method", method), ("comment", comment)) if one}
            codelist = self.index.codelist_of(item)
            if codelist is not None and codelist.external is None:
                code = next((alias.name for alias in codelist.aliases if alias.context == NCI_CODE), None)
                value["codelist"] = self._own(codelist) or code
            if ref.mandatory == "Yes":
                value["mandatory"] = "yes"
            built.append(value)
        return built


def _decode(item: CodeListItem | EnumeratedItem) -> str:
    return item.decode.text if isinstance(item, CodeListItem) and item.decode else ""
