"""What a plan's prose says: projects, totals and indicators, each with its place in the text."""

from dataclasses import dataclass, field

from geo.model.location import LocationPhrase
from geo.model.units import convert


def tidy_number(value: float) -> float:
    """A number without the noise of binary fractions, as an integer where it is one."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, where it stands, and what qualifies it.

    Parameters
    ----------
    value
        The number in `unit`.
    unit
        A key of `geo.model.units.UNITS`.
    text
        Number, unit and qualifiers as written.
    start, end
        Place of `text` in what was read.
    label
        The words before it in its clause; of a second figure in brackets (600㎡(0.9亩)) those of the first.
    qualifiers
        约, 不少于, 余, 以上 and so on.
    restates
        Whether it stands in brackets behind another quantity and says the same in another unit.
    """

    value: float
    unit: str
    text: str
    start: int
    end: int
    label: str
    qualifiers: tuple[str, ...] = ()
    restates: bool = False

    def to(self, unit: str) -> float:
        """The value in another unit of the same quantity; whole where it is whole up to 1e-6."""
        return tidy_number(convert(self.value, self.unit, unit))


@dataclass(frozen=True)
class Source:
    """Where in a plan something stands.

    Parameters
    ----------
    section
        As it is cited: 七(二)1 专栏.
    headings
        The titles above it, from the highest.
    paragraph
        Number of the line, from 1.
    start, end
        Place of the words in the text as it was read.
    """

    section: str
    headings: tuple[str, ...]
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True)
class PlanRecord:
    """A project as a plan's prose has it; None where the text does not say.

    Parameters
    ----------
    name, developer
        The name, without the developer where the text names one in front of it.
    layer, level
        The layer that it belongs to by its name or by the headings above it, and the level of a school.
    location_text, location
        Where it is, in the plan's words and read.
    land_area_mu, building_area_m2, scale_m2, investment_cny_10k, classes, seats, companies
        The whole project's figures.
    plan_year
        When it is to be finished; else the year of its heading.
    throughput, throughput_text
        10 000 t a year, and of what.
    turnover, turnover_text, full_turnover
        10 000 CNY a year, whether of trade or output, and the figure with everything built.
    qualifiers
        约, 以上, 净 and so on, by field.
    spans
        Where in the text the name, the place and each figure stand.
    quantities
        Every quantity of the passage, also those that were not taken; their places count from `source.start`.
    """

    name: str
    source: Source
    layer: str | None = None
    level: str | None = None
    developer: str | None = None
    location_text: str | None = None
    location: LocationPhrase | None = None
    plan_year: int | None = None
    land_area_mu: float | None = None
    building_area_m2: float | None = None
    scale_m2: float | None = None
    investment_cny_10k: float | None = None
    classes: float | None = None
    seats: float | None = None
    companies: float | None = None
    throughput: float | None = None
    throughput_text: str | None = None
    turnover: float | None = None
    turnover_text: str | None = None
    full_turnover: float | None = None
    qualifiers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    quantities: tuple[Quantity, ...] = ()


@dataclass(frozen=True)
class PlanTotal:
    """A figure about many things at once.

    Parameters
    ----------
    subject
        What is counted or measured: 学校, 小学, 行政村, 现代物流集群.
    measure
        `count`, `seats`, `investment`, `size` (500亿级) or `rate`.
    value, unit
        The figure, in a key of `geo.model.units.UNITS`.
    qualifiers
        以上, 左右, 级 and so on.
    layer, level
        The layer of such things, and the school level of the subject.
    year, until
        The year that the sentence or its heading names, and whether it says by then (到2025年) rather than in it.
    per
        What it is counted for: 每个行政村.
    past
        Whether it tells what was done before the plan's time.
    """

    subject: str
    measure: str
    value: float
    unit: str
    source: Source
    qualifiers: tuple[str, ...] = ()
    layer: str | None = None
    level: str | None = None
    year: int | None = None
    until: bool = False
    per: str | None = None
    past: bool = False


@dataclass(frozen=True)
class PlanIndicator:
    """A row of the table of indicators.

    Parameters
    ----------
    row
        Its number in the table.
    name, unit
        As printed, the unit without its brackets; a row of two indicators gives two of these.
    cells
        The cells behind the name, as printed.
    base, target
        Their numbers, where the row has both cells or the one it has can only be the target.
    cumulative
        Whether the target adds up the plan's years (【】).
    attribute
        `anticipated` or `binding`.
    """

    row: int
    name: str
    unit: str
    category: str
    source: Source
    cells: tuple[str, ...] = ()
    base: float | None = None
    target: float | None = None
    cumulative: bool = False
    attribute: str | None = None


@dataclass(frozen=True)
class PlanReading:
    """What a plan's text says.

    Parameters
    ----------
    text
        The text as it was given, but with line feeds only; every span counts its characters from 0.
    records, totals, indicators
        Projects, aggregate figures, and the rows of the table of indicators, in the text's order.
    """

    text: str
    records: tuple[PlanRecord, ...]
    totals: tuple[PlanTotal, ...]
    indicators: tuple[PlanIndicator, ...]
