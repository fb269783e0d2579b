"""Life, treatment and endpoints once more: slow, plain, one subject at a time, from the SDTM of a trial without a cut.

Written from the definitions in docs/adam.md, not from the code under test nor from the simulator: no arrays,
no shared helpers. Dates are `datetime.date`; what a partial one may mean is worked out on the spot.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

Row = dict[str, Any]
DAY = timedelta(days=1)
NEVER = date.max


def first_day(text: str) -> date | None:
    parts = [part for part in text[:10].split("-") if part]
    if not parts:
        return None
    numbers = [int(part) for part in parts] + [1, 1]
    return date(*numbers[:3])


def last_day(text: str) -> date | None:
    parts = [int(part) for part in text[:10].split("-") if part]
    if not parts:
        return None
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else monthrange(year, month)[1])


def day_of(text: str) -> date | None:
    """A whole date; none of a partial one."""
    return date.fromisoformat(text[:10]) if len(text) >= 10 else None


def by_subject(datasets: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, list[Row]]]:
    """Records by subject and dataset, of what is needed here; VISITS: those at which anything but SS was collected."""
    result: dict[str, dict[str, list[Row]]] = {}
    for name in ("DM", "DS", "SUPPDS", "SV", "SS", "EX", "EC", "SUPPEC", "RS", "TR", "AE", "CM", "PR"):
        for row in datasets[name].to_dict("records"):
            result.setdefault(row["USUBJID"], {}).setdefault(name, []).append(row)
    for name, table in datasets.items():
        if "VISITNUM" in table and "USUBJID" in table and name not in ("SV", "SS"):
            for usubjid, visit in table[["USUBJID", "VISITNUM"]].drop_duplicates().itertuples(index=False):
                result[usubjid].setdefault("VISITS", []).append({"VISITNUM": visit})
    return result


@dataclass
class Subject:
    """What is known of one subject as of a cut."""

    rows: dict[str, list[Row]]
    cut: date = NEVER
    evidence: list[date] = field(default_factory=list)
    death: date | None = None
    last_alive: date | None = None
    first_dose: date | None = None
    last_dose: date | None = None
    ongoing: bool = False
    ended: bool = False
    surufatinib: float | None = None
    toripalimab: float | None = None
    responses: list[tuple[date, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.evidence = self._evidence()
        self._die()
        self._dose()
        self.responses = self._responses()

    def of(self, name: str, **where: str) -> list[Row]:
        return [
            row for row in self.rows.get(name, []) if all(row[key] == value for key, value in where.items())
        ]

    def visit_begins(self, number: float) -> date | None:
        for row in self.of("SV"):
            if row["VISITNUM"] == number:
                return first_day(row["SVSTDTC"])
        return None

    def _evidence(self) -> list[date]:
        """Every day on which the subject is known to have lived, of the whole data."""
        elsewhere = {row["VISITNUM"] for row in self.rows.get("VISITS", [])}
        news = {row["VISITNUM"] for row in self.of("SS", SSSTRESC="DEAD")} - elsewhere
        texts = []
        for row in self.of("SV"):
            if row["VISITNUM"] not in news:
                texts += [row["SVSTDTC"], row["SVENDTC"]]
        texts += [text for row in self.of("EX") for text in (row["EXSTDTC"], row["EXENDTC"])]
        texts += [row["SSDTC"] for row in self.of("SS", SSSTRESC="ALIVE")]
        texts += [row["RSDTC"] for row in self.of("RS", RSTESTCD="OVRLRESP")]
        texts += [row["DSSTDTC"] for row in self.of("DS") if row["DSDECOD"] != "DEATH"]
        days = [first_day(text) for text in texts]
        return sorted(day for day in days if day is not None)

    def _die(self) -> None:
        collected = self.of("DM")[0]["DTHDTC"]
        latest = last_day(collected)
        self.evidence = [day for day in self.evidence if latest is None or day <= latest]
        if latest is not None:
            news = [row["SSDTC"] for row in self.of("SS", SSSTRESC="DEAD")]
            news += [row["DSDTC"] for row in self.of("DS", DSDECOD="DEATH", DSSCAT="STUDY PARTICIPATION")]
            limit = min([latest, *(day for day in map(day_of, news) if day)])
            died = day_of(collected) or min(max([first_day(collected), *self.evidence]), limit)
            self.death = died if died <= self.cut else None
        self.evidence = [day for day in self.evidence if day <= self.cut]
        self.last_alive = max(self.evidence, default=None)

    def _ends(self, drug: str) -> list[Row]:
        rows = self.of("DS", DSSCAT="STUDY TREATMENT", DSGRPID=drug)
        return [row for row in rows if first_day(row["DSSTDTC"]) <= self.cut]

    def _dose(self) -> None:
        oral, infused = self._ends("SURUFATINIB"), self._ends("TORIPALIMAB")
        left = [
            row
            for row in self.of("DS", DSSCAT="STUDY PARTICIPATION")
            if first_day(row["DSSTDTC"]) <= self.cut
        ]
        missed = {}
        lines = {row["ECSEQ"]: row["ECLNKID"] for row in self.of("EC")}
        for row in self.of("SUPPEC", QNAM="ECMISS"):
            missed[lines[float(row["IDVARVAL"])]] = float(row["QVAL"])
        starts, ends, total = [], [], 0.0
        for row in self.of("EX", EXTRT="SURUFATINIB"):
            start, end = day_of(row["EXSTDTC"]), day_of(row["EXENDTC"])
            if start > self.cut:
                continue
            if end is None or end > self.cut:
                end = self._end_of_open(oral)
            starts.append(start)
            ends.append(end)
            total += row["EXDOSE"] * max((end - start).days + 1 - missed.get(row["EXLNKID"], 0), 0)
        if starts:
            self.surufatinib = 100 * total / (250 * ((max(ends) - min(starts)).days + 1))
        begun, done, doses = [], [], 0.0
        for row in self.of("EX", EXTRT="TORIPALIMAB"):
            start, end = day_of(row["EXSTDTC"]), day_of(row["EXENDTC"])
            if (start or self.visit_begins(row["VISITNUM"])) > self.cut:
                continue
            doses += row["EXDOSE"]
            if start:
                begun.append(start)
                done.append(end if end and end <= self.cut else start)
        if begun:
            self.toripalimab = 100 * doses / (240 * ((max(done) - min(begun)).days + 21) / 21)
        self.first_dose = min(starts + begun, default=None)
        self.last_dose = max(ends + done, default=None)
        self.ended = bool(oral) and bool(infused)
        self.ongoing = bool(self.first_dose) and not self.ended and self.death is None and not left

    def _end_of_open(self, recorded: list[Row]) -> date:
        for row in recorded:
            for item in self.of("SUPPDS", QNAM="LSTDSDTC"):
                if float(item["IDVARVAL"]) == row["DSSEQ"]:
                    return date.fromisoformat(item["QVAL"][:10])
        if self.cut != NEVER:
            return min(self.cut, self.death or self.cut)
        return self.last_alive

    def _responses(self) -> list[tuple[date, str]]:
        result = []
        for row in self.of("RS", RSTESTCD="OVRLRESP"):
            day = day_of(row["RSDTC"])
            if day is None:
                visit = self.visit_begins(row["VISITNUM"])
                if max(first_day(row["RSDTC"]) or visit, visit) > self.cut:
                    continue
                scans = [
                    day_of(item["TRDTC"]) for item in self.of("TR") if item["VISITNUM"] == row["VISITNUM"]
                ]
                scans = [scan for scan in scans if scan and scan <= self.cut]
                day = min(scans) if row["RSSTRESC"] == "PD" else max(scans)
            if day <= self.cut:
                result.append((day, row["RSSTRESC"]))
        return sorted(result)

    def emergent(self, start: date) -> bool:
        return start >= self.first_dose and (self.ongoing or start <= self.last_dose + 30 * DAY)

    def in_treatment(self, start: date) -> bool:
        return start >= self.first_dose and not (self.ended and start > self.last_dose)

    def survival(self) -> tuple[date, int]:
        if self.death:
            return self.death, 0
        return max(self.last_alive, self.first_dose), 1

    def progression_free(self) -> tuple[date, int]:
        """By FDA's rules, with the schedule of the trial: six weeks, twelve from day 336 on, a week's window."""
        begin = self.first_dose
        therapy = [row["CMSTDTC"] for row in self.of("CM", CMCAT="SUBSEQUENT ANTICANCER THERAPY")]
        therapy += [row["PRSTDTC"] for row in self.of("PR", PRCAT="SUBSEQUENT RADIOTHERAPY")]
        days = [day for day in map(first_day, therapy) if day and day <= self.cut]
        end = min(days, default=NEVER)
        adequate = [day for day, response in self.responses if response != "NE" and day > begin]
        progressed = min([d for d, r in self.responses if r == "PD" and begin < d <= end], default=NEVER)
        died = self.death if self.death and self.death <= end else NEVER
        event = min(progressed, died)
        if not adequate and not (died < progressed and (died - begin).days < 98):
            return begin, 4
        if event == NEVER:
            return max([day for day in adequate if day <= end], default=begin), 1 if end == NEVER else 2
        before = max([day for day in adequate if day < event], default=begin)
        interval = 84 if (before - begin).days >= 336 - 7 else 42
        if (event - before).days > 2 * (interval + 7):
            return before, 3
        return event, 0
