"""Tables and text files in the encoding that they really have: UTF-8 or GB18030."""

from collections.abc import Iterable
from pathlib import Path

import geopandas

from geo.exchange.texts import decode, decoded_text, encoding_of, short_name
from geo.model.errors import InvalidFile, N_


def decoded(path: Path, frame: geopandas.GeoDataFrame) -> tuple[geopandas.GeoDataFrame, str]:
    """A table of which every text was read byte by byte (ISO-8859-1), in the encoding that its texts really have.

    Raises
    ------
    InvalidFile
        If the texts are neither UTF-8 nor GB18030.
    """
    columns = [name for name in frame.columns if name != frame.geometry.name]
    texts = {name: frame[name] for name in columns if frame[name].map(lambda value: isinstance(value, str)).any()}
    distinct = {name: _distinct(values) for name, values in texts.items()}
    given = [value.encode("latin-1") for value in (*columns, *set().union(*distinct.values()))]
    encoding = encoding_of(given)
    if encoding is None:
        raise InvalidFile(N_("%(file)s 的文字既不是 UTF-8 也不是 GBK/GB18030 编码"), file=short_name(path))
    frame = frame.copy()
    for name, values in texts.items():
        meant = {value: decode(value.encode("latin-1"), encoding) for value in distinct[name]}
        frame[name] = values.astype(object).map(lambda value, meant=meant: meant.get(value))
    return frame.rename(columns={name: decode(name.encode("latin-1"), encoding) for name in columns}), encoding


def _distinct(values: Iterable[object]) -> set[str]:
    return {value for value in values if isinstance(value, str)}


def text_of(path: Path) -> tuple[str, str]:
    """A text file and the encoding that it has.

    Raises
    ------
    InvalidFile
        If it is neither UTF-8 nor GB18030.
    """
    return decoded_text(path.read_bytes(), short_name(path))
