"""Policies compared: the same data under another policy, and whose outcome changes, by which rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from cdisc_npc.adam.derive import Adam, derive
from cdisc_npc.findings import Refused
from cdisc_npc.recist.policies import Policies
from cdisc_npc.study.adam_written import (
    AdamDataset,
    Endpoint,
    HorizonRule,
    MissedRule,
    NoAssessmentRule,
    Responses,
)
from cdisc_npc.study.specification import AdamSpecification

_RULES = {"no_assessment": NoAssessmentRule, "missed": MissedRule, "horizon": HorizonRule}
_NOT_POLICIES = {"where", "reference"}
COLUMNS = ("POLICY", "USUBJID", "PARAMCD", "BASE", "VARIED", "RULE")


def known_policies(spec: AdamSpecification) -> list[str]:
    """Names that can be varied: of responses, rules and ends of endpoints, and RECIST."""
    names = dict.fromkeys(name for name in Responses.model_fields if name not in _NOT_POLICIES)
    names |= dict.fromkeys(_RULES)
    for model in spec.datasets.values():
        names |= dict.fromkeys(end for endpoint in model.endpoints.values() for end in endpoint.ends)
    return [*names, *(f"recist.{field.name}" for field in fields(Policies))]


def varied(spec: AdamSpecification, policy: str) -> AdamSpecification:
    """The specification under another policy.

    Parameters
    ----------
    policy
        ``NAME=VALUE``: a policy of `Responses` (``confirm_days=21``), ``NAME=off`` for a rule or an
        end of endpoints (``missed=off``), ``recist.NAME=VALUE``.

    Raises
    ------
    Refused
        POLICY_UNKNOWN: no such policy, or not that value.
    """
    name, sign, value = policy.partition("=")
    if not sign or name not in known_policies(spec):
        raise Refused.because("POLICY_UNKNOWN", value=policy, expected=", ".join(known_policies(spec)))
    try:
        if name.startswith("recist."):
            return replace(spec, recist=_recist(spec.recist, name.removeprefix("recist."), value))
        datasets = {key: _dataset(model, name, value) for key, model in spec.datasets.items()}
    except (ValueError, ValidationError) as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error).splitlines()[-1]
        raise Refused.because("POLICY_UNKNOWN", value=policy, expected=why) from error
    return replace(spec, datasets=datasets)


def _recist(policies: Policies, name: str, value: str) -> Policies:
    """RECIST's policies with one of them changed, in the type that it has."""
    now = getattr(policies, name)
    changed: dict[str, Any] = {name: tuple(value.split(",")) if isinstance(now, tuple) else type(now)(value)}
    return replace(policies, **changed)


def _dataset(model: AdamDataset, name: str, value: str) -> AdamDataset:
    if name in Responses.model_fields:
        texts = {name: _of_text(name, value)}
        responses = {
            who: Responses.model_validate({**_plain(one), **texts}) for who, one in model.responses.items()
        }
        return model.model_copy(update={"responses": responses})
    if value != "off":
        raise ValueError(f"{name} can be switched off only")
    endpoints = {code: _without(endpoint, name) for code, endpoint in model.endpoints.items()}
    parameters = model.parameters
    if name == "horizon":
        parameters = {code: one.model_copy(update={"horizon": None}) for code, one in parameters.items()}
    return model.model_copy(update={"endpoints": endpoints, "parameters": parameters})


def _of_text(name: str, value: str) -> Any:
    """A policy of `Responses` from the text that states it: ``CR,PR``; of ``counts_as`` ``NED:CR``."""
    parts = [part for part in value.split(",") if part]
    if name == "counts_as":
        return {term: response for term, _, response in (part.partition(":") for part in parts)}
    return parts if name in ("benefit", "ends") else value


def _plain(model: Responses) -> dict[str, Any]:
    return {name: getattr(model, name) for name in type(model).model_fields}


def _without(endpoint: Endpoint, name: str) -> Endpoint:
    kind = _RULES.get(name)
    rules = [rule for rule in endpoint.rules if kind is None or not isinstance(rule, kind)]
    return endpoint.model_copy(update={"rules": rules, "ends": [end for end in endpoint.ends if end != name]})


def compare_policies(
    sdtm: Mapping[str, pd.DataFrame], spec: AdamSpecification, policies: list[str]
) -> pd.DataFrame:
    """Derive the outcomes under each policy, and list those that change.

    Returns
    -------
    DataFrame
        `COLUMNS`: the policy, subject and parameter, the outcome as specified and under the policy,
        and what the ledger says of the difference.
    """
    base = derive(sdtm, spec)
    parts = [_changes(base, derive(sdtm, varied(spec, policy)), policy) for policy in policies]
    return pd.concat(parts, ignore_index=True)


def _outcomes(adam: Adam) -> pd.DataFrame:
    """One row a subject and parameter: its value and date as a text."""
    parts = []
    for frame in adam.datasets.values():
        if "PARAMCD" not in frame.columns:
            continue
        once = frame[~frame.duplicated(["USUBJID", "PARAMCD"], keep=False)]
        if "CNSR" in once.columns:
            value = np.where(once["CNSR"] == 0, "event", "CNSR " + once["CNSR"].astype("int64").astype("str"))
        elif "AVALC" in once.columns:
            value = once["AVALC"].to_numpy(dtype=object)
        else:
            continue
        date = once["ADT"].dt.strftime("%Y-%m-%d").fillna("").to_numpy(dtype=object)
        text = pd.Series(value.astype(object) + " " + date, dtype="str").str.strip()
        parts.append(once[["USUBJID", "PARAMCD"]].reset_index(drop=True).assign(OUTCOME=text))
    return pd.concat(parts, ignore_index=True)


def _changes(base: Adam, other: Adam, policy: str) -> pd.DataFrame:
    keys = ["USUBJID", "PARAMCD"]
    both = _outcomes(base).merge(_outcomes(other), on=keys, how="outer", suffixes=("_1", "_2")).fillna("")
    failing = both[both["OUTCOME_1"] != both["OUTCOME_2"]].reset_index(drop=True)
    stated = _reasons(base.ledger, other.ledger)
    rule = failing[keys].merge(stated, on=keys, how="left")["TEXT"].fillna("")
    return pd.DataFrame(
        {"POLICY": policy, "USUBJID": failing["USUBJID"], "PARAMCD": failing["PARAMCD"], "BASE": failing["OUTCOME_1"],
         "VARIED": failing["OUTCOME_2"], "RULE": rule}
    ).astype("str")  # fmt: skip


def _reasons(one: pd.DataFrame, two: pd.DataFrame) -> pd.DataFrame:
    """What only one of two ledgers says, as a text a subject and parameter."""
    columns = ["USUBJID", "PARAMCD", "ROLE", "NAME", "DATE", "VALUE", "REASON"]
    both = one[columns].merge(two[columns].drop_duplicates(), on=columns, how="outer", indicator=True)
    own = both[(both["_merge"] != "both") & (both["ROLE"] != "outcome")]
    kind = own["_merge"].map({"left_only": "as specified: ", "right_only": "varied: "}).astype("str")
    said = own["REASON"].where(own["REASON"] != "", own["VALUE"])
    texts = own.assign(TEXT=kind + own["NAME"] + " " + own["DATE"] + " " + said)
    return texts.groupby(["USUBJID", "PARAMCD"])["TEXT"].agg("; ".join).reset_index()
