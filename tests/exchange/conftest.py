"""What the tests of the formats share."""

import json
from pathlib import Path

import jsonschema
import pytest

from geo.model.layer import Catalog, Choice, Field, Layer, Ratio, Status, Title, Zone

DATA = Path(__file__).parents[1] / "data"


def titled(zh: str, en: str | None = None) -> Title:
    return Title(zh=zh, en=en or zh)


@pytest.fixture(scope="session")
def rfc7946():
    """Checks a parsed FeatureCollection against RFC 7946, by our own hand-written schema."""
    schema = json.loads((DATA / "rfc7946.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).validate


def zone() -> Zone:
    """The zone of all of them."""
    return Zone(
        title=titled("开发区", "Zone"),
        plan=titled("规划", "Plan"),
        plan_source="某规〔2021〕2号",
        first_year=2021,
        last_year=2025,
        extent=(113.95, 32.97, 114.06, 33.11),
    )


def schools() -> Layer:
    """A layer that is built."""
    levels = (Choice(value="primary", title=titled("小学", "Primary")), Choice(value="junior", title=titled("初中")))
    return Layer(
        id="schools",
        title=titled("新建学校", "New schools"),
        description=titled("新建的学校", "Schools to be built"),
        role="plan",
        source="规划",
        licence="公开",
        geometry="MultiPolygon",
        order=1,
        own_fields=(
            Field(name="level", title=titled("学段", "Level"), type="text", short="XD", values=levels),
            Field(name="land_area_mu", title=titled("占地", "Land"), type="number", short="ZD", unit="mu", total=True),
            Field(name="seats", title=titled("学位", "Seats"), type="integer", short="XW", unit="seat", total=True),
        ),
        ratios=(
            Ratio(
                name="land_per_seat_m2",
                title=titled("生均用地", "Land per pupil"),
                short="SJYD",
                numerator="land_area_mu",
                denominator="seats",
                unit="m2_per_seat",
                numerator_unit="m2",
                decimals=1,
            ),
        ),
        status=Status(kind="construction"),
    )


def sections() -> Layer:
    """A layer that is measured."""
    return Layer(
        id="water_sections",
        title=titled("断面", "Sections"),
        description=titled("水质断面"),
        role="plan",
        source="规划",
        licence="公开",
        geometry="Point",
        order=2,
        own_fields=(Field(name="target_class", title=titled("目标"), type="integer", short="MB", unit="water_class"),),
        status=Status(
            kind="measurement",
            quantity=titled("水质类别", "Water class"),
            unit="water_class",
            target="target_class",
            better="lower",
        ),
    )


def indicators() -> Layer:
    """A layer without geometry."""
    return Layer(
        id="indicators",
        title=titled("指标", "Indicators"),
        description=titled("主要指标"),
        role="plan",
        source="规划",
        licence="公开",
        order=3,
        own_fields=(Field(name="row_number", title=titled("序号"), type="integer", short="XH"),),
    )


def roads() -> Layer:
    """A reference layer."""
    return Layer(
        id="roads",
        title=titled("道路", "Roads"),
        description=titled("道路中心线"),
        role="reference",
        source="地图",
        licence="ODbL",
        geometry="LineString",
        order=4,
        own_fields=(
            Field(name="width_m", title=titled("宽度", "Width"), type="number", short="KD", unit="m"),
            Field(name="opened", title=titled("通车", "Opened"), type="date", short="TC"),
            Field(name="one_way", title=titled("单行", "One way"), type="boolean", short="DX"),
        ),
    )


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """One layer of each kind."""
    return Catalog(zone(), [roads(), indicators(), schools(), sections()])
