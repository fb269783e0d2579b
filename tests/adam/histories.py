"""Random histories: all sequences of responses to length five, and longer ones with gaps and ends."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from tests.adam.plain import Subject

RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
ORIGIN = np.datetime64("2020-01-01")


def sequences(length: int = 5, gap: int = 21) -> list[Subject]:
    """Every sequence of up to ``length`` responses, assessed every ``gap`` days."""
    return [
        Subject(0, [(gap * (at + 1), response) for at, response in enumerate(responses)])
        for size in range(length + 1)
        for responses in product(RESPONSES, repeat=size)
    ]


def random(count: int, seed: int = 7) -> list[Subject]:
    """Histories with gaps, NE, no baseline, new therapy, missed visits and deaths."""
    draw = np.random.default_rng(seed)
    result = []
    for _ in range(count):
        start = int(draw.integers(0, 900))
        days = start + np.cumsum(
            draw.choice([7, 14, 27, 28, 29, 41, 42, 43, 49, 97, 98, 99, 150], draw.integers(0, 9))
        )
        chosen = draw.choice(RESPONSES, len(days), p=[0.2, 0.25, 0.25, 0.08, 0.08, 0.14])
        last = int(days[-1]) if len(days) else start
        death = int(last + draw.integers(-30, 200)) if draw.random() < 0.4 else None
        death = max(death, start) if death is not None else None
        therapy = int(start + draw.integers(0, 400)) if draw.random() < 0.3 else None
        history = list(zip(days.tolist(), chosen.tolist(), strict=True))
        result.append(Subject(start, history, bool(draw.random() < 0.95), death, therapy))
    return result


def frames(subjects: list[Subject]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same as ADSL and ADRS would have them."""

    def days(values: list[int | None]) -> np.ndarray:
        return np.array(
            [np.datetime64("NaT") if v is None else ORIGIN + v for v in values], dtype="datetime64[us]"
        )

    names = [f"{n:06d}" for n in range(len(subjects))]
    adsl = pd.DataFrame(
        {"USUBJID": pd.Series(names, dtype="str"), "TRTSDT": days([s.start for s in subjects]),
         "DTHDT": days([s.death for s in subjects]), "NACTDT": days([s.new_therapy for s in subjects])}
    )  # fmt: skip
    rows = [
        (name, day, value) for name, s in zip(names, subjects, strict=True) for day, value in s.assessments
    ]
    adrs = pd.DataFrame(
        {"USUBJID": pd.Series([row[0] for row in rows], dtype="str"), "ADT": days([row[1] for row in rows]),
         "AVALC": pd.Series([row[2] for row in rows], dtype="str")}
    )  # fmt: skip
    return adsl, adrs


def day_of(moments: np.ndarray) -> list[int | None]:
    """Days since the origin of the histories."""
    days = (np.asarray(moments).astype("datetime64[D]") - ORIGIN) / np.timedelta64(1, "D")
    return [None if np.isnan(day) else int(day) for day in days]
