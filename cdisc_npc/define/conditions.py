"""Where-clauses of a Define-XML document as conditions of a specification."""

from __future__ import annotations

from typing import Any

from define_xml.model import Define, ItemGroupDef, ItemRef, RangeCheck

_BOUNDS = {"GE": "min", "LE": "max", "GT": "above", "LT": "below"}


def condition_of(define: Define, group: ItemGroupDef, ref: ItemRef) -> Any:
    """The condition of a value definition: its where-clauses are alternatives, their checks hold together.

    Parameters
    ----------
    group
        The dataset whose variable it is; a variable of another one is named with its dataset.

    Raises
    ------
    ValueError
        It has none, or two checks of one variable that a condition cannot state together.
    """
    alternatives = []
    for clause in ref.where_clause_refs:
        result = define.index.where_clauses.get(clause.where_clause_oid)
        if result is None:
            raise ValueError(f"{clause.where_clause_oid} is not in the document")
        alternative: dict[str, Any] = {}
        for check in result.range_checks:
            name, test = _name(define, group, check), _test(check)
            before = alternative.get(name)
            if before is None:
                alternative[name] = test
            elif isinstance(before, dict) and isinstance(test, dict) and not set(before) & set(test):
                alternative[name] = before | test
            else:
                raise ValueError(f"{result.oid} checks {name} twice")
        alternatives.append(alternative)
    if not alternatives:
        raise ValueError(f"{ref.item_oid} has none")
    return alternatives[0] if len(alternatives) == 1 else alternatives


def _name(define: Define, group: ItemGroupDef, check: RangeCheck) -> str:
    item = define.index.items.get(check.item_oid)
    if item is None:
        raise ValueError(f"{check.item_oid} is not in the document")
    if any(one.item_oid == check.item_oid for one in group.item_refs):
        return item.name
    home = define.index.dataset_of.get(check.item_oid)
    return f"{home.name}.{item.name}" if home else item.name


def _test(check: RangeCheck) -> Any:
    values: Any = check.check_values[0] if len(check.check_values) == 1 else list(check.check_values)
    if check.comparator in ("EQ", "IN"):
        return values
    if check.comparator in ("NE", "NOTIN"):
        return {"not": values}
    if check.comparator in _BOUNDS and isinstance(values, str):
        return {_BOUNDS[check.comparator]: values}
    raise ValueError(f"{check.comparator} with {len(check.check_values)} values")
