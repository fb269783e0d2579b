"""assign_*, hardcode_* and condition_add of sdtm.oak.

A case becomes verbs of the specification: a condition in R is stated again as the data of
`when`, the codelist table as a codelist with a decode table. Where oak upper-cases a term
that it does not know, the verb says ``case: upper``; where oak hardcodes only beside a
value of the raw variable, the verb says ``when: {<variable>: present}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import ConditionParts, parse_condition
from cdisc_npc.columns.where import satisfied
from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.views import View
from cdisc_npc.standards.terminology import Codelist, Term
from cdisc_npc.study.codelists import verb_codelists
from cdisc_npc.verbs.assign import Assign
from cdisc_npc.verbs.hardcode import Hardcode
from tests.oracles.r_conditions import Node, alternatives, condition_data, names_in, parse_r, truth
from tests.oracles.values import (
    ORACLES,
    SHARED,
    Expression,
    Opaque,
    arguments,
    cases,
    expected_table,
    is_error,
    json,
    many,
    records,
    table,
)

REFUSALS = (Refused, ValidationError, ValueError, TypeError, KeyError)
ID_VARIABLES = ["oak_id", "raw_source", "patient_number"]
# Where raw and target variable have one name, oak takes the raw column as it is: neither
# condition nor terminology is applied to it. A value that a condition excludes is not submitted.
SAME_NAME = "oak ignores condition and codelist where the target is called as its source is"

# --- tables and their conditions ----------------------------------------------------------


def texts(frame: Any) -> pd.DataFrame:
    """A case's table as ours: logical values are text, too."""
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"expected a table, not {frame!r}")
    logical = [name for name in frame if frame[name].dtype == object]
    return frame.assign(
        **{n: frame[n].map({True: "TRUE", False: "FALSE"}).fillna("").astype("str") for n in logical}
    )


def blocks_conditions(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls of condition_add in the case's own test block, wherever they are stored."""
    result = {}
    for root in (ORACLES, SHARED / "oracles"):
        path = root / "sdtm.oak" / "condition_add.json"
        for other in json.loads(path.read_text(encoding="utf-8")) if path.is_file() else ():
            same = all(other["source"][part] == case["source"][part] for part in ("path", "line"))
            if same and not is_error(other):
                result[other["id"]] = other | {"_folder": path.parent}
    return list(result.values())


def conditions_of(given: dict[str, Any]) -> list[Node]:
    """The conditions among the arguments of a call of condition_add."""
    return [
        parse_r(value) for name, value in given.items() if isinstance(value, Expression) and name != "dat"
    ]


def scope_of(frame: pd.DataFrame, beside: Any) -> pd.DataFrame:
    """The variables that a condition sees: the table's own, then those of ``.dat2``."""
    if isinstance(beside, pd.DataFrame):
        others = {name: texts(beside)[name] for name in beside}
    else:
        others = {name: pd.Series(many(value) * len(frame)) for name, value in (beside or {}).items()}
    return frame.assign(**{name: values for name, values in others.items() if name not in frame})


def stated_condition(
    case: dict[str, Any], frame: pd.DataFrame, args: dict[str, Any]
) -> tuple[Node | None, pd.DataFrame]:
    """The condition under which a table was passed, and all variables it may see."""
    frame = texts(frame)
    source = frame.attrs.get("r", "")
    if source.startswith("condition_add("):
        _, _, given = parse_r(source)
        beside = next((node[1] for name, node in given if name == ".dat2"), None)
        existing = {_base(t.attrs["r"]): t for t in args.values() if isinstance(t, pd.DataFrame)}
        tests = [
            node
            for position, (name, node) in enumerate(given)
            if name not in ("dat", ".dat2", ".na") and (name or position)
        ]
        return _all(tests), scope_of(frame, existing[beside] if beside else None)
    for other in blocks_conditions(case):  # the condition was added in a call of its own
        dat = table(other["inputs"][other["args"]["dat"]["table"]], other["_folder"])
        if (
            other["args"]["dat"]["r"] != source
            and list(dat) == list(frame)
            and records(dat) == records(frame)
        ):
            given = arguments(other)
            return _all(conditions_of(given)), scope_of(frame, given.get(".dat2"))
    return None, frame


def _base(source: str) -> str:
    """Name of a table, without the condition that it may have."""
    if not source.startswith("condition_add("):
        return source
    given = parse_r(source)[2]
    return str(next((node[1] for name, node in given if name == "dat"), given[0][1][1]))


def _all(tests: list[Node]) -> Node | None:
    whole = None
    for test in tests:
        whole = test if whole is None else ("and", whole, test)
    return whole


class FrameView(View):
    """What a verb sees of a table: its columns, the codelists, and where to report."""

    def __init__(self, scope: pd.DataFrame, spec: Any, numeric: bool) -> None:
        self.scope = scope
        self.build: Any = SimpleNamespace(spec=spec)
        self.table = "XX"
        self.variable: Any = SimpleNamespace(type="Num" if numeric else "Char", codelists=())
        self.reported: list[tuple[str, str]] = []

    size = property(lambda self: len(self.scope))
    subject = property(lambda self: np.full(len(self.scope), -1))

    def column(self, name: str) -> Column:
        return Column.of(self.scope[name.rstrip("'")])

    def report(self, code: str, rows: np.ndarray, values: Any, expected: Any, **extra: Any) -> None:
        self.reported.extend((code, value) for value in values)

    def decide(self, condition: ConditionParts, column: Any, rows: np.ndarray) -> np.ndarray:
        return satisfied(condition, column, len(rows))

    def trace(self, dataset: str, parents: np.ndarray) -> None: ...

    def used(self, name: str, rows: np.ndarray) -> None: ...

    def note(self, name: str | None, rows: np.ndarray, status: Any, reason: str) -> None: ...


def specification(ct_spec: Any, code: str | None) -> Any:
    """oak's table of terms as codelists and one decode table."""
    codelists: dict[str, Codelist] = {}
    decode: dict[str, str] = {}
    if ct_spec is not None:
        ct_spec = texts(ct_spec)
        for name in ("codelist_code", "term_code", "term_value", "collected_value"):
            if name not in ct_spec:
                raise KeyError(f"the table of terms has no {name}")
        if "term_synonyms" not in ct_spec:
            ct_spec = ct_spec.assign(term_synonyms="")
        for name, rows in ct_spec.groupby("codelist_code"):
            terms = {
                row.term_value: Term(
                    row.term_code,
                    row.term_value,
                    "",
                    tuple(filter(None, re.split(r"\s*;\s*", row.term_synonyms))),
                )
                for row in rows.itertuples()
            }
            codelists[str(name)] = Codelist(str(name), str(name), str(name), False, terms)
            if name == code:
                decode = dict(zip(rows["collected_value"], rows["term_value"], strict=True))
    stated = SimpleNamespace(terms={"collected": decode} if code else {}, codelists={}, extensions={})
    return SimpleNamespace(
        codelists=stated, terminology=codelists, study=SimpleNamespace(encoding="us-ascii")
    )


# --- the cases ------------------------------------------------------------------------------

KNOWN = {"tgt_dat", "tgt_var", "tgt_val", "raw_dat", "raw_var", "ct_spec", "ct_clst", "id_vars"}


def derive(
    case: dict[str, Any], kind: str, *, conditioned: bool = True, coded: bool = True
) -> tuple[pd.DataFrame, Any]:
    """The target table with the derived variable, and the view with what was reported."""
    args = arguments(case)
    assert set(args) <= KNOWN, f"arguments without an adapter: {set(args) - KNOWN}"
    raw_name, name, code = args["raw_var"], args["tgt_var"], args.get("ct_clst") if coded else None
    spec = specification(args.get("ct_spec"), code)
    tree, scope = stated_condition(case, args["raw_dat"], args)
    result = [[]] if tree is None or not conditioned else alternatives(tree)
    stated: dict[str, Any] = {"assign": raw_name}
    if kind == "hardcode":
        stated = {"hardcode": args["tgt_val"] or ""}
        result = [[*literals, (raw_name, "present")] for literals in result]
    if code:
        stated |= {"codelist": code, "terms": "collected", "case": "upper"}
    if result != [[]]:
        stated["when"] = condition_data(result)
    verb = {"assign": Assign, "hardcode": Hardcode}[kind].model_validate(stated)
    if verb_codelists(spec, (), verb) is None:
        raise Refused.because("SPEC_INVALID", expected=f"{code} is no codelist")
    numeric = kind == "assign" and pd.api.types.is_numeric_dtype(scope[raw_name])
    view = FrameView(scope, spec, numeric)
    ids = [item for item in many(args.get("id_vars")) or ID_VARIABLES if item in scope]
    built = texts(args["raw_dat"])[ids].assign(**{name: view.evaluate(verb).series()})
    if args.get("tgt_dat") is None:
        return built, view
    target = texts(args["tgt_dat"])
    joined = target[[item for item in target if item != name]].merge(
        built, how="left", on=ids, validate="many_to_one"
    )
    if not numeric:
        joined[name] = joined[name].fillna("").astype("str")
    tree, scope = stated_condition(case, args["tgt_dat"], args)
    if tree is not None and conditioned:
        again = Assign.model_validate({"assign": "made", "when": condition_data(alternatives(tree))})
        joined[name] = (
            FrameView(scope.assign(made=joined[name]), specification(None, None), numeric)
            .evaluate(again)
            .series()
        )
    return joined, view


FILES = {name: kind for kind in ("assign", "hardcode") for name in (f"{kind}_ct", f"{kind}_no_ct")}


@pytest.mark.parametrize("case", cases(*(f"sdtm.oak/{name}" for name in FILES)))
def test_assign_and_hardcode(case: dict[str, Any]) -> None:
    kind = FILES[case["function"]]
    if is_error(case):
        with pytest.raises(REFUSALS, match=r"\w"):
            derive(case, kind)
        return
    result, view = derive(case, kind)
    stated = expected_table(case)
    assert list(result) == list(stated)
    args = arguments(case)
    if records(result) != records(stated) and args["raw_var"] == args["tgt_var"]:
        plain, _ = derive(case, kind, conditioned=False, coded=False)
        assert records(plain) == records(stated), SAME_NAME
        if args.get("ct_clst") is None:
            changed = (result != stated).to_numpy() & ~(result.isna() & stated.isna()).to_numpy()
            assert changed.any() and (result.to_numpy()[changed] == "").all(), SAME_NAME
        return
    assert records(result) == records(stated)
    said = [
        note["message"] for note in case.get("conditions") or () if "could not be mapped" in note["message"]
    ]
    if said and "…" not in said[0]:
        # oak looks at the whole raw column, and takes a submission value in other case for unknown.
        unknown = {code_value[1] for code_value in view.reported if code_value[0] == "MAP_TERM_UNMATCHED"}
        assert unknown <= set(re.findall(r'"([^"]*)"', said[0]))


@pytest.mark.parametrize("case", cases("sdtm.oak/condition_add"))
def test_condition_add(case: dict[str, Any]) -> None:
    args = arguments(case)
    if is_error(case):
        with pytest.raises((*REFUSALS, AssertionError), match=r"\w"):
            holds(case, args)
        return
    assert records(table(case["expected"], case["_folder"])) == records(args["dat"]), "no record is dropped"
    result, wanted = holds(case, args)
    assert result.tolist() == wanted


def holds(case: dict[str, Any], args: dict[str, Any]) -> tuple[np.ndarray, list[bool]]:
    """The records for which our condition holds, and those for which R's is TRUE."""
    tree = _all(conditions_of(args))
    assert tree is not None, "no condition"
    frame, beside = texts(args["dat"]), args.get(".dat2")
    if isinstance(beside, Opaque | dict) and not names_in(tree) <= {
        *frame,
        *(beside if isinstance(beside, dict) else ()),
    }:
        # An environment has no JSON form; the same values stand in the block's other calls as a list.
        lists = [arguments(other).get(".dat2") for other in blocks_conditions(case)]
        beside = next(item for item in lists if isinstance(item, dict) and names_in(tree) <= {*frame, *item})
    scope = scope_of(frame, None if isinstance(beside, Opaque) else beside)
    column: Callable[[str], pd.Series] = lambda name: scope[name.rstrip("'")]  # noqa: E731
    unknown_is_true = args.get(".na") is True
    condition = condition_data(alternatives(tree, not unknown_is_true))
    result = satisfied(parse_condition(condition), column, len(scope))
    wanted = [truth(tree, row) for row in scope.to_dict("records")]
    if unknown_is_true:
        return ~result, [value is not False for value in wanted]
    return result, [value is True for value in wanted]
