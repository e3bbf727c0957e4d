"""What does not fit together: in a plan that was read, in the layers, and between the two."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from geo.analysis import cluster_sizes, consistency, school_figures
from geo.analysis.consistency import Claim, Item
from geo.exchange.location_phrase import parse_location
from geo.exchange.plan_totals import kind_counted, layer_and_level, made_how
from geo.model.errors import N_
from geo.model.feature_query import FeatureQuery
from geo.model.finding import Citation, Finding
from geo.model.layer import Layer, Stated
from geo.model.location import LocationPhrase
from geo.model.plan import PlanReading, PlanRecord, PlanTotal, Quantity, Source
from geo.model.remark import Remark
from geo.model.units import UNITS, convert

if TYPE_CHECKING:
    from geo.store.base import Store

FIGURES = ("land_area_mu", "building_area_m2", "investment_cny_10k", "classes", "seats", "turnover", "full_turnover")
COLUMNS = {name: name for name in FIGURES} | {
    "turnover_cny_10k": "turnover",
    "output_cny_10k": "turnover",
    "full_output_cny_10k": "full_turnover",
}
"""What a layer's column is called here."""
TARGET_FIELDS = frozenset(("target_value", "target_unit", "target_kind"))
"""Fields of a layer whose features are themselves totals."""
UNIT_OF_WORD = {"亿元": "cny_100m", "万元": "cny_10k"}
ORDER_OF_SIZE, ADDED = "级", "新增"
SAME = 1e-6
REACH = 20
"""Letters before a number in which it may be said how what it counts is made."""
MOST_ITEMS, MOST_CLAIMS = 2000, 600


def all_findings(items: Sequence[Item], claims: Sequence[Claim]) -> list[Finding]:
    """Everything that can be compared; of more than any plan has, only the first are, and that is said."""
    found = []
    if len(items) > MOST_ITEMS or len(claims) > MOST_CLAIMS:
        remark = Remark(
            N_("项目 %(items)s 个、汇总数 %(claims)s 个，太多；只核对前 %(most_items)s 个和前 %(most_claims)s 个"),
            items=len(items), claims=len(claims), most_items=MOST_ITEMS, most_claims=MOST_CLAIMS,
        )  # fmt: skip
        items, claims = items[:MOST_ITEMS], claims[:MOST_CLAIMS]
        found.append(Finding("too_many", "note", remark, tuple(each.citation for each in (*items[:1], *claims[:1]))))
    return [
        *found,
        *consistency.check(items, claims),
        *cluster_sizes.sizes_against_parts(items, claims),
        *school_figures.check_figures(items),
    ]


# --- a plan that was read --------------------------------------------------------------------------------------------


def findings_of_plan(plan: PlanReading) -> list[Finding]:
    """What in a plan's text does not fit together, and which of its totals close."""
    claims = [*claims_of_totals(plan.totals, plan.text)]
    return all_findings([item_of_record(record) for record in plan.records], claims)


def cited(source: Source, label: str) -> Citation:
    return Citation(label, source.section, source.paragraph, (source.start, source.end))


def item_of_record(record: PlanRecord) -> Item:
    figures = {name: float(value) for name in FIGURES if (value := getattr(record, name)) is not None}
    return Item(
        name=record.name,
        citation=cited(record.source, record.name),
        layer=record.layer,
        level=record.level,
        year=record.plan_year,
        corner=corner_of(record.location),
        figures=figures,
        figures_at={name: place for name in figures if (place := place_of_figure(record, name))},
        added=frozenset(name for name in figures if is_added(record, name)),
    )


def is_added(record: PlanRecord, name: str) -> bool:
    """Whether the text says of a figure that it is what is added: 新增学位270个."""
    quantity = quantity_of(record, name)
    return quantity is not None and ADDED in quantity.label + quantity.text


def quantity_of(record: PlanRecord, name: str) -> Quantity | None:
    """The quantity that is a record's figure."""
    span = record.spans.get(name)
    begins = span[0] - record.source.start if span else None
    return next((each for each in record.quantities if each.start == begins), None)


def place_of_figure(record: PlanRecord, name: str) -> Citation | None:
    """Where the text says a figure, in its own words: 望江小学 36个教学班."""
    span, quantity, source = record.spans.get(name), quantity_of(record, name), record.source
    words = quantity.text if quantity else ""
    return Citation(f"{record.name} {words}".rstrip(), source.section, source.paragraph, span) if span else None


def corner_of(location: LocationPhrase | None) -> tuple[frozenset[str], str | None] | None:
    """The crossing and its corner, whichever road is named first."""
    if location is None or location.kind != "intersection" or len(location.roads) < 2:
        return None
    return frozenset(location.roads), location.quadrant


def claims_of_totals(totals: Iterable[PlanTotal], text: str) -> Iterator[Claim]:
    """The totals that can be compared: numbers and sums, and orders of size; what is told of each village is none."""
    for total in totals:
        if total.measure in ("count", "seats", "size") and not total.per:
            yield Claim(
                subject=total.subject,
                measure=total.measure,
                value=total.value,
                citation=cited(total.source, words_of_total(total)),
                layer=total.layer,
                level=total.level,
                year=None if total.until else total.year,
                qualifiers=total.qualifiers,
                headings=total.source.headings,
                past=total.past,
                kind=kind_counted(total.subject) if total.measure == "count" else None,
                made=made_how(text[max(0, total.source.start - REACH) : total.source.start]),
            )


def words_of_total(total: PlanTotal) -> str:
    """2021年 学校 4230 个学位; 现代物流集群 385 亿元级."""
    value, unit = total.value, total.unit
    if UNITS[unit].quantity == "money":
        value, unit = convert(value, unit, "cny_100m"), "cny_100m"
    order = ORDER_OF_SIZE if ORDER_OF_SIZE in total.qualifiers else ""
    year = f"{total.year}年" if total.year and not total.until else ""
    return f"{year}{total.subject} {consistency.shown(value)} {UNITS[unit].zh}{order}"


# --- the layers -----------------------------------------------------------------------------------------------------


def findings_of_store(store: "Store") -> list[Finding]:
    """What in the layers does not fit the totals that the plan states of them, or one another."""
    items: list[Item] = []
    claims: list[Claim] = []
    found: list[Finding] = []
    for layer in store.catalog.plan:
        rows = rows_of(store, layer)
        if {field.name for field in layer.fields} >= TARGET_FIELDS:
            claims += [claim for key, row in rows.items() if (claim := claim_of_target(layer, key, row))]
            continue
        own = {key: item_of_feature(layer, key, row) for key, row in rows.items()}
        items += own.values()
        for stated in layer.stated:
            parts = [own[key] for key, row in rows.items() if all(row.get(k) == v for k, v in stated.where.items())]
            claims.append(claim_of_stated(layer, stated))
            found.append(consistency.total_finding(claims[-1], parts))
    told = [finding for finding in all_findings(items, claims) if finding.code != "total"]
    return [*found, *told]


def rows_of(store: "Store", layer: Layer) -> dict[str, dict[str, Any]]:
    """The features of a layer by id, without what is unknown; those that are no longer in use are left out."""
    rows: dict[str, dict[str, Any]] = {}
    for page in store.scan(layer.id, FeatureQuery()):
        for feature_id, values in zip(page.ids, page.rows, strict=True):
            told = zip(page.columns, values, strict=True)
            rows[feature_id] = {name: value for name, value in told if value is not None}
    return rows


def item_of_feature(layer: Layer, feature_id: str, row: Mapping[str, Any]) -> Item:
    text = row.get("location_text")
    return Item(
        name=row["name"],
        citation=citation_of(layer, feature_id, row, row["name"]),
        layer=layer.id,
        level=row.get("level"),
        year=row.get("plan_year"),
        corner=corner_of(parse_location(text)) if text else None,
        figures={COLUMNS[name]: float(row[name]) for name in COLUMNS if name in row},
    )


def citation_of(layer: Layer, feature_id: str, row: Mapping[str, Any], label: str) -> Citation:
    return Citation(label, row.get("source_section"), row.get("source_paragraph"), feature=f"{layer.id}/{feature_id}")


def claim_of_stated(layer: Layer, stated: Stated) -> Claim:
    unit = next((field.unit for field in layer.fields if field.name == stated.field), None) or "item"
    year, level = stated.where.get("plan_year"), stated.where.get("level")
    label = f"{f'{year}年' if year else ''}{stated.subject} {consistency.shown(stated.value)} {UNITS[unit].zh}"
    return Claim(
        subject=stated.subject,
        measure=stated.field or "count",
        value=stated.value,
        citation=Citation(label, stated.section, stated.paragraph),
        layer=layer.id,
        level=str(level) if level else None,
        year=int(year) if year else None,
    )


def claim_of_target(layer: Layer, feature_id: str, row: Mapping[str, Any]) -> Claim | None:
    """A feature that is itself a total: 现代物流集群 385 亿元级, 公办幼儿园 10 所."""
    value, unit, kind = row.get("target_value"), row.get("target_unit", ""), row.get("target_kind")
    sized = kind == "amount" and row.get("qualifier") == ORDER_OF_SIZE and unit in UNIT_OF_WORD
    if value is None or not (sized or kind == "count") or row.get("counted_per"):
        return None
    label = f"{row['name']} {consistency.shown(value)} {unit}{ORDER_OF_SIZE if sized else ''}"
    counted, level = layer_and_level(row["name"])
    return Claim(
        subject=row["name"],
        measure="size" if sized else "count",
        value=convert(value, UNIT_OF_WORD[unit], "cny_10k") if sized else value,
        citation=citation_of(layer, feature_id, row, label),
        layer=None if sized else counted,
        level=None if sized else level,
        kind=None if sized else kind_counted(row["name"]),
        qualifiers=(row["qualifier"],) if "qualifier" in row else (),
    )


# --- a plan against the layers ---------------------------------------------------------------------------------------


def findings_between(plan: PlanReading, store: "Store") -> Iterator[Finding]:
    """Projects of a plan that the layers hold with other figures, or do not hold."""
    records = [item_of_record(record) for record in plan.records]
    for layer in store.catalog.plan:
        features = (item_of_feature(layer, key, row) for key, row in rows_of(store, layer).items())
        ours = {feature.name: feature for feature in features}
        for record in records:
            if record.layer != layer.id or not ours:
                continue
            if record.name not in ours:
                remark = Remark(N_("规划中的“%(name)s”不在图层“%(layer)s”里"), name=record.name, layer=layer.title.zh)
                yield Finding("not_in_layer", "note", remark, (record.citation,))
                continue
            yield from differing_figures(record, ours[record.name])


def differing_figures(record: Item, feature: Item) -> Iterator[Finding]:
    for name in record.figures.keys() & feature.figures.keys():
        stated, found = record.figures[name], feature.figures[name]
        if abs(stated - found) > SAME * max(1.0, abs(stated)):
            remark = Remark(
                N_("“%(name)s”的 %(field)s：规划写 %(stated)s，图层是 %(found)s"),
                name=record.name, field=name, stated=consistency.shown(stated), found=consistency.shown(found),
            )  # fmt: skip
            places = (record.citation, feature.citation)
            yield Finding("layer_differs", "differs", remark, places, {"stated": stated, "found": found})
