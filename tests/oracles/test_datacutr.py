"""date_cut, impute_sdtm, pt_cut and special_dm_cut of datacutr."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.data_cut import cut_moments, date_cut, earliest_moment, patient_cut, special_dm_cut
from tests.oracles.values import ORACLES, arguments, cases, expected_table, is_error, records

# Where our result differs from datacutr's, by case: the reason in the standard.
DEVIATIONS: dict[str, str] = {}
REFUSALS = (Refused, TypeError, ValueError)

Args = dict[str, Any]


def iso(moments: np.ndarray) -> pd.Series:
    """Moments as the cases have them."""
    return pd.Series(np.where(np.isnat(moments), "", np.datetime_as_string(moments)), dtype="str")


def flag(dropped: np.ndarray) -> pd.Series:
    return pd.Series(np.where(dropped, "Y", ""), dtype="str")


def the_cuts(case: dict, cut: pd.DataFrame, variable: str | None) -> pd.Series:
    """The cuts by subject; only R's date-times (and NA alone, which has no type) are moments for us too."""
    for name in filter(None, ("USUBJID", variable)):
        if name not in cut.columns:
            raise ValueError(f"the data cut has no column {name}")
    if variable is None:
        moments = pd.Series(np.datetime64("2000-01-01", "s"), index=range(len(cut)))
    else:
        stored = case["inputs"][case["args"]["dataset_cut"]["table"]]["columns"]
        kind = next(column["type"] for column in stored if column["name"] == variable)
        moments = cut[variable]
        if kind == "datetime" or (kind == "logical" and moments.isna().all()):
            moments = pd.to_datetime(moments.replace("", None), format="ISO8601").astype("datetime64[s]")
    return pd.Series(moments.to_numpy(), index=pd.Index(cut["USUBJID"]))


def pt_cut_case(case: dict, args: Args) -> pd.DataFrame:
    frame = args.pop("dataset_sdtm")
    remove = patient_cut(frame, the_cuts(case, args.pop("dataset_cut"), None))
    return frame if frame.empty else frame.assign(DCUT_TEMP_REMOVE=flag(remove))


def date_cut_case(case: dict, args: Args) -> pd.DataFrame:
    frame, variable = args.pop("dataset_sdtm"), str(args.pop("sdtm_date_var"))
    cuts = the_cuts(case, args.pop("dataset_cut"), str(args.pop("cut_var")))
    remove = date_cut(frame, variable, cuts)
    if frame.empty:
        return frame
    return frame.assign(
        DCUT_TEMP_SDTM_DATE=iso(earliest_moment(frame[variable])[0]),
        DCUT_TEMP_DCUTDTM=iso(cut_moments(frame["USUBJID"], cuts)[0]),
        DCUT_TEMP_REMOVE=flag(remove),
    )


def special_dm_cut_case(case: dict, args: Args) -> pd.DataFrame:
    dm = args.pop("dataset_dm")
    cuts = the_cuts(case, args.pop("dataset_cut"), str(args.pop("cut_var", "DCUTDTM")))
    remove, late_death = special_dm_cut(dm, cuts)
    if dm.empty:
        return dm
    return dm.assign(
        DCUT_TEMP_REMOVE=flag(remove),
        DCUT_TEMP_DTHDT=iso(earliest_moment(dm["DTHDTC"])[0]),
        DCUT_TEMP_DCUTDTM=iso(cut_moments(dm["USUBJID"], cuts)[0]),
        DCUT_TEMP_DTHCHANGE=flag(late_death),
    )


def impute_sdtm_case(case: dict, args: Args) -> pd.DataFrame:
    frame, variable = args.pop("dsin"), str(args.pop("varin"))
    if variable not in frame.columns:
        raise ValueError(f"no column {variable}")
    moments, problem = earliest_moment(frame[variable])
    if (problem != "").any():
        raise ValueError(f"{variable}: expected {problem[problem != ''][0]}")
    return frame.assign(**{str(args.pop("varout")): iso(moments)})


ADAPTERS: dict[str, Callable[[dict, Args], pd.DataFrame]] = {
    "pt_cut": pt_cut_case,
    "date_cut": date_cut_case,
    "special_dm_cut": special_dm_cut_case,
    "impute_sdtm": impute_sdtm_case,
}
FILES = [f"datacutr/{path.stem}" for path in sorted((ORACLES / "datacutr").glob("*.json"))]


def adapted(case: dict) -> pd.DataFrame:
    args = arguments(case)
    result = ADAPTERS[case["function"]](case, args)
    assert not args, f"arguments without an adapter: {set(args)}"
    return result


@pytest.mark.parametrize("case", cases(*FILES))
def test_datacutr(case):
    assert case["function"] in ADAPTERS, f"no adapter for {case['function']}"
    if case["id"] in DEVIATIONS:
        assert deviates(case), f"no longer a deviation: {DEVIATIONS[case['id']]}"
        return
    if is_error(case):
        with pytest.raises(REFUSALS, match=r"\w"):
            adapted(case)
        return
    result, stated = adapted(case), expected_table(case)
    assert list(result) == list(stated)
    assert records(result) == records(stated)


def deviates(case: dict) -> bool:
    try:
        result = adapted(case)
    except REFUSALS:
        return not is_error(case)
    return is_error(case) or records(result) != records(expected_table(case))
