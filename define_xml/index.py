"""Definitions of a document by OID, and the datasets that they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from define_xml.model import CodeList, ItemDef, ItemGroupDef, ItemRef, Leaf, MetaDataVersion


class Index:
    """Definitions by OID; of two with the same OID, the first."""

    def __init__(self, metadata: MetaDataVersion) -> None:
        self.items = _by_oid(metadata.items)
        self.item_groups = _by_oid(metadata.item_groups)
        self.value_lists = _by_oid(metadata.value_lists)
        self.where_clauses = _by_oid(metadata.where_clauses)
        self.codelists = _by_oid(metadata.codelists)
        self.methods = _by_oid(metadata.methods)
        self.comments = _by_oid(metadata.comments)
        self.standards = _by_oid(metadata.standards.standards if metadata.standards else [])
        self.leaves = {leaf.id: leaf for leaf in reversed([*metadata.leaves, *_dataset_leaves(metadata)])}
        # The dataset of an item, for items that a dataset or a value list of its variables refers to.
        self.dataset_of: dict[str, ItemGroupDef] = {}
        for group in metadata.item_groups:
            for ref in group.item_refs:
                self.dataset_of.setdefault(ref.item_oid, group)
        for group in metadata.item_groups:
            for _, value in self.values(group):
                self.dataset_of.setdefault(value.item_oid, group)

    def values(self, group: ItemGroupDef) -> Iterator[tuple[ItemDef, ItemRef]]:
        """Value definitions of a dataset's variables: the variable, and the reference in its list."""
        for ref in group.item_refs:
            item = self.items.get(ref.item_oid)
            if item is not None and item.value_list_ref:
                result = self.value_lists.get(item.value_list_ref.value_list_oid)
                for value in result.item_refs if result else ():
                    yield item, value

    def codelist_of(self, item: ItemDef) -> CodeList | None:
        """The codelist of an item, or None."""
        return self.codelists.get(item.codelist_ref.codelist_oid) if item.codelist_ref else None


def _by_oid(elements: list[Any]) -> dict[str, Any]:
    return {element.oid: element for element in reversed(elements)}


def _dataset_leaves(metadata: MetaDataVersion) -> list[Leaf]:
    return [group.leaf for group in metadata.item_groups if group.leaf]
