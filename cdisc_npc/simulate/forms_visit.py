"""Forms of the visits: vital signs, ECOG, physical examination, ECG and the laboratory."""

from __future__ import annotations

import numpy as np

from cdisc_npc.simulate.arrays import NONE, Bools, Floats, Ints, Rng, Texts
from cdisc_npc.simulate.draws import choose, date_text, integer_text, number_text, pick, repeated, texts
from cdisc_npc.simulate.forms_subject import SCREENING, History
from cdisc_npc.simulate.laboratory import Laboratory, detected, dipstick, ebv_values
from cdisc_npc.simulate.outcome import Outcome
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.table import Forms, Table
from cdisc_npc.simulate.treatment import Treatment
from cdisc_npc.simulate.tumours import Tumours

_BODY_PARTS = ("GENERAL", "HEAD", "CHEST", "ABDOMEN", "SKIN", "NEURO")


class Visits:
    """All visits to the site: person, label and day of each, in the order of person and day.

    `cycle` is the place of a cycle's visit (0 for C1D1), -1 for the others; `unscheduled` ones
    follow from an adverse event and carry the place of its term in `term`.
    """

    def __init__(
        self, settings: Settings, history: History, who: Ints, treatment: Treatment, laboratory: Laboratory
    ) -> None:
        cycles = treatment.cycle.shape[1]
        every = np.arange(len(laboratory.patients))
        subject, cycle = np.nonzero(treatment.visited)
        closing, safety = np.flatnonzero(treatment.closing != NONE), np.flatnonzero(treatment.safety != NONE)
        events = laboratory.events
        extra = np.flatnonzero(events.planned)
        names = texts(
            [
                SCREENING,
                *(f"C{n + 1}D1" for n in range(cycles)),
                "EOT",
                "Safety FU",
                settings["unscheduled"]["label"],
            ]
        )
        parts = [
            (every, history.screened, np.zeros(len(every), dtype=np.int64)),
            (who[subject], treatment.cycle[subject, cycle], 1 + cycle),
            (who[closing], treatment.closing[closing], np.full(len(closing), cycles + 1)),
            (who[safety], treatment.safety[safety], np.full(len(safety), cycles + 2)),
            (events.subject[extra], events.start[extra], np.full(len(extra), cycles + 3)),
        ]
        person, day, code = (np.concatenate(part) for part in zip(*parts, strict=True))
        term = np.full(len(person), -1)
        term[len(person) - len(extra) :] = events.term[extra]
        # An event found at a planned visit needs no other one, and two of a day no second.
        order = np.lexsort((code, day, person))
        person, day, code, term = person[order], day[order], code[order], term[order]
        same = np.r_[False, (person[1:] == person[:-1]) & (day[1:] == day[:-1])]
        keep = ~(same & (code == cycles + 3))
        self.person, self.day, self.code, self.term = person[keep], day[keep], code[keep], term[keep]
        self.label = names[self.code]
        self.screening = self.code == 0
        self.closing = self.code == cycles + 1
        self.safety = self.code == cycles + 2
        self.unscheduled = self.code == cycles + 3
        self.cycle = np.where((self.code > 0) & (self.code <= cycles), self.code - 1, -1)
        self.planned = ~self.unscheduled

    def every(self, cycles: int) -> Bools:
        """Screening, each so many cycles from the first, and the end of treatment."""
        return self.screening | ((self.cycle >= 0) & (self.cycle % cycles == 0)) | self.closing


def add_visit_forms(
    rng: Rng, settings: Settings, forms: Forms, history: History, who: Ints, treatment: Treatment,
    outcome: Outcome, tumours: Tumours, laboratory: Laboratory,
) -> None:  # fmt: skip
    """Add vs, ecog, pe, eg, echo, hem, chem, card, ua, stool, coag, thy, ebv, vir, preg and lbref."""
    visits = Visits(settings, history, who, treatment, laboratory)
    _add_signs(rng, settings, forms, visits, laboratory)
    _add_examinations(rng, settings, forms, visits, who, outcome)
    shown_by = {test: panel for panel, tests in settings["laboratory"].items() for test in tests}
    shown_by |= {"OCCBLD": "stool"}
    tests = [event.get("lab", "") for event in settings["adverse_events"].values()]
    panel_of_term = texts(
        [*(shown_by.get(test, "") for test in tests), *("" for _ in settings["fatal_events"]), ""]
    )
    asked = panel_of_term[visits.term]
    signs = settings["signs"]
    for panel, planned in (
        ("hem", visits.planned),
        ("chem", visits.planned),
        ("card", visits.every(signs["ecg_every"])),
        ("ua", visits.planned),
        ("stool", visits.planned),
        ("coag", visits.every(signs["coagulation_every"])),
        # What begins at the last visit is shown at it.
        ("thy", visits.every(signs["thyroid_every"]) | visits.safety),
    ):
        rows = np.flatnonzero(planned | (visits.unscheduled & (asked == panel)))
        person, day = visits.person[rows], visits.day[rows]
        columns = {"LBDAT": date_text(day)}
        if panel == "ua":
            grade = laboratory.grade("UPROT24", person, day)
            columns |= {"UPROT": dipstick(settings, grade), "UPROT_CS": choose(grade > 0, "Yes", "")}
        if panel == "stool":
            result = laboratory.grade("OCCBLD", person, day) > 0
            columns |= {"OCCBLD": positive(result), "OCCBLD_CS": choose(result, "Yes", "")}
        else:
            columns |= laboratory.panel(panel, person, day)
        forms.add(panel, person, visits.label[rows], day, columns)
    _add_ebv(rng, settings, forms, who, outcome, tumours, laboratory)
    _add_hepatitis(rng, settings, forms, visits, history, laboratory)
    _add_pregnancy(settings, forms, visits)
    ranges = laboratory.ranges()
    forms.tables["lbref"] = Table(ranges, np.full(len(ranges["LBSITE"]), -1))


def positive(found: Bools) -> Texts:
    """The words of a test that finds something or does not."""
    return choose(found, "Positive", "Negative")


def _measured(rng: Rng, facts: list[float], size: int, person: Ints) -> Floats:
    mean, between_persons, within = facts
    usual = mean + between_persons * rng.standard_normal(size)
    return usual[person] + within * rng.standard_normal(len(person))


def _add_signs(rng: Rng, settings: Settings, forms: Forms, visits: Visits, laboratory: Laboratory) -> None:
    own, patients = settings["signs"], forms.patients
    rows = np.flatnonzero(visits.planned | (visits.unscheduled & _is_sign(settings, visits.term)))
    person, day, size = visits.person[rows], visits.day[rows], len(patients)
    grade = laboratory.grade("SYSBP", person, day, key="sign")
    values = {
        name: _measured(rng, own[name], size, person) for name in ("SYSBP", "DIABP", "PULSE", "RESP", "TEMP")
    }
    values["SYSBP"] = np.minimum(values["SYSBP"], 139)
    values["DIABP"] = np.minimum(values["DIABP"], 89)
    for number, (systolic, diastolic) in own["pressure_by_grade"].items():
        here = np.minimum(grade, 3) == int(number)
        values["SYSBP"] = np.where(here, systolic + 7 * rng.random(len(rows)), values["SYSBP"])
        values["DIABP"] = np.where(here, diastolic + 4 * rng.random(len(rows)), values["DIABP"])
    lighter = laboratory.grade("WEIGHT", person, day, key="sign")
    weight = patients.weight[person] * (1 + 0.01 * rng.standard_normal(len(rows)) - 0.06 * lighter)
    height = np.where(visits.screening[rows], patients.height[person], np.nan)
    done = rng.random(len(rows)) >= own["not_done"]
    done |= visits.screening[rows] | visits.unscheduled[rows]
    columns = {
        "VSPERF": choose(done, "Yes", "No"),
        "VSREASND": choose(done, "", pick(rng, own["not_done_reasons"], len(rows))),
        "VSDAT": choose(done, date_text(day), ""),
    }
    for name, value, digits in (
        *((name, values[name], 0) for name in ("SYSBP", "DIABP", "PULSE", "RESP")),
        ("TEMP", values["TEMP"], 1), ("WEIGHT", weight, 1), ("HEIGHT", height, 0),
    ):  # fmt: skip
        columns[name] = number_text(np.where(done, value, np.nan), digits)
    forms.add("vs", person, visits.label[rows], day, columns)


def _is_sign(settings: Settings, term: Ints) -> Bools:
    events = settings["adverse_events"].values()
    return np.array(
        [*("sign" in event for event in events), *(False for _ in settings["fatal_events"]), False]
    )[term]


def _add_examinations(
    rng: Rng, settings: Settings, forms: Forms, visits: Visits, who: Ints, outcome: Outcome
) -> None:
    own, patients = settings["signs"], forms.patients
    rows = np.flatnonzero(visits.planned)
    person, day = visits.person[rows], visits.day[rows]
    progression = np.full(len(patients), 10**9)
    progression[who] = outcome.progression
    worse = (day >= progression[person]) & (rng.random(len(rows)) < 0.6)
    status = np.minimum(patients.ecog[person] + worse + (rng.random(len(rows)) < 0.05), 3)
    # Eligibility asks for ECOG 0 or 1.
    status = np.where(visits.screening[rows], patients.ecog[person], status)
    forms.add(
        "ecog", person, visits.label[rows], day, {"ECOGDAT": date_text(day), "ECOG": integer_text(status)}
    )
    result = own["pe_text"]
    columns = {"PEDAT": date_text(day)}
    for part in _BODY_PARTS:
        drawn = rng.random(len(rows))
        column = choose(drawn < own["pe_abnormal"], result["minor"], result["Normal"])
        columns[part] = choose(drawn < own["pe_abnormal"] / 5, result["major"], column)
    forms.add("pe", person, visits.label[rows], day, columns)
    rows = np.flatnonzero(visits.every(own["ecg_every"]))
    person, day, size = visits.person[rows], visits.day[rows], len(patients)
    interval = _measured(rng, own["QTCF"], size, person)
    rate = _measured(rng, own["EGHR"], size, person)
    drawn = rng.random(len(rows))
    reading = choose(
        (drawn < own["pe_abnormal"]) | (interval > own["qtc_long"]), result["minor"], result["Normal"]
    )
    forms.add(
        "eg", person, visits.label[rows], day,
        {
            "EGDAT": date_text(day),
            "EGHR": number_text(rate, 0),
            "QTCF": number_text(interval, 0),
            "EGINTP": reading,
        },
    )  # fmt: skip
    fraction = np.rint(_measured(rng, own["LVEF"], size, person))
    forms.add(
        "echo", person, visits.label[rows], day,
        {
            "CVDAT": date_text(day),
            "LVEF": number_text(fraction, 0),
            "CVINTP": choose(fraction < own["lvef_low"], result["minor"], result["Normal"]),
        },
    )  # fmt: skip


def _add_ebv(
    rng: Rng,
    settings: Settings,
    forms: Forms,
    who: Ints,
    outcome: Outcome,
    tumours: Tumours,
    laboratory: Laboratory,
) -> None:
    subject, point = np.nonzero(outcome.assessed)
    total = tumours.responses.total
    ratio = total[subject, point] / np.maximum(total[subject, 0], 1)
    worse = tumours.responses.overall[subject, point] == "PD"
    value = ebv_values(rng, settings, len(who), subject, np.where(worse, np.maximum(ratio, 1.2), ratio))
    day = tumours.day[subject, point]
    person = who[subject]
    columns = {"LBDAT": date_text(day)} | laboratory.written("EBVDNA", value, person, day, value > 0)
    forms.add("ebv", person, texts(tumours.labels)[point], day, columns)


def _add_hepatitis(
    rng: Rng, settings: Settings, forms: Forms, visits: Visits, history: History, laboratory: Laboratory
) -> None:
    """Everyone is tested once; who has hepatitis B has the virus' DNA counted, and again during treatment."""
    own, size = settings["hepatitis_b"], len(forms.patients)
    person, kind, *_ = history.diseases
    infected = np.zeros(size, dtype=bool)
    infected[person[kind == list(settings["medical_history"]).index(own["history"])]] = True
    again = visits.every(settings["signs"]["hbv_every"]) & infected[visits.person]
    rows = np.flatnonzero(visits.screening | again)
    person, day, once = visits.person[rows], visits.day[rows], visits.screening[rows]
    median, spread = own["dna"]
    value = median * np.exp(spread * rng.standard_normal(size))[person] * rng.lognormal(0, 0.2, len(rows))
    value = np.where(infected[person], detected(value, own["floor"]), np.nan)
    written = laboratory.written("HBVDNA", value, person, day, np.ones(len(rows), dtype=bool))
    written["HBVDNA_UN"] = choose(infected[person], written["HBVDNA_UN"], "")
    columns = {
        "LBDAT": date_text(day),
        "HBSAG": choose(once, positive(infected[person]), ""),
        "HCAB": choose(once, "Negative", ""),
    }
    forms.add("vir", person, visits.label[rows], day, columns | written)


def _add_pregnancy(settings: Settings, forms: Forms, visits: Visits) -> None:
    patients = forms.patients
    may_be = (patients.sex == "Female") & (patients.age <= settings["pregnancy"]["most_age"])
    rows = np.flatnonzero((visits.screening | visits.closing) & may_be[visits.person])
    day = visits.day[rows]
    columns = {
        "LBDAT": date_text(day),
        "LBSPEC": choose(visits.screening[rows], "Serum", "Urine"),
        "HCG": repeated("Negative", len(rows)),
    }
    forms.add("preg", visits.person[rows], visits.label[rows], day, columns)
