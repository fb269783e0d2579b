"""Laboratory results that agree with the adverse events, in each site's units and ranges."""

from __future__ import annotations

from typing import Any

import numpy as np

from cdisc_npc.simulate.arrays import Bools, Floats, Ints, Rng, Texts
from cdisc_npc.simulate.draws import choose, date_text, number_text, repeated, texts
from cdisc_npc.simulate.patients import Patients
from cdisc_npc.simulate.safety import Events
from cdisc_npc.simulate.settings import Settings

_MOST_EPISODES = 4
_MOST_GRADE = 3


class Laboratory:
    """Draws results of samples, and states the ranges they are judged by.

    Parameters
    ----------
    rng
        For all draws of this class, in the order of its calls.
    settings
        Of the simulation.
    patients
        All persons; samples name them by place.
    events
        With `subject` as the place among `patients`.
    """

    def __init__(self, rng: Rng, settings: Settings, patients: Patients, events: Events) -> None:
        self.rng, self.settings, self.patients, self.events = rng, settings, patients, events
        self.tests: dict[str, Settings] = {
            test: facts for panel in settings["laboratory"].values() for test, facts in panel.items()
        }
        sites = int(patients.site.max())
        # Each site reports a test in one of its units; the first is the most usual.
        self.site_unit = {
            test: np.where(rng.random(sites + 1) < 0.7, 0, rng.integers(0, len(facts["units"]), sites + 1))
            for test, facts in self.tests.items()
        }
        size = len(patients)
        self.usual = {test: self._usual(facts, size) for test, facts in self.tests.items() if "mid" in facts}

    def _usual(self, facts: Settings, size: int) -> Floats:
        usual = facts["mid"] * np.exp(facts["sd"] * self.rng.standard_normal(size))
        return np.where(self.patients.sex == "Female", usual * facts.get("female_factor", 1), usual)

    def panel(self, name: str, who: Ints, day: Ints) -> dict[str, Texts]:
        """Columns of one form for samples of these persons on these days."""
        values: dict[str, Floats] = {}
        columns: dict[str, Texts] = {}
        for test, facts in self.settings["laboratory"][name].items():
            values[test] = self._values(test, facts, who, day)
            if "most" in facts:
                # Neutrophils and lymphocytes are parts of the leukocytes.
                values[test] = np.minimum(values[test], facts["most"] * values["WBC"])
            columns |= self.written(test, values[test], who, day, self._shows_event(test, facts, who, day))
        return columns

    def written(self, test: str, value: Floats, who: Ints, day: Ints, significant: Bools) -> dict[str, Texts]:
        """A test's results and units as its site writes them, and whether one out of range matters.

        Parameters
        ----------
        value
            In the test's first unit.
        significant
            What the investigator says of a result that is out of range as it is written; of the
            others nothing is said.
        """
        facts, site = self.tests[test], self.patients.site[who]
        units, which = list(facts["units"]), self.site_unit[test][site]
        low, high = self._limits(facts, who, day)
        result, outside = repeated("", len(value)), np.zeros(len(value), dtype=bool)
        for at, unit in enumerate(units):
            rows = np.flatnonzero(which == at)
            digits, factor = decimals_of(facts, at), facts["units"][unit]
            result[rows] = number_text(value[rows] * factor, digits)
            shown, lowest, highest = (
                np.rint(part[rows] * factor * 10**digits) for part in (value, low, high)
            )
            outside[rows] = (shown < lowest) | (shown > highest)
        named = len(units) > 1 or units[0] not in ("", "sec")
        return (
            {test: result}
            | ({f"{test}_UN": texts(units)[which]} if named else {})
            | {f"{test}_CS": choose(outside, flag(significant), "")}
        )

    def _shows_event(self, test: str, facts: Settings, who: Ints, day: Ints) -> Bools:
        shown = self.grade(test, who, day) > 0
        for term in facts.get("also", {}):
            shown |= self._grade((self._kind(term),), who, day) > 0
        return shown

    def _kind(self, term: str) -> int:
        return list(self.settings["adverse_events"]).index(term)

    def grade(self, test: str, who: Ints, day: Ints, *, key: str = "lab") -> Ints:
        """Grade of the adverse event that the test shows on a day, 0 for none."""
        kinds = [
            at for at, event in enumerate(self.settings["adverse_events"].values()) if event.get(key) == test
        ]
        return self._grade(tuple(kinds), who, day)

    def _grade(self, kinds: tuple[int, ...], who: Ints, day: Ints) -> Ints:
        result = np.zeros(len(who), dtype=np.int64)
        rows = np.flatnonzero(np.isin(self.events.term, kinds))
        if not len(rows):
            return result
        subject = self.events.subject[rows]
        episode = np.arange(len(rows)) - np.searchsorted(subject, subject, side="left")
        for number in range(min(_MOST_EPISODES, int(episode.max()) + 1)):
            mine = rows[episode == number]
            place = np.full(len(self.patients), -1)
            place[self.events.subject[mine]] = mine
            at = place[who]
            within = (at >= 0) & (self.events.start[at] <= day) & (day < self.events.end[at])
            result = np.maximum(result, np.where(within, self.events.grade[at], 0))
        return result

    def _values(self, test: str, facts: Settings, who: Ints, day: Ints) -> Floats:
        """Values in the first unit: inside the range, seldom just above it, or those of the event's grade."""
        low, high = self._limits(facts, who, day)
        value = self.usual[test][who] * np.exp(0.5 * facts["sd"] * self.rng.standard_normal(len(who)))
        edge = 0.02 * (high - low)
        value = np.clip(value, low + edge, high - edge)
        share = self.rng.random(len(who))
        above = self.rng.random(len(who)) < self.settings["not_significant"]
        value = np.where(above, high + (0.1 + 0.1 * share) * (high - low), value)
        grade = self.grade(test, who, day)
        for term, bounds in facts.get("also", {}).items():
            there = self._grade((self._kind(term),), who, day) > 0
            value = np.where(there, _within(bounds, high, share), value)
        for number, bounds in facts.get("grades", {}).items():
            value = np.where(
                np.minimum(grade, _MOST_GRADE) == int(number), _within(bounds, high, share), value
            )
        return value

    def _limits(self, facts: Settings, who: Ints, day: Ints) -> tuple[Floats, Floats]:
        """The range in force for a person's sex, site and day."""
        female = self.patients.sex[who] == "Female"
        low = np.where(female, facts["female"][0], facts["male"][0]).astype(float)
        high = np.where(female, facts["female"][1], facts["male"][1]).astype(float)
        renewed = (self.patients.site[who] % 2 == 1) & (day >= self.settings["reference_periods"][1])
        return low, np.where(renewed, high + self.settings["second_period"] * (high - low), high)

    def ranges(self) -> dict[str, Texts]:
        """The form of reference ranges: by site, test, sex and period, in the site's unit."""
        periods = self.settings["reference_periods"]
        result: dict[str, list[Any]] = {
            name: [] for name in ("site", "test", "sex", "from", "unit", "low", "high")
        }
        for site in np.unique(self.patients.site).tolist():
            for test, facts in self.tests.items():
                at = int(self.site_unit[test][site])
                unit = list(facts["units"])[at]
                digits, factor = decimals_of(facts, at), facts["units"][unit]
                for sex in ("Male", "Female"):
                    low, high = facts[sex.lower()]
                    for number, begin in enumerate(periods[: 1 + site % 2]):
                        result["site"].append(f"{site:02d}")
                        result["test"].append(test)
                        result["sex"].append(sex)
                        result["from"].append(begin)
                        result["unit"].append(unit)
                        result["low"].append(f"{low * factor:.{digits}f}")
                        widened = high + number * self.settings["second_period"] * (high - low)
                        result["high"].append(f"{widened * factor:.{digits}f}")
        return {
            "LBSITE": texts(result["site"]),
            "LBTESTCD": texts(result["test"]),
            "LBSEX": texts(result["sex"]),
            "LBFROM": date_text(np.array(result["from"], dtype=np.int64)),
            "LBUNIT": texts(result["unit"]),
            "LBLOW": texts(result["low"]),
            "LBHIGH": texts(result["high"]),
        }


def decimals_of(facts: Settings, at: int) -> int:
    """Decimals of results in a test's first or other unit."""
    return int(facts["other_decimals"] if at and "other_decimals" in facts else facts["decimals"])


def _within(bounds: list[Any], high: Floats, share: Floats) -> Floats:
    """A value at this share of the way between two bounds; ``x`` before them: times the upper limit."""
    times = high if bounds[0] == "x" else np.ones_like(high)
    low, top = bounds[-2:]
    return times * (low + (top - low) * share)


def ebv_values(rng: Rng, settings: Settings, size: int, who: Ints, ratio: Floats) -> Floats:
    """EBV DNA in copies/mL, following the sum of diameters as a share of the baseline's.

    Parameters
    ----------
    size
        Number of subjects; `who` gives each sample's, `ratio` the sum at the time by that at baseline.
    """
    own = settings["ebv_model"]
    median, spread = own["baseline"]
    baseline = median * np.exp(spread * rng.standard_normal(size))
    value = baseline[who] * ratio ** own["power"] * np.exp(own["noise"] * rng.standard_normal(len(who)))
    return detected(value, own["floor"])


def detected(value: Floats, floor: float) -> Floats:
    """Whole copies; what is below the floor of the method is 0."""
    return np.where(value < floor, 0, np.rint(value))


def dipstick(settings: Settings, grade: Ints) -> Texts:
    """Result of the dipstick by the grade of proteinuria."""
    names = list(settings["dipstick"].values())
    return texts([str(name) for name in names])[np.minimum(grade, len(names) - 1)]


def flag(condition: Bools) -> Texts:
    """The words of a question answered by yes or no."""
    return choose(condition, "Yes", "No")
