"""The response and time-to-event rules once more: slow, plain, one subject at a time.

Written from RECIST 1.1 and the rules as a statistician states them, not from the code under test: no
arrays, no shared helpers. Days are whole numbers.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

ORIGIN = date(2020, 1, 1)  # day 0
ORDER = ["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "ND", "MISSING"]


@dataclass
class Rules:
    confirm: int = 28
    stable: int = 42
    max_ne: int = 1
    max_sd: int = 0
    interval: int = 42
    later: int = 84
    from_day: int = 336
    window: int = 7
    missed: int = 2
    months: int | None = None
    death_within: int = 98


@dataclass
class Subject:
    start: int
    assessments: list[tuple[int, str]] = field(default_factory=list)  # by day, one a day
    baseline: bool = True
    death: int | None = None
    new_therapy: int | None = None


@dataclass
class Dose:
    amount: float
    start: date | None
    end: date | None
    once: bool = False
    missed: int = 0


def cumulative(doses: list[Dose]) -> float:
    """Dose taken: of a point in time once, of an interval on each day that was not missed."""
    chosen = 0.0
    for dose in doses:
        if dose.once:
            chosen += dose.amount
        elif dose.start is not None and dose.end is not None:
            days = (dose.end - dose.start).days + 1 - dose.missed
            chosen += dose.amount * max(days, 0)
    return chosen


def up_to_progression(subject: Subject) -> list[tuple[int, str]]:
    kept = []
    for day, response in subject.assessments:
        kept.append((day, response))
        if response == "PD":
            break
    return kept


def is_confirmed(kept: list[tuple[int, str]], at: int, rules: Rules) -> bool:
    day, response = kept[at]
    if response not in ("CR", "PR"):
        return False
    confirming = ("CR",) if response == "CR" else ("CR", "PR")
    unread = stable = 0
    seen_complete = False
    for later, other in kept[at + 1 :]:
        confirms = other in confirming and later - day >= rules.confirm
        if response == "CR" and other not in ("CR", "NE"):
            return False
        if response == "PR" and other not in ("CR", "PR", "SD", "NE"):
            return False
        if other == "NE":
            unread += 1
        if other == "SD":
            stable += 1
        if other == "CR":
            seen_complete = True
        if response == "PR" and other == "PR" and seen_complete:
            return False
        if unread > rules.max_ne or stable > rules.max_sd:
            return False
        if confirms:
            return True
    return False


def best(subject: Subject, rules: Rules, confirmed: bool) -> tuple[str, int | None]:
    kept = up_to_progression(subject)
    counted = []
    for at, (day, response) in enumerate(kept):
        late = day >= subject.start + rules.stable
        if response in ("CR", "PR") and (not confirmed or is_confirmed(kept, at, rules)):
            counted.append((response, day))
        elif response in ("CR", "PR", "SD"):
            counted.append(("SD" if late else "NE", day))
        elif response == "NON-CR/NON-PD":
            counted.append((response if late else "NE", day))
        else:
            counted.append((response, day))
    if not counted:
        return "MISSING", None
    return min(counted, key=lambda item: (ORDER.index(item[0]), item[1]))


def first_confirmed(subject: Subject, rules: Rules) -> int | None:
    kept = up_to_progression(subject)
    for at, (day, _) in enumerate(kept):
        if is_confirmed(kept, at, rules):
            return day
    return None


def confirmed_within(subject: Subject, rules: Rules, months: int) -> int | None:
    """The first confirmed response, where it comes no later than so many calendar months after the start."""
    day = first_confirmed(subject, rules)
    return day if day is not None and day <= months_after(subject.start, months) else None


def months_after(day: int, months: int) -> int:
    """The same day of a later month, or the last one of that month."""
    first = ORIGIN + timedelta(days=day)
    month = first.month - 1 + months
    year, month = first.year + month // 12, month % 12 + 1
    return (date(year, month, min(first.day, monthrange(year, month)[1])) - ORIGIN).days


def response_date(
    text: str, value: str, measured: list[str], identified: list[str], visit: str, previous: str
) -> tuple[str, str]:
    """Date of a response, and ADTF: as collected, of its tumours, of its visit, or imputed."""
    if len(text) == 10:
        return text, ""
    for dates in ([item for item in measured if item], [item for item in identified if item]):
        if dates:
            return (min(dates) if value == "PD" else max(dates)), ""
    if visit:
        return visit, ""
    if not text:
        return "", ""
    year, month = int(text[:4]), int(text[5:7] or 1)
    first = date(year, month, 1)
    last = date(year, month, monthrange(year, month)[1]) if len(text) == 7 else date(year, 12, 31)
    if previous:
        first = max(first, date.fromisoformat(previous) + timedelta(days=1))
    return (first.isoformat(), "D" if len(text) == 7 else "M") if first <= last else ("", "")


def benefit(subject: Subject, rules: Rules, confirmed: bool) -> int | None:
    kept = up_to_progression(subject)
    for at, (day, response) in enumerate(kept):
        if response in ("CR", "PR") and (not confirmed or is_confirmed(kept, at, rules)):
            return day
        if response in ("CR", "PR", "SD", "NON-CR/NON-PD") and day >= subject.start + rules.stable:
            return day
    return None


def progression_free(subject: Subject, rules: Rules, start: int | None = None) -> tuple[int, int]:
    """Day and CNSR of PFS; of the duration of response with ``start`` the day of the response."""
    begin = subject.start if start is None else start
    adequate = [day for day, response in subject.assessments if response not in ("NE", "ND")]
    end = subject.new_therapy
    if end is not None:
        adequate = [day for day in adequate if day <= end]
    progressions = [
        day for day, response in subject.assessments if response == "PD" and (end is None or day <= end)
    ]
    event = min(progressions) if progressions else None
    by_death = False
    death = subject.death if end is None or (subject.death or 0) <= end else None
    if death is not None and (event is None or death < event):
        event, by_death = death, True
    after = [day for day in adequate if day > begin]
    unseen = not subject.baseline or not any(day > begin for day in _ever(subject))
    soon = event is not None and by_death and event - begin < rules.death_within
    if start is None and unseen and not soon:
        return begin, 4
    if event is None:
        return _within(begin, max(after, default=begin), 1 if end is None else 2, rules)
    before = [day for day in adequate if begin < day < event]
    last = max(before, default=begin)
    # The plan of assessments runs from the first dose, whatever the endpoint starts with.
    interval = rules.later if last - subject.start >= rules.from_day - rules.window else rules.interval
    if event - last > rules.missed * (interval + rules.window):
        return _within(begin, last, 3, rules)
    return _within(begin, event, 0, rules)


def _ever(subject: Subject) -> list[int]:
    return [day for day, response in subject.assessments if response not in ("NE", "ND")]


def _within(begin: int, day: int, code: int, rules: Rules) -> tuple[int, int]:
    day = max(begin, day)  # what came before the start is set to it
    if rules.months is None:
        return day, code
    limit = months_after(begin, rules.months)
    return (limit, 6) if day > limit else (day, code)


def time_to_response(subject: Subject, response: int | None) -> tuple[int, int]:
    """Day and CNSR: the response, else the last adequate assessment."""
    if response is not None:
        return response, 0
    return max((day for day in _ever(subject) if day > subject.start), default=subject.start), 1
