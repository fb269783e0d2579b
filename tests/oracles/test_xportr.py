"""xportr: a dataset's order, labels, lengths, types and formats by a table of variables.

xportr changes the data step by step and keeps what it was told in attributes of the
data frame; we describe the dataset once, from all columns of the table. So each case
is held against the part of the description that its function is about.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.describe import member_of_table
from cdisc_npc.transport.xpt import Member, Variable, read_xpt, write_xpt
from tests.oracles.values import arguments, cases, expected_table, is_error, records, table

FUNCTIONS = ("xportr_format", "xportr_label", "xportr_length", "xportr_order", "xportr_type")
KNOWN = {".df", "metadata", "domain", "verbose", "length_source"}
REFUSALS = (Refused, TypeError)
# What we do otherwise than xportr, and why.
COERCED = "a value is never converted in silence: a text where a number is described, or a number where text, is refused"
# Messages of xportr about groups, which a frame of pandas does not have, and its headings and counts.
NOT_OURS = re.compile("grouped by|^[✔─ℹ]")
TEXT_KINDS = ("string", "factor")


def stored_table(case: dict[str, Any], args: dict[str, Any]) -> Any:
    """The table of variables under our names; of a metacore object, what describes variables."""
    stored = case["args"].get("metadata", {})
    if "metacore" not in stored:
        facts = args.get("metadata")
    else:
        parts = {
            name: table(case["inputs"][item["table"]], case["_folder"])
            for name, item in stored["metacore"].items()
        }
        facts = parts["var_spec"] if len(parts["var_spec"]) else parts["ds_vars"]
    if facts is None:
        return None
    names = {name: name.lower() for name in facts.columns} | {"Data Type": "type"}
    facts = facts.rename(columns=names)
    return facts.drop(columns="length") if args.get("length_source") == "data" else facts


def given_frame(case: dict[str, Any], args: dict[str, Any]) -> pd.DataFrame:
    """The dataset, dates as dates."""
    moments = [c["name"] for c in stored_columns(case, "input") if c["type"] in ("date", "datetime")]
    frame = args[".df"]
    return frame.assign(
        **{
            name: pd.to_datetime(frame[name].replace("", None), format="ISO8601").astype("datetime64[s]")
            for name in moments
        }
    )


def stored_columns(case: dict[str, Any], which: str) -> list[dict[str, Any]]:
    one = case["expected"] if which == "expected" else case["inputs"][case["args"][".df"]["table"]]
    if "shared" in one:
        one = json.loads((case["_folder"] / one["shared"]).read_text(encoding="utf-8"))
    return one["columns"]


def described(case: dict[str, Any], args: dict[str, Any], frame: pd.DataFrame) -> tuple[Member, pd.DataFrame]:
    assert set(args) <= KNOWN, f"arguments without an adapter: {set(args) - KNOWN}"
    domain = args.get("domain")
    if "domain" in args and domain is None:
        domain = np.nan  # R's NA, which is not the same as no argument
    findings = Findings()
    strict = args.get("verbose") == "stop"
    member = member_of_table(stored_table(case, args), frame, domain, strict=strict, findings=findings)
    return member, findings.frame()


def named(case: dict[str, Any]) -> set[str]:
    """The variables that xportr's messages name, in backticks."""
    said = [item["message"].split("\ni ")[0] for item in case.get("conditions") or []]
    said = [message for message in said if not NOT_OURS.search(message)]
    names = {name for message in said for name in re.findall("`([A-Za-z0-9_.$]+)`", message)}
    return {name for name in names if name not in ("metadata", ".df", "$") and not name.endswith(".")}


def written(frame: pd.DataFrame, member: Member, path: Path) -> tuple[pd.DataFrame, dict[str, Variable]]:
    """Write and read, under names that XPT allows; give the frame and what describes each variable."""
    short = {v.name: f"V{number}" for number, v in enumerate(member.variables)}
    # Formats are no matter of lengths and types; but without one of its own a moment has no number.
    forms = dict.fromkeys(frame.select_dtypes("datetime"), "DATETIME20.")
    variables = tuple(replace(v, name=short[v.name], format=forms.get(v.name, "")) for v in member.variables)
    try:
        write_xpt(frame.rename(columns=short), path, Member("X", variables=variables))
    except Refused as refused:
        long = {name: given for given, name in short.items()}
        raise Refused.because(
            "XPT_REFUSED", variable=[long[n] for n in refused.findings.frame()["variable"]]
        ) from None
    back, read = read_xpt(path)
    return back.set_axis(list(short), axis=1), dict(zip(short, read.variables, strict=True))


@pytest.mark.parametrize("case", cases(*(f"xportr/{name}" for name in FUNCTIONS)))
def test_xportr(case: dict[str, Any], tmp_path: Path) -> None:
    args = arguments(case)
    frame = given_frame(case, args)
    if is_error(case) and "don't match" not in case["expected"]["message"]:
        with pytest.raises(REFUSALS):
            described(case, args, frame)
        return
    if "metadata" not in args:
        # xportr finds the table in an attribute of the data frame, which joins drop; ours is handed over.
        with pytest.raises(TypeError, match="not a table of variables"):
            described(case, args, frame)
        return
    if case["function"] == "xportr_type":
        check_types(case, args, frame, tmp_path)
        return
    member, stated = described(case, args, frame)
    expected = expected_table(case)
    facts = stored_table(case, args).set_index("variable")
    assert records(args[".df"][list(expected.columns)]) == records(expected)
    assert sorted(v.name for v in member.variables) == sorted(expected.columns)
    check = {"xportr_order": check_order, "xportr_label": check_labels, "xportr_length": check_lengths,
             "xportr_format": check_formats}[case["function"]]  # fmt: skip
    check(case, member, facts, args[".df"], tmp_path)
    # What xportr has something to say about, is a finding of ours; a warning where it warns.
    assert named(case) <= set(stated["variable"])


def check_order(case: Any, member: Member, facts: pd.DataFrame, frame: pd.DataFrame, folder: Path) -> None:
    assert [v.name for v in member.variables] == list(expected_table(case).columns)


def check_labels(case: Any, member: Member, facts: pd.DataFrame, frame: pd.DataFrame, folder: Path) -> None:
    labels = {column["name"]: column.get("label") or "" for column in stored_columns(case, "expected")}
    assert {v.name: v.label for v in member.variables} == labels


def check_lengths(case: Any, member: Member, facts: pd.DataFrame, frame: pd.DataFrame, folder: Path) -> None:
    for name, variable in written(frame, member, folder / "x.xpt")[1].items():
        if variable.type == "Num":
            assert variable.length == 8
        elif "length" in facts and name in facts.index:
            assert variable.length == facts.loc[name, "length"]
        else:
            assert variable.length == frame[name].str.len().max()


def check_formats(case: Any, member: Member, facts: pd.DataFrame, frame: pd.DataFrame, folder: Path) -> None:
    stated = facts["format"].replace({None: ""}).to_dict()
    assert {v.name: v.format for v in member.variables} == {
        v.name: str(stated.get(v.name) or "").upper() for v in member.variables
    }


def check_types(case: dict[str, Any], args: dict[str, Any], frame: pd.DataFrame, folder: Path) -> None:
    """What xportr leaves alone is written; what it coerces, or stops at, is refused, and nothing else."""
    before = {c["name"]: c["type"] in TEXT_KINDS for c in stored_columns(case, "input")}
    if is_error(case):
        coerced = set(re.findall("`([A-Za-z]+)` was coerced", case["expected"]["message"]))
    else:
        after = {c["name"]: c["type"] in TEXT_KINDS for c in stored_columns(case, "expected")}
        coerced = {name for name, text in after.items() if before[name] != text}
    member, _ = described(case, args | {"verbose": None}, frame)
    if coerced:
        with pytest.raises(Refused) as caught:
            written(frame, member, folder / "x.xpt")
        assert {*caught.value.findings.frame()["variable"]} == coerced, COERCED
        return
    back, read = written(frame, member, folder / "x.xpt")
    assert {name: v.type == "Char" for name, v in read.items()} == before
    numbers = frame.select_dtypes("number")
    np.testing.assert_array_equal(back[numbers.columns], numbers)
