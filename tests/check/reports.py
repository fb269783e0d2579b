"""Small packages, and what checks find of them, for the tests of the report."""

from pathlib import Path

import pandas as pd

from cdisc_npc.check.report.content import Report, make_report
from cdisc_npc.check.rule import Rule
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import Package, Table, table_of
from cdisc_npc.study.explanations import Explained, Explanation
from cdisc_npc.transport.xpt_layout import Member


def rule(title: str = "It holds", severity: str = "error", category: str = "Consistency") -> Rule:
    return Rule(title=title, basis="SDTMIG 3.4, 2.1", severity=severity, category=category)


def table(name: str, **columns: list) -> Table:
    frame = pd.DataFrame(columns)
    texts = {column: "str" for column in frame if frame[column].dtype.kind not in "if"}
    return table_of(frame.astype(texts), Member(name), Path(f"{name.lower()}.xpt"))


def package(*tables: Table) -> Package:
    return Package(Path(), {item.name: item for item in tables})


def why(rule: str, reason: str = "So it is", *, common: bool = False, **stated) -> Explained:
    return Explained(rule, Explanation(kind="as collected", reason=reason, **stated), common)


def some_report(*explained: Explained, evil: str = "X") -> Report:
    """Three rules of AE and DM that find something, one that does not, one that was not tried."""
    ae = table(
        "AE",
        USUBJID=["S-1", "S-1", "S-2", "S-2"],
        AESEQ=[1.0, 2.0, 1.0, 2.0],
        AEOUT=["GONE", "FATAL", "GONE", evil],
    )
    dm = table("DM", USUBJID=["S-1", "S-2"], SITEID=["01", "02"], SEX=["M", "X"])
    checked = Checked({item.rule for item in explained})
    outcomes = ae.frame["AEOUT"].take([0, 2, 3])
    checked.judge(
        "T-AE-1",
        rule("An outcome is a term", "warning", "Terminology"),
        ae,
        [0, 2, 3],
        "AEOUT",
        {"AEOUT": outcomes},
    )
    checked.judge(
        "T-AE-2", rule("A fatal event has a date"), ae, [1], "AEOUT", {"AEOUT": ["FATAL"], "AEENDTC": [""]}
    )
    checked.judge("T-DM-1", rule("SEX is a term", category="Terminology"), dm, [1], "SEX", {"SEX": ["X"]})
    checked.judge("T-DM-2", rule("A subject stands once"), dm, [], "USUBJID")
    checked.skip("T-DD-1", rule("A death has a cause", "note"), "DD", "the package has no dataset DD")
    return make_report(checked, package(ae, dm), "T", explained)
