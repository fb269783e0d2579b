"""Imputation of dates and datetimes, study day, durations and ages of admiral."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.columns.days import age, age_in_years, duration, study_day, unit_of
from cdisc_npc.columns.imputation import Imputation, date_flag, end_of_day, impute, time_flag
from cdisc_npc.columns.keys import require
from cdisc_npc.findings import Refused
from tests.oracles.r_frames import comparable, given, moments, renamed
from tests.oracles.r_frames import frame as frame_of
from tests.oracles.values import case_ids, cases, expected_vector, is_error, many

FILES = [
    f"admiral/{name}"
    for name in (
        "impute_dtc_dt", "impute_dtc_dtm", "compute_dtf", "compute_tmf", "convert_dtc_to_dt", "convert_dtc_to_dtm",
        "derive_vars_dt", "derive_vars_dtm", "compute_duration", "derive_vars_duration", "derive_vars_aage",
        "compute_age_years", "derive_var_trtdurd", "derive_vars_dy",
    )
]  # fmt: skip
# Case id -> why ours is right.
DEVIATIONS: dict[str, str] = {}
_LEVELS = {
    "n": "none", "s": "second", "m": "minute", "h": "hour", "D": "day", "M": "month", "Y": "year",
}  # fmt: skip

Args = dict[str, Any]


def _imputation(args: Args, lowest: str) -> Imputation:
    return Imputation(
        _LEVELS[args.pop("highest_imputation", lowest)],
        str(args.pop("date_imputation", "first")).lower(),
        str(args.pop("time_imputation", "first")).lower(),
        bool(args.pop("preserve", False)),
    )


def _bounds(args: Args, made: pd.DataFrame, part: str) -> dict[str, list[np.ndarray]]:
    result = {}
    for side, ours in (("min_dates", "lower"), ("max_dates", "upper")):
        bounds = args.pop(side, None)
        columns = [made[name].to_numpy() if isinstance(name, str) else name for name in bounds or []]
        is_date = [isinstance(name, str) and not name.endswith("DTM") for name in bounds or []]
        if side == "max_dates" and part == "datetime":
            columns = [end_of_day(c) if date else c for c, date in zip(columns, is_date, strict=True)]
        result[ours] = columns
    return result


def _dtc(values: Any) -> pd.Series:
    return pd.Series(["" if value is None else value for value in many(values)], dtype="str")


def _vector(args: Args, part: str) -> np.ndarray:
    dtc = _dtc(args.pop("dtc"))
    return impute(
        dtc,
        _imputation(args, "n" if part == "date" else "h"),
        part=part,
        **_bounds(args, pd.DataFrame(), part),
    )


def _derived(args: Args, part: str) -> pd.DataFrame:
    built, prefix = args.pop("dataset"), args.pop("new_vars_prefix")
    name = str(args.pop("dtc"))
    require(built, [name])
    dtc = built[name]
    how = _imputation(args, "n" if part == "date" else "h")
    flag = args.pop("flag_imputation", "auto")
    seconds = not args.pop("ignore_seconds_flag", True)
    bounds = {
        side: [str(name) for name in args.pop(side)] for side in ("min_dates", "max_dates") if side in args
    }
    results = impute(dtc, how, part=part, **_bounds(bounds, built, part))
    result = built.assign(**{f"{prefix}{'DT' if part == 'date' else 'DTM'}": results})
    dated = _LEVELS_ORDER.index(how.highest) >= _LEVELS_ORDER.index("day")
    date_wanted = flag in ("date", "both") or (flag == "auto" and dated)
    time_wanted = part == "datetime" and (flag in ("time", "both") or flag == "auto")
    # A flag that is there already stays as it is.
    if date_wanted and f"{prefix}DTF" not in built:
        result[f"{prefix}DTF"] = date_flag(dtc, results)
    if time_wanted and f"{prefix}TMF" not in built:
        result[f"{prefix}TMF"] = time_flag(dtc, results, seconds=seconds)
    return result


_LEVELS_ORDER = list(_LEVELS.values())


def _duration_of(args: Args, start: Any, end: Any) -> np.ndarray:
    return duration(
        start,
        end,
        args.pop("out_unit", "days"),
        add_one=args.pop("add_one", True),
        whole=args.pop("trunc_out", False),
        dates=args.pop("floor_in", True),
        calendar=args.pop("type", "duration") == "interval",
        of=args.pop("in_unit", "days"),
    )


def _derived_duration(args: Args) -> pd.DataFrame:
    built = args.pop("dataset")
    names = [str(args.pop(name)) for name in ("start_date", "end_date")]
    require(built, names)
    unit, results = (
        args.get("out_unit", "days"),
        _duration_of(args, *(built[name].to_numpy() for name in names)),
    )
    result = {str(args.pop("new_var")): results}
    if "new_var_unit" in args:
        named = np.where(np.isnan(results), "", unit)
        result[str(args.pop("new_var_unit"))] = pd.Series(named, dtype="str")
    return built.assign(**result)


def _age(args: Args) -> pd.DataFrame:
    built, unit = args.pop("dataset"), args.pop("age_unit", "years")
    names = [str(args.pop("start_date", "BRTHDT")), str(args.pop("end_date", "RANDDT"))]
    require(built, names)
    start, end = (built[name].to_numpy() for name in names)
    result = age(start, end, unit)
    if args.pop("type", "interval") == "duration":
        result = duration(start, end, unit, add_one=False, whole=True)
    return built.assign(AAGE=result, AAGEU=unit_of(unit).upper())


def _study_days(args: Args) -> pd.DataFrame:
    result, reference = args.pop("dataset"), str(args.pop("reference_date"))
    sources = renamed(args.pop("source_vars"))
    require(result, [reference, *sources.values()])
    new = {}
    for name, source in sources.items():
        if result[source].dtype.kind != "M":
            raise ValueError(f"{source} is no date")
        stem = name if name != source else source.removesuffix("DTM").removesuffix("DT") + "DY"
        new[stem] = study_day(result[source].to_numpy(), result[reference].to_numpy())
    return result.assign(**new)


def _treatment_duration(args: Args) -> pd.DataFrame:
    result = args.pop("dataset")
    names = [str(args.pop("start_date", "TRTSDT")), str(args.pop("end_date", "TRTEDT"))]
    require(result, names)
    return result.assign(TRTDURD=duration(*(result[name].to_numpy() for name in names)))


def _flag(args: Args, function: Any, moment: str) -> pd.Series:
    dtc, result = _dtc(args.pop("dtc")), args.pop(moment)
    if moment == "dtm":
        return function(dtc, result, seconds=not args.pop("ignore_seconds_flag", True))
    return function(dtc, result)


ADAPTERS = {
    "impute_dtc_dt": lambda args: _vector(args, "date"),
    "impute_dtc_dtm": lambda args: _vector(args, "datetime"),
    "convert_dtc_to_dt": lambda args: _vector(args, "date"),
    "convert_dtc_to_dtm": lambda args: _vector(args, "datetime"),
    "compute_dtf": lambda args: _flag(args, date_flag, "dt"),
    "compute_tmf": lambda args: _flag(args, time_flag, "dtm"),
    "derive_vars_dt": lambda args: _derived(args, "date"),
    "derive_vars_dtm": lambda args: _derived(args, "datetime"),
    "compute_duration": lambda args: _duration_of(args, args.pop("start_date"), args.pop("end_date")),
    "derive_vars_duration": _derived_duration,
    "derive_vars_aage": _age,
    "compute_age_years": lambda args: age_in_years(args.pop("age"), args.pop("age_unit")),
    "derive_var_trtdurd": _treatment_duration,
    "derive_vars_dy": _study_days,
}


def adapted(case: dict) -> Any:
    args = given(case)
    result = ADAPTERS[case["function"]](args)
    assert not args, f"arguments without an adapter: {set(args)}"
    return result


def agrees(case: dict) -> bool:
    if is_error(case):
        try:
            adapted(case)
        except (ValueError, Refused):
            return True
        return False
    result = adapted(case)
    if case["expected"]["kind"] == "vector":
        stated = expected_vector(case)
        if result.dtype.kind == "M":
            stated = moments(stated)
            return bool(((result == stated) | (np.isnat(result) & np.isnat(stated))).all())
        if result.dtype.kind == "f":
            return bool(np.allclose(result, np.array(stated, dtype=float), rtol=1e-12, equal_nan=True))
        return result.tolist() == ["" if value is None else value for value in stated]
    stated = frame_of(case["expected"], case["_folder"])
    assert set(result) == set(stated)
    return comparable(result, list(stated)) == comparable(stated, list(stated))


@pytest.mark.parametrize("case", cases(*FILES))
def test_dates(case):
    assert agrees(case) is (case["id"] not in DEVIATIONS), DEVIATIONS.get(case["id"])


def test_deviations_are_cases_that_exist():
    result = case_ids(*FILES)
    assert not result or set(DEVIATIONS) <= result
