"""Merges, extreme records, baselines, flags, categories, joins and exposure of admiral."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from r_conditions import names_in, parse_r
from r_frames import comparable, evaluate, given, mask, names, renamed
from r_frames import frame as frame_of
from values import case_ids, cases, is_error

from cdisc_npc.adam.baseline import baseline, change, percent_change
from cdisc_npc.adam.categories import Category, categorize
from cdisc_npc.adam.emergent import treatment_emergent, worsened, worsened_in_group
from cdisc_npc.adam.exposure import dose_intensity, exposure_parameter
from cdisc_npc.adam.extreme import extreme_flag
from cdisc_npc.adam.joined import pairs
from cdisc_npc.adam.merge import exists, merge
from cdisc_npc.adam.order import require
from cdisc_npc.adam.relative import relative_flag
from cdisc_npc.adam.sequence import sequence_number
from cdisc_npc.findings import Findings, Refused

FILES = [
    f"admiral/{name}"
    for name in (
        "derive_vars_merged", "derive_var_merged_exist_flag", "derive_var_extreme_flag", "derive_var_obs_number",
        "derive_var_base", "derive_var_chg", "derive_var_pchg", "derive_var_trtemfl", "derive_vars_cat",
        "filter_joined", "filter_relative", "derive_param_doseint", "derive_param_exposure",
    )
]  # fmt: skip
# Case id -> why ours is right.
DEVIATIONS: dict[str, str] = {
    "admiral/derive_param_doseint/L1.1": "A dose without a planned one has no intensity: admiral has Inf, which no "
    "SAS dataset can hold; ours is missing. All other records are alike.",
}

Args = dict[str, Any]


def text(flags: np.ndarray, true: Any = "Y", false: Any = "") -> pd.Series:
    return pd.Series(np.where(flags, true or "", false or ""), dtype="str")


def merged(args: Args) -> pd.DataFrame:
    made, add = args.pop("dataset"), args.pop("dataset_add")
    by = renamed(args.pop("by_vars"))
    new = renamed(args.pop("new_vars", None))
    add = add.assign(
        **{name: evaluate(source, add) for name, source in new.items() if source not in add.columns}
    )
    new = {name: source if source in add.columns else name for name, source in new.items()}
    order, take = names(args.pop("order", None)), args.pop("mode", None)
    where = mask(args.pop("filter_add", None), add, len(add))
    findings, check = Findings(), args.pop("check_type", "warning")
    args.pop("duplicate_msg", None)
    result = merge(
        made, add, by, new or None, order=order, take=take or "only", where=where,
        missing=args.pop("missing_values", None), findings=findings,
        one_to_one=args.pop("relationship", None) == "one-to-one",
    )  # fmt: skip
    if check == "error" and len(findings):
        raise Refused(findings)
    if "exist_flag" in args:
        _, there = exists(made, add, by, where)
        flags = text(there, args.pop("true_value", "Y"), args.pop("false_value", None))
        result = result.assign(**{str(args.pop("exist_flag")): flags})
    return result


def exist_flag(args: Args) -> pd.DataFrame:
    made, add = args.pop("dataset"), args.pop("dataset_add")
    _, there = exists(made, add, renamed(args.pop("by_vars")), mask(args.pop("condition"), add, len(add)))
    return made.assign(**{str(args.pop("new_var")): text(there)})


def extreme(args: Args) -> pd.DataFrame:
    made = args.pop("dataset")
    args.pop("check_type", None)
    flags = extreme_flag(
        made, names(args.pop("by_vars")), names(args.pop("order")), args.pop("mode"),
        all_ties=args.pop("flag_all", False),
    )  # fmt: skip
    values = args.pop("true_value", "Y"), args.pop("false_value", None)
    return made.assign(**{str(args.pop("new_var")): text(flags, *values)})


def numbered(args: Args) -> pd.DataFrame:
    made = args.pop("dataset")
    # An expression to sort by is a column of its own: !is.na(X) puts what is missing first.
    order = names(args.pop("order"))
    keys = {name: evaluate(name, made).astype(float) for name in order if name not in made.columns}
    number = sequence_number(made.assign(**keys), names(args.pop("by_vars")), order)
    return made.assign(**{str(args.pop("new_var", "ASEQ")): number})


def base(args: Args) -> pd.DataFrame:
    made = args.pop("dataset")
    found = baseline(made, names(args.pop("by_vars")), str(args.pop("source_var")))
    return made.assign(**{str(args.pop("new_var")): found})


def emergent(args: Args) -> pd.DataFrame:
    made = args.pop("dataset")
    window, last = args.pop("end_window", None), args.pop("trt_end_date", None)
    initial, most = args.pop("initial_intensity", None), args.pop("intensity", None)
    group = args.pop("group_var", None)
    args.pop("subject_keys", None)
    worse = None
    if group is None and (initial is None) != (most is None):
        raise ValueError("the intensity at the start and the greatest one belong together")
    if group is not None and most is not None:
        worse = worsened_in_group(made, ["USUBJID", str(group)], "ASTDTM", "TRTSDTM", str(most))
    elif most is not None:
        worse = worsened(made[str(initial)], made[str(most)])
    flags = treatment_emergent(
        *(made[name].to_numpy() for name in ("ASTDTM", "AENDTM", "TRTSDTM")),
        None if last is None else made[str(last)].to_numpy(),
        window=None if window is None else int(window),
        times=not args.pop("ignore_time_for_trt_end", True),
        worsened=worse,
    )
    return made.assign(**{str(args.pop("new_var", "TRTEMFL")): text(flags)})


def categories(args: Args) -> pd.DataFrame:
    made, definition = args.pop("dataset"), args.pop("definition")
    header = [str(item).removeprefix("~") for item in definition if str(item).startswith("~")]
    cells = definition[len(header) :]
    if len(cells) % len(header):
        raise ValueError("the definition is no table")
    by = names(args.pop("by_vars", None))
    if len(by) > 1:
        raise ValueError("a definition is for one variable")
    require(made, by)
    rows = [
        dict(zip(header, cells[at : at + len(header)], strict=True))
        for at in range(0, len(cells), len(header))
    ]
    found = []
    for row in rows:
        where = mask(row.pop("condition"), made, len(made))
        for name in by:
            where = where & (made[name] == row.pop(name)).to_numpy()
        found.append(Category(where, row))
    return categorize(made.drop(columns=[name for name in rows[0] if name in made.columns]), found)


def joined(args: Args) -> pd.DataFrame:
    made, add = args.pop("dataset"), args.pop("dataset_add")
    args.pop("join_vars")
    until = args.pop("first_cond_upper", None)

    def columns(left: np.ndarray, right: np.ndarray) -> dict[str, pd.Series]:
        beside = {f"{name}.join": add[name].take(right).reset_index(drop=True) for name in add}
        return beside | {name: made[name].take(left).reset_index(drop=True) for name in made}

    left, right = pairs(
        made, add, renamed(args.pop("by_vars")), order=names(args.pop("order", None)), side=args.pop("join_type"),
        until=None if until is None else lambda a, b: mask(until, columns(a, b), len(a)),
    )  # fmt: skip
    condition = args.pop("filter_join")
    match None if condition is True else parse_r(str(condition)):
        case ("compare", "<=", ("call", "count_vals", [(_, variable), (_, value)]), limit):
            counted = columns(left, right)[variable[1]] == value[1]
            sums = np.bincount(left[counted.to_numpy()], minlength=len(made))
            kept = np.unique(left[sums[left] <= limit[1]])
        case _:
            kept = np.unique(left[mask(condition, columns(left, right), len(left))])
    return made.iloc[kept]


def relative(args: Args) -> pd.DataFrame:
    made = args.pop("dataset")
    flags = relative_flag(
        made, names(args.pop("by_vars")), names(args.pop("order")), mask(args.pop("condition"), made, len(made)),
        take=args.pop("mode"), side=args.pop("selection"), inclusive=args.pop("inclusive"),
        without=args.pop("keep_no_ref_groups", True),
    )  # fmt: skip
    return made[flags]


def dose_intensities(args: Args) -> pd.DataFrame:
    made, by = args.pop("dataset"), names(args.pop("by_vars"))
    one, two = (made[made["PARAMCD"] == code] for code in ("TNDOSE", "TSNDOSE"))
    zero = "100" if args.pop("zero_doses", "Inf") == "100" else "missing"
    both = merge(one[by].assign(TAKEN=one["AVAL"]), two, by, {"PLANNED": "AVAL"}, take="only")
    both = both.assign(
        PARAMCD="TNDOSINT", AVAL=dose_intensity(both["TAKEN"].to_numpy(), both["PLANNED"].to_numpy(), zero)
    )
    new = both.dropna(subset=["TAKEN", "PLANNED"])
    return pd.concat([made, new[[*by, "PARAMCD", "AVAL"]]], ignore_index=True)


def exposure(args: Args) -> pd.DataFrame:
    made = args.pop("dataset_add")
    return exposure_parameter(made, names(args["by_vars"]), args["input_code"], args["set_values_to"])


ADAPTERS = {
    "derive_vars_merged": merged,
    "derive_var_merged_exist_flag": exist_flag,
    "derive_var_extreme_flag": extreme,
    "derive_var_obs_number": numbered,
    "derive_var_base": base,
    "derive_var_chg": lambda args: _with(args, CHG=change),
    "derive_var_pchg": lambda args: _with(args, PCHG=percent_change),
    "derive_var_trtemfl": emergent,
    "derive_vars_cat": categories,
    "filter_joined": joined,
    "filter_relative": relative,
    "derive_param_doseint": dose_intensities,
    "derive_param_exposure": exposure,
}


def _with(args: Args, **new: Any) -> pd.DataFrame:
    made = args.pop("dataset")
    return made.assign(
        **{name: function(made["AVAL"].to_numpy(), made["BASE"].to_numpy()) for name, function in new.items()}
    )


def agrees(case: dict) -> bool:
    args = given(case)
    if is_error(case):
        try:
            ADAPTERS[case["function"]](args)
        except (ValueError, Refused):
            return True
        return False
    made = ADAPTERS[case["function"]](args)
    assert not args, f"arguments without an adapter: {set(args)}"
    stated = frame_of(case["expected"], case["_folder"])
    assert set(made) == set(stated), set(made) ^ set(stated)
    return comparable(made, list(stated)) == comparable(stated, list(stated))


@pytest.mark.parametrize("case", cases(*FILES))
def test_records(case):
    assert agrees(case) is (case["id"] not in DEVIATIONS), DEVIATIONS.get(case["id"])


def test_deviations_are_cases_that_exist():
    found = case_ids(*FILES)
    assert not found or set(DEVIATIONS) <= found


def test_names_in_an_expression():
    assert names_in(parse_r("ADT >= TRTSDT + 28")) == {"ADT", "TRTSDT"}
