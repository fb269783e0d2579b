"""The whole trial: draw it, and write it down form by form."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cdisc_npc.simulate.arrays import Ints
from cdisc_npc.simulate.forms_course import add_dose_forms, add_follow_up_forms, add_safety_forms
from cdisc_npc.simulate.forms_subject import History, add_subject_forms, draw_history
from cdisc_npc.simulate.forms_tumour import add_tumour_forms
from cdisc_npc.simulate.forms_visit import add_visit_forms
from cdisc_npc.simulate.laboratory import Laboratory
from cdisc_npc.simulate.outcome import Outcome, draw_outcome
from cdisc_npc.simulate.patients import Patients, draw_patients, end_entry
from cdisc_npc.simulate.safety import Events, draw_events
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.table import Forms, Table
from cdisc_npc.simulate.treatment import Treatment, draw_treatment
from cdisc_npc.simulate.tumours import Tumours, draw_tumours


@dataclass
class Trial:
    """A synthetic trial: what happened, and the forms that tell it.

    Attributes
    ----------
    patients
        All persons; `who` are the places of the treated among them.
    tumours, outcome, treatment, events
        Of the treated, by their place in `who`.
    tables
        The forms by name.
    """

    patients: Patients
    who: Ints
    tumours: Tumours
    outcome: Outcome
    treatment: Treatment
    events: Events
    tables: dict[str, Table]


def simulate_trial(settings: Settings, subjects: int, seed: int) -> Trial:
    """Draw a trial without disorder.

    Parameters
    ----------
    settings
        Of `load_settings`.
    subjects
        Number of treated subjects; screen failures come on top.
    seed
        The same seed gives the same trial. Each part of it has random numbers of its own, so that
        a change of one part leaves the others as they were.
    """
    streams = [
        np.random.Generator(np.random.PCG64(part)) for part in np.random.SeedSequence([seed, 0]).spawn(13)
    ]
    patients = draw_patients(streams[0], settings, subjects)
    end_entry(streams[12], settings, patients)
    who = np.flatnonzero(patients.treated)
    history = draw_history(streams[1], settings, patients)
    tumours = draw_tumours(streams[2], settings, patients, who)
    tumours.previously &= history.irradiated[who][:, None]
    outcome = draw_outcome(streams[3], settings, patients, who, tumours)
    treatment = draw_treatment(streams[4], settings, outcome)
    events = draw_events(streams[5], settings, outcome, treatment)
    forms = Forms(streams[6], patients)
    laboratory = Laboratory(streams[7], settings, patients, replace(events, subject=who[events.subject]))
    _add_forms(streams[8:], settings, forms, who, history, tumours, outcome, treatment, events, laboratory)
    return Trial(patients, who, tumours, outcome, treatment, events, forms.tables)


def _add_forms(
    streams: list[np.random.Generator], settings: Settings, forms: Forms, who: Ints, history: History,
    tumours: Tumours, outcome: Outcome, treatment: Treatment, events: Events, laboratory: Laboratory,
) -> None:  # fmt: skip
    add_subject_forms(streams[0], settings, forms, history, who, tumours, treatment)
    add_visit_forms(streams[1], settings, forms, history, who, treatment, outcome, tumours, laboratory)
    add_dose_forms(streams[2], settings, forms, who, outcome, treatment, events)
    add_tumour_forms(settings, forms, who, tumours, outcome)
    add_safety_forms(streams[2], settings, forms, who, history, outcome, treatment, tumours, events)
    add_follow_up_forms(streams[3], settings, forms, who, history, outcome, treatment)
