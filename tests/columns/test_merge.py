import numpy as np
import pandas as pd
import pytest

from cdisc_npc.columns.merge import exists, merge, partners
from cdisc_npc.findings import Findings, Refused

ADSL = pd.DataFrame({"USUBJID": pd.Series(["1", "2", "3"], dtype="str")})
EX = pd.DataFrame(
    {
        "USUBJID": pd.Series(["2", "1", "2"], dtype="str"),
        "EXSEQ": [1.0, 1.0, 2.0],
        "EXSTDT": np.array(["2024-01-02", "2024-01-03", "2024-01-01"], dtype="datetime64[us]"),
    }
)
EX.attrs["name"] = "EX"


def test_first_and_last():
    assert partners(ADSL, EX, ["USUBJID"], order=["EXSTDT"], take="first").tolist() == [1, 2, -1]
    assert partners(ADSL, EX, ["USUBJID"], order=["EXSTDT"], take="last").tolist() == [1, 0, -1]


def test_a_merge_that_would_multiply_records_is_refused_and_names_whom():
    with pytest.raises(Refused, match=r"EX: several records of one USUBJID: '2'"):
        merge(ADSL, EX, ["USUBJID"], {"N": "EXSEQ"})


def test_values_and_what_stands_for_none():
    result = merge(
        ADSL, EX, ["USUBJID"], {"N": "EXSEQ", "D": "EXSTDT"}, order=["EXSEQ"], take="last", missing={"N": 0}
    )
    assert result["N"].tolist() == [1, 2, 0]
    assert result["D"].isna().tolist() == [False, False, True]


def test_an_order_that_does_not_decide_is_reported():
    findings = Findings()
    partners(
        ADSL,
        EX.assign(EXSTDT=EX["EXSTDT"][0]),
        ["USUBJID"],
        order=["EXSTDT"],
        take="first",
        findings=findings,
    )
    assert findings.frame()["USUBJID"].tolist() == ["2"]


def test_existence_and_a_new_name_that_is_used():
    there, late = exists(ADSL, EX, ["USUBJID"], (EX["EXSTDT"] > "2024-01-02").to_numpy())
    assert there.tolist() == [True, True, False] and late.tolist() == [True, False, False]
    with pytest.raises(Refused, match="there already"):
        merge(ADSL.assign(EXSEQ=1.0), EX, ["USUBJID"], {"EXSEQ": "EXSEQ"}, order=["EXSEQ"], take="first")


def test_nothing_to_look_in():
    result = merge(ADSL, EX.head(0), ["USUBJID"], {"D": "EXSTDT"})
    assert result["D"].isna().all() and result["D"].dtype == "datetime64[us]"
