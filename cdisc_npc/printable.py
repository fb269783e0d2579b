"""Texts of others on a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Text with its control characters escaped, but for line ends: what a terminal only shows.

    Examples
    --------
    >>> printable("red: \x1b[31m")
    'red: \\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(item if item == "\n" or item.isprintable() else repr(item)[1:-1] for item in text)
