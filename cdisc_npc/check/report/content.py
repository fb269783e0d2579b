"""What a report tells: issues with their causes, their records, the rules, and the explanations."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pandas as pd

from cdisc_npc.check.cause import Causes, shared
from cdisc_npc.check.explained import explain, rule_ids, state
from cdisc_npc.check.verdict import LISTED, Checked, Group
from cdisc_npc.findings import Findings, meanings, sentence
from cdisc_npc.package.read import Package
from cdisc_npc.study.explanations import CONTENT, Explained

SEVERITIES = ("error", "warning", "note")
ISSUES = (
    "rule", "dataset", "variable", "severity", "category", "title", "basis",
    "findings", "explained", "listed", "cause", "shared",
)  # fmt: skip
RECORDS = ("issue", "row", "USUBJID", "keys", "value", "message", "file", "explanation")
# What became of a rule; of its datasets the first of these counts.
_STATUSES = ("failed", "passed", "not evaluated")
RULES = (
    "rule",
    "title",
    "basis",
    "category",
    "severity",
    "status",
    "datasets",
    "records",
    "findings",
    "reason",
)
EXPLANATIONS = ("rule", "kind", "reason", "datasets", "content", "findings", "state")
_KEY = ["rule", "dataset", "variable", "severity"]


@dataclass(frozen=True)
class Report:
    """A run of checks, as it is told.

    Attributes
    ----------
    head : dict of str
        Package, study, standards, terminology, data cut, tool.
    issues : DataFrame, columns `ISSUES`
        Findings of one rule in one variable of a dataset: how many, how many of them are explained and
        listed, the likely cause, and what they share with other issues. The worst unexplained ones first.
    records : DataFrame, columns `RECORDS`
        The findings listed: place of the issue, row of the dataset, place of the explanation (-1: none).
    rules : DataFrame, columns `RULES`
        Each rule once: failed, passed or not evaluated, and of how many datasets, records and findings.
    verdicts : DataFrame
        The same by dataset, as `Checked.verdicts` gives it.
    explanations : DataFrame, columns `EXPLANATIONS`
    """

    head: dict[str, str]
    issues: pd.DataFrame
    records: pd.DataFrame
    rules: pd.DataFrame
    verdicts: pd.DataFrame
    explanations: pd.DataFrame

    def counts(self) -> dict[str, dict[str, int]]:
        """Findings, how many of them are explained, and issues, by severity."""
        return {
            severity: {
                "findings": int(rows["findings"].sum()),
                "explained": int(rows["explained"].sum()),
                "issues": len(rows),
            }
            for severity in SEVERITIES
            for rows in [self.issues[self.issues["severity"] == severity]]
        }

    @property
    def failed(self) -> bool:
        """Whether there is an error that nothing explains."""
        errors = self.counts()["error"]
        return errors["findings"] > errors["explained"]

    @property
    def statuses(self) -> dict[str, int]:
        """How many rules failed, passed, or were not evaluated."""
        return {status: int((self.rules["status"] == status).sum()) for status in _STATUSES}


def make_report(
    checked: Checked,
    package: Package,
    name: str,
    explained: Sequence[Explained] = (),
    conversion: Findings | None = None,
) -> Report:
    """Tell a run of checks.

    Parameters
    ----------
    checked
        Its outcome.
    package
        What was checked.
    name
        What the report calls it.
    explained
        The explanations, in the order in which they are tried.
    conversion
        What the conversion noticed that made the package.
    """
    every = Findings()
    every.extend(checked.findings)
    if conversion is not None:
        every.extend(conversion)
    findings = every.frame()
    findings["rule"] = rule_ids(findings)
    place = findings["dataset"].where(findings["dataset"] != "", findings["form"])
    findings["dataset"] = place.where(place != "", findings["file"])
    findings["severity"] = findings["severity"].where(findings["severity"] != "refuse", "error")
    findings["explanation"] = explain(findings["rule"], findings["dataset"], findings, explained)
    issues, of = _issues(findings, checked, package, explained)
    tried = set(checked.rules) | set(findings["rule"])
    if conversion is not None:
        tried |= set(meanings())
    explanations, numbers = _explanations(explained, findings, issues, of, tried)
    findings["explanation"] = numbers[findings["explanation"].to_numpy()]
    return Report(
        _head(package, name),
        issues,
        _records(findings, issues, of),
        _rules(checked),
        checked.verdicts(),
        explanations,
    )


def _head(package: Package, name: str) -> dict[str, str]:
    study = package.study
    cut = study.study.data_cut if study else None
    return {
        "package": name,
        "study": study.study.study if study else "",
        "standard": package.standard.name,
        "terminology": package.terminology.name,
        "data_cut": str(cut.date) if cut else "",
        "tool": f"cdisc-npc {version('cdisc-npc')}",
    }


def _issues(
    findings: pd.DataFrame, checked: Checked, package: Package, explained: Sequence[Explained]
) -> tuple[pd.DataFrame, np.ndarray]:
    """Issues, sorted, and the issue of each finding."""
    codes = findings.groupby(_KEY, sort=False).ngroup().to_numpy()
    alike = _alike(findings, codes)
    size, why = len(alike), findings["explanation"].to_numpy()
    listed = np.bincount(codes, minlength=size)
    covered = np.bincount(codes[why >= 0], minlength=size)
    # Those that are not listed are explained where all that are listed are, and not for what they show.
    whole = np.array([not item.explanation.content for item in explained] + [False])
    wholly = np.bincount(codes[whole[why]], minlength=size) == listed
    groups: dict[tuple[str, ...], list[Group]] = {}
    for group in checked.groups:
        groups.setdefault((group.rule, group.dataset, group.variable, group.severity), []).append(group)
    causes, sharing = Causes(package), dict(zip(map(id, checked.groups), shared(checked.groups), strict=True))
    facts: list[tuple[str, str, str, str, str]] = []
    beyond = np.zeros(size, dtype=np.int64)
    keys = [tuple(item[name] for name in _KEY) for item in alike]
    for place, (key, existing) in enumerate(zip(keys, alike, strict=True)):
        meaning, own, code = checked.rules.get(key[0]), groups.get(key, []), meanings()[existing["code"]]
        beyond[place] = sum(group.findings - group.listed for group in own)
        facts.append((
            meaning.category if meaning else "Metadata" if code.stage == "define" else "Conversion",
            meaning.title if meaning else sentence(existing),
            meaning.basis if meaning else f"findings of the conversion, {code.stage}",
            "; ".join(dict.fromkeys(filter(None, map(causes.of, own)))),
            "; ".join(dict.fromkeys(filter(None, (sharing[id(group)] for group in own)))),
        ))  # fmt: skip
    issues = pd.DataFrame(keys, columns=_KEY, dtype="str")
    texts = pd.DataFrame(facts, columns=["category", "title", "basis", "cause", "shared"], dtype="str")
    issues = pd.concat([issues, texts], axis=1)
    issues["findings"] = listed + beyond
    issues["explained"] = covered + np.where(wholly, beyond, 0)
    issues["listed"] = np.minimum(listed, LISTED)
    order = issues.assign(
        done=issues["explained"] >= issues["findings"],
        rank=issues["severity"].map(SEVERITIES.index),
        many=-issues["findings"],
    ).sort_values(["done", "rank", "many", "rule", "dataset", "variable"], kind="stable")
    places = np.empty(size, dtype=np.int64)
    places[order.index.to_numpy()] = np.arange(size)
    return order[list(ISSUES)].reset_index(drop=True), places[codes]


def _alike(findings: pd.DataFrame, codes: np.ndarray) -> list[dict[Hashable, str]]:
    """The first finding of each issue, with what differs from finding to finding left open."""
    first = findings.drop_duplicates(_KEY).drop(columns=["row", "explanation", "params"])
    values = findings[first.columns].groupby(codes).nunique()
    alike = first.where(values.to_numpy() == 1, "…").assign(code=first["code"], params="…")
    return alike.to_dict("records")


def _records(findings: pd.DataFrame, issues: pd.DataFrame, of: np.ndarray) -> pd.DataFrame:
    """The findings listed, by issue; those that nothing explains first."""
    records = findings.assign(issue=of, open=findings["explanation"] >= 0)
    records = records.sort_values(["issue", "open"], kind="stable")
    records = records[records.groupby("issue", sort=False).cumcount() < LISTED].reset_index(drop=True)
    titles = issues["title"].take(records["issue"].to_numpy()).to_numpy()
    own = records["code"] == "CHECK_RULE"
    message = records["expected"].where(own & (records["expected"] != titles), "")
    others = records[~own]
    message[~own] = [sentence(record) for record in others.drop(columns="row").to_dict("records")]
    records["message"] = message.where(message != titles, "")
    return records[list(RECORDS)]


def _rules(checked: Checked) -> pd.DataFrame:
    verdicts = checked.verdicts()
    verdicts["datasets"] = verdicts["status"] != "not evaluated"
    verdicts["rank"] = verdicts["status"].map(_STATUSES.index)
    by = verdicts.groupby("rule")
    result = by[["datasets", "records", "findings"]].sum()
    result["status"] = [_STATUSES[rank] for rank in by["rank"].min()]
    stated = (
        verdicts[verdicts["reason"] != ""]
        .groupby("rule")["reason"]
        .agg(lambda item: "; ".join(dict.fromkeys(item)))
    )
    result["reason"] = stated.reindex(result.index, fill_value="")
    meanings = [checked.rules[str(name)] for name in result.index]
    for part in ("title", "basis", "category", "severity"):
        result[part] = [getattr(meaning, part) for meaning in meanings]
    return result.reset_index()[list(RULES)]


def _explanations(
    explained: Sequence[Explained],
    findings: pd.DataFrame,
    issues: pd.DataFrame,
    of: np.ndarray,
    tried: Collection[str],
) -> tuple[pd.DataFrame, np.ndarray]:
    """Explanations that are told, and the row of each; those of any study only where they are needed."""
    applied = findings["explanation"].to_numpy()
    used = np.bincount(applied[applied >= 0], minlength=len(explained))
    # Of an issue that is explained as a whole, those that are not listed, too.
    beyond = (
        issues["explained"].to_numpy() - np.bincount(of[applied >= 0], minlength=len(issues))[: len(issues)]
    )
    first = pd.Series(applied).groupby(of).first()
    for issue in np.flatnonzero(beyond):
        used[first[issue]] += beyond[issue]
    rows: list[tuple[object, ...]] = []
    numbers = np.full(len(explained) + 1, -1)
    for place, item in enumerate(explained):
        if item.common and not used[place]:
            continue
        numbers[place] = len(rows)
        why = item.explanation
        content = "; ".join(
            f"{name} = {' or '.join(why.content[name])}" for name in CONTENT if name in why.content
        )
        where = "any study" if item.common else "this study"
        rows.append(
            (item.rule, f"{why.kind} ({where})", why.reason, ", ".join(why.datasets), content, int(used[place]),
             state(item, int(used[place]), tried))
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(EXPLANATIONS)), numbers
