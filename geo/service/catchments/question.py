"""What the office asks of its own data: written as the parameters of an address, so that a link holds all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from geo.model.errors import InvalidInput, N_
from geo.service.catchments.inputs import LEVELS, METHODS, MODES, Options

OPENINGS = ("plan", "reported")
"""Whether a school of the plan is open by the plan or by the reports."""

LONGEST_GROWTH = 6_000
LONGEST_ID = 100
MOST_WISHES = 500
MAX_SNAP_M = 2000.0
"""How far a home or a school may lie from the nearest road: the store's roads are few, and lie up to 1 500 m off."""

TIME_LIMIT_S = 20.0
LONGEST_TIME_LIMIT_S = 120.0

Params = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Question:
    """Which schools, which method, what else counts.

    Parameters
    ----------
    level, method, mode, year
        As `Options` has them.
    opening
        One of `OPENINGS`.
    schematic
        Whether schools whose true position is unknown count with their illustrative one.
    last
        What counts as last year's catchments for the method `capacity`: `year:2024` computes that year's, `scenario:7`
        takes a kept one; empty where that does not matter.
    growth
        A table of pupils by year as it was pasted; empty for none.
    """

    level: str = "primary"
    method: str = "nearest"
    year: int = 0
    mode: str = "walk"
    opening: str = "plan"
    schematic: bool = False
    standard_m: float | None = None
    whole: bool = False
    time_limit_s: float = TIME_LIMIT_S
    pins: tuple[tuple[str, str], ...] = ()
    bans: tuple[tuple[str, str], ...] = ()
    last: str = ""
    change_price_m: float = 500.0
    growth: str = ""
    rate_per_thousand: float | None = None
    rate_source: str = ""

    @property
    def options(self) -> Options:
        """The part that the computation knows.

        Raises
        ------
        InvalidInput
            If a figure is out of its range.
        """
        by_seats = self.method == "capacity"
        return Options(
            method=self.method, level=self.level, year=self.year, mode=self.mode, standard_m=self.standard_m,
            max_snap_m=MAX_SNAP_M, whole=self.whole and by_seats, time_limit_s=self.time_limit_s,
            pins=self.pins if by_seats else (), bans=self.bans if by_seats else (),
            change_price_m=self.change_price_m, rate_per_thousand=self.rate_per_thousand,
            rate_source=self.rate_source or None,
        )  # fmt: skip

    def params(self) -> dict[str, list[str]]:
        """The parameters that say it; what is as usual is left out."""
        found: dict[str, list[str]] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in PAIRS:
                if value:
                    found[PAIRS[field.name]] = [f"{place}={school}" for place, school in value]
            elif field.name in ("level", "method", "year") or value != field.default:
                found[field.name] = [_written(value)]
        return found


PAIRS = {"pins": "pin", "bans": "ban"}
NAMES = frozenset({field.name for field in fields(Question)} - PAIRS.keys() | set(PAIRS.values()))
"""The parameters."""


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def question_of(params: Params, years: Sequence[int]) -> Question:
    """The question that parameters put; others than `NAMES` are passed over.

    Parameters
    ----------
    years
        Of the plan; the last one counts where none is named.

    Raises
    ------
    InvalidInput
        Names the parameter that is wrong.
    """
    given = {name: values[0] for name, values in params.items() if values}
    question = Question(
        level=_one_of(given, "level", LEVELS),
        method=_one_of(given, "method", METHODS),
        year=int(_one_of(given, "year", [str(each) for each in (years[-1], *years[:-1])])),
        mode=_one_of(given, "mode", MODES),
        opening=_one_of(given, "opening", OPENINGS),
        schematic=given.get("schematic") == "true",
        standard_m=_number(given, "standard_m", None),
        whole=given.get("whole") == "true",
        time_limit_s=_number(given, "time_limit_s", TIME_LIMIT_S),
        pins=_pairs(params, "pin"),
        bans=_pairs(params, "ban"),
        last=_last(given, years),
        change_price_m=_number(given, "change_price_m", 500.0),
        growth=_text(given, "growth", LONGEST_GROWTH),
        rate_per_thousand=_number(given, "rate_per_thousand", None),
        rate_source=_text(given, "rate_source", LONGEST_ID),
    )
    if question.time_limit_s > LONGEST_TIME_LIMIT_S:
        message = N_("%(option)s 应大于 0 且不超过 %(most)s，现为 %(given)s")
        raise InvalidInput(message, option="time_limit_s", most=LONGEST_TIME_LIMIT_S, given=question.time_limit_s)
    _ = question.options  # refuses figures out of range
    return question


def _one_of(given: Mapping[str, str], name: str, known: Sequence[str]) -> str:
    value = given.get(name) or known[0]
    if value not in known:
        message = N_("%(option)s 应为 %(known)s 之一，现为 %(given)s")
        raise InvalidInput(message, option=name, known=", ".join(sorted(known)), given=value[:40])
    return value


def _number(given: Mapping[str, str], name: str, default: float | None) -> float | None:
    text = given.get(name, "").strip()
    if not text:
        return default
    try:
        return float(text[:40])
    except ValueError:
        raise InvalidInput(N_("参数 %(name)s 应为数字，现为“%(given)s”"), name=name, given=text[:40]) from None


def _text(given: Mapping[str, str], name: str, longest: int) -> str:
    text = given.get(name, "").strip()
    if len(text) > longest or "\x00" in text:
        raise InvalidInput(N_("参数 %(name)s 太长，最多 %(longest)s 个字符"), name=name, longest=longest)
    return text


def _pairs(params: Params, name: str) -> tuple[tuple[str, str], ...]:
    found = []
    for text in params.get(name, ()):
        place, sign, school = text.rpartition("=")
        if not (place and sign and school) or len(text) > 2 * LONGEST_ID:
            raise InvalidInput(N_("应写作 地点编号=学校编号，现为 %(given)s"), given=text[:80])
        found.append((place, school))
    if len(found) > MOST_WISHES:
        raise InvalidInput(N_("%(option)s 太多，最多 %(most)s 个"), option=name, most=MOST_WISHES)
    return tuple(dict.fromkeys(found))


def _last(given: Mapping[str, str], years: Sequence[int]) -> str:
    text = given.get("last", "").strip()
    kind, _, number = text.partition(":")
    if not text:
        return ""
    if kind == "scenario" and number.isdecimal() and len(number) < 12:
        return text
    if kind == "year" and number in map(str, years):
        return text
    raise InvalidInput(
        N_("%(option)s 应写作 year:年份 或 scenario:编号，现为 %(given)s"), option="last", given=text[:40]
    )
