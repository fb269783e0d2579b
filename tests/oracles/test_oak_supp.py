"""generate_sdtm_supp of sdtm.oak."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.qualifiers import Qualifier, make_supp, merge_supp
from cdisc_npc.study.written import DatasetModel
from tests.oracles.values import arguments, cases, is_error, many, records, table

KNOWN = {
    "sdtm_dataset", "idvar", "supp_qual_info", "qnam_var", "label_var", "orig_var", "eval_var", "eval",
}  # fmt: skip
REFUSALS = (Refused, ValidationError, ValueError, TypeError, KeyError)


def stated_qualifiers(args: dict[str, Any], dataset: Any) -> list[Qualifier]:
    """oak's table of qualifiers as the `supplemental` part of a dataset's mapping."""
    info = args["supp_qual_info"]
    supplemental = info
    if isinstance(info, pd.DataFrame):
        supplemental = {}
        for row in info.to_dict("records"):
            qualifier: dict[str, Any] = {}
            for part, name in (("label", args["label_var"]), ("origin", args["orig_var"])):
                # A name of no column, or no single name, is as wrong as what it stands for: left to the model.
                qualifier[part] = row.get(name, "") if isinstance(name, str) else name
            if args.get("eval_var"):
                qualifier["evaluator"] = row[args["eval_var"]]
            supplemental[row.get(args["qnam_var"])] = qualifier
    model = DatasetModel.model_validate({"dataset": dataset, "supplemental": supplemental})
    return [
        Qualifier(name, stated.label, stated.origin or "", stated.evaluator)
        for name, stated in model.supplemental.items()
    ]


def split(case: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The dataset given, the same without its qualifiers, and SUPP--."""
    args = arguments(case)
    assert set(args) <= KNOWN, f"arguments without an adapter: {set(args) - KNOWN}"
    whole = args["sdtm_dataset"]
    if not isinstance(whole, pd.DataFrame):
        raise TypeError(f"expected a dataset, not {whole!r}")
    name = str(whole["DOMAIN"].iloc[0])
    qualifiers = stated_qualifiers(args, name)
    values = [(item, whole.get(item.name, pd.Series(dtype="str"))) for item in qualifiers]
    supp = make_supp(whole, values, dataset=name, idvar=args.get("idvar"))
    return whole, whole.drop(columns=[item.name for item in qualifiers]), supp


@pytest.mark.parametrize("case", cases("sdtm.oak/generate_sdtm_supp"))
def test_generate_sdtm_supp(case: dict[str, Any]) -> None:
    if is_error(case):
        with pytest.raises(REFUSALS, match=r"\w"):
            split(case)
        return
    whole, parent, supp = split(case)
    folder = case["_folder"]
    stated_parent, stated_supp = (table(item, folder) for item in case["expected"]["items"])
    assert case["expected"]["names"] == [parent["DOMAIN"].iloc[0], f"SUPP{parent['DOMAIN'].iloc[0]}"]
    assert list(parent) == list(stated_parent)
    assert records(parent) == records(stated_parent)
    assert list(supp) == list(stated_supp)
    numeric = pd.api.types.is_numeric_dtype(stated_supp["IDVARVAL"].dtype) and many(arguments(case)["idvar"])
    result = supp.assign(IDVARVAL=supp["IDVARVAL"].astype(float)) if numeric else supp
    assert sorted(records(result), key=str) == sorted(records(stated_supp), key=str)
    merged = merge_supp(parent, supp)
    assert records(merged[list(whole)]) == records(whole)
