"""Codes of land use (用地用海分类): the table of an edition of the guide, and the field that holds a feature's code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from geo.model.layer import Catalog, Choice, Field, Layer, Struct, Title

FIELD = "land_use_code"
"""The field of a feature's own code; every layer with `[land_use]` has it."""

USE = "land_use"
"""What the code means, as files for the bureau call it."""


class LandUseTable(Struct):
    """An edition of the guide, from `layers/land_use.toml`.

    Parameters
    ----------
    number, version, issued_on
        Of the document.
    note
        What a user of the table has to know.
    codes
        Name of each class, in the order of the guide.
    """

    title: str
    number: str
    version: str
    issued_on: date
    note: str
    codes: dict[str, Title]

    def __post_init__(self) -> None:
        for code in self.codes:
            if not (code.isdigit() and code.isascii() and len(code) in (2, 4, 6)):
                raise ValueError(f"codes | {code!r} is not of two, four or six digits")

    @property
    def source(self) -> str:
        """The edition in one line."""
        return f"《{self.title}》（{self.number}，{self.issued_on}，{self.version} 版）"

    def field(self) -> Field:
        """The field of a layer whose features have a code: a closed list, each title with its code in front."""
        choices = (
            Choice(value=code, title=Title(zh=f"{code} {title.zh}", en=f"{code} {title.en}"))
            for code, title in self.codes.items()
        )
        title = Title(zh="用地用海分类", en="Land use class")
        return Field(name=FIELD, title=title, type="text", short="YDYHDM", values=tuple(choices))


@dataclass(frozen=True)
class LandUseCode:
    """The code of one feature.

    Parameters
    ----------
    code
        None where nobody entered one and its layer does not say.
    given
        By whom: `feature` where it was entered, `layer` where it is the layer's own.
    """

    code: str | None
    given: Literal["feature", "layer"]


def code_of(layer: Layer, properties: Mapping[str, object]) -> LandUseCode:
    """What is entered, else what the layer says."""
    own = properties.get(FIELD)
    if isinstance(own, str) and own:
        return LandUseCode(own, "feature")
    return LandUseCode(layer.land_use.code_of(properties) if layer.land_use else None, "layer")


def with_land_use(catalog: Catalog, layer_id: str, properties: Mapping[str, object]) -> dict[str, object]:
    """A feature's properties with its code, whoever gave it, and with what that means; as they are without codes."""
    code = code_of(catalog[layer_id], properties).code
    if code is None or catalog.land_use is None:
        return dict(properties)
    title = catalog.land_use.codes.get(code)
    return {**properties, FIELD: code, USE: title.zh if title else None}
