"""A second implementation to compare with: one subject at a time, with Decimal, plain and slow.

Written from section 2.4 and 2.5 of the facts alone; it shares no code with `cdisc_npc.recist`.
It knows the default policies only.
"""

from __future__ import annotations

from decimal import Decimal

Record = dict[str, str]


def assess(tu: list[Record], tr: list[Record]) -> list[dict[str, object]]:
    """All time points of one subject and evaluator, in order, baseline first."""
    visits: dict[str, list[Record]] = {}
    for record in tr:
        visits.setdefault(record["TRLNKGRP"] or record["VISITNUM"], []).append(record)
    ordered = sorted(visits.values(), key=lambda records: min(record["TRDTC"] for record in records))
    flagged = [n for n, records in enumerate(ordered) if any(record["TRLOBXFL"] == "Y" for record in records)]
    base = max(flagged, default=0)
    ordered = [[record for records in ordered[: base + 1] for record in records], *ordered[base + 1 :]]

    places = {row["TULNKID"]: row["TULOC"] for row in tu}
    identified = [row for row in tu if row["TUTESTCD"] == "TUMIDENT"]
    slots: list[set[str]] = [{row["TULNKID"]} for row in identified if row["TUSTRESC"] == "TARGET"]
    others = [row["TULNKID"] for row in identified if row["TUSTRESC"] == "NON-TARGET"]
    news = [row["TULNKID"] for row in identified if row["TUSTRESC"] == "NEW"]
    result: list[dict[str, object]] = []
    baseline: Decimal | None = None
    complete_sums: list[Decimal] = []
    had_cr = had_new = False
    for number, records in enumerate(ordered):
        visitnums = {record["VISITNUM"] for record in records}
        for row in tu:
            if row["VISITNUM"] in visitnums and row["TUTESTCD"] == "TUSPLIT":
                slots = [slot for slot in slots if row["TUGRPID"] not in slot]
                slots.append({row["TULNKID"]})
        for row in tu:
            if row["VISITNUM"] in visitnums and row["TUTESTCD"] == "TUMERGE":
                names = {
                    *row["TULNKID"].split("/"),
                    *row["TUGRPID"].split("/"),
                    row["TULNKID"],
                    row["TUGRPID"],
                } - {""}
                touched = [slot for slot in slots if slot & names]
                slots = [slot for slot in slots if not slot & names]
                slots.append(names.union(*touched))
        sizes = [_sizes(slot, records, places) for slot in slots]
        state: dict[str, object] = {
            "SEQ": number,
            "LSEXP": len(slots),
            "LSASS": sum(bool(size) for size in sizes),
        }
        total = sum((max(size for size, _, _ in item) for item in sizes if item), Decimal(0))
        complete = bool(slots) and all(sizes)
        nadir = min(complete_sums, default=None)
        state |= {"SUMDIAM": total if any(sizes) else None, "NADIR": nadir}
        if number == 0:
            baseline = total if complete else None
        gone = complete and all(
            size < 10 if nodal else size == 0 for item in sizes for size, nodal, _ in item
        )
        back = [date for item in sizes for size, nodal, date in item if not nodal and size > 0]
        risen = nadir is not None and total >= nadir * Decimal("1.2") and total - nadir >= 5
        if number == 0:
            target = ""
        elif not slots:
            target = "NA"
        elif baseline is None:
            target = "NE"
        elif gone:
            target = "CR"
        elif risen or (had_cr and back):
            target = "PD"
        elif not complete:
            target = "NE"
        else:
            target = "PR" if total <= baseline * Decimal("0.7") else "SD"
        nontarget, bad_dates = _others(others, records, places, number)
        unequivocal = [
            record["TRDTC"] for record in records
            if number and record["TRLNKID"] in news and record["TRTESTCD"] == "TUMSTATE" and record["TRSTRESC"] == "UNEQUIVOCAL"
        ]  # fmt: skip
        had_new = had_new or bool(unequivocal)
        dates: list[str] = []
        if target == "PD":
            dates += [_shown(sizes, nadir)] if risen else []
            dates += back if had_cr else []
        dates += bad_dates if nontarget == "PD" else []
        if had_new:
            dates += unequivocal or [
                min(record["TRDTC"] for record in records if record["TRSTAT"] != "NOT DONE")
            ]
        scans = [record["TRDTC"] for record in records if record["TRSTAT"] != "NOT DONE"]
        overall = _overall(target, nontarget, had_new) if number else ""
        date = min(dates) if overall == "PD" else max(scans or [record["TRDTC"] for record in records])
        result.append(state | {"BASE": baseline, "TRGRESP": target, "NTRGRESP": nontarget,
                              "NEWLIND": "Y" if had_new else "N", "OVRLRESP": overall, "RSDTC": date})  # fmt: skip
        if complete:
            complete_sums.append(total)
        had_cr = had_cr or (gone and number > 0)
    return result


def _sizes(slot: set[str], records: list[Record], places: dict[str, str]) -> list[tuple[Decimal, bool, str]]:
    """Size, whether a node, and scan date of each lesion of a slot that was measured; the last scan counts."""
    sizes = []
    for link in sorted(slot):
        nodal = "LYMPH NODE" in places.get(link, "")
        for test in ("LPERP" if nodal else "LDIAM", "DIAMETER"):
            own = [
                r for r in records if r["TRLNKID"] == link and r["TRTESTCD"] == test and _size(r) is not None
            ]
            if own:
                last = max(own, key=lambda record: record["TRDTC"])
                sizes.append((_size(last), nodal, last["TRDTC"]))
                break
    return sizes


def _size(record: Record) -> Decimal | None:
    if record["TRSTAT"] == "NOT DONE" or not record["TRSTRESC"]:
        return None
    if record["TRSTRESC"] == "TOO SMALL TO MEASURE":
        return Decimal(5)
    return Decimal(record["TRSTRESC"]) * (10 if record["TRSTRESU"] == "cm" else 1)


def _shown(sizes: list[list[tuple[Decimal, bool, str]]], nadir: Decimal) -> str:
    """The first date by which the scans read so far make the sum PD."""
    item = sorted((max(slot) for slot in sizes if slot), key=lambda size: size[2])
    for date in sorted({size[2] for size in item}):
        so_far = sum(size[0] for size in item if size[2] <= date)
        if so_far >= nadir * Decimal("1.2") and so_far - nadir >= 5:
            return date
    raise AssertionError("a sum that is PD is PD by its last scan")


def _others(
    others: list[str], records: list[Record], places: dict[str, str], number: int
) -> tuple[str, list[str]]:
    states = []
    progressed = []
    for link in others:
        own = [record for record in records if record["TRLNKID"] == link and record["TRSTAT"] != "NOT DONE"]
        seen = set()
        for record in own:
            if record["TRTESTCD"] == "TUMSTATE":
                seen.add(record["TRSTRESC"])
            elif _size(record) is not None:
                limit = Decimal(10) if "LYMPH NODE" in places[link] else Decimal("0.0001")
                seen.add("ABSENT" if _size(record) < limit else "PRESENT")
        progressed += [record["TRDTC"] for record in own if record["TRSTRESC"] == "UNEQUIVOCAL PROGRESSION"]
        states.append(next((s for s in ("UNEQUIVOCAL PROGRESSION", "PRESENT", "ABSENT") if s in seen), "NE"))
    if number == 0:
        return "", []
    if not states:
        return "NA", []
    if "UNEQUIVOCAL PROGRESSION" in states:
        return "PD", progressed
    if "NE" in states:
        return "NE", []
    return ("NON-CR/NON-PD" if "PRESENT" in states else "CR"), []


def _overall(target: str, nontarget: str, new: bool) -> str:
    if new or "PD" in (target, nontarget):
        return "PD"
    if target == "NA":
        return "NE" if nontarget == "NA" else nontarget
    if target == "CR" and nontarget not in ("CR", "NA"):
        return "PR"
    return target
