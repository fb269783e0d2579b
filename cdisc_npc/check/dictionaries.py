"""Terms of MedDRA and WHODrug against the dictionaries, where the user supplies them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cdisc_npc.check.dictionary_files import MedDRA, WHODrug, read_meddra, read_whodrug
from cdisc_npc.check.rule import STUDY, coded_rules
from cdisc_npc.check.verdict import Checked
from cdisc_npc.findings import Refused
from cdisc_npc.package.read import Package, Table
from cdisc_npc.standards.terminology import folded

_TERM, _CASE, _CODE, _LOWEST, _CURRENT, _WAY, _PRIMARY = (f"NPC-MD-{number:03}" for number in range(1, 8))
_DRUG, _DRUG_CASE, _CLASS, _CLASS_CODE, _DRUG_CLASS = (f"NPC-WD-{number:03}" for number in range(1, 6))

# What the levels of MedDRA and their codes are called, after the domain. The organ class of the analysis
# may be a secondary one.
_LEVELS = {
    "llt": ("LLT", "LLTCD"), "pt": ("DECOD", "PTCD"), "hlt": ("HLT", "HLTCD"), "hlgt": ("HLGT", "HLGTCD"),
    "soc": ("SOC", "SOCCD"), "body": ("BODSYS", "BDSYCD"),
}  # fmt: skip
# Domains that are coded in MedDRA, and in WHODrug.
_EVENTS, _DRUGS = ("AE", "CE", "MH"), ("CM",)


def check_dictionaries(package: Package, checked: Checked) -> None:
    """Try coded events and drugs on the dictionaries of the package; without them, say so once."""
    rules = coded_rules()
    kinds: list[tuple[str, str, Callable, Callable, tuple[str, ...]]] = [
        ("MedDRA", "NPC-MD-", read_meddra, _judge_events, _EVENTS),
        ("WHODrug", "NPC-WD-", read_whodrug, _judge_drugs, _DRUGS),
    ]
    for name, prefix, read, judge, domains in kinds:
        folder = package.dictionaries.get(name)
        reason = f"the folder of {name} was not named"
        if folder is not None:
            try:
                dictionary = read(folder)
            except Refused as refused:
                checked.findings.extend(refused.findings)
                reason = f"{name} could not be read"
            else:
                for table in package.tables.values():
                    for domain in domains:
                        if f"{domain}DECOD" in table.columns and not table.repeats:
                            judge(table, domain, dictionary, checked)
                continue
        for rule in (item for item in rules if item.startswith(prefix)):
            checked.skip(rule, rules[rule], STUDY, reason)


@dataclass(frozen=True, eq=False)
class _Kinds:
    """The combinations of values that the records of a table have, each once.

    Attributes
    ----------
    names : dict of str
        Variable by part: ``pt``, ``ptcd``.
    values : DataFrame
        By part, a row a combination.
    codes : ndarray of int
        Combination of each record.
    """

    table: Table
    names: Mapping[str, str]
    values: pd.DataFrame
    codes: np.ndarray
    checked: Checked

    @classmethod
    def of(cls, table: Table, names: Mapping[str, str], checked: Checked) -> _Kinds:
        there = {part: name for part, name in names.items() if name in table.columns}
        columns = {part: table.columns[name].as_text for part, name in there.items()}
        texts = pd.DataFrame({part: column.series() for part, column in columns.items()}, dtype="str")
        codes = texts.groupby(list(there), sort=False).ngroup().to_numpy()
        return cls(table, there, texts.drop_duplicates().reset_index(drop=True), codes, checked)

    def judge(
        self, rule: str, parts: Sequence[str], wrong: np.ndarray, expected: Sequence[str] | pd.Series = ()
    ) -> None:
        """Findings of the combinations that are wrong, shown by the variables of some parts."""
        rows = np.flatnonzero(wrong[self.codes]) if len(self.codes) else np.zeros(0, dtype=np.int64)
        shown = {self.names[part]: self.table.columns[self.names[part]].series(rows) for part in parts}
        stated = pd.Series(expected, dtype="str").take(self.codes[rows]).tolist() if len(expected) else ""
        variable = self.names[parts[0]]
        self.checked.judge(rule, coded_rules()[rule], self.table, rows, variable, shown, expected=stated)

    def judge_terms(self, rule: str, case: str, part: str, terms: Collection[str]) -> pd.Series:
        """Terms that the dictionary has not, or spells otherwise; gives them as it spells them, others blank."""
        exact, spelled = frozenset(terms), {folded(term): term for term in reversed(list(terms))}
        values = self.values[part]
        existing = values.map(lambda text: text if text in exact else spelled.get(folded(text), ""))
        present = (values != "").to_numpy()
        self.judge(rule, [part], present & (existing == "").to_numpy())
        self.judge(
            case,
            [part],
            present & (existing != "").to_numpy() & (existing != values).to_numpy(),
            existing.tolist(),
        )
        return existing.astype("str")


def _judge_events(table: Table, domain: str, dictionary: MedDRA, checked: Checked) -> None:
    """Set every combination of terms and codes against MedDRA.

    1. Each term is one of its level; one that differs by case alone is named as the dictionary has it.
    2. The code beside a term is the term's.
    3. The lowest level term belongs to the preferred term, and is current.
    4. Preferred term, high level term, high level group term and organ class are one way of the hierarchy.
    5. --SOC is the primary organ class of the preferred term; --BODSYS is any of them.
    """
    names: dict[str, str] = {}
    for level, ends in _LEVELS.items():
        names |= {level: f"{domain}{ends[0]}", f"{level}cd": f"{domain}{ends[1]}"}
    kinds = _Kinds.of(table, names, checked)
    spelled: dict[str, pd.Series] = {}
    for level in (item for item in _LEVELS if item in kinds.names):
        source, part = (dictionary.lowest if level == "llt" else dictionary.ways), _home(level)
        spelled[level] = kinds.judge_terms(_TERM, _CASE, level, source[part].unique().tolist())
        code = f"{level}cd"
        if code in kinds.names:
            right = _looked_up(spelled[level], source[part], source[f"{part}cd"])
            kinds.judge(_CODE, [code, level], _differ(right, kinds.values[code]), right)
    if "llt" in spelled:
        lowest = dictionary.lowest
        names_of = _looked_up(lowest["ptcd"], dictionary.ways["ptcd"], dictionary.ways["pt"])
        right = _looked_up(spelled["llt"], lowest["llt"], names_of)
        kinds.judge(_LOWEST, ["llt", "pt"], _differ(right, spelled["pt"]), right)
        current = _looked_up(spelled["llt"], lowest["llt"], lowest["current"])
        kinds.judge(_CURRENT, ["llt"], (current == "N").to_numpy())
    organ = "soc" if "soc" in spelled else "body"
    ways = [[level for level in ("pt", "hlt", "hlgt", organ) if level in spelled]]
    ways += [["body", "pt"]] if "body" in spelled else []
    for way in ways:
        ours = pd.DataFrame({_home(level): spelled[level] for level in way})
        whole = (ours != "").all(axis="columns").to_numpy()
        kinds.judge(_WAY, way, whole & ~_among(ours, dictionary.ways))
    if "soc" in spelled:
        primary = dictionary.ways[dictionary.ways["primary"] == "Y"]
        right = _looked_up(spelled["pt"], primary["pt"], primary["soc"])
        kinds.judge(_PRIMARY, ["soc", "pt"], _differ(right, spelled["soc"]), right)


def _home(level: str) -> str:
    """The level of the dictionary: an organ class of the analysis is an organ class."""
    return "soc" if level == "body" else level


def _looked_up(values: pd.Series, keys: pd.Series, found: pd.Series) -> pd.Series:
    """What the dictionary has beside each value; blank where it has not the value."""
    return values.map(dict(zip(keys, found, strict=True))).fillna("").astype("str")


def _differ(right: pd.Series, values: pd.Series) -> np.ndarray:
    """Where both are known, and are not the same."""
    return np.asarray((right != "") & (values != "") & (right != values), dtype=bool)


def _among(ours: pd.DataFrame, ways: pd.DataFrame) -> np.ndarray:
    """Whether the dictionary has each combination."""
    theirs = pd.MultiIndex.from_frame(ways[ours.columns.tolist()].drop_duplicates())
    return np.asarray(pd.MultiIndex.from_frame(ours).isin(theirs), dtype=bool)


def _judge_drugs(table: Table, domain: str, dictionary: WHODrug, checked: Checked) -> None:
    """Set every combination of drug and class against WHODrug.

    1. The name is one of the dictionary's, spelled as there.
    2. The class is the text of an ATC class, its code the code of that text.
    3. The class is one that the drug has, or one above it.
    """
    names = {"drug": f"{domain}DECOD", "class": f"{domain}CLAS", "code": f"{domain}CLASCD"}
    kinds = _Kinds.of(table, names, checked)
    drugs = kinds.judge_terms(_DRUG, _DRUG_CASE, "drug", dictionary.classes_of)
    values = kinds.values
    codes = values["code"] if "code" in values else pd.Series("", index=values.index)
    if "class" in values:
        codes_of: dict[str, list[str]] = {}
        for code, text in dictionary.classes.items():
            codes_of.setdefault(folded(text), []).append(code)
        meant = values["class"].map(lambda text: codes_of.get(folded(text), []))
        present = (values["class"] != "").to_numpy()
        unknown = np.array([not result for result in meant], dtype=bool)
        kinds.judge(_CLASS, ["class"], present & unknown)
        if "code" in values:
            wrong = [
                bool(result) and bool(code) and code not in result
                for result, code in zip(meant, codes, strict=True)
            ]
            stated = [" or ".join(result) for result in meant]
            kinds.judge(_CLASS_CODE, ["code", "class"], np.array(wrong, dtype=bool), stated)
    if "code" in values:
        of_drug = drugs.map(lambda name: dictionary.classes_of.get(name, frozenset()))
        wrong = [
            bool(code) and bool(theirs) and not any(item.startswith(code) for item in theirs)
            for code, theirs in zip(codes, of_drug, strict=True)
        ]
        stated = [" or ".join(sorted(theirs)) for theirs in of_drug]
        kinds.judge(_DRUG_CLASS, ["code", "drug"], np.array(wrong, dtype=bool), stated)
