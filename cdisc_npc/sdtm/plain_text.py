"""Typed text made plain: line breaks and tabs, blanks of all kinds, full-width signs of an input method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.columns.column import Column

if TYPE_CHECKING:
    from cdisc_npc.sdtm.views import View

# Control characters end a line or move a cursor; in a submitted value they stand for a blank.
_CONTROLS = dict.fromkeys([*range(0x20), 0x7F, 0x85, 0x2028, 0x2029], " ")
# No-break and ideographic blanks, and the full-width forms of ASCII (U+FF01 to U+FF5E).
_WIDE = {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | {0xA0: " ", 0x3000: " ", 0xFEFF: ""}


def plain(text: str, encoding: str) -> str:
    r"""Text without surrounding blanks, on one line, and narrow where the encoding asks for it.

    A run of control characters and blanks around it is one blank. Full-width signs and
    no-break blanks become those of ASCII where the encoding cannot hold the text as it is;
    a text that stays foreign (untranslated) is not touched.

    Examples
    --------
    >>> plain(" Oedema\r\nperipheral ", "us-ascii"), plain("A（B）", "us-ascii"), plain("A（B）", "gb18030")
    ('Oedema peripheral', 'A(B)', 'A（B）')
    """
    text = text.strip()
    if not text.isprintable() and text != (cleaned := text.translate(_CONTROLS)):
        text = " ".join(cleaned.split())
    if not text.isascii() and not holds(encoding, text):
        narrow = text.translate(_WIDE).strip()
        text = narrow if holds(encoding, narrow) else text
    return text


def holds(encoding: str, text: str) -> bool:
    """Tell whether an encoding can hold a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def made_plain(values: Column, view: View) -> Column:
    """Collected text of a view made plain; what changed beside its ends is counted as a note."""
    encoding = view.build.spec.study.encoding
    values = values.narrow
    codes, uniques, given = values.places, values.objects, values.kinds.to_pylist()
    texts = [plain(text, encoding) for text in given]
    changed = np.array([new != old.strip() for new, old in zip(texts, given, strict=True)], dtype=bool)
    if changed.any():
        failing = np.flatnonzero(changed[codes])
        kinds, first, counts = np.unique(codes[failing], return_index=True, return_counts=True)
        view.report(
            "MAP_TEXT_PLAIN", failing[first], uniques[kinds],
            np.array(texts, dtype=object)[kinds], params=[f'{{"records": {count}}}' for count in counts],
        )  # fmt: skip
    return values if texts == given else Column(pa.array(texts, pa.large_string()), codes)


def in_encoding(values: Column, view: View) -> Column:
    """Text that the study's encoding holds: what is left foreign is a finding, and written as its code points.

    By the policy ``untranslated`` the finding refuses the run, or is an error.
    """
    encoding = view.build.spec.study.encoding
    if pc.all(pc.string_is_ascii(values.kinds)).as_py():
        return values
    values = values.narrow
    codes, uniques = values.places, values.objects
    foreign = np.array([not holds(encoding, text) for text in uniques], dtype=bool)
    if not foreign.any():
        return values
    failing = np.flatnonzero(foreign[codes])
    view.report("MAP_UNTRANSLATED", failing, uniques[codes[failing]], encoding)
    texts = [text.encode(encoding, "backslashreplace").decode(encoding) for text in uniques]
    return Column(pa.array(texts, pa.large_string()), codes)
