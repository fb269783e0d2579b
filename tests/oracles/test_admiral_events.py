"""Extreme events and time to event of admiral."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cdisc_npc.adam.event_source import Source
from cdisc_npc.adam.events import EVENT, Event, extreme_event, stack
from cdisc_npc.adam.tte import time_to_event
from cdisc_npc.columns.keys import group_codes
from cdisc_npc.columns.merge import merge
from cdisc_npc.findings import Findings, Refused
from tests.oracles.r_frames import comparable, evaluate, given, mask, names, values
from tests.oracles.r_frames import frame as frame_of
from tests.oracles.r_joined import joined_mask
from tests.oracles.values import case_ids, cases, is_error

FILES = [
    "admiral/derive_extreme_event",
    "admiral/derive_vars_extreme_event",
    "admiral/derive_param_tte",
]
# Case id -> why ours is right.
DEVIATIONS: dict[str, str] = {}

Args = dict[str, Any]


def _events(args: Args, dataset: pd.DataFrame | None, by: list[str], order: list[str]) -> list[Event]:
    sources = args.pop("source_datasets", {}) or {}
    result = []
    for stated in args.pop("events"):
        name = stated["dataset_name"]
        if name is not None and name not in sources:
            raise ValueError(f"there is no dataset {name}; expected one of {list(sources)}")
        frame = dataset if name is None else sources[name]
        condition = stated.get("condition")
        if "join_type" in stated:
            where = joined_mask(stated, frame, by, order)
        elif str(condition).startswith("all("):
            inner = mask(str(condition)[4:-1], frame, len(frame))
            where = pd.Series(inner).groupby(group_codes(frame, by)).transform("all").to_numpy()
        else:
            where = mask(condition, frame, len(frame))
        keep = names(stated.get("keep_source_vars"))
        result.append(
            Event(frame, where, values(stated.get("set_values_to")), stated.get("mode"),
                  names(stated.get("order")), None if keep in ([], ["everything()"]) else keep)
        )  # fmt: skip
    return result


def _order(args: Args) -> list[str]:
    number = args.pop("tmp_event_nr_var", None)
    order = names(args.pop("order"))
    return [name.replace(str(number), EVENT) if number and str(number) in name else name for name in order]


def _numbered(events: list[Event]) -> tuple[list[Event], bool]:
    """R lets an event state its own number; ours is its place, so the stated one is another variable."""
    own = any("event_nr" in event.values for event in events)
    return events, own


def best(args: Args) -> pd.DataFrame:
    dataset, by = args.pop("dataset", None), names(args.pop("by_vars"))
    number_name = str(args.get("tmp_event_nr_var", ""))
    order, findings = _order(args), Findings()
    events, own = _numbered(_events(args, dataset, by, order))
    if own:
        order = [name.replace(EVENT, number_name) for name in order]
    result = extreme_event(events, by, order, args.pop("mode"), findings)
    if args.pop("check_type", "warning") == "error" and len(findings):
        raise Refused(findings)
    result = result.drop(columns=number_name) if own else result
    for name, value in values(args.pop("set_values_to", None)).items():
        result = result.assign(**{name: value})
    return result if dataset is None else stack([dataset, result])


def best_variables(args: Args) -> pd.DataFrame:
    dataset, by = args.pop("dataset"), names(args.pop("by_vars"))
    order = _order(args)
    result = extreme_event(_events(args, dataset, by, order), by, order, args.pop("mode"))
    return merge(dataset, result, by, {new: str(old) for new, old in args.pop("new_vars").items()})


def _source(stated: dict[str, Any], datasets: dict[str, pd.DataFrame]) -> Source:
    name = stated["dataset_name"]
    if name not in datasets:
        raise ValueError(f"there is no dataset {name}; expected one of {list(datasets)}")
    frame, date = datasets[name], str(stated["date"])
    where = mask(stated["filter"], frame, len(frame))
    if date not in frame.columns:
        frame, date = frame.assign(_DATE=evaluate(date, frame)), "_DATE"
    within = stated.get("consider_end_dates")
    return Source(
        name, frame, date, where, values(stated["set_values_to"]), int(stated["censor"]),
        names(stated["order"]), True if within is None else bool(within),
    )  # fmt: skip


def endpoint(args: Args) -> pd.DataFrame:
    datasets = args.pop("source_datasets")
    sources = {
        name: [_source(stated, datasets) for stated in args.pop(name, [])]
        for name in ("event_conditions", "censor_conditions", "end_dates")
    }
    check, findings = args.pop("check_type", "warning"), Findings()
    keys = names(args.pop("subject_keys", None)) or ["STUDYID", "USUBJID"]
    groups = names(args.pop("by_vars", None))
    adsl, start = args.pop("dataset_adsl"), str(args.pop("start_date"))
    result = time_to_event(
        adsl, start, sources["event_conditions"],
        sources["censor_conditions"], ends=sources["end_dates"], by=keys, groups=groups,
        values=values(args.pop("set_values_to")), findings=findings, times=args.pop("create_datetime", False),
    )  # fmt: skip
    # How the start was imputed is the start's own flag.
    stem = start.removesuffix("DTM").removesuffix("DT")
    flags = {f"START{kind}": f"{stem}{kind}" for kind in ("DTF", "TMF") if f"{stem}{kind}" in adsl}
    result = merge(result, adsl, keys, flags) if flags else result
    if check == "error" and (findings.frame()["code"] == "ADAM_TIE").any():
        raise Refused(findings)
    return result.drop(columns=groups)


ADAPTERS = {
    "derive_extreme_event": best,
    "derive_vars_extreme_event": best_variables,
    "derive_param_tte": endpoint,
}


def agrees(case: dict) -> bool:
    args = given(case)
    if is_error(case):
        try:
            ADAPTERS[case["function"]](args)
        except (NameError, ValueError, Refused):
            return True
        return False
    result = ADAPTERS[case["function"]](args)
    assert not args, f"arguments without an adapter: {set(args)}"
    stated = frame_of(case["expected"], case["_folder"])
    # An end of observation may tell what a source leaves open: ours has the variable, blank.
    extra = [name for name in result if name not in stated.columns]
    assert set(stated) <= set(result) and (result[extra] == "").all(axis=None), set(result) ^ set(stated)
    return comparable(result, list(stated)) == comparable(stated, list(stated))


@pytest.mark.parametrize("case", cases(*FILES))
def test_events(case):
    assert agrees(case) is (case["id"] not in DEVIATIONS), DEVIATIONS.get(case["id"])


def test_deviations_are_cases_that_exist():
    result = case_ids(*FILES)
    assert not result or set(DEVIATIONS) <= result
