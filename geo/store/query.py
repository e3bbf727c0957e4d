"""A FeatureQuery as SQL: which rows of a layer's table, and what of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    false,
    func,
    null,
    or_,
    select,
    true,
)

from geo.model.box import EVERYWHERE
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import STATUS_COLUMNS, Condition, FeatureQuery
from geo.model.filter import properties_of
from geo.model.layer import STATUS_FIELDS, Field, Layer
from geo.model.search_text import search_words
from geo.model.status import NOT_REPORTED
from geo.store.filtering import FilterSql, apart
from geo.store.place import Grid, Place, box_values
from geo.store.schema import KEY_FIELDS, STATUS_NAMES, Schema, is_retired, is_schematic, not_withdrawn
from geo.store.values import asked, asked_bound

STATUS_TYPES: dict[str, Field] = {field.name: field for fields in STATUS_FIELDS.values() for field in fields}


LIMIT, OFFSET = bindparam("page_limit", type_=Integer), bindparam("page_offset", type_=Integer)
FEATURE_ID = bindparam("asked_id", type_=Text)
ID_FIELD = next(field for field in KEY_FIELDS if field.name == "feature_id")


def values_of(query: FeatureQuery) -> dict[str, object]:
    """The values of the parameters that a statement about the query has: its box, its page, the one id it asks for."""
    values: dict[str, object] = {LIMIT.key: query.limit, OFFSET.key: query.offset}
    if query.bbox not in (None, EVERYWHERE):
        values |= box_values(query.bbox)
    if (condition := _by_id(query)) is not None:
        values |= value_of_id(condition.values[0])
    return values


def without_values(query: FeatureQuery) -> dict[str, object]:
    """What stands for a query's own values in the key of its statement: the same whatever its `values_of`."""
    limit, by_id = None if query.limit is None else 0, _by_id(query)
    conditions = query.conditions and tuple("by id" if each is by_id else each for each in query.conditions)
    box = query.bbox if query.bbox in (None, EVERYWHERE) else "some"
    return {"bbox": box, "limit": limit, "offset": min(query.offset, 1), "conditions": conditions}


def value_of_id(feature_id: str) -> dict[str, object]:
    """The value of the parameter of a statement that asks for one feature by its id, and for nothing else."""
    return {FEATURE_ID.key: asked(ID_FIELD, feature_id)}


def _by_id(query: FeatureQuery) -> Condition | None:
    """The condition that asks for one feature by its id, where there is one such."""
    if not query.conditions:
        return None
    ids = [each for each in query.conditions if each.field == "feature_id"]
    is_one = len(ids) == 1 and len(ids[0].values) == 1 and isinstance(ids[0].values[0], str)
    return ids[0] if is_one else None


def names_of(layer: Layer, *, with_year: bool) -> tuple[str, ...]:
    """Names of the values that follow id and geometry in each row of a page."""
    has_status = with_year and layer.status.kind != "none"
    return (*(field.name for field in layer.fields), "revision", *(STATUS_COLUMNS if has_status else ()))


class FeatureSelect:
    """The statements that answer one query about one layer; they are executed with its `values_of`.

    Parameters
    ----------
    place
        None where the layer has no geometry: then nothing is found by place.

    Raises
    ------
    InvalidInput
        If the query names a field that the layer has not, or a value that the field cannot have.
    """

    def __init__(self, layer: Layer, schema: Schema, place: Place | None, query: FeatureQuery) -> None:
        self._layer, self._schema, self._place, self._query = layer, schema, place, query
        self._table = schema.layers[layer.id]
        self._fields = {field.name: field for field in (*KEY_FIELDS, *layer.fields)}
        self._columns: dict[str, ColumnElement] = {name: self._table.c[name] for name in self._fields}
        self._status: FromClause | None = None
        if query.year is not None and layer.status.kind != "none":
            self._add_status_columns()
        self._shapes, self._filter = apart(query.filter)
        if query.within is not None:
            self._shapes.append(query.within)
        self._asks_place = query.bbox is not None or bool(self._shapes)
        self._by_place = self._asks_place and place is not None
        self._everywhere = query.bbox == EVERYWHERE and not self._shapes
        self._property_conditions = list(self._conditions())

    @property
    def names(self) -> tuple[str, ...]:
        return names_of(self._layer, with_year=self._query.year is not None)

    def page(self) -> Select:
        """Id, geometry and values of the features asked for, in their order."""
        columns = (self._table.c.feature_id, self._geometry(), *(self._columns[name] for name in self.names))
        if not self._by_place and self._query.limit is None and not self._query.offset:
            return self._in_order(self._matching(columns, self.names), self._table.c.fid)
        # The wide rows are read only after it is known which.
        key = self._place.id if self._by_place and not self._everywhere else self._table.c.fid
        found = self._in_order(self._matching([key], [order.field for order in self._query.order], walks=True), key)
        found = found.limit(LIMIT if self._query.limit is not None else None).offset(OFFSET).correlate(None)
        statement = select(*columns).select_from(self._with_status(self._table)).where(self._table.c.fid.in_(found))
        return self._in_order(statement, self._table.c.fid)

    def totals(self, fields: Sequence[str] = ()) -> Select:
        """One row: how many match, and the sums of fields."""
        return self._matching([func.count(), *(func.sum(self._number(name)) for name in fields)], fields)

    def filled(self) -> Select:
        """One row: how many of what matches have a value in each of `names`, and last how many have a geometry."""
        counted = (*(self._columns[name] for name in self.names), self._geometry())
        return self._matching([func.count(column) for column in counted], self.names)

    def bounds(self) -> Select:
        """One row: min lon, min lat, max lon, max lat of what matches and has a geometry."""
        return self._matching(self._place.extremes(), by_place=True)

    def cells(self, grid: Grid) -> Select:
        """Mean lon, mean lat and count of what matches, by the cell in which the middle of its bounds lies."""
        place = self._place
        lon, lat = place.middle()
        column, row = place.whole((lon + 180) / grid.width), place.whole((lat + 90) / grid.height)
        statement = self._matching([func.avg(lon), func.avg(lat), func.count()], by_place=True)
        return statement.where(place.has_geometry).group_by(column, row).order_by(column, row)

    def middles(self) -> Select:
        """Lon and lat of the middle of the bounds of what matches and has a geometry."""
        return self._matching(self._place.middle(), by_place=True).where(self._place.has_geometry)

    def overlapping(self, bounds: Sequence[float]) -> Select:
        """What matches and whose bounds meet a box: as `page` without its order, and last what `middles` has."""
        columns = (self._table.c.feature_id, self._geometry(), *(self._columns[name] for name in self.names))
        statement = self._matching([*columns, *self._place.middle()], self.names, by_place=True)
        return statement.where(self._place.overlaps(bounds)).limit(LIMIT if self._query.limit is not None else None)

    def _matching(
        self,
        columns: Sequence[ColumnElement],
        names: Iterable[str] = (),
        *,
        by_place: bool = False,
        walks: bool = False,
    ) -> Select:
        """Values of all features that match.

        Parameters
        ----------
        names
            What is read of the rows beside the query's own conditions: tables that nothing is read of are not joined.
        by_place
            Whether only features with a geometry count, even if the query does not ask for a place.
        walks
            Whether they are wanted in their order and only the first of them: those that are everywhere need no index.
        """
        names = {*names, *(condition.field for condition in self._query.conditions)}
        names.update(properties_of(self._filter) if self._filter else ())
        by_place = by_place or self._by_place
        key, source = self._table.c.fid, self._table
        walks = walks and self._everywhere
        if by_place and not walks:
            key = self._place.id
            needs_rows = names or self._property_conditions
            source = self._place.joined(self._table) if needs_rows else self._place.rows
        if names.intersection(STATUS_COLUMNS):
            source = self._with_status(source)
        conditions = [*self._property_conditions, *self._exceptions(key, by_place), *self._places()]
        if by_place and walks:
            conditions.append(self._place.knows(key))
        return select(*columns).select_from(source).where(*conditions)

    def _in_order(self, statement: Select, key: ColumnElement) -> Select:
        columns = ((self._column(order.field), order.descending) for order in self._query.order)
        order = [(column.desc() if descending else column.asc()).nulls_last() for column, descending in columns]
        return statement.order_by(*order, key)

    def _geometry(self) -> ColumnElement:
        if self._place is None:
            return null()
        if self._layer.role != "plan" or self._query.schematic:
            return self._table.c.geom
        return case((is_schematic(self._table), null()), else_=self._table.c.geom)

    def _places(self) -> Iterator[ColumnElement[bool]]:
        if (self._asks_place and self._place is None) or any(shape.is_empty for shape in self._shapes):
            yield false()
            return
        if self._query.bbox not in (None, EVERYWHERE):
            yield self._place.touches()
        for shape in self._shapes:
            yield self._place.crosses(shape)

    def _exceptions(self, key: ColumnElement[int], by_place: bool) -> Iterator[ColumnElement[bool]]:
        """Leave out retired features and, by place, schematic ones; both are few and have an index of their own."""
        if self._layer.role != "plan":
            return
        if not self._query.retired:
            yield self._without(is_retired, key)
        if by_place and not self._query.schematic:
            yield self._without(is_schematic, key)

    def _without(self, exception: Callable, key: ColumnElement[int]) -> ColumnElement[bool]:
        """Leave out what is an exception, by the row itself where the index of places is the table's own."""
        if self._place is not None and self._place.rows is self._table:
            return exception(self._table).is_not(true())
        twin = self._schema.twins[self._layer.id]
        return key.not_in(select(twin.c.fid).where(exception(twin)))

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        for condition in self._query.conditions:
            yield from self._condition(condition)
        if words := search_words(self._query.search or ""):
            index = self._schema.search_index
            # No text holds NUL, and PostgreSQL does not even take the question.
            found = [index.c.text.contains(word, autoescape=True) if "\0" not in word else false() for word in words]
            ids = select(index.c.feature_id).where(index.c.layer_id == self._layer.id, *found)
            yield self._table.c.feature_id.in_(ids)
        if self._filter is not None:
            yield FilterSql(self._column, self._field, self._geometry()).condition(self._filter)
        if self._query.between is not None:
            yield from self._meets_planned_time(*self._query.between)

    def _condition(self, condition: Condition) -> Iterator[ColumnElement[bool]]:
        column, field = self._column(condition.field), self._field(condition.field)
        if condition is _by_id(self._query):
            yield column == FEATURE_ID
        elif condition.values:
            known = [asked(field, value) for value in condition.values if value is not None]
            equal = column == known[0] if len(known) == 1 else column.in_(known)
            yield or_(equal, column.is_(None)) if None in condition.values else equal
        if condition.minimum is not None:
            yield column >= asked_bound(field, condition.minimum)
        if condition.maximum is not None:
            yield column <= asked_bound(field, condition.maximum)

    def _meets_planned_time(self, first: str | None, last: str | None) -> Iterator[ColumnElement[bool]]:
        """A feature of which one date is known is planned for that day; one without any meets no time."""
        if "planned_start" not in self._fields or "planned_finish" not in self._fields:
            yield false()
            return
        start, finish = self._columns["planned_start"], self._columns["planned_finish"]
        field = self._fields["planned_start"]
        yield func.coalesce(start, finish).is_not(None)
        if first is not None:
            yield func.coalesce(finish, start) >= asked(field, first)
        if last is not None:
            yield func.coalesce(start, finish) <= asked(field, last)

    def _field(self, name: str) -> Field:
        return self._fields.get(name) or STATUS_TYPES[name]

    def _column(self, name: str) -> ColumnElement:
        if name in self._columns:
            return self._columns[name]
        if name in STATUS_COLUMNS and self._layer.status.kind != "none":
            raise InvalidInput(N_("按“%(field)s”查询需要指明年份"), field=name)
        raise InvalidInput(N_("图层“%(layer)s”没有字段“%(field)s”"), layer=self._layer.id, field=name)

    def _number(self, name: str) -> ColumnElement:
        column = self._column(name)
        if self._field(name).type not in ("integer", "number"):
            raise InvalidInput(N_("字段“%(field)s”不是数字，不能求和"), field=name)
        return column

    def _add_status_columns(self) -> None:
        """Columns of the latest row of the query's year or an earlier one."""
        self._status = status = self._schema.status
        own_names = {shown: name for name, shown in STATUS_NAMES.items()}
        self._columns |= {name: status.c[own_names.get(name, name)] for name in STATUS_COLUMNS}
        self._columns["stage"] = case((status.c.id.is_(None), NOT_REPORTED), else_=status.c.stage)
        self._columns["status_demo"] = func.coalesce(status.c.demo, false())

    def _with_status(self, source: FromClause) -> FromClause:
        if self._status is None:
            return source
        earlier = self._schema.earlier_status
        latest = (
            select(earlier.c.id)
            .where(
                earlier.c.layer_id == self._layer.id,
                earlier.c.feature_id == self._table.c.feature_id,
                earlier.c.year <= self._query.year,
                not_withdrawn(self._schema, earlier),
            )
            .order_by(earlier.c.year.desc(), earlier.c.id.desc())
            .limit(1)
            .correlate(self._table)
            .scalar_subquery()
        )
        return source.outerjoin(self._status, self._status.c.id == latest)
