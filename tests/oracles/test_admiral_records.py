"""Merges, extreme records, baselines, flags, categories, joins and exposure of admiral."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.adam.categories import Category, categorize
from cdisc_npc.adam.events import stack
from cdisc_npc.adam.exposure import dose_intensity, exposure_parameter
from cdisc_npc.adam.sequence import sequence_number
from cdisc_npc.columns.extreme import extreme_flag
from cdisc_npc.columns.keys import require
from cdisc_npc.columns.merge import exists, merge
from cdisc_npc.columns.order import ties
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.verbs.baseline import baseline
from cdisc_npc.verbs.difference import change, percent_change
from cdisc_npc.verbs.relative_flag import relative_flag
from cdisc_npc.verbs.treatment_emergent import treatment_emergent, worsened, worsened_in_group
from tests.oracles.r_conditions import names_in, parse_r
from tests.oracles.r_frames import comparable, evaluate, given, mask, names, renamed
from tests.oracles.r_frames import frame as frame_of
from tests.oracles.r_joined import joined_mask
from tests.oracles.values import case_ids, cases, is_error

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
    """A flag as admiral has it: text, or numbers where its values are."""
    if any(isinstance(value, (int, float)) for value in (true, false)):
        return pd.Series(np.where(flags, *(np.nan if value is None else value for value in (true, false))))
    return pd.Series(np.where(flags, true or "", false or ""), dtype="str")


def merged(args: Args) -> pd.DataFrame:
    built, add = args.pop("dataset"), args.pop("dataset_add")
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
        built, add, by, new or None, order=order, take=take or "only", where=where,
        missing=args.pop("missing_values", None), findings=findings,
        one_to_one=args.pop("relationship", None) == "one-to-one",
    )  # fmt: skip
    if check == "error" and len(findings):
        raise Refused(findings)
    if "exist_flag" in args:
        _, there = exists(built, add, by, where)
        flags = text(there, args.pop("true_value", "Y"), args.pop("false_value", None))
        result = result.assign(**{str(args.pop("exist_flag")): flags})
    return result


def exist_flag(args: Args) -> pd.DataFrame:
    built, add = args.pop("dataset"), args.pop("dataset_add")
    kept = mask(args.pop("filter_add", None), add, len(add))
    add = add if kept is None else add[kept].reset_index(drop=True)
    result, there = exists(
        built, add, renamed(args.pop("by_vars")), mask(args.pop("condition"), add, len(add))
    )
    flags = text(there, args.pop("true_value", "Y"), args.pop("false_value", None))
    missing = args.pop("missing_value", None)
    flags[~result] = (np.nan if flags.dtype == "float64" else "") if missing is None else missing
    return built.assign(**{str(args.pop("new_var")): flags})


def extreme(args: Args) -> pd.DataFrame:
    result, findings = args.pop("dataset"), Findings()
    flags = extreme_flag(
        result, names(args.pop("by_vars")), names(args.pop("order")), args.pop("mode"),
        all_ties=args.pop("flag_all", False), findings=findings,
    )  # fmt: skip
    if args.pop("check_type", "warning") == "error" and len(findings):
        raise Refused(findings)
    values = args.pop("true_value", "Y"), args.pop("false_value", None)
    return result.assign(**{str(args.pop("new_var")): text(flags, *values)})


def numbered(args: Args) -> pd.DataFrame:
    result = args.pop("dataset")
    # An expression to sort by is a column of its own: !is.na(X) puts what is missing first.
    order, by = names(args.pop("order", None)), names(args.pop("by_vars", None))
    keys = {name: evaluate(name, result).astype(float) for name in order if name not in result.columns}
    keyed = result.assign(**keys)
    if args.pop("check_type", "none") == "error" and ties(keyed, by, order).any():
        raise ValueError("the order does not decide")
    number = sequence_number(keyed, by, order)
    return result.assign(**{str(args.pop("new_var", "ASEQ")): number})


def base(args: Args) -> pd.DataFrame:
    built = args.pop("dataset")
    flagged = mask(args.pop("filter", None), built, len(built))
    result = baseline(built, names(args.pop("by_vars")), str(args.pop("source_var", "AVAL")), flagged)
    return built.assign(**{str(args.pop("new_var", "BASE")): result})


def emergent(args: Args) -> pd.DataFrame:
    result = args.pop("dataset")
    window, last = args.pop("end_window", None), args.pop("trt_end_date", None)
    initial, most = args.pop("initial_intensity", None), args.pop("intensity", None)
    group = args.pop("group_var", None)
    args.pop("subject_keys", None)
    columns = [
        str(args.pop(name, default))
        for name, default in (("start_date", "ASTDTM"), ("end_date", "AENDTM"), ("trt_start_date", "TRTSDTM"))
    ]
    require(result, columns)
    worse = None
    if group is None and (initial is None) != (most is None):
        raise ValueError("the intensity at the start and the greatest one belong together")
    if group is not None and most is not None:
        worse = worsened_in_group(result, ["USUBJID", str(group)], columns[0], columns[2], str(most))
    elif most is not None:
        worse = worsened(result[str(initial)], result[str(most)])
    flags = treatment_emergent(
        *(result[name].to_numpy() for name in columns),
        None if last is None else result[str(last)].to_numpy(),
        window=None if window is None else int(window),
        times=not args.pop("ignore_time_for_trt_end", True),
        worsened=worse,
    )
    return result.assign(**{str(args.pop("new_var", "TRTEMFL")): text(flags)})


def categories(args: Args) -> pd.DataFrame:
    built, definition = args.pop("dataset"), args.pop("definition")
    header = [str(item).removeprefix("~") for item in definition if str(item).startswith("~")]
    cells = definition[len(header) :]
    if len(cells) % len(header):
        raise ValueError("the definition is no table")
    by = names(args.pop("by_vars", None))
    if len(by) > 1:
        raise ValueError("a definition is for one variable")
    require(built, by)
    rows = [
        dict(zip(header, cells[at : at + len(header)], strict=True))
        for at in range(0, len(cells), len(header))
    ]
    result = []
    for row in rows:
        where = mask(row.pop("condition"), built, len(built))
        for name in by:
            where = where & (built[name] == row.pop(name)).to_numpy()
        result.append(Category(where, row))
    return categorize(built.drop(columns=[name for name in rows[0] if name in built.columns]), result)


def joined(args: Args) -> pd.DataFrame:
    result, add = args.pop("dataset"), args.pop("dataset_add")
    args.pop("join_vars", None)
    args.pop("check_type", None)
    kept = mask(args.pop("filter_add", None), add, len(add))
    add = add if kept is None else add[kept].reset_index(drop=True)
    stated = {"join_type": args.pop("join_type"), "condition": args.pop("filter_join")}
    stated |= {name: args.pop(name) for name in ("first_cond_upper", "tmp_obs_nr_var") if name in args}
    by, order = names(args.pop("by_vars", None)), names(args.pop("order", None))
    return result[joined_mask(stated, result, by, order, add)]


def relative(args: Args) -> pd.DataFrame:
    result = args.pop("dataset")
    flags = relative_flag(
        result, names(args.pop("by_vars")), names(args.pop("order")), mask(args.pop("condition"), result, len(result)),
        take=args.pop("mode"), side=args.pop("selection"), inclusive=args.pop("inclusive"),
        without=args.pop("keep_no_ref_groups", True),
    )  # fmt: skip
    return result[flags]


def dose_intensities(args: Args) -> pd.DataFrame:
    result, by = args.pop("dataset"), names(args.pop("by_vars"))
    codes = args.pop("tadm_code", "TNDOSE"), args.pop("tpadm_code", "TSNDOSE")
    new_values = {"PARAMCD": "TNDOSINT"} | args.pop("set_values_to", {})
    one, two = (result[result["PARAMCD"] == code] for code in codes)
    zero = "100" if args.pop("zero_doses", "Inf") == "100" else "missing"
    both = merge(one[by].assign(TAKEN=one["AVAL"]), two, by, {"PLANNED": "AVAL"}, take="only")
    both = both.assign(
        **new_values, AVAL=dose_intensity(both["TAKEN"].to_numpy(), both["PLANNED"].to_numpy(), zero)
    )
    new = both.dropna(subset=["TAKEN", "PLANNED"])
    return pd.concat([result, new[[*by, *new_values, "AVAL"]]], ignore_index=True)


def exposure(args: Args) -> pd.DataFrame:
    result, add = args.pop("dataset"), args.pop("dataset_add")
    kept = mask(args.pop("filter_add", None), add, len(add))
    stated = dict(args.pop("set_values_to"))
    statistic = re.fullmatch(r"(sum|mean|min|max)\(AVAL, na.rm = TRUE\)", str(stated.pop("AVAL")))
    assert statistic, "a statistic without an adapter"
    add = add if kept is None else add[kept]
    new = exposure_parameter(add, names(args.pop("by_vars")), args.pop("input_code"), stated, statistic[1])
    return stack([result, new])


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
    result = args.pop("dataset")
    return result.assign(
        **{
            name: function(result["AVAL"].to_numpy(), result["BASE"].to_numpy())
            for name, function in new.items()
        }
    )


def agrees(case: dict) -> bool:
    args = given(case)
    if is_error(case):
        try:
            ADAPTERS[case["function"]](args)
        except (ValueError, Refused):
            return True
        return False
    result = ADAPTERS[case["function"]](args)
    assert not args, f"arguments without an adapter: {set(args)}"
    stated = frame_of(case["expected"], case["_folder"])
    assert set(result) == set(stated), set(result) ^ set(stated)
    return comparable(result, list(stated)) == comparable(stated, list(stated))


@pytest.mark.parametrize("case", cases(*FILES))
def test_records(case):
    assert agrees(case) is (case["id"] not in DEVIATIONS), DEVIATIONS.get(case["id"])


def test_deviations_are_cases_that_exist():
    result = case_ids(*FILES)
    assert not result or set(DEVIATIONS) <= result


def test_names_in_an_expression():
    assert names_in(parse_r("ADT >= TRTSDT + 28")) == {"ADT", "TRTSDT"}
