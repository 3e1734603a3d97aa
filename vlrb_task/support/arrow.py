"""Between Python, numpy and pyarrow, without pandas.

pyarrow's own conversions import pandas wherever it is installed, which takes longer than scoring a log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Column = Any
"""A pyarrow array, in one piece or several."""


def whole(column: Column) -> pa.Array:
    """A column in one piece."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    values = column.combine_chunks()
    if isinstance(values, pa.ChunkedArray):  # an older pyarrow's
        return pa.concat_arrays(values.chunks) if values.num_chunks else pa.nulls(0, values.type)
    return values


def to_numpy(column: Column, fill: float | None = None) -> NDArray[Any]:
    """The values of a column of numbers or truth values, shape ``(rows,)``, without a copy where that is possible.

    Args:
        column: of a type that numpy has.
        fill: stands for nulls.

    Raises:
        ValueError: the column has nulls, and nothing stands for them.
    """
    values = whole(column)
    if pa.types.is_null(values.type):
        return np.full(len(values), fill)
    found = _plain(values)
    if not values.null_count:
        return found
    if fill is None:
        raise ValueError(f"{values.null_count} nulls in a column of {values.type}")
    return np.where(is_valid(values), found, found.dtype.type(fill))


def _plain(values: pa.Array) -> NDArray[Any]:
    data, end = values.buffers()[1], values.offset + len(values)
    kind = np.dtype(values.type.to_pandas_dtype())
    if data is None:
        return np.zeros(len(values), dtype=kind)
    if pa.types.is_boolean(values.type):
        bits = np.frombuffer(data, dtype=np.uint8)
        return np.unpackbits(bits, count=end, bitorder="little").astype(bool)[values.offset :]
    return np.frombuffer(data, dtype=kind, count=end)[values.offset :]


def is_valid(column: Column) -> NDArray[np.bool_]:
    """Which values are not null, shape ``(rows,)``."""
    return _plain(whole(column).is_valid())


def to_arrow(values: NDArray[Any], known: NDArray[np.bool_] | None = None) -> pa.Array:
    """Numbers or truth values as a column; null where it is not ``known``, if that is given."""
    data = _bits(values) if values.dtype == bool else _buffer(np.ascontiguousarray(values))
    validity = None if known is None or known.all() else _bits(known)
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), values.size, [validity, data])


def _bits(values: NDArray[np.bool_]) -> pa.Buffer:
    return _buffer(np.packbits(values, bitorder="little"))


def _buffer(values: NDArray[Any]) -> pa.Buffer:
    return pa.py_buffer(values if values.size else b"")


def numbers(values: Sequence[float | None], kind: pa.DataType) -> pa.Array:
    """A column of numbers from Python's; None is null."""
    known = np.array([value is not None for value in values], dtype=bool)
    found = np.array([0 if value is None else value for value in values], dtype=kind.to_pandas_dtype())
    return to_arrow(found, known)


def strings(values: Iterable[str | None]) -> pa.Array:
    """A column of texts; None is null.

    Raises:
        UnicodeEncodeError: a text has a lone surrogate.
    """
    found = list(values)
    data = [b"" if text is None else text.encode() for text in found]
    offsets = np.zeros(len(data) + 1, dtype=np.int32)
    np.cumsum([len(text) for text in data], out=offsets[1:])
    known = np.array([text is not None for text in found], dtype=bool)
    validity = None if known.all() else _bits(known)
    return pa.Array.from_buffers(pa.string(), len(found), [validity, _buffer(offsets), pa.py_buffer(b"".join(data))])


def coded(codes: NDArray[Any], names: Iterable[str | None]) -> pa.DictionaryArray:
    """A column of few names from the place of each row's name; a place below 0 is null."""
    known = codes >= 0
    places = to_arrow(np.where(known, codes, 0).astype(np.int32), known)
    return pa.DictionaryArray.from_arrays(places, strings(names))


def names(values: Iterable[str | None]) -> pa.DictionaryArray:
    """A column of few different names; None is null."""
    places: dict[str, int] = {}
    codes = [-1 if name is None else places.setdefault(name, len(places)) for name in values]
    return coded(np.array(codes, dtype=np.int64), places)
