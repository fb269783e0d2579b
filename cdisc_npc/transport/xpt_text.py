"""Text columns of a transport file: Arrow strings to fixed-width bytes and back.

Arrow holds a column of text as one run of bytes. Where these bytes are already
those of the file, a column is padded or trimmed as a whole; in other encodings
each distinct value is converted once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cdisc_npc.columns.column import Column
from cdisc_npc.transport.xpt_layout import TEXT_BYTES, Variable

# Values are looked at in pieces of this many rows, so that a copy stays small.
_ROWS = 1 << 17

_STR: Any = pd.StringDtype(storage="pyarrow", na_value=np.nan)


def keeps_ascii(encoding: str) -> bool:
    """Tell whether every ASCII character is its own byte in an encoding."""
    ascii_bytes = bytes(range(128))
    try:
        return ascii_bytes.decode("ascii").encode(encoding) == ascii_bytes
    except (LookupError, ValueError):
        return False


class TextColumn:
    """A column of text, checked and measured; laid out in fixed width block by block.

    Parameters
    ----------
    column
        Strings; null is a blank.
    variable
        Its length, when declared, is the width; else the longest value's bytes,
        at least 1.
    encoding
        One that `keeps_ascii`.
    refuse
        Called with each batch of values that cannot be written.
    """

    def __init__(
        self, column: pd.Series[Any], variable: Variable, encoding: str, refuse: Callable[..., None]
    ) -> None:
        self.width = variable.length or 1
        self._encoding = encoding
        self._text = pa.chunked_array([], pa.large_string())
        # Whether the bytes of all values are already those of the file, but for the filling.
        self._as_given = True
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(column.cat.categories.dtype)
        if not pd.api.types.is_string_dtype(column.dtype) and column.dtype != object:
            refuse(variable=variable.name, value=f"a column of {column.dtype}", expected="a column of text")
            return
        try:
            text = pa.array(column, type=pa.large_string(), from_pandas=True)
        except (pa.ArrowException, UnicodeError, TypeError, ValueError):
            expected = "text of whole Unicode characters"
            strange = np.flatnonzero([not _is_text(value) for value in column])
            shown = [ascii(value) for value in column.iloc[strange]]
            refuse(variable=variable.name, row=strange + 1, value=shown, expected=expected)
            if len(strange) == 0:
                refuse(variable=variable.name, value=f"a column of {column.dtype}", expected=expected)
            return
        self._text = text if isinstance(text, pa.ChunkedArray) else pa.chunked_array([text])
        limit = min(self.width if variable.length else TEXT_BYTES, TEXT_BYTES)
        longest = 1
        for start in range(0, len(column), _ROWS):
            given = _whole(self._text.slice(start, _ROWS))
            block, unfit = _encoded(given, encoding, limit if variable.length else None)
            self._as_given &= block is given
            lengths = _lengths(block)
            for failing, expected in (
                (unfit, f"characters of {encoding}"),
                (_with_nul(block), "no NUL in a text"),
                (lengths > limit, f"at most {limit} bytes"),
            ):
                if failing is not None and failing.any():
                    rows = start + np.flatnonzero(failing)
                    values = column.iloc[rows].to_numpy()
                    refuse(variable=variable.name, row=rows + 1, value=values, expected=expected)
            longest = max(longest, int(lengths.max(initial=0)))
        self.width = variable.length or longest

    def __len__(self) -> int:
        return len(self._text)

    @property
    def field(self) -> str:
        """The NumPy type of one value in a row."""
        return f"V{self.width}"

    def values(self, start: int, rows: int) -> NDArray[Any]:
        """Give the values of some rows, filled up with blanks; shape (rows,)."""
        block = _whole(self._text.slice(start, rows))
        if not self._as_given:
            block, _ = _encoded(block, self._encoding, self.width)
        data = _bytes_of(block)
        if len(data) == rows * self.width and bool((_lengths(block) == self.width).all()):
            return data.view(self.field)
        # Despite its name it counts and fills bytes, whatever they mean.
        padded = pc.ascii_rpad(block, self.width, " ")
        return np.frombuffer(padded.buffers()[2], self.field, rows, padded.offset * self.width)


def _is_text(value: Any) -> bool:
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    return bool(pd.isna(value)) if pd.api.types.is_scalar(value) else False


def _whole(text: pa.ChunkedArray) -> pa.Array:
    """Join the pieces of a slice; most often it is one, and nothing is copied."""
    if text.num_chunks == 1:
        return text.chunk(0)
    return pa.concat_arrays(text.chunks) if text.num_chunks else pa.array([], pa.large_string())


def _offsets(block: pa.Array) -> NDArray[np.int64]:
    if len(block) == 0:
        return np.zeros(1, np.int64)
    return np.frombuffer(block.buffers()[1], np.int64)[block.offset : block.offset + len(block) + 1]


def _lengths(block: pa.Array) -> NDArray[np.int64]:
    """Count the bytes of each value; a null must not be among them."""
    return np.diff(_offsets(block))


def _bytes_of(block: pa.Array) -> NDArray[np.uint8]:
    """Look at the bytes of all values of a block, one after the other."""
    offsets = _offsets(block)
    data = block.buffers()[2]
    if data is None or len(block) == 0:
        return np.zeros(0, np.uint8)
    return np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]


def _trimmed_to(block: pa.Array, width: int | None) -> pa.Array:
    """Take the blanks from the values' ends, where it matters: they are also what fills a value up.

    It does where a value is longer than the width or, without one, where the
    longest value ends in a blank, and so tells nothing of the width.
    """
    lengths = _lengths(block)
    most = int(lengths.max(initial=0))
    if width is None:
        # A value of no bytes has no end to look at.
        ends = _offsets(block)[1:][lengths == most] - (_offsets(block)[0] + 1) if most else np.zeros(0, int)
        trim = bool((_bytes_of(block)[ends] == ord(" ")).any())
    else:
        trim = most > width
    return pc.ascii_rtrim(block, " ") if trim else block


def _encoded(block: pa.Array, encoding: str, width: int | None) -> tuple[pa.Array, NDArray[np.bool_] | None]:
    """Encode a block, without nulls; and tell which rows cannot be.

    The bytes stand in an Arrow string, whatever their encoding, because only
    strings can be padded; they are not for reading as such. What needs no
    change is given back as it is.
    """
    if block.null_count:
        block = pc.fill_null(block, "")
    if encoding.lower() in ("utf-8", "utf8") or _bytes_of(block).max(initial=0) < 128:
        return _trimmed_to(block, width), None
    kinds = pc.ascii_rtrim(block, " ").dictionary_encode()
    written, unfit = [], []
    for value in kinds.dictionary.to_pylist():
        try:
            data = value.encode(encoding)
            # Some codecs write a character as another one's bytes.
            unfit.append(data.decode(encoding) != value)
        except UnicodeError:
            data = b""
            unfit.append(True)
        written.append(data)
    distinct = pa.array(written, pa.large_binary()).view(pa.large_string())
    return distinct.take(kinds.indices), np.array(unfit)[kinds.indices.to_numpy()]


def _with_nul(block: pa.Array) -> NDArray[np.bool_] | None:
    if _bytes_of(block).min(initial=1):
        return None
    failing: NDArray[np.bool_] = pc.match_substring(block, "\0").to_numpy(zero_copy_only=False)
    return failing


def trimmed(values: NDArray[np.uint8]) -> pa.Array:
    """Take fixed-width values without the blanks, or NULs, that fill them up.

    Parameters
    ----------
    values : uint8, shape (n, width)
        Contiguous, and nobody else's: where nothing is trimmed, it is the result's memory.

    Returns
    -------
    pyarrow.Array
        ``large_string`` when all is ASCII, else ``large_binary``.
    """
    rows, width = values.shape
    offsets = np.arange(0, rows * width + 1, width, dtype=np.int64)
    parts = [None, pa.py_buffer(offsets), pa.py_buffer(values)]
    text = pa.Array.from_buffers(pa.large_string(), rows, parts)
    if ((values[:, -1] == ord(" ")) | (values[:, -1] == 0)).any():
        text = pc.ascii_rtrim(text, " \0")
    return text if values.max(initial=0) < 128 else text.view(pa.large_binary())


def coded(values: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Find the distinct ones of fixed-width values: the code of each, and the distinct values, shape (m, width)."""
    rows, width = values.shape
    encoded = pa.Array.from_buffers(pa.binary(width), rows, [None, pa.py_buffer(values)]).dictionary_encode()
    kinds = encoded.dictionary
    data = np.frombuffer(kinds.buffers()[1], np.uint8, len(kinds) * width) if rows else np.zeros(0, np.uint8)
    return encoded.indices.to_numpy(), data.reshape(-1, width)


def joined(parts: list[Column], encoding: str) -> Column:
    """Join the pieces of a column whose distinct values are as `trimmed` gives them; see `decoded`."""
    texts = [_as_text(part.kinds, encoding) for part in parts]
    whole = pa.concat_arrays([pa.array([], pa.large_string()), *texts]).dictionary_encode()
    places = np.split(whole.indices.to_numpy(), np.cumsum([len(text) for text in texts], dtype=np.int64))
    codes = [
        place[part.codes] for place, part in zip(places, parts, strict=False)
    ]  # behind the last is nothing
    return Column(whole.dictionary, np.concatenate([np.zeros(0, np.int32), *codes]), once=True)


def decoded(parts: list[pa.Array], encoding: str) -> pd.Series[Any]:
    """Join the pieces of a column, and decode those that are not ASCII.

    Raises
    ------
    UnicodeError
        Some bytes mean nothing in this encoding, or not only one thing.
    """
    chunks = [_as_text(part, encoding) for part in parts]
    return pd.Series(_STR.__from_arrow__(pa.chunked_array(chunks, pa.large_string())), copy=False)


def _as_text(block: pa.Array, encoding: str) -> pa.Array:
    if pa.types.is_large_string(block.type):
        return block
    kinds = block.dictionary_encode()
    distinct = pa.array([value.decode(encoding) for value in kinds.dictionary.to_pylist()], pa.large_string())
    return distinct.take(kinds.indices)
