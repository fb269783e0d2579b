"""Response parameters of admiralonco, and the confirmed best responses of the shared vectors."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.adam.events import stack
from cdisc_npc.adam.responses import (
    NUMBERS,
    History,
    ResponsePolicies,
    best_response,
    clinical_benefit,
    confirmed_response,
    first_record,
    history,
    partial_after_complete,
    progression_day,
    until_progression,
)
from cdisc_npc.columns.distinct import take_or_blank
from cdisc_npc.columns.merge import merge
from cdisc_npc.findings import Refused
from cdisc_npc.recist.overall import BEST
from tests.oracles.r_frames import comparable, given, mask
from tests.oracles.r_frames import frame as frame_of
from tests.oracles.values import SHARED, case_ids, cases, is_error

FILES = [
    f"admiralonco/{name}"
    for name in (
        "derive_param_bor", "derive_param_clinbenefit", "derive_param_confirmed_bor", "derive_param_confirmed_resp",
        "derive_param_response", "filter_pd", "signal_crpr",
    )
]  # fmt: skip
# Case id -> why ours is right.
DEVIATIONS: dict[str, str] = {}
BY = ["STUDYID", "USUBJID"]

Args = dict[str, Any]


def _days(dates: pd.Series) -> np.ndarray:
    days = dates.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), np.iinfo(np.int64).max >> 1, days.astype(np.int64))


def _past(args: Args) -> tuple[pd.DataFrame, pd.DataFrame, History]:
    """The dataset, ADSL, and the assessments up to the first progression that the sources tell."""
    dataset, adsl = args.pop("dataset"), args.pop("dataset_adsl")
    if "aval_fun" in args:
        raise ValueError("AVAL is set by values, as all variables are")
    where = mask(args.pop("filter_source"), dataset, len(dataset))
    # Two cases have the text NA, which is no response: admiralonco passes it over, ours is told to.
    where &= (dataset["AVALC"] != "NA").to_numpy()
    if not where.any():
        raise ValueError("no record fits the source's filter")
    sources, source = args.pop("source_datasets") or {}, args.pop("source_pd")
    past = history(dataset, adsl, BY, where=where)
    if source is not None:
        past = until_progression(past, _source_days(source, sources, adsl))
    return dataset, adsl, past


def _source_days(source: dict[str, Any], sources: dict[str, pd.DataFrame], adsl: pd.DataFrame) -> np.ndarray:
    if source["dataset_name"] not in sources:
        raise ValueError(f"there is no dataset {source['dataset_name']}; expected one of {list(sources)}")
    frame, date = sources[source["dataset_name"]], str(source["date"])
    result = merge(
        adsl[BY], frame, BY, {"_DATE": date}, order=[date], take="first",
        where=mask(source["filter"], frame, len(frame)),
    )  # fmt: skip
    return _days(result["_DATE"])


def _policies(args: Args) -> ResponsePolicies:
    return ResponsePolicies(
        confirm_days=int(args.pop("ref_confirm", 28)),
        stable_days=int(args.pop("ref_start_window", 42)),
        not_evaluable=int(args.pop("max_nr_ne", 1)),
        stable_between=int(args.pop("accept_sd", False)),
        no_assessment="NE" if args.pop("missing_as_ne", False) else "MISSING",
        benefit=tuple(args.pop("clinben_vals", ("CR", "PR", "SD", "NON-CR/NON-PD"))),
    )


def _added(
    args: Args, dataset: pd.DataFrame, adsl: pd.DataFrame, row: np.ndarray, value: Any
) -> pd.DataFrame:
    """The dataset with a record a subject: that of ``row``, or ADSL's where there is none."""
    common = [name for name in adsl if name in dataset]
    result = adsl[common].assign(
        **{
            name: take_or_blank(dataset[name], row)
            for name in dataset
            if name not in common and name != "PARAMCD"
        }
    )
    result = result.assign(AVALC=pd.Series(value, dtype="str"))
    numbers = NUMBERS if set(value) <= set(BEST) else {"Y": 1.0, "N": 0.0}
    for name, stated in args.pop("set_values_to").items():
        if name == "AVAL" and "case_when" in str(stated):
            own = re.findall(r'"([^"]+)" ~ ([0-9.]+)', str(stated))
            numbers = {text: float(number) for text, number in own}
        result[name] = result["AVALC"].map(numbers) if name == "AVAL" else stated
    return stack([dataset, result])


def best(args: Args, confirmed: bool) -> pd.DataFrame:
    dataset, adsl, past = _past(args)
    reference = _days(adsl[str(args.pop("reference_date"))])
    policies = _policies(args)
    value, row = best_response(past, reference, policies, confirmed=confirmed)
    return _added(args, dataset, adsl, row, np.array(BEST, dtype=object)[value])


def yes_or_no(args: Args, find: Any) -> pd.DataFrame:
    dataset, adsl, past = _past(args)
    row = find(past, adsl)
    return _added(args, dataset, adsl, row, np.where(row < 0, "N", "Y"))


def benefit(args: Args) -> pd.DataFrame:
    policies, reference = _policies(args), str(args.pop("reference_date"))
    sources, source = args["source_datasets"], args.pop("source_resp")
    dataset = args["dataset"]

    def find(past: History, adsl: pd.DataFrame) -> np.ndarray:
        # The response is given as a source; what is a response by its value is so only there.
        responded = _source_days(source, sources, adsl)
        end = progression_day(past)
        none = past.only(
            ~np.isin(past.value, [0, 1])
            | (past.day >= _days(adsl[reference])[past.who] + policies.stable_days)
        )
        row = clinical_benefit(none, _days(adsl[reference]), policies, confirmed=True)
        day = np.where(row < 0, np.iinfo(np.int64).max >> 1, _days(dataset["ADT"])[row])
        frame = sources[source["dataset_name"]]
        at = merge(adsl[BY], frame.assign(_ROW=np.arange(len(frame), dtype=float)), BY, {"_ROW": "_ROW"},
                   order=["ADT"], take="first", where=mask(source["filter"], frame, len(frame)))["_ROW"]  # fmt: skip
        earlier = (responded < day) & (responded <= end)
        return np.where(earlier, at.fillna(-1).to_numpy().astype(np.int64), row)

    return yes_or_no(args, find)


def confirmed(args: Args) -> pd.DataFrame:
    policies = _policies(args)
    return yes_or_no(args, lambda past, adsl: confirmed_response(past, policies))


def response(args: Args) -> pd.DataFrame:
    args.pop("subject_keys", None)
    return yes_or_no(args, lambda past, adsl: first_record(past, ("CR", "PR")))


def up_to_progression(args: Args) -> pd.DataFrame:
    dataset = args.pop("dataset")
    kept = dataset[mask(args.pop("filter"), dataset, len(dataset))].reset_index(drop=True)
    subjects = kept[BY].drop_duplicates(ignore_index=True)
    day = _source_days(args.pop("source_pd"), args.pop("source_datasets"), subjects)
    return kept.iloc[np.sort(until_progression(history(kept, subjects, BY), day).row)]


def partial_after(args: Args) -> list[str]:
    dataset, order = args.pop("dataset"), args.pop("order")
    assert [str(name) for name in order] == ["ADT"]
    key = [str(name) for name in args.pop("subject_keys", [])] or BY
    subjects = dataset[key].drop_duplicates(ignore_index=True)
    result = subjects[partial_after_complete(history(dataset, subjects, key))]
    args.pop("msg", None)
    if args.pop("check_type", "warning") == "error" and len(result):
        raise ValueError(f"a PR follows a CR in {', '.join(result[key[-1]])}")
    return result[key[-1]].tolist()


ADAPTERS = {
    "derive_param_bor": lambda args: best(args, False),
    "derive_param_confirmed_bor": lambda args: best(args, True),
    "derive_param_clinbenefit": benefit,
    "derive_param_confirmed_resp": confirmed,
    "derive_param_response": response,
    "filter_pd": up_to_progression,
    "signal_crpr": partial_after,
}


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
    if case["expected"]["kind"] == "vector":
        # R gives the text of its warning; ours is the subjects that it is about.
        return bool(result) == bool(case["expected"]["values"])
    stated = frame_of(case["expected"], case["_folder"])
    assert set(result) == set(stated), set(result) ^ set(stated)
    return comparable(result, list(stated)) == comparable(stated, list(stated))


@pytest.mark.parametrize("case", cases(*FILES))
def test_admiralonco(case):
    assert agrees(case) is (case["id"] not in DEVIATIONS), DEVIATIONS.get(case["id"])


def test_deviations_are_cases_that_exist():
    result = case_ids(*FILES)
    assert not result or set(DEVIATIONS) <= result


# --- vectors.json -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    path = SHARED / "vectors.json"
    if not path.is_file():
        pytest.skip(f"no reference vectors: {path} is absent (set CDISC_NPC_SHARED)")
    return json.loads(path.read_text(encoding="utf-8"))


def _frames(subjects: dict[str, str], rows: list[list[str]]) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    adsl = pd.DataFrame({"USUBJID": pd.Series(list(subjects), dtype="str")})
    ovr = pd.DataFrame(rows, columns=["USUBJID", "ADT", "AVALC"]).astype("str")
    ovr["ADT"] = ovr["ADT"].astype("datetime64[us]")
    reference = np.array(list(subjects.values()), dtype="datetime64[D]").astype(np.int64)
    return adsl, ovr, reference


def _shown(ovr: pd.DataFrame, value: np.ndarray, row: np.ndarray) -> list[list[Any]]:
    dates = ["NA" if at < 0 else ovr["ADT"][at].date().isoformat() for at in row]
    return [list(item) for item in zip(dates, value, strict=True)]


def test_confirmed_best_response_of_the_vectors(vectors):
    said = vectors["cbor"]
    # What test2 changes is said in its note.
    changed = [row for row in said["ovr"] if row[0] != "7"] + [["7", "2020-04-02", "ND"]]
    for test, rows in (("test1", said["ovr"]), ("test2", changed)):
        stated, kw = said[test]["expect"], said[test]["kw"]
        adsl, ovr, reference = _frames(said["adsl"], rows)
        policies = ResponsePolicies(
            kw["confirm"], kw["window"], kw["max_nr_ne"], int(kw["accept_sd"]),
            no_assessment="NE" if kw["missing_as_ne"] else "MISSING",
        )  # fmt: skip
        value, row = best_response(until_progression(history(ovr, adsl)), reference, policies, confirmed=True)
        result = _shown(ovr, np.array(BEST, dtype=object)[value], row)
        assert result == [["NA" if date is None else date, best] for date, best in stated.values()]


def test_adrs_of_the_vectors(vectors):
    stated = vectors["adrs_onco"]
    kw = stated["kw"]
    policies = ResponsePolicies(kw["confirm"], kw["window"], kw["max_nr_ne"], int(kw["accept_sd"]))
    rows = [
        [s["usubjid"], day, value]
        for s in stated["subjects"]
        for day, value, first, _ in s["ovr"]
        if first == "Y"
    ]
    adsl, ovr, reference = _frames({s["usubjid"]: s["ref"] for s in stated["subjects"]}, rows)
    past = until_progression(history(ovr, adsl))
    result = {}
    for name, confirmed_ in (("BOR", False), ("CBOR", True)):
        value, row = best_response(past, reference, policies, confirmed=confirmed_)
        result[name] = [pair[::-1] for pair in _shown(ovr, np.array(BEST, dtype=object)[value], row)]
    for name, row in {
        "PD": first_record(past, ("PD",)),
        "RSP": first_record(past, ("CR", "PR")),
        "CB": clinical_benefit(past, reference, policies, confirmed=False),
        "CCB": clinical_benefit(past, reference, policies, confirmed=True),
        "CRSP": confirmed_response(past, policies),
    }.items():
        result[name] = [pair[::-1] for pair in _shown(ovr, np.where(row < 0, "N", "Y"), row)]
    for at, subject in enumerate(stated["subjects"]):
        assert {name: pairs[at] for name, pairs in result.items()} == subject["expect"]
