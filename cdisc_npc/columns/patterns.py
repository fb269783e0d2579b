r"""Regular expressions that a study or a rule states, in an engine of linear time: no text makes one run without end.

The engine is RE2, as Arrow has it. It has no look-around and no references back; ``\d``, ``\w`` and ``\s`` are those of
ASCII, and ``\p{L}`` is any letter.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_MOST_GROUPS = 9
# Between groups; no name of a variable has it.
_BETWEEN = "\x1f"


def checked(pattern: object) -> str:
    """A pattern that the engine knows.

    Raises
    ------
    ValueError
        It is no regular expression, or needs look-around or references.
    """
    if not isinstance(pattern, str):
        raise ValueError(f"{pattern!r} is no regular expression: it is no text")
    try:
        pc.match_substring_regex(pa.array([""]), _whole(pattern))
    except (pa.ArrowInvalid, UnicodeError) as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise ValueError(f"{pattern!r} is no regular expression: {reason}") from None
    return pattern


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


@cache
def groups(pattern: str) -> int:
    """How many groups a pattern has; at most 9 can be asked for."""
    for number in range(1, _MOST_GROUPS + 1):
        try:
            pc.replace_substring_regex(pa.array([""]), _whole(pattern), rf"\{number}")
        except pa.ArrowInvalid:
            return number - 1
    return _MOST_GROUPS


def fits(pattern: str, texts: pa.Array | Iterable[str]) -> np.ndarray:
    """Whether a pattern fits each text as a whole."""
    array = texts if isinstance(texts, pa.Array) else pa.array([*texts], pa.large_string())
    result = pc.match_substring_regex(array, _whole(pattern))
    return np.asarray(result.to_numpy(zero_copy_only=False), dtype=bool)


def first_group(pattern: str, texts: pa.Array | Iterable[str], *, anywhere: bool = False) -> list[str]:
    """What the first group of a pattern matches in each text; blank where the pattern does not fit.

    Parameters
    ----------
    anywhere
        Whether it may fit a part of the text: the first one.
    """
    regex = rf"^(?s:.*?)(?:{pattern})(?s:.*)$" if anywhere else _whole(pattern)
    array = texts if isinstance(texts, pa.Array) else pa.array([*texts], pa.large_string())
    result = pc.replace_substring_regex(array, regex, r"\1")
    return pc.if_else(pc.match_substring_regex(array, regex), result, "").to_pylist()


@lru_cache(maxsize=65536)
def groups_of(pattern: str, names: tuple[str, ...]) -> dict[str, list[str]]:
    """What each group matches of the names that the pattern fits.

    Many rules ask the same of the variables of a dataset: the answers are kept.
    """
    array, whole = pa.array(names, pa.string()), _whole(pattern)
    fitting = array.filter(pc.match_substring_regex(array, whole))
    replacement = _BETWEEN.join(rf"\{number}" for number in range(1, groups(pattern) + 1))
    result = pc.replace_substring_regex(fitting, whole, replacement) if len(fitting) else fitting
    return {
        name: text.split(_BETWEEN) if replacement else []
        for name, text in zip(fitting.to_pylist(), result.to_pylist(), strict=True)
    }
