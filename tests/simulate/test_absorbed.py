"""Ten messy exports, converted: each disorder has its finding at its place, or the value is that of the clean export.

The ten trials are converted as one, their sites being numbered one after the other: a conversion takes
seconds however few subjects there are.
"""

# Columns have names in capitals, which SIM300 takes for constants.
# ruff: noqa: SIM300

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field as defaults
from functools import cached_property

import pandas as pd
import pytest

from cdisc_npc.findings import Findings
from cdisc_npc.pipeline.stages import compare_responses, compute_responses
from cdisc_npc.raw.read import RawData, read_raw
from cdisc_npc.sdtm.mapper import Sdtm, to_sdtm
from cdisc_npc.simulate import simulate
from cdisc_npc.simulate.messy import kinds
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.trial import simulate_trial
from cdisc_npc.simulate.write import frame_of, in_contract_order
from cdisc_npc.study.packaged import load_study
from cdisc_npc.study.plan import block_verbs
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.raw_tables import RawTable

pytestmark = pytest.mark.slow

SEEDS = range(1, 11)
SUBJECTS = 6
SITES = 4  # of a trial of this size

# One finding of this code for each place, at its form and row, and of this variable.
FOUND = {
    "ae_end_before_start": ("MAP_CHECK", "AEENDTC"),
    "coded_disagreement": ("MAP_AGREE", "AESER"),
    "criterion_not_serious": ("MAP_CHECK", "AESER"),
    "death_after_last_contact": ("MAP_CHECK", "SSDTC"),
    "grade_5_not_fatal": ("MAP_CHECK", "AETOXGR"),
    "mojibake": ("MAP_UNTRANSLATED", None),
    "ongoing_with_end_date": ("MAP_CHECK", "AEENRTPT"),
}
# The SDTM records of the place are those of the clean export.
SAME = {
    "chinese_codes", "chinese_terms", "excel_serials", "full_width_digits", "full_width_punctuation",
    "lesion_site_synonyms", "line_breaks", "no_break_spaces", "tabs", "trailing_blanks", "visit_variants",
}  # fmt: skip
# These too, or the date is reported and blank.
SAME_OR_REPORTED = {"date_formats", "two_digit_years"}
# The record makes none in SDTM.
LEFT_OUT = {"edited_records", "header_lines", "inactivated_lines"}
# Of a whole file: it is read as if nothing was.
FILES = {"byte_order_mark", "column_order", "gb18030_file", "lost_leading_zeros", "utf16_file"}
# Each of these has a test of its own.
OTHERS = {
    "column_case", "death_after_last_contact", "detection_limits", "extra_columns", "impossible_dates",
    "lesion_number_reused", "mixed_units", "open_log_lines", "partial_dates", "partial_deaths",
    "qualitative_results", "ranges_missing", "ranges_reversed", "rescreened_persons", "time_24_00", "typed_sums",
    "undated_infusions", "undated_responses", "unscheduled_visits", "visits_out_of_window", "zero_dose_lines",
}  # fmt: skip

Place = tuple[str, int, str, str, str]
Readers = dict[tuple[str, str], dict[tuple[str, str], set[str]]]


def joined(parts: list[RawData]) -> RawData:
    """Exports of several trials as one: sites, records and rows one after the other."""
    forms = {}
    for name in parts[0].forms:
        frames = []
        for number, part in enumerate(parts):
            frame = part.forms[name].copy()
            if "SUBJID" in frame:
                site = (frame.SUBJID.str[:2].astype(int) + SITES * number).astype(str).str.zfill(2)
                frame["SUBJID"] = site + frame.SUBJID.str[2:]
                frame["RECORDID"] = f"{number}-" + frame.RECORDID
            else:
                frame["LBSITE"] = (frame.LBSITE.astype(int) + SITES * number).astype(str).str.zfill(2)
            frames.append(frame)
        forms[name] = pd.concat(frames, ignore_index=True)
    tables = {name: RawTable(name, frame, f"{name}.csv") for name, frame in forms.items()}
    return RawData(forms, tables, Findings())


@dataclass
class Outcome:
    """A conversion, and where to find its records."""

    raw: RawData
    sdtm: Sdtm
    columns: dict[tuple[str, str], list[str]] = defaults(default_factory=dict)

    @cached_property
    def findings(self) -> pd.DataFrame:
        return self.sdtm.findings.frame()

    @cached_property
    def records(self) -> dict[tuple[str, int], dict[str, list[int]]]:
        """Positions of SDTM records by raw record, then dataset."""
        result: dict[tuple[str, int], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for dataset, lineage in self.sdtm.lineage.items():
            for at, key in enumerate(zip(lineage.form, lineage.row, strict=True)):
                result[key][dataset].append(at)
        return result

    @cached_property
    def codes(self) -> dict[tuple[str, int], list[tuple[str, str, str]]]:
        """Code, variable and value of the findings by raw record."""
        result = defaultdict(list)
        placed = self.findings[self.findings.row.notna()]
        for row in placed[["form", "row", "code", "variable", "value"]].to_records(index=False).tolist():
            result[row[0], int(row[1])].append(tuple(map(str, row[2:])))
        return result

    def column(self, dataset: str, name: str) -> list[str]:
        """Values of a variable or supplemental qualifier; blank where there is none."""
        if (dataset, name) not in self.columns:
            frame = self.sdtm.datasets[dataset]
            result = (
                [str(value) for value in frame[name]] if name in frame else self._qualifier(dataset, name)
            )
            self.columns[dataset, name] = result
        return self.columns[dataset, name]

    def _qualifier(self, dataset: str, name: str) -> list[str]:
        frame, supp = self.sdtm.datasets[dataset], self.sdtm.datasets.get(f"SUPP{dataset}")
        if supp is None:
            return [""] * len(frame)
        supp = supp[supp.QNAM == name]
        stated = dict(zip(zip(supp.USUBJID, supp.IDVARVAL, strict=True), supp.QVAL, strict=True))
        numbers = (
            [f"{n:g}" for n in frame[f"{dataset}SEQ"]] if f"{dataset}SEQ" in frame else [""] * len(frame)
        )
        return [stated.get(key, "") for key in zip(frame.USUBJID, numbers, strict=True)]

    def values(self, form: str, row: int, dataset: str, *names: str) -> list[tuple[str, ...]]:
        """Values of the SDTM records that a raw record made, in an order of their own.

        A record whose last variable is that of another record (the date of a death) is none of them.
        """
        rows = self.records[form, row].get(dataset, [])
        of_others = self.sdtm.lineage[dataset].get(f"{names[-1]} from {dataset}")
        if of_others is not None:
            rows = [at for at in rows if pd.isna(of_others[at])]
        return sorted(tuple(self.column(dataset, name)[at] for name in names) for at in rows)


@pytest.fixture(scope="module")
def study() -> Specification:
    return load_study("npc")


@dataclass
class Pair:
    """The same trials in disorder and clean, with the places of the disorder by kind."""

    messy: Outcome
    clean: Outcome
    places: dict[str, list[Place]]
    raw_findings: list[pd.DataFrame]
    readers: Readers

    @cached_property
    def touched(self) -> dict[tuple[str, int], set[str]]:
        """Fields in disorder by raw record."""
        result = defaultdict(set)
        for item in self.places.values():
            for form, row, field, *_ in item:
                result[form, row].add(field)
        return result

    @cached_property
    def clean_row(self) -> dict[str, dict[str, int]]:
        return {
            name: {text: row for row, text in enumerate(frame.RECORDID, 1)}
            for name, frame in self.clean.raw.forms.items()
            if "RECORDID" in frame
        }

    def twin(self, form: str, row: int) -> int:
        """The clean row of a messy one."""
        return self.clean_row[form][self.messy.raw.forms[form].RECORDID.iloc[row - 1]]

    def alone(self, form: str, row: int, field: str) -> list[tuple[str, str]]:
        """Dataset and variable of what is made of a field, and of no other field in disorder in its record."""
        others = self.touched[form, row] - {field}
        return [
            (dataset, name)
            for (dataset, name), reads in self.readers[form, field].items()
            if not reads & others
        ]


def readers_of(spec: Specification) -> Readers:
    """By form and field: each variable that blocks make of it, and all that they read of the form for that."""
    reads: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for plan in spec.plans.values():
        for block in plan.model.records:
            if block.from_ in spec.contract.forms:
                for name, verb in block_verbs(block, plan.name, spec.contract).items():
                    reads[block.from_, plan.name, name].update(verb.reads())
    result: Readers = defaultdict(dict)
    for (form, dataset, name), fields in reads.items():
        for field in fields:
            result[form, field][dataset, name] = fields
    return result


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, settings: Settings, study: Specification) -> Pair:
    folder = tmp_path_factory.mktemp("absorbed") / "export"
    messy, clean, raw_findings = [], [], []
    places: dict[str, list[Place]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    for seed in SEEDS:
        simulate(folder, subjects=SUBJECTS, seed=seed)
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        raw = read_raw(folder, study)
        for kind, columns in truth["disorder"].items():
            rows = zip(
                *(columns[part] for part in ("form", "row", "field", "original", "injected")), strict=True
            )
            places[kind] += [
                (form, row + sizes[form] if row else 0, field, *texts) for form, row, field, *texts in rows
            ]
        for name, frame in raw.forms.items():
            sizes[name] += len(frame)
        messy.append(raw)
        raw_findings.append(raw.findings.frame())
        trial = in_contract_order(simulate_trial(settings, SUBJECTS, seed).tables, study.contract)
        clean.append(RawData({name: frame_of(table) for name, table in trial.items()}, {}, Findings()))
    outcomes = []
    for raw in (joined(messy), joined(clean)):
        sdtm = to_sdtm(raw, study)
        computed, noticed = compute_responses(sdtm.datasets, study.study.recist)
        sdtm.findings.extend(noticed)
        sdtm.findings.extend(compare_responses(computed, sdtm.datasets, study.study.recist))
        outcomes.append(Outcome(raw, sdtm))
    return Pair(*outcomes, places, raw_findings, readers_of(study))


def test_every_kind_is_expected_and_occurs(pair: Pair) -> None:
    assert set(kinds()) == {*FOUND, *SAME, *SAME_OR_REPORTED, *LEFT_OUT, *FILES, *OTHERS}
    assert set(pair.places) == set(kinds())


def test_clean_data_has_no_error(pair: Pair) -> None:
    assert set(pair.clean.findings.severity) <= {"note"}


def test_the_account_of_records_closes(pair: Pair) -> None:
    for outcome in (pair.messy, pair.clean):
        account = outcome.sdtm.records.set_index("form")
        parts = account[["mapped", "left_out", "rejected", "unaccounted"]]
        assert (parts.sum(axis=1) == account.records).all() and (account.unaccounted == 0).all()
        assert {name: len(frame) for name, frame in outcome.raw.forms.items()} == account.records.to_dict()
    assert (pair.messy.sdtm.records.rejected == 0).all()


@pytest.mark.parametrize("kind", FOUND)
def test_found(pair: Pair, kind: str) -> None:
    code, variable = FOUND[kind]
    for form, row, *_ in pair.places[kind]:
        stated = [name for item, name, _ in pair.messy.codes[form, row] if item == code]
        assert stated.count(variable) == 1 if variable else stated, (form, row)


@pytest.mark.parametrize("kind", sorted(SAME | SAME_OR_REPORTED))
def test_same_as_clean(pair: Pair, kind: str) -> None:
    compared = reported = 0
    for form, row, field, original, injected in pair.places[kind]:
        if form == "lbref":
            continue  # made into no record of its own
        stated = [value for code, _, value in pair.messy.codes[form, row] if code == "MAP_DATE"]
        wrong = kind in SAME_OR_REPORTED and any(value.startswith(injected) for value in stated)
        for dataset, name in pair.alone(form, row, field):
            key = ["TESTCD"] if f"{dataset}TESTCD" in pair.messy.sdtm.datasets[dataset] else []
            names = [*(f"{dataset}{part}" for part in key), name]
            got = pair.messy.values(form, row, dataset, *names)
            if not got:
                continue
            if wrong and name.endswith("DTC"):
                assert "" in [item[-1] for item in got], (form, row, field, got)
                reported += 1
                continue
            if wrong:
                continue  # visits and days that follow from the date
            wanted = pair.clean.values(form, pair.twin(form, row), dataset, *names)
            assert got == wanted, (form, row, field, original)
            compared += 1
    assert compared > 5
    assert (reported > 0) == (kind in SAME_OR_REPORTED)


@pytest.mark.parametrize("kind", sorted(LEFT_OUT))
def test_left_out(pair: Pair, kind: str) -> None:
    for form, row, *_ in pair.places[kind]:
        assert not {*pair.messy.records[form, row]} - {"SV", "SE"}, (form, row)


@pytest.mark.parametrize("kind", ["partial_dates", "partial_deaths", "undated_responses"])
def test_partial_dates_keep_what_is_defined(pair: Pair, kind: str) -> None:
    compared = 0
    for form, row, field, original, injected in pair.places[kind]:
        existing = original[:7]
        if injected in ("NK", "ND", ""):
            existing = ""
        elif injected.endswith("UN-UN") or injected.startswith("UN/") or injected == original[:4]:
            existing = original[:4]
        for dataset, name in pair.alone(form, row, field):
            if name.endswith("DTC"):
                got = pair.messy.values(form, row, dataset, name)
                assert not got or (existing,) in got, (form, row, field, injected)
                compared += len(got)
    assert compared >= {"partial_dates": 50, "partial_deaths": 20, "undated_responses": 50}[kind]


def test_an_undated_infusion_was_given_all_the_same(pair: Pair) -> None:
    for form, row, *_ in pair.places["undated_infusions"]:
        assert pair.messy.values(form, row, "EC", "ECSTDTC", "ECDOSE", "ECOCCUR") == [("", "240.0", "Y")]
        assert "MAP_DATE" in [code for code, *_ in pair.messy.codes[form, row]]  # of its times


def test_an_open_line_of_the_log_has_no_end(pair: Pair) -> None:
    for form, row, *_ in pair.places["open_log_lines"]:
        assert pair.messy.values(form, row, "EC", "ECENDTC") == [("",)]
        start = pair.messy.values(form, row, "EC", "ECSTDTC")
        assert start == pair.clean.values(form, pair.twin(form, row), "EC", "ECSTDTC") or start == [("",)]


def test_impossible_dates_are_reported(pair: Pair) -> None:
    for form, row, _, _, injected in pair.places["impossible_dates"]:
        assert ("MAP_DATE", injected) in [(code, value) for code, _, value in pair.messy.codes[form, row]]


def test_24_00_is_the_next_day(pair: Pair) -> None:
    for form, row, *_ in pair.places["time_24_00"]:
        (start,), (end,) = (pair.messy.values(form, row, "EC", name)[0] for name in ("ECSTDTC", "ECENDTC"))
        if start and end:
            assert end.endswith("T00:00") and end[:10] > start[:10]


def test_out_of_window_is_carried(pair: Pair) -> None:
    for form, row, _, _, injected in pair.places["visits_out_of_window"]:
        got = pair.messy.values(form, row, "VS", "VSDTC", "VISITNUM")
        number = pair.clean.values(form, pair.twin(form, row), "VS", "VISITNUM")
        assert got == [(injected, item) for (item,) in number]


def test_unscheduled_visits_follow_a_planned_one(pair: Pair) -> None:
    for form, row, *_ in pair.places["unscheduled_visits"]:
        numbers = {float(item) for (item,) in pair.messy.values(form, row, "VS", "VISITNUM")}
        assert len(numbers) == 1 and all(number % 1 for number in numbers)
        assert all(
            label.startswith("UNSCHEDULED") for (label,) in pair.messy.values(form, row, "VS", "VISIT")
        )


def test_dose_0_is_no_exposure(pair: Pair) -> None:
    for form, row, *_ in pair.places["zero_dose_lines"]:
        assert pair.messy.values(form, row, "EX", "EXDOSE") == []
        assert pair.messy.values(form, row, "EC", "ECOCCUR") == [("N",)]
    assert len(pair.messy.sdtm.datasets["EX"]) == len(pair.clean.sdtm.datasets["EX"])


def test_a_rescreened_person_is_one_subject(pair: Pair) -> None:
    findings = pair.messy.findings.query("code == 'RAW_SAME_PERSON'")
    assert sorted(findings.row) == sorted(row for _, row, *_ in pair.places["rescreened_persons"])
    assert set(pair.messy.sdtm.datasets["DM"].USUBJID) == set(pair.clean.sdtm.datasets["DM"].USUBJID)


def test_units_become_the_standard_ones(pair: Pair) -> None:
    compared = 0
    for form, row, field, original, injected in pair.places["mixed_units"]:
        dataset, value = ("TR", "DIAM") if form == "tl" else ("MB" if form in ("ebv", "vir") else "LB", field)
        if field.endswith("_UN") or field == "DIAMU" or len(pair.touched[form, row]) > 2:
            continue  # looked at with its result
        assert not [code for code, *_ in pair.messy.codes[form, row] if code in ("MAP_UNIT", "MAP_NUMBER")]
        names = [f"{dataset}TESTCD", f"{dataset}STRESN"]
        got = dict(pair.messy.values(form, row, dataset, *names))
        wanted = dict(pair.clean.values(form, pair.twin(form, row), dataset, *names))
        assert set(got) == set(wanted), (form, row, value)
        for test, number in wanted.items():
            # Another unit has other decimals; a tenth of a centimetre is a millimetre exactly.
            apart = 0 if form == "tl" else max(0.03 * float(number), 0.0051)
            assert number == got[test] or abs(float(number) - float(got[test])) <= apart, (original, injected)
            compared += 1
    assert compared > 100


def test_other_writings_of_a_unit_are_known(pair: Pair) -> None:
    for form, row, field, *_ in pair.places["mixed_units"]:
        if field.endswith("_UN") and pair.touched[form, row] == {field}:
            dataset = "MB" if form in ("ebv", "vir") else "LB"
            names = [f"{dataset}{part}" for part in ("TESTCD", "STRESC", "STRESU")]
            twin = pair.twin(form, row)
            assert pair.messy.values(form, row, dataset, *names) == pair.clean.values(
                form, twin, dataset, *names
            )


def test_limits_of_detection_have_no_number(pair: Pair) -> None:
    for form, row, _, _, injected in pair.places["detection_limits"]:
        dataset = "MB" if form == "ebv" else "LB"
        names = [f"{dataset}{part}" for part in ("ORRES", "STRESC", "STRESN")]
        got = [item for item in pair.messy.values(form, row, dataset, *names) if item[0] == injected]
        assert len(got) == 1 and got[0][1][0] == injected[0] and got[0][2] == "nan", (form, row, got)


def test_words_for_results(pair: Pair) -> None:
    for form, row, field, _, injected in pair.places["qualitative_results"]:
        dataset = "MB" if form in ("ebv", "vir") else "LB"
        if field == "UPROT":
            names = [f"{dataset}SPID", f"{dataset}STRESC"]
            got, wanted = (
                dict(item).get("UPROT", dict(item).get(""))
                for item in (
                    pair.messy.values(form, row, dataset, *names),
                    pair.clean.values(form, pair.twin(form, row), dataset, *names),
                )
            )
            assert got == wanted
        elif injected == "未查":
            stat = [item for (item,) in pair.messy.values(form, row, dataset, f"{dataset}STAT") if item]
            assert "NOT DONE" in stat, (form, row, field)
        else:
            stated = [code for code, _, value in pair.messy.codes[form, row]]
            assert {"MAP_TERM_EXTENDED", "MAP_TERM_UNMATCHED"} & set(stated), (form, row, field, injected)


@pytest.mark.parametrize("kind", ["ranges_missing", "ranges_reversed"])
def test_wrong_ranges_are_reported_where_they_are_used(pair: Pair, kind: str) -> None:
    """A finding for each result that is judged by the range."""
    variable = "LBORNRHI" if kind == "ranges_missing" else "LBORNRLO"
    lb, dm = pair.messy.sdtm.datasets["LB"], pair.messy.sdtm.datasets["DM"]
    sex = dm.set_index("USUBJID").SEX.map({"M": "Male", "F": "Female"})
    site = dm.set_index("USUBJID").SITEID
    reference = pair.messy.raw.forms["lbref"]
    used = 0
    for _, row, field, *_ in pair.places[kind]:
        facts = reference.iloc[row - 1]
        if kind == "ranges_reversed" and field == "LBHIGH":
            continue  # the same range once more
        test = {"UPROT24": "PROTEXR", "LIPASE": "LIPASET"}.get(facts.LBTESTCD, facts.LBTESTCD)
        low, high = facts.LBLOW, facts.LBHIGH
        mine = lb[(lb.LBTESTCD == test) & (lb.LBORNRLO == low) & (lb.LBORNRHI == high)]
        mine = mine[(mine.USUBJID.map(site) == facts.LBSITE) & (mine.USUBJID.map(sex) == facts.LBSEX)]
        lineage = pair.messy.sdtm.lineage["LB"].loc[mine.index]
        for form, at in zip(lineage.form, lineage.row, strict=True):
            stated = [(code, name) for code, name, _ in pair.messy.codes[form, at]]
            assert ("MAP_CHECK", variable) in stated, (row, form, at)
            used += 1
    findings = pair.messy.findings.query("code == 'MAP_CHECK' and variable == @variable")
    assert len(findings) == used > 0


def test_a_lesion_number_used_twice_is_reported(pair: Pair) -> None:
    for form, row, *_ in pair.places["lesion_number_reused"]:
        codes = {code for code, *_ in pair.messy.codes[form, row]}
        twice = {code for code, *_ in pair.messy.codes[form, row - 1]}
        assert {"MAP_DUPLICATE_KEY", "MAP_FIRST_DIFFERS"} & (codes | twice), (form, row)


def test_typed_sums_are_reported(pair: Pair) -> None:
    findings = pair.messy.findings.query("code == 'RECIST_SUM'")
    for form, row, _, _, injected in pair.places["typed_sums"]:
        ((subject, number),) = pair.messy.values(form, row, "TR", "USUBJID", "VISITNUM")
        stated = findings[
            (findings.USUBJID == subject) & findings["keys"].str.contains(f"VISITNUM={float(number):g} ")
        ]
        assert stated.value.astype(float).tolist() == [float(injected)]


@pytest.mark.parametrize(
    ("kind", "code"), [("extra_columns", "RAW_EXTRA_COLUMN"), ("column_case", "RAW_COLUMN_CASE")]
)
def test_columns_are_reported(pair: Pair, kind: str, code: str) -> None:
    stated = pd.concat(pair.raw_findings).query("code == @code").groupby("form").size()
    wanted: dict[str, int] = defaultdict(int)
    for form, _, field, original, _ in pair.places[kind]:
        wanted[form] += 1 if field else len(set(original.split()) - {"QUERYSTA"})
    assert stated.to_dict() == wanted


def test_files_are_read_as_they_are_meant(pair: Pair) -> None:
    stated = set(pd.concat(pair.raw_findings).code)
    assert stated <= {"RAW_EXTRA_COLUMN", "RAW_COLUMN_CASE", "ENCODING_FOUND"}
    for name, frame in pair.messy.raw.forms.items():
        own = "SUBJID" if "SUBJID" in frame else "LBSITE"
        assert set(frame[own].str.len()) == {5 if own == "SUBJID" else 2}, name


def test_every_finding_is_explained(pair: Pair) -> None:
    """What is reported of the messy exports stands at a place of disorder, or comes of one."""
    serious = pair.messy.findings.query("severity in ['error', 'warning']")
    ranges = serious.variable.isin(["LBORNRLO", "LBORNRHI"])
    placed = serious[serious.row.notna() & ~ranges]
    for form, row, code, value in placed[["form", "row", "code", "value"]].to_records(index=False).tolist():
        # Of two records of one number the later one is told.
        assert {(form, int(row)), (form, int(row) - 1)} & set(pair.touched), (form, row, code, value)
    subjects = {
        pair.messy.raw.forms[form].SUBJID.iloc[row - 1]
        for form, row in pair.touched
        if form in ("tl", "ntl", "nl", "rs") and row
    }
    others = serious[serious.row.isna()]
    assert set(others.stage) == {"recist"}
    assert {usubjid[-6:].replace("-", "") for usubjid in others.USUBJID} <= subjects
