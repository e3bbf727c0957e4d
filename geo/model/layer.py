"""A layer is a definition: what its features are called, which fields they have, how their status is kept.

Definitions come from `layers/<layer_id>/layer.toml` (see `geo.store.catalog`); no code knows a layer by name.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

from geo.model import definition_rules as rules
from geo.model.errors import InvalidInput, LayerNotFound, N_

if TYPE_CHECKING:
    from geo.model.land_use import LandUseTable

GeometryType = Literal["Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
FieldType = Literal["text", "integer", "number", "date", "boolean"]


class Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the definitions: immutable, and a misspelt key is a fault."""


class Title(Struct):
    """A name in both languages of the interface."""

    zh: str
    en: str


class Choice(Struct):
    """One of the values that a field may have."""

    value: str
    title: Title


class Field(Struct):
    """A column of a layer.

    Parameters
    ----------
    name
        Column name; ends in its unit where it has one.
    title
        As people read it.
    type
        `text`, `integer`, `number`, `date` (ISO 8601) or `boolean`.
    short
        The bureau's name: pinyin initials, at most 10 bytes, ASCII.
    unit
        A key of `geo.model.units.UNITS`.
    values
        The closed list of a coded field.
    total
        Whether lists add this field up.
    filter
        `choice` or `range` where the map page offers a filter on it.
    """

    name: str
    title: Title
    type: FieldType
    short: str
    unit: str | None = None
    values: tuple[Choice, ...] = ()
    total: bool = False
    filter: Literal["choice", "range"] | None = None

    def __post_init__(self) -> None:
        rules.check_field(self)


class Ratio(Struct):
    """A figure computed from two fields, such as land per pupil.

    Parameters
    ----------
    numerator, denominator
        Field names; each is first turned into `numerator_unit`, `denominator_unit` where given.
    """

    name: str
    title: Title
    short: str
    numerator: str
    denominator: str
    unit: str
    numerator_unit: str | None = None
    denominator_unit: str | None = None
    decimals: int = 2

    def __post_init__(self) -> None:
        rules.check_ratio(self)


class Status(Struct):
    """What is reported of a feature each year.

    Parameters
    ----------
    kind
        `construction` (stages and progress), `measurement` (a value against a target) or `none`.
    quantity, unit
        What is measured.
    base, target
        Fields that hold the base value and the target value.
    better
        Whether a good value is a `higher` or a `lower` one.
    """

    kind: Literal["construction", "measurement", "none"] = "none"
    quantity: Title | None = None
    unit: str | None = None
    base: str | None = None
    target: str | None = None
    better: Literal["higher", "lower"] | None = None


class LandUse(Struct):
    """Which code of land use (用地用海分类) the features of a layer have as long as nobody has entered one.

    Parameters
    ----------
    default
        A code of `geo.model.land_use`; None where only `codes` tell.
    by
        The coded field that decides.
    codes
        The code for each value of that field; a value that is not there has the default.
    """

    default: str | None = None
    by: str | None = None
    codes: dict[str, str] = {}

    def code_of(self, properties: Mapping[str, object]) -> str | None:
        """The code that a feature has by its layer; None where the layer does not say."""
        chosen = properties.get(self.by) if self.by else None
        return self.codes.get(chosen, self.default) if isinstance(chosen, str) else self.default


class Control(Struct):
    """That a layer holds lines of control, and what parcels have to keep to.

    Parameters
    ----------
    kind
        The coded field that says which line it is.
    outside, inside
        Values of that field: parcels have to stay outside of those, inside of these.
    version, date
        Fields that say which version of the line it is.
    """

    kind: str
    outside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    version: str | None = None
    date: str | None = None


class Stated(Struct):
    """A total that the plan states of a layer's features; `audit` holds them against it.

    Parameters
    ----------
    subject
        What the plan counts, in its own word: 学校.
    value
        The total.
    field
        The field that is added up; without one the features are counted.
    where
        Values of fields that a feature must have to belong to it.
    section, paragraph
        Where the plan says so.
    """

    subject: str
    value: float
    section: str
    paragraph: int
    field: str | None = None
    where: dict[str, str | int] = {}


class Style(Struct):
    """How the map draws a layer where no status colour applies.

    Parameters
    ----------
    line
        How its lines look: `road` as a white band with edges, `railway` in black and white, `plain` in the colour.
    """

    colour: str = "#5b6770"
    line: Literal["plain", "road", "railway"] = "plain"
    weight: float = 1.5
    label: bool = False
    min_zoom: int = 0
    visible: bool = True

    def __post_init__(self) -> None:
        rules.check_style(self)


def common(name: str, zh: str, en: str, type: FieldType, short: str, **more: object) -> Field:
    return Field(name=name, title=Title(zh=zh, en=en), type=type, short=short, **more)  # type: ignore[arg-type]


BASE_FIELDS: tuple[Field, ...] = (common("name", "名称", "Name", "text", "MC"),)
"""Fields of every layer."""

PLAN_FIELDS: tuple[Field, ...] = (
    *BASE_FIELDS,
    common("plan_year", "计划年份", "Plan year", "integer", "JHNF", filter="choice"),
    common("planned_start", "计划开工", "Planned start", "date", "JHKG"),
    common("planned_finish", "计划完成", "Planned finish", "date", "JHWC"),
    common("planned_dates_assumed", "起止日期为推定", "Dates are assumed", "boolean", "RQTD"),
    common("progress_curve", "进度曲线", "Progress curve", "text", "JDQX"),
    common("source_section", "规划章节", "Plan section", "text", "GHZJ"),
    common("source_paragraph", "规划段落", "Plan paragraph", "integer", "GHDL"),
    common("location_text", "位置描述", "Location in words", "text", "WZMS"),
    common("location_basis", "位置依据", "Location basis", "text", "WZYJ"),
    common("location_accuracy_m", "位置误差", "Location accuracy", "number", "WZWC", unit="m"),
    common("location_note", "位置说明", "Location note", "text", "WZSM"),
    common("responsible_unit", "责任单位", "Responsible unit", "text", "ZRDW", filter="choice"),
    common("responsible_officer", "责任人", "Responsible officer", "text", "ZRR", filter="choice"),
    common("retired_on", "停用日期", "Retired on", "date", "TYRQ"),
    common("replaced_by", "由谁替代", "Replaced by", "text", "TDBH"),
)
"""Fields of every plan layer (role `plan`). `source_paragraph` counts the lines of our copy of the plan from 1.

The plan orders (五(三)2) that a unit and an officer answer for every project, and names none of them: they are unknown
until the office enters them. `replaced_by` is `<layer>/<id>`, or an id of the same layer.
"""


STATUS_FIELDS: dict[str, tuple[Field, ...]] = {
    "construction": (
        common("status_year", "填报年份", "Reported year", "integer", "TB_NF"),
        common("stage", "阶段", "Stage", "text", "TB_JD"),
        common("flag", "标记", "Flag", "text", "TB_BJ"),
        common("lamp", "进度灯", "Lamp", "text", "TB_D"),
        common("progress_pct", "实际进度", "Actual progress", "number", "TB_SJJD", unit="pct"),
        common("planned_progress_pct", "计划进度", "Planned progress", "number", "TB_JHJD", unit="pct"),
        common("investment_planned_cny_10k", "当年计划投资", "Investment planned", "number", "TB_JHTZ", unit="cny_10k"),
        common("investment_done_cny_10k", "当年完成投资", "Investment done", "number", "TB_WCTZ", unit="cny_10k"),
        common("seats_delivered", "已交付学位", "Seats delivered", "integer", "TB_XW", unit="seat"),
        common("status_note", "填报说明", "Note", "text", "TB_SM"),
        common("status_demo", "演示数据", "Demonstration data", "boolean", "TB_YS"),
    ),
    "measurement": (
        common("status_year", "填报年份", "Reported year", "integer", "TB_NF"),
        common("value", "实测值", "Value", "number", "TB_SCZ"),
        common("lamp", "达标灯", "Lamp", "text", "TB_D"),
        common("status_note", "填报说明", "Note", "text", "TB_SM"),
        common("status_demo", "演示数据", "Demonstration data", "boolean", "TB_YS"),
    ),
    "none": (),
}
"""What a query with a year adds to a feature, by the kind of its layer's status; see `Layer.status_fields`.

Short names begin with TB_ (填报), so that they never meet those of a layer's fields.
"""


class Layer(Struct):
    """One layer's definition; `id` is the name of its folder."""

    id: str
    title: Title
    description: Title
    role: Literal["plan", "reference"]
    source: str
    licence: str
    geometry: GeometryType | None = None
    crs: str = "EPSG:4326"
    order: int = 100
    own_fields: tuple[Field, ...] = msgspec.field(default=(), name="fields")
    ratios: tuple[Ratio, ...] = ()
    stated: tuple[Stated, ...] = ()
    status: Status = Status()
    style: Style = Style()
    empty_hint: Title | None = None
    """What to do where the layer has no feature yet."""

    network: bool = False
    """Whether its lines are the roads on which phrases are located."""

    barrier: bool = False
    """Whether one crosses its lines or areas on foot only where roads are known to pass."""

    townships: bool = False
    """Whether its areas are the townships by which figures are told apart."""

    land_use: LandUse | None = None
    control: Control | None = None

    def __post_init__(self) -> None:
        rules.check_layer(self)

    @property
    def fields(self) -> tuple[Field, ...]:
        """All columns in order: the shared ones, then the layer's own."""
        return (PLAN_FIELDS if self.role == "plan" else BASE_FIELDS) + self.own_fields

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def status_fields(self) -> tuple[Field, ...]:
        """What a query with a year adds; a measured value is titled by what is measured and carries its unit."""
        quantity, unit = self.status.quantity, self.status.unit
        measured = common("value", quantity.zh, quantity.en, "number", "TB_SCZ", unit=unit) if quantity else None
        return tuple(
            measured if measured and field.name == "value" else field for field in STATUS_FIELDS[self.status.kind]
        )

    @property
    def totals(self) -> tuple[Field, ...]:
        """Fields that lists add up."""
        return tuple(field for field in self.fields if field.total)


class Zone(Struct):
    """The development zone whose plan this is, from `layers/zone.toml`.

    Parameters
    ----------
    extent
        min lon, min lat, max lon, max lat, degrees: the map's full extent.
    """

    title: Title
    plan: Title
    plan_source: str
    first_year: int
    last_year: int
    extent: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        rules.check_zone(self)

    @property
    def years(self) -> range:
        return range(self.first_year, self.last_year + 1)

    def nearest_year(self, year: int) -> int:
        """The plan's year that is nearest to one."""
        return min(max(year, self.first_year), self.last_year)

    def check_year(self, year: int) -> None:
        """Refuse a year that is none of the plan.

        Raises
        ------
        InvalidInput
        """
        if year not in self.years:
            message = N_("规划期是 %(first)s—%(last)s 年，没有 %(year)s 年")
            raise InvalidInput(message, first=self.first_year, last=self.last_year, year=year)


class Catalog(Mapping[str, Layer]):
    """All layers of a zone, by id, in the order in which they are shown."""

    def __init__(self, zone: Zone, layers: list[Layer], land_use: "LandUseTable | None" = None) -> None:
        self.zone = zone
        self.land_use = land_use
        self._layers = {layer.id: layer for layer in sorted(layers, key=lambda layer: (layer.order, layer.id))}

    def __getitem__(self, layer_id: str) -> Layer:
        """The layer of that id.

        Raises
        ------
        LayerNotFound
            If there is none.
        """
        try:
            return self._layers[layer_id]
        except KeyError:
            raise LayerNotFound(layer_id) from None

    def __contains__(self, layer_id: object) -> bool:
        return layer_id in self._layers

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    @property
    def plan(self) -> list[Layer]:
        return [layer for layer in self.values() if layer.role == "plan"]

    @property
    def reference(self) -> list[Layer]:
        return [layer for layer in self.values() if layer.role == "reference"]
