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
    found = {}
    for side, ours in (("min_dates", "lower"), ("max_dates", "upper")):
        bounds = args.pop(side, None)
        columns = [made[name].to_numpy() if isinstance(name, str) else name for name in bounds or []]
        is_date = [isinstance(name, str) and not name.endswith("DTM") for name in bounds or []]
        if side == "max_dates" and part == "datetime":
            columns = [end_of_day(c) if date else c for c, date in zip(columns, is_date, strict=True)]
        found[ours] = columns
    return found


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
    made, prefix = args.pop("dataset"), args.pop("new_vars_prefix")
    name = str(args.pop("dtc"))
    require(made, [name])
    dtc = made[name]
    how = _imputation(args, "n" if part == "date" else "h")
    flag = args.pop("flag_imputation", "auto")
    seconds = not args.pop("ignore_seconds_flag", True)
    bounds = {
        side: [str(name) for name in args.pop(side)] for side in ("min_dates", "max_dates") if side in args
    }
    found = impute(dtc, how, part=part, **_bounds(bounds, made, part))
    result = made.assign(**{f"{prefix}{'DT' if part == 'date' else 'DTM'}": found})
    dated = _LEVELS_ORDER.index(how.highest) >= _LEVELS_ORDER.index("day")
    date_wanted = flag in ("date", "both") or (flag == "auto" and dated)
    time_wanted = part == "datetime" and (flag in ("time", "both") or flag == "auto")
    # A flag that is there already stays as it is.
    if date_wanted and f"{prefix}DTF" not in made:
        result[f"{prefix}DTF"] = date_flag(dtc, found)
    if time_wanted and f"{prefix}TMF" not in made:
        result[f"{prefix}TMF"] = time_flag(dtc, found, seconds=seconds)
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
    made = args.pop("dataset")
    names = [str(args.pop(name)) for name in ("start_date", "end_date")]
    require(made, names)
    unit, found = args.get("out_unit", "days"), _duration_of(args, *(made[name].to_numpy() for name in names))
    result = {str(args.pop("new_var")): found}
    if "new_var_unit" in args:
        named = np.where(np.isnan(found), "", unit)
        result[str(args.pop("new_var_unit"))] = pd.Series(named, dtype="str")
    return made.assign(**result)


def _age(args: Args) -> pd.DataFrame:
    made, unit = args.pop("dataset"), args.pop("age_unit", "years")
    names = [str(args.pop("start_date", "BRTHDT")), str(args.pop("end_date", "RANDDT"))]
    require(made, names)
    start, end = (made[name].to_numpy() for name in names)
    found = age(start, end, unit)
    if args.pop("type", "interval") == "duration":
        found = duration(start, end, unit, add_one=False, whole=True)
    return made.assign(AAGE=found, AAGEU=unit_of(unit).upper())


def _study_days(args: Args) -> pd.DataFrame:
    made, reference = args.pop("dataset"), str(args.pop("reference_date"))
    sources = renamed(args.pop("source_vars"))
    require(made, [reference, *sources.values()])
    new = {}
    for name, source in sources.items():
        if made[source].dtype.kind != "M":
            raise ValueError(f"{source} is no date")
        stem = name if name != source else source.removesuffix("DTM").removesuffix("DT") + "DY"
        new[stem] = study_day(made[source].to_numpy(), made[reference].to_numpy())
    return made.assign(**new)


def _treatment_duration(args: Args) -> pd.DataFrame:
    made = args.pop("dataset")
    names = [str(args.pop("start_date", "TRTSDT")), str(args.pop("end_date", "TRTEDT"))]
    require(made, names)
    return made.assign(TRTDURD=duration(*(made[name].to_numpy() for name in names)))


def _flag(args: Args, function: Any, moment: str) -> pd.Series:
    dtc, made = _dtc(args.pop("dtc")), args.pop(moment)
    if moment == "dtm":
        return function(dtc, made, seconds=not args.pop("ignore_seconds_flag", True))
    return function(dtc, made)


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
    made = ADAPTERS[case["function"]](args)
    assert not args, f"arguments without an adapter: {set(args)}"
    return made


def agrees(case: dict) -> bool:
    if is_error(case):
        try:
            adapted(case)
        except (ValueError, Refused):
            return True
        return False
    made = adapted(case)
    if case["expected"]["kind"] == "vector":
        stated = expected_vector(case)
        if made.dtype.kind == "M":
            stated = moments(stated)
            return bool(((made == stated) | (np.isnat(made) & np.isnat(stated))).all())
        if made.dtype.kind == "f":
            return bool(np.allclose(made, np.array(stated, dtype=float), rtol=1e-12, equal_nan=True))
        return made.tolist() == ["" if value is None else value for value in stated]
    stated = frame_of(case["expected"], case["_folder"])
    assert set(made) == set(stated)
    return comparable(made, list(stated)) == comparable(stated, list(stated))


@pytest.mark.parametrize("case", cases(*FILES))
def test_dates(case):
    assert agrees(case) is (case["id"] not in DEVIATIONS), DEVIATIONS.get(case["id"])


def test_deviations_are_cases_that_exist():
    found = case_ids(*FILES)
    assert not found or set(DEVIATIONS) <= found
