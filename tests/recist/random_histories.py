"""Random subjects: every feature that TU and TR can have, alone and together."""

from __future__ import annotations

import random

import pandas as pd

from tests.recist.tables import day

PLACES = ("LIVER", "LUNG", "CERVICAL LYMPH NODE", "LYMPH NODE")


def subject(name: str, seed: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """TU and TR records of one subject, read by one or two evaluators."""
    draw = random.Random(seed)
    tu, tr = [], []
    for evaluator in ("INVESTIGATOR", "INDEPENDENT ASSESSOR")[: draw.choice((1, 1, 2))]:
        mine = _read(name, evaluator, draw)
        tu += mine[0]
        tr += mine[1]
    draw.shuffle(tr)
    return tu, tr


def frames(seeds: range) -> tuple[pd.DataFrame, pd.DataFrame]:
    parts = [subject(f"S{seed:05d}", seed) for seed in seeds]
    tu = pd.DataFrame([record for part in parts for record in part[0]])
    tr = pd.DataFrame([record for part in parts for record in part[1]])
    return tu.assign(VISITNUM=tu["VISITNUM"].astype(float)), tr.assign(VISITNUM=tr["VISITNUM"].astype(float))


def _read(
    name: str, evaluator: str, draw: random.Random
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    tu, tr = [], []
    grouped, flags, decimals = draw.random() < 0.7, draw.random() < 0.5, draw.choice((0, 0, 1, 1, 2))
    places = {f"T0{n + 1}": draw.choice(PLACES) for n in range(draw.choice((0, 1, 1, 2, 3, 4)))}
    nontargets = {
        f"NT0{n + 1}": draw.choice(("BONE", "LYMPH NODE")) for n in range(draw.choice((0, 0, 1, 2)))
    }
    # Small whole sizes meet the thresholds often: 20 and 24 mm, 50 and 60 mm.
    size = {link: float(draw.choice((10, 15, 20, 25, 30, 50))) for link in places}
    wild = draw.choice((0.0, 0.1, 0.3))

    def identify(test: str, link: str, group: str, kind: str, place: str, visit: int) -> None:
        tu.append({"USUBJID": name, "TUTESTCD": test, "TULNKID": link, "TUGRPID": group, "TUSTRESC": kind, "TULOC": place,
                   "TUEVAL": evaluator, "VISITNUM": str(visit + 1), "TUDTC": day(visit)})  # fmt: skip

    def record(
        link: str, kind: str, test: str, result: str, visit: int, unit: str = "", done: bool = True
    ) -> None:
        tr.append({"USUBJID": name, "TRLNKID": link, "TRGRPID": kind, "TRTESTCD": test, "TRSTRESC": result if done else "",
                   "TRSTRESU": unit if done else "", "TRSTAT": "" if done else "NOT DONE", "TREVAL": evaluator,
                   "TRLNKGRP": f"A{visit + 1}" if grouped else "", "VISITNUM": str(visit + 1),
                   "TRDTC": day(visit, draw.choice((0, 0, 0, 1, 3))),
                   "TRLOBXFL": "Y" if flags and visit == screenings - 1 and done else ""})  # fmt: skip

    screenings = draw.choice((1, 1, 1, 2)) if flags else 1
    for link, place in places.items():
        identify("TUMIDENT", link, "", "TARGET", place, 0)
    for link, place in nontargets.items():
        identify("TUMIDENT", link, "", "NON-TARGET", place, 0)
    alive = dict(places)
    news: dict[str, bool] = {}
    for visit in range(screenings + draw.choice((1, 3, 5, 7))):
        late = visit >= screenings
        if late and alive and draw.random() < 0.06:
            parent = draw.choice(sorted(alive))
            if "/" not in parent:
                place = alive.pop(parent)
                for part in ("1", "2"):
                    alive[f"{parent}.{part}"] = place
                    size[f"{parent}.{part}"] = float(round(size[parent] / 2))
                    identify("TUSPLIT", f"{parent}.{part}", parent, "TARGET", place, visit)
        if late and len(alive) > 1 and draw.random() < 0.06:
            first, second = sorted(draw.sample(sorted(alive), 2))
            if "/" not in first + second:
                _merge(draw, identify, alive, size, first, second, visit)
        fate = draw.choice(("fall", "fall", "stay", "rise", "gone")) if late else "stay"
        for link, place in alive.items():
            size[link] = _next(size[link], fate, draw)
            _measure(draw, record, link, place, size[link], visit, wild, decimals)
        for link, place in nontargets.items():
            chosen = draw.choices(
                ("PRESENT", "ABSENT", "UNEQUIVOCAL PROGRESSION", "NE", "size", "ND"),
                (4, 4, 0.3, wild, 1, wild),
            )[0]
            if chosen == "size":
                record(
                    link,
                    "NON-TARGET",
                    "LPERP" if "NODE" in place else "LDIAM",
                    draw.choice(("0", "8", "10", "12")),
                    visit,
                    "mm",
                )
            else:
                record(link, "NON-TARGET", "TUMSTATE", chosen, visit, done=chosen != "ND")
        if late and draw.random() < 0.08:
            link = f"NEW0{len(news) + 1}"
            news[link] = draw.random() < 0.6
            identify("TUMIDENT", link, "", "NEW", "LUNG", visit)
        for link in news:
            news[link] = news[link] or draw.random() < 0.3
            record(link, "NEW", "TUMSTATE", "UNEQUIVOCAL" if news[link] else "EQUIVOCAL", visit)
        if not any(r["TREVAL"] == evaluator and r["VISITNUM"] == str(visit + 1) for r in tr):
            record("", "", "TRALL", "", visit, done=False)
    return tu, tr


def _merge(draw, identify, alive, size, first, second, visit) -> None:
    place = alive[first]
    form = draw.choice(("compound", "survivor"))
    size[first] += size[second]
    if form == "survivor":  # T01 goes on, T02 has no value or 0 or its own
        identify("TUMERGE", first, f"{first}/{second}", "TARGET", place, visit)
        if draw.random() < 0.5:
            del alive[second]
        else:
            size[second] = 0.0
    else:
        link = f"{first}/{second}"
        identify("TUMERGE", link, "", "TARGET", place, visit)
        size[link] = size[first]
        del alive[first], alive[second]
        alive[link] = place


def _next(size: float, fate: str, draw: random.Random) -> float:
    if fate == "gone":
        return draw.choice((0.0, 0.0, 0.0, size))
    factor = {"fall": (0.7, 0.5, 0.9), "stay": (1.0, 1.0, 1.1), "rise": (1.2, 1.3, 2.0)}[fate]
    return min(
        size * draw.choice(factor)
        + (draw.choice((5.0, 3.0)) if fate == "rise" and draw.random() < 0.3 else 0.0),
        300.0,
    )


def _measure(draw, record, link, place, size, visit, wild, decimals) -> None:
    if draw.random() < wild:
        if draw.random() < 0.5:
            record(link, "TARGET", "LDIAM", "", visit, done=False)
        return
    test = "LPERP" if "NODE" in place else "LDIAM"
    if draw.random() < 0.05:
        test = "DIAMETER"
    elif draw.random() < 0.1:  # the other axis too, which must not count
        record(link, "TARGET", "LDIAM" if test == "LPERP" else "LPERP", "77", visit, "mm")
    if 0 < size < 5 and draw.random() < 0.5:
        record(link, "TARGET", test, "TOO SMALL TO MEASURE", visit)
    elif draw.random() < 0.1:
        record(link, "TARGET", test, f"{size / 10:.{decimals + 1}f}", visit, "cm")
    else:
        record(link, "TARGET", test, f"{size:.{decimals}f}", visit, "mm")
