"""A dataset of the shape of LB: 17 text and 8 numeric variables, 214 bytes a record."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cdisc_npc.transport.xpt import Member, Variable

TESTS = 40
VISITS = 12
_TEXTS = {
    "STUDYID": 10, "DOMAIN": 2, "USUBJID": 16, "LBTESTCD": 8, "LBTEST": 30, "LBCAT": 12, "LBORRES": 8,
    "LBORRESU": 10, "LBORNRLO": 6, "LBORNRHI": 6, "LBSTRESC": 8, "LBSTRESU": 10, "LBNRIND": 8, "LBSPEC": 5,
    "LBBLFL": 1, "VISIT": 10, "LBDTC": 16,
}  # fmt: skip
_NUMBERS = ("LBSEQ", "LBSTRESN", "LBSTNRLO", "LBSTNRHI", "VISITNUM", "LBDY", "LBTPTNUM", "ADT")

MEMBER = Member(
    "LB",
    "Laboratory Test Results",
    (
        *(Variable(name, f"Label of {name}", "Char", length) for name, length in _TEXTS.items()),
        *(
            Variable(name, f"Label of {name}", "Num", 8, "DATE9." if name == "ADT" else "")
            for name in _NUMBERS
        ),
    ),
)


def records(start: int, stop: int) -> pd.DataFrame:
    """Make the records from `start` to before `stop`; the same ones whatever is made at a time."""
    at = np.arange(start, stop)
    test, visit, subject = at % TESTS, at // TESTS % VISITS, at // (TESTS * VISITS)
    # A number that depends on the record alone, and looks like none.
    noise = (at * 2654435761 % 2**32) >> 8
    result = noise % 5000 / 10
    missing = noise % 17 == 0
    shown = _taken([f"{tenth / 10:g}" for tenth in range(5000)], noise % 5000).where(~missing, "")
    day = subject % 700 + visit * 21
    units = ["mmol/L", "U/L", "g/L", "10^9/L", "umol/L"]
    texts = {
        "STUDYID": _taken(["CDISC01"], at * 0),
        "DOMAIN": _taken(["LB"], at * 0),
        "USUBJID": "CDISC01-" + pd.Series(subject).map("{:07d}".format).astype("str"),
        "LBTESTCD": _taken([f"TEST{n:02}" for n in range(TESTS)], test),
        "LBTEST": _taken([f"Laboratory test {'x' * (n % 11)} {n}" for n in range(TESTS)], test),
        "LBCAT": _taken(["CHEMISTRY", "HEMATOLOGY", "URINALYSIS"], test % 3),
        "LBORRES": shown,
        "LBORRESU": _taken(units, test % 5),
        "LBORNRLO": _taken([f"{n}.5" for n in range(TESTS)], test),
        "LBORNRHI": _taken([f"{n * 9}.5" for n in range(TESTS)], test),
        "LBSTRESC": shown,
        "LBSTRESU": _taken(units, test % 5),
        "LBNRIND": _taken(["NORMAL", "LOW", "HIGH", ""], noise % 4),
        "LBSPEC": _taken(["BLOOD", "URINE"], test % 2),
        "LBBLFL": _taken(["", "Y"], (visit == 1).astype(int)),
        "VISIT": _taken([f"WEEK {n * 3}" for n in range(VISITS)], visit),
        "LBDTC": _taken(
            np.datetime_as_string(np.datetime64("2021-01-01T08:15") + np.arange(1000) * 1440).tolist(), day
        ),
    }
    numbers = {
        "LBSEQ": at % (TESTS * VISITS) + 1.0,
        "LBSTRESN": np.where(missing, np.nan, result),
        "LBSTNRLO": test + 0.5,
        "LBSTNRHI": test * 9 + 0.5,
        "VISITNUM": visit + 1.0,
        "LBDY": visit * 21 + 1.0,
        "LBTPTNUM": np.full(len(at), np.nan),
        "ADT": 22281.0 + day,
    }
    return pd.DataFrame(texts | numbers, copy=False)


def blocks(count: int, size: int = 50_000) -> Iterator[pd.DataFrame]:
    """Give the first `count` records in frames of `size`."""
    for start in range(0, count, size):
        yield records(start, min(start + size, count))


def whole(count: int) -> pd.DataFrame:
    """Give the first `count` records in one frame."""
    return pd.concat(blocks(count, 500_000), ignore_index=True)


def _taken(texts: list[str], places: np.ndarray) -> pd.Series:
    return pd.Series(texts, dtype="str").take(places).reset_index(drop=True)
