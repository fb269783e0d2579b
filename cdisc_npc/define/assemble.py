"""What a package is, as a Define-XML 2.1 document: identifiers, references, and nothing twice."""

from __future__ import annotations

import re
from collections.abc import Callable

from cdisc_npc.define.sources import (
    DatasetSource,
    DictionarySource,
    ItemSource,
    PackageSource,
    Provenance,
    Shape,
    TermsSource,
    Where,
)
from define_xml.codelist import CodeListItem, EnumeratedItem, ExternalCodeList
from define_xml.common import Alias, DocumentRef, WhereClauseRef, describe
from define_xml.model import (
    NCI_CODE,
    Class,
    CodeList,
    CodeListRef,
    CommentDef,
    Define,
    Documents,
    GlobalVariables,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Leaf,
    MetaDataVersion,
    MethodDef,
    Origin,
    RangeCheck,
    Standard,
    Standards,
    Study,
    SubClass,
    ValueListDef,
    ValueListRef,
    WhereClauseDef,
)

DEFINE_VERSION = "2.1.0"
STYLESHEET = "define2-1.xsl"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


def assemble(package: PackageSource) -> Define:
    """Make the document.

    1. Every definition is made when it is first referred to, so none is without a reference.
    2. Methods and comments of the same text are one; so are codelists of the same terms, and
       where-clauses of the same conditions.
    3. OIDs tell what they stand for: ``IT.AE.AESTDTC``, ``WC.LB.LBTESTCD.ALT``.
    """
    return _Assembly(package).define()


class _Assembly:
    """A document while it grows."""

    def __init__(self, package: PackageSource) -> None:
        self.package = package
        self.metadata = MetaDataVersion(
            oid=f"MDV.{_safe(package.study)}.{package.purpose}",
            name=f"Study {package.study}, Data Definitions",
            description=f"Data definitions of the {package.purpose.lower()} datasets",
            define_version=DEFINE_VERSION,
        )
        self._oids: set[str] = set()
        self._known: dict[object, str] = {}
        self._names: set[str] = set()

    def define(self) -> Define:
        package, metadata = self.package, self.metadata
        metadata.standards = Standards(
            [
                Standard(one.oid, one.name, one.type, one.publishing_set, one.version, one.status)
                for one in package.standards
            ]
        )
        self._documents()
        for dataset in package.datasets:
            self._dataset(dataset)
        # Variables before the definitions of their values, dictionaries after the codelists.
        values = {ref.item_oid for one in metadata.value_lists for ref in one.item_refs}
        metadata.items.sort(key=lambda item: item.oid in values)
        metadata.codelists.sort(key=lambda codelist: codelist.external is not None)
        study = Study(
            f"STDY.{_safe(package.study)}",
            GlobalVariables(package.study, package.title, package.protocol),
            metadata,
        )
        return Define(
            file_type="Snapshot", file_oid=f"{package.study}.{package.purpose}.define", creation_date_time=package.created,
            odm_version="1.3.2", context="Submission", study=study, stylesheet=STYLESHEET,
        )  # fmt: skip

    def _documents(self) -> None:
        supplemental = []
        for file, title in self.package.documents.items():
            leaf = Leaf(f"LF.{_safe(file.rpartition('.')[0])}", file, title)
            self.metadata.leaves.append(leaf)
            if file == "acrf.pdf":
                self.metadata.annotated_crf = Documents([DocumentRef(leaf.id)])
            else:
                supplemental.append(DocumentRef(leaf.id))
        if supplemental:
            self.metadata.supplemental_doc = Documents(supplemental)

    def _dataset(self, dataset: DatasetSource) -> None:
        file = dataset.file or f"{dataset.name.lower()}.xpt"
        group = ItemGroupDef(
            oid=f"IG.{dataset.name}", name=dataset.name, domain=dataset.domain,
            sas_dataset_name=dataset.name, repeating=_yes(dataset.repeating),
            is_reference_data=_yes(dataset.reference), purpose=self.package.purpose,
            structure=dataset.structure, standard_oid=self.package.guide,
            has_no_data="Yes" if dataset.empty else None, archive_location_id=f"LF.{dataset.name}",
            description=describe(dataset.label),
            class_2_1=Class(dataset.class_, [SubClass(dataset.sub_class)] if dataset.sub_class else []),
            leaf=Leaf(f"LF.{dataset.name}", file, file),
        )  # fmt: skip
        comment = dataset.comment or ("No record was collected." if dataset.empty else "")
        group.comment_oid = self._comment(comment, dataset.name)
        self.metadata.item_groups.append(group)
        for number, item in enumerate(dataset.items, 1):
            oid = self._oid(f"IT.{dataset.name}.{item.name}")
            ref = self._ref(item, oid, number, f"{dataset.name}.{item.name}")
            ref.role = item.role or None
            ref.has_no_data = "Yes" if item.empty and not dataset.empty else None
            if item.name in dataset.keys:
                ref.key_sequence = dataset.keys.index(item.name) + 1
            group.item_refs.append(ref)
            result = self._item(item, oid, f"{dataset.name}.{item.name}")
            if ref.has_no_data and not result.comment_oid:
                result.comment_oid = self._comment("No record has a value.", f"{dataset.name}.{item.name}")
            if item.values:
                result.value_list_ref = ValueListRef(self._value_list(dataset, item))

    def _value_list(self, dataset: DatasetSource, item: ItemSource) -> str:
        place = f"{dataset.name}.{item.name}"
        values = ValueListDef(f"VL.{place}")
        self.metadata.value_lists.append(values)
        for number, value in enumerate(item.values, 1):
            parts = [value.name, *(text for _, _, texts in value.where[0][1:] for text in texts[:1])]
            own = ".".join([place, *map(_safe, parts)])
            oid = self._oid(f"IT.{own}")
            ref = self._ref(value, oid, number, own)
            ref.where_clause_refs = [WhereClauseRef(self._where(dataset.name, one)) for one in value.where]
            values.item_refs.append(ref)
            self._item(value, oid, own)
        return values.oid

    def _ref(self, item: ItemSource, oid: str, number: int, place: str) -> ItemRef:
        method = item.provenance.text if item.provenance.derived else ""
        return ItemRef(
            oid, number, _yes(item.mandatory), method_oid=self._method(method, place) if method else None
        )

    def _item(self, item: ItemSource, oid: str, place: str) -> ItemDef:
        result = ItemDef(
            oid, item.name, item.shape.data_type, item.shape.length, item.shape.digits, item.name,
            item.shape.format, description=describe(item.label),
        )  # fmt: skip
        if not item.provenance.derived:
            result.comment_oid = self._comment(item.provenance.text, place)
        if item.terms:
            result.codelist_ref = CodeListRef(self._codelist(item.terms, item.shape, place))
        elif item.dictionary:
            result.codelist_ref = CodeListRef(self._dictionary(item.dictionary, item.shape))
        result.origins = _origins(item.provenance)
        self.metadata.items.append(result)
        return result

    def _method(self, text: str, place: str) -> str:
        def make(oid: str) -> None:
            self.metadata.methods.append(
                MethodDef(oid, f"Derivation of {place}", "Computation", describe(text))
            )

        return self._shared(("method", text), f"MT.{_safe(place)}", make)

    def _comment(self, text: str, place: str) -> str | None:
        def make(oid: str) -> None:
            self.metadata.comments.append(CommentDef(oid, describe(text)))

        return self._shared(("comment", text), f"COM.{_safe(place)}", make) if text else None

    def _where(self, dataset: str, where: Where) -> str:
        def make(oid: str) -> None:
            checks = [
                RangeCheck(
                    comparator, "Soft", f"IT.{name}" if "." in name else f"IT.{dataset}.{name}", list(values)
                )
                for name, comparator, values in where
            ]
            others = sorted({name.partition(".")[0] for name, _, _ in where if "." in name})
            joined = self._comment(f"Joined with {', '.join(others)} by USUBJID.", oid) if others else None
            self.metadata.where_clauses.append(WhereClauseDef(oid, joined, checks))

        stated = [part for name, _, values in where for part in (name, *map(_safe, values[:1]))]
        return self._shared(("where", dataset, where), ".".join(["WC", dataset, *stated]), make)

    def _codelist(self, source: TermsSource, shape: Shape, place: str) -> str:
        data_type = shape.data_type if shape.data_type in ("integer", "float") else "text"

        def make(oid: str) -> None:
            name = source.name if source.name not in self._names else f"{source.name} ({place})"
            self._names.add(name)
            result = CodeList(oid, name, data_type)
            if source.code:
                result.standard_oid = self.package.terminology
                result.aliases = [Alias(NCI_CODE, source.code)]
            else:
                result.is_non_standard = "Yes"
            for number, term in enumerate(source.terms, 1):
                aliases = [Alias(NCI_CODE, term.code)] if term.code else []
                extended = "Yes" if term.extended and source.code else None
                if source.decoded:
                    result.codelist_items.append(
                        CodeListItem(term.value, None, number, extended, describe(term.decode), aliases)
                    )
                else:
                    result.enumerated_items.append(
                        EnumeratedItem(term.value, None, number, extended, aliases)
                    )
            self.metadata.codelists.append(result)

        plain = f"CL.{_safe(source.short_name)}"
        oid = plain if plain not in self._oids else f"{plain}.{_safe(place)}"
        return self._shared(("codelist", source, data_type), oid, make)

    def _dictionary(self, source: DictionarySource, shape: Shape) -> str:
        data_type = shape.data_type if shape.data_type in ("integer", "float") else "text"

        def make(oid: str) -> None:
            name = source.name if data_type == "text" else f"{source.name} codes"
            external = ExternalCodeList(source.name, source.version, href=source.href)
            self.metadata.codelists.append(CodeList(oid, name, data_type, external=external))

        oid = f"CL.{_safe(source.name)}" + ("" if data_type == "text" else ".CODE")
        return self._shared(("dictionary", source, data_type), oid, make)

    def _shared(self, key: object, oid: str, make: Callable[[str], None]) -> str:
        """OID of a definition; made when it is first asked for."""
        if key not in self._known:
            self._known[key] = self._oid(oid)
            make(self._known[key])
        return self._known[key]

    def _oid(self, wanted: str) -> str:
        oid, number = wanted, 1
        while oid in self._oids:
            number += 1
            oid = f"{wanted}.{number}"
        self._oids.add(oid)
        return oid


def _origins(made: Provenance) -> list[Origin]:
    return [
        Origin(
            kind, source, describe(made.predecessor) if kind == "Predecessor" and made.predecessor else None
        )
        for kind, source in made.origins
    ]


def _yes(value: bool) -> str:
    return "Yes" if value else "No"


def _safe(text: str) -> str:
    return _UNSAFE.sub("_", text)
