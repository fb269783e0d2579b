"""Small TU, TR and RS tables of one subject, written as they are read on a form."""

from __future__ import annotations

import pandas as pd

KINDS = {"T": "TARGET", "NT": "NON-TARGET", "NEW": "NEW"}
LIVER = {"T01": "LIVER"}


def day(visit: int, plus: int = 0) -> str:
    return str((pd.Timestamp("2022-01-01") + pd.Timedelta(days=42 * visit + plus)).date())


def kind(link: str) -> str:
    return KINDS[link.split("/")[0].rstrip("0123456789.")]


def history(
    lesions: dict[str, str],
    *visits: dict[str, str],
    events: list[tuple] = (),
    subject: str = "S1",
    evaluator: str = "INVESTIGATOR",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """TU and TR of one subject.

    Parameters
    ----------
    lesions
        Link id and location of the lesions of baseline.
    *visits
        Link id and result of each visit: a size in mm, '3.2 cm', 'ND' (not done) or a state.
    events
        (visit, TUTESTCD, TULNKID, TUGRPID[, location]) of later TU records.
    """
    tu = [
        (subject, "TUMIDENT", link, "", kind(link), place, evaluator, 1, day(0))
        for link, place in lesions.items()
    ]
    for visit, test, link, group, *place in events:
        kind_of = "NEW" if link.startswith("NEW") else "TARGET"
        tu.append((subject, test, link, group, kind_of, *(place or [""]), evaluator, visit + 1, day(visit)))
    tr = []
    for visit, results in enumerate(visits):
        for link, result in results.items():
            base, _, test = link.partition(":")
            place = lesions.get(base, "")
            test = test or ("LPERP" if "NODE" in place else "LDIAM")
            value, _, unit = result.partition(" ")
            sized = value.replace(".", "").isdigit()
            if not sized and result not in ("ND", "TOO SMALL TO MEASURE"):
                test = "TUMSTATE"
            done = result != "ND"
            shown = (value if sized else result) if done else ""
            tr.append((subject, base, kind(base), test, shown, (unit or "mm") if sized else "", "" if done else "NOT DONE",
                       evaluator, f"A{visit + 1}", visit + 1, day(visit)))  # fmt: skip
    names = ["USUBJID", "TUTESTCD", "TULNKID", "TUGRPID", "TUSTRESC", "TULOC", "TUEVAL", "VISITNUM", "TUDTC"]
    columns = [
        "USUBJID",
        "TRLNKID",
        "TRGRPID",
        "TRTESTCD",
        "TRSTRESC",
        "TRSTRESU",
        "TRSTAT",
        "TREVAL",
        "TRLNKGRP",
        "VISITNUM",
        "TRDTC",
    ]
    return pd.DataFrame(tu, columns=names), pd.DataFrame(tr, columns=columns)


def sums(*sizes: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One lesion of the sizes; a size of two parts 'a+b' is two lesions, 'a+ND' has one not done."""
    count = max(size.count("+") for size in sizes) + 1
    names = [f"T0{n + 1}" for n in range(count)]
    return history(
        dict.fromkeys(names, "LIVER"), *(dict(zip(names, size.split("+"), strict=False)) for size in sizes)
    )


def recorded(
    computed: pd.DataFrame, tests: tuple[str, ...] = ("TRGRESP", "NTRGRESP", "OVRLRESP")
) -> pd.DataFrame:
    """RS as an investigator would record who agrees with all; RSLNKGRP on OVRLRESP only."""
    after = computed[computed["SEQ"] > 0]
    parts = []
    for test in tests:
        own = after[after[test] != "NA"]
        parts.append(
            pd.DataFrame(
                {
                    "USUBJID": own["USUBJID"], "RSTESTCD": test, "RSCAT": "RECIST 1.1", "RSSTRESC": own[test],
                    "RSLNKGRP": own["TRLNKGRP"] if test == "OVRLRESP" else "", "RSEVAL": own["TREVAL"],
                    "RSEVALID": own["TREVALID"], "VISITNUM": own["VISITNUM"], "RSDTC": own["RSDTC"],
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)
