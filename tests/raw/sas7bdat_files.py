"""SAS7BDAT files, by a writer that pyreadstat carries and does not offer."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path

import pyreadstat

Column = tuple[str, int, str]  # name, width (0: a number), format


def write_sas7bdat(
    path: Path, columns: Sequence[Column], rows: Sequence[Sequence[bytes | float | None]]
) -> Path:
    """Write a SAS7BDAT file by ReadStat's own writer, which pyreadstat carries and does not offer."""
    (library,) = Path(pyreadstat.__file__).parent.glob("_readstat_writer*.so")
    readstat = ctypes.CDLL(str(library))
    readstat.readstat_writer_init.restype = readstat.readstat_add_variable.restype = ctypes.c_void_p
    written = bytearray()

    @ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
    def take(data: int, size: int, _: int) -> int:
        written.extend(ctypes.string_at(data, size))
        return size

    writer = ctypes.c_void_p(readstat.readstat_writer_init())
    readstat.readstat_set_data_writer(writer, take)
    variables = []
    for name, width, form in columns:
        kind = 0 if width else 5
        variable = ctypes.c_void_p(
            readstat.readstat_add_variable(writer, name.encode(), kind, ctypes.c_size_t(width))
        )
        if form:
            readstat.readstat_variable_set_format(variable, form.encode())
        variables.append(variable)
    assert readstat.readstat_begin_writing_sas7bdat(writer, None, ctypes.c_long(len(rows))) == 0
    for row in rows:
        readstat.readstat_begin_row(writer)
        for variable, value in zip(variables, row, strict=True):
            if value is None:
                readstat.readstat_insert_missing_value(writer, variable)
            elif isinstance(value, bytes):
                readstat.readstat_insert_string_value(writer, variable, value)
            else:
                readstat.readstat_insert_double_value(writer, variable, ctypes.c_double(value))
        readstat.readstat_end_row(writer)
    assert readstat.readstat_end_writing(writer) == 0
    readstat.readstat_writer_free(writer)
    path.write_bytes(written)
    return path
