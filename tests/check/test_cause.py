import numpy as np
import pandas as pd

from cdisc_npc.check.cause import Causes, shared
from cdisc_npc.check.verdict import Checked
from tests.check.reports import package, rule, table

LB = table(
    "LB",
    DOMAIN=["LB"] * 12,
    USUBJID=["S-1"] * 4 + ["S-2"] * 4 + ["S-3"] * 4,
    LBTESTCD=["ALT", "AST"] * 6,
    VISIT=["SCREENING", "SCREENING", "DAY 1", "DAY 1"] * 3,
    LBORRES=[str(number) for number in range(12)],
    LBSTRESU=["U/L"] * 12,
    LBMETHOD=[""] * 12,
)
DM = table("DM", USUBJID=["S-1", "S-2", "S-3"], SITEID=["01", "01", "02"], SEX=["M", "F", "X"])


def cause(rows, variable="LBORRES", records=None, of=LB):
    checked = Checked()
    values = of.frame[variable].take(rows)
    checked.judge("T", rule(), of, rows, variable, {variable: values}, records=records)
    return Causes(package(LB, DM)).of(checked.groups[0])


def test_all_records_looked_at():
    assert cause(range(12)) == "every record looked at"
    assert cause([0, 5, 10], records=3) == "every record looked at"
    assert cause([0, 5, 10]) == ""


def test_one_value():
    assert cause([0, 7, 9], "LBSTRESU") == "only value U/L"
    assert cause([0, 7, 9], "LBMETHOD") == "LBMETHOD is blank throughout"


def test_most_of_many_values():
    frame = LB.frame.assign(LBORRES=["9"] * 9 + ["1", "2", "3"])
    of = table("LB", **{name: frame[name].tolist() for name in frame})
    assert cause(range(11), of=of) == "mostly value 9 (9 of 11)"
    assert cause(range(12), of=of) == "every record looked at"  # three quarters


def test_one_subject_or_else_one_site():
    assert cause([0, 3]) == "only subject S-1"
    assert cause([0, 7]) == "only site 01"
    assert cause([7, 8]) == ""


def test_one_visit_or_test():
    assert cause([0, 5, 9]) == "only visit SCREENING"
    assert cause([0, 6, 10]) == "only test ALT"
    assert cause([0, 4, 8]) == "only visit SCREENING; only test ALT"


def test_a_single_finding_has_no_pattern():
    assert cause([3]) == ""


def test_a_subjects_site_is_not_reported_where_nothing_says_it():
    checked = Checked()
    checked.judge("T", rule(), LB, [0, 7], "LBORRES")
    assert Causes(package(LB)).of(checked.groups[0]) == ""


def test_what_rules_share():
    checked = Checked()
    checked.judge("T-1", rule(), LB, [4, 2], "LBORRES", {"LBORRES": ["4", "2"]})
    checked.judge("T-2", rule(), LB, np.array([2, 4]), "LBSTRESU")
    checked.judge("T-2", rule(), LB, [3], "LBSTRESU")
    checked.judge("T-3", rule(), DM, [2], "SEX", {"SEX": pd.Series(["X"], dtype="str")})
    checked.judge("T-3", rule(), table("ADSL", USUBJID=["S-3"], SEX=["X"]), [0], "SEX", {"SEX": ["X"]})
    checked.judge("T-4", rule(), "DD", [0])
    checked.judge("T-5", rule(), LB, [8], "LBORRES")
    checked.judge("T-5", rule(), LB, [8], "LBSTRESU")
    assert shared(checked.groups) == [
        "the same records as T-2", "the same records as T-1", "", "SEX X also in ADSL", "SEX X also in DM", "",
        "the same records as LBSTRESU", "the same records as LBORRES",
    ]  # fmt: skip
