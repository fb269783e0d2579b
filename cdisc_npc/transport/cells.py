"""What a cell of a workbook can hold."""

from __future__ import annotations

import re

# What XML cannot hold.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST = 32_767


def cell_text(text: str, cut: str = " … (cut)") -> str:
    """A text as a cell can hold it; one that is too long ends with the remark that it is cut."""
    text = CONTROL.sub("�", text)
    return text if len(text) <= _MOST else text[: _MOST - len(cut)] + cut
