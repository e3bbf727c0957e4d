"""The crossing that two road names mean, or why there is none that can be told for sure.

Meetings that lie close together, as of dual carriageways, are one crossing with a spread. Where two roads meet in
several places, or their names can mean several roads, nothing is chosen: the candidates are told.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product

import numpy
import shapely

from geo.analysis.arms import ARM_M, arms_of
from geo.analysis.frontages import main_road_beyond
from geo.analysis.measuring import distance_m, to_degrees, to_plane
from geo.analysis.meetings import MEETING_M, Kind, Meeting, Unlocated, meetings_of
from geo.analysis.named_stretches import Misfit, off_stretch
from geo.analysis.network import RoadNetwork
from geo.analysis.road_names import NameMatch, Trust, is_unnamed
from geo.model.crs import metric_crs
from geo.model.errors import N_
from geo.model.remark import Remark

MAX_SPREAD_M = 100.0
"""Radius of a crossing; meetings in a longer chain are several crossings."""

CONTINUES_M = 5.0
"""A road that comes this near to the crossing leaves from it."""

NEIGHBOURHOOD_M = 400.0
"""Rows of a road this near to a crossing belong to it."""


@dataclass(frozen=True)
class Crossing:
    """Where two roads meet.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4326.
    accuracy_m
        From the errors of both roads and the spread, metres.
    roads
        Names of the two roads as the data have them.
    arms
        For each road the grid azimuths of its arms, degrees clockwise from north.
    spread_m
        Radius of the meetings that were taken for one.
    rows, all_rows
        Of either road near the crossing, and as far as it goes.
    continuations
        Azimuths and rows of other roads that leave the crossing; a road often goes on under another name.
    doubts
        Why this might not be the crossing that is meant.
    is_certain
        Whether names and meeting leave no doubt.
    """

    lon: float
    lat: float
    accuracy_m: float
    roads: tuple[str, str]
    arms: tuple[tuple[float, ...], tuple[float, ...]]
    spread_m: float = 0.0
    rows: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    all_rows: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    continuations: tuple[tuple[float, int], ...] = ()
    doubts: tuple[Remark, ...] = ()
    others: tuple[Meeting, ...] = ()
    is_certain: bool = True

    @property
    def near_rows(self) -> list[int]:
        """Of both roads near the crossing."""
        return [*self.rows[0], *self.rows[1]]


@dataclass(frozen=True)
class _Pairing:
    """What two names may mean together, where that meets, and whether a surer reading was given up for it."""

    asked: tuple[str, str]
    matches: tuple[NameMatch, NameMatch]
    meetings: tuple[Meeting, ...]
    is_second_choice: bool = False

    @property
    def names(self) -> dict[str, str]:
        """The names asked for, as sentences about both roads call them."""
        return {"first": self.asked[0], "second": self.asked[1]}


def find_crossing(network: RoadNetwork, first: str, second: str, parts: tuple[str, str] = ("", "")) -> Crossing:
    """Where two roads meet.

    Parameters
    ----------
    parts
        The stretch of each road on which that is said to be, as `named_stretches.stretch_of` gives it. Of several
        meetings the only one there is taken; one elsewhere is told, and known the worse by the way to the stretch.

    Returns
    -------
    crossing
        Its accuracy is the root of the squared errors of both roads and of the spread.

    Raises
    ------
    Unlocated
        If one of the roads is not to be found or not drawn, they do not meet, or they meet in several places.
    """
    pairing = _find_meetings(network, (first, second))
    best = [each for each in pairing.meetings if each.kind == pairing.meetings[0].kind]
    on_stretch = [each for each in best if any(parts) and not _misfits(network, pairing, each, parts)]
    if len(best) > 1 and len(on_stretch) == 1 and on_stretch[0].spread_m <= MAX_SPREAD_M:
        return _chosen(network, pairing, on_stretch[0])
    if len(best) > 1 or best[0].spread_m > MAX_SPREAD_M:
        message = N_("“%(first)s”与“%(second)s”不只一处相交，不能确定是哪一处")
        reason = Unlocated(message, first=first, second=second)
        reason.candidates = pairing.meetings
        raise reason
    crossing = _at_frontage(network, _crossing(network, pairing))
    crossing = _with_nameless_meetings(network, pairing, crossing)
    misfits = _misfits(network, pairing, best[0], parts)
    if not misfits:
        return crossing
    away_m = max((misfit.distance_m or 0.0) for misfit in misfits)
    doubts = (*(misfit.remark for misfit in misfits), *crossing.doubts)
    return replace(crossing, doubts=doubts, accuracy_m=crossing.accuracy_m + away_m, is_certain=False)


def _with_nameless_meetings(network: RoadNetwork, pairing: _Pairing, crossing: Crossing) -> Crossing:
    """With the doubt that the roads meet once more where one of them has lost its name."""
    pairs = list(zip(pairing.matches, pairing.asked, strict=True))
    longer = [_with_nameless(network, [match], name)[0] for match, name in pairs]
    if all(each is match for each, match in zip(longer, pairing.matches, strict=True)):
        return crossing
    apart_m = MEETING_M + crossing.spread_m
    here = shapely.Point(crossing.lon, crossing.lat)
    found = meetings_of(network, longer[0].rows, longer[1].rows)
    others = [
        each
        for each in found
        if each.kind == Kind.JUNCTION and distance_m(shapely.Point(each.lon, each.lat), here) > apart_m
    ]
    if not others:
        return crossing
    message = N_("“%(first)s”与“%(second)s”另有 %(count)s 处可能相交，那里的一段没有路名，须核对")
    doubt = Remark(message, count=len(others), **pairing.names)
    return replace(crossing, doubts=(*crossing.doubts, doubt), others=(*crossing.others, *others), is_certain=False)


def _at_frontage(network: RoadNetwork, crossing: Crossing) -> Crossing:
    """With the doubt that one road ends at a side carriageway of the other; the place on the main road is told too."""
    crs = metric_crs((crossing.lon, crossing.lat) * 2)
    point = to_plane(shapely.Point(crossing.lon, crossing.lat), crs)
    for ending, other in ((0, 1), (1, 0)):
        if not crossing.arms[other]:
            continue
        rows = [numpy.array(crossing.rows[road], dtype=int) for road in (ending, other)]
        windows = [network.in_plane(each, crs) for each in rows]
        middle = main_road_beyond(*windows, network.is_oneway[rows[1]], point, crossing.arms[other][0])
        if middle is None:
            continue
        away_m = float(point.distance(shapely.Point(middle)))
        there = to_degrees(shapely.Point(middle), crs)
        message = N_("“%(first)s”只到“%(second)s”的一条辅路，离主路中心约 %(away_m)s 米，须核对是不是这个路口")
        names = {"first": crossing.roads[ending], "second": crossing.roads[other]}
        return replace(
            crossing,
            accuracy_m=math.hypot(crossing.accuracy_m, away_m),
            doubts=(*crossing.doubts, Remark(message, away_m=round(away_m), **names)),
            others=(*crossing.others, Meeting(there.x, there.y, Kind.NEAR, gap_m=away_m)),
            is_certain=False,
        )
    return crossing


def _misfits(network: RoadNetwork, pairing: _Pairing, meeting: Meeting, parts: tuple[str, str]) -> list[Misfit]:
    """What speaks against a meeting being on the named stretches."""
    found = [
        off_stretch(network, match.rows, road, part, (meeting.lon, meeting.lat))
        for match, road, part in zip(pairing.matches, pairing.asked, parts, strict=True)
    ]
    return [misfit for misfit in found if misfit is not None]


def _chosen(network: RoadNetwork, pairing: _Pairing, meeting: Meeting) -> Crossing:
    """The one of several meetings that is on the named stretch."""
    crossing = _crossing(network, replace(pairing, meetings=(meeting,)))
    message = N_("“%(first)s”与“%(second)s”不只一处相交，取在所述路段上的一处")
    doubt = Remark(message, **pairing.names)
    others = tuple(each for each in pairing.meetings if each != meeting)
    return replace(crossing, doubts=(doubt, *crossing.doubts), others=others, is_certain=False)


def crossing_at(
    network: RoadNetwork, matches: tuple[NameMatch, NameMatch], meeting: Meeting, asked: tuple[str, str]
) -> Crossing:
    """One of the meetings of two roads as a crossing.

    Raises
    ------
    Unlocated
        If the error of a road is not known.
    """
    return _crossing(network, _Pairing(asked, matches, (meeting,)))


def _find_meetings(network: RoadNetwork, asked: tuple[str, str]) -> _Pairing:
    """The surest reading of both names in which the roads meet at all, and every place where they do.

    Raises
    ------
    Unlocated
        If a road is not to be found or not drawn, they do not meet, or a name can mean several roads that do.
    """
    matches = [match_road(network, name) for name in asked]
    longer = [_with_nameless(network, each, name) for each, name in zip(matches, asked, strict=True)]
    for readings in (matches, longer):
        if (found := _surest(network, readings, asked)) is not None:
            return found
    raise _apart(network, matches, *asked)


def _surest(network: RoadNetwork, matches: Sequence[Sequence[NameMatch]], asked: tuple[str, str]) -> _Pairing | None:
    """The surest reading in which two roads meet, if any does."""
    pairs = sorted(product(*matches), key=_doubtfulness)
    for number, (_, alternatives) in enumerate(groupby(pairs, _doubtfulness)):
        met = [
            _Pairing(asked, pair, meetings, is_second_choice=number > 0)
            for pair in alternatives
            if (meetings := tuple(meetings_of(network, pair[0].rows, pair[1].rows)))
        ]
        if len(met) == 1:
            return met[0]
        if met:
            raise _ambiguous(met)
    return None


def _with_nameless(network: RoadNetwork, matches: Sequence[NameMatch], name: str) -> list[NameMatch]:
    """The same roads with the pieces without a name straight on from where their names stop."""
    found = []
    for match in matches:
        further = [row for end in match.rows.tolist() for row in network.beyond.get(end, ())]
        if further:
            remark = Remark(N_("“%(road)s”在道路数据里接着一段没有路名的路，把它也算在内，须核对"), road=name)
            rows = numpy.union1d(match.rows, further).astype(int)
            match = replace(match, rows=rows, trust=Trust.LIKELY, remark=remark)
        found.append(match)
    return found


def _doubtfulness(pair: tuple[NameMatch, NameMatch]) -> tuple[int, int]:
    return max(match.trust for match in pair), sum(match.trust for match in pair)


def _ambiguous(met: Sequence[_Pairing]) -> Unlocated:
    """One of the names stands for several roads."""
    meant = [sorted({", ".join(pairing.matches[which].names) for pairing in met}) for which in (0, 1)]
    which = 0 if len(meant[0]) > 1 else 1
    message = N_("“%(road)s”可能指不同的道路：%(candidates)s")
    reason = Unlocated(message, road=met[0].asked[which], candidates=", ".join(meant[which]))
    reason.candidates = tuple(meeting for pairing in met for meeting in pairing.meetings)
    return reason


def match_road(network: RoadNetwork, name: str) -> list[NameMatch]:
    """The drawn roads that a name can mean.

    Raises
    ------
    Unlocated
        If there is none: because the words are no name, no road has it, or no line of it is known.
    """
    if is_unnamed(name):
        raise Unlocated(N_("“%(road)s”没有路名，无法在道路数据里查找"), road=name)
    found = network.names.find(name)
    if not found:
        hints = network.names.hints(name)
        if hints:
            message = N_("道路数据里没有“%(road)s”，是否指：%(hints)s？")
            raise Unlocated(message, road=name, hints=", ".join(hints))
        raise Unlocated(N_("道路数据里没有“%(road)s”"), road=name)
    drawn = [replace(match, rows=match.rows[network.is_drawn[match.rows]]) for match in found]
    drawn = [match for match in drawn if len(match.rows)]
    if not drawn:
        raise Unlocated(N_("“%(road)s”的位置未知，道路数据里没有它的中心线"), road=name)
    return drawn


def _apart(network: RoadNetwork, matches: Sequence[Sequence[NameMatch]], first: str, second: str) -> Unlocated:
    """Why there is no meeting, with the distance where it helps."""
    one, other = matches[0][0].rows, matches[1][0].rows
    if set(one) == set(other):
        return Unlocated(N_("“%(first)s”与“%(second)s”在道路数据里是同一条路"), first=first, second=second)
    pairs = shapely.STRtree(network.lines[other]).query_nearest(network.lines[one], all_matches=False)
    lines = network.lines[one][pairs[0]], network.lines[other][pairs[1]]
    nearest = int(numpy.argmin(shapely.distance(*lines)))
    ends = shapely.get_coordinates(shapely.shortest_line(lines[0][nearest], lines[1][nearest]))
    gap = to_plane(shapely.LineString(ends), metric_crs((*ends[0], *ends[1])))
    message = N_("“%(first)s”与“%(second)s”在道路数据里不相交，最近处相距约 %(gap_m)s 米")
    return Unlocated(message, first=first, second=second, gap_m=round(gap.length))


def _crossing(network: RoadNetwork, pairing: _Pairing) -> Crossing:
    """The first of the meetings as a crossing."""
    meeting, others = pairing.meetings[0], pairing.meetings[1:]
    crs = metric_crs((meeting.lon, meeting.lat) * 2)
    point = to_plane(shapely.Point(meeting.lon, meeting.lat), crs)
    near = [_neighbouring(network, match.rows, meeting) for match in pairing.matches]
    errors = [_error_m(network, rows, name) for rows, name in zip(near, pairing.asked, strict=True)]
    reach_m = ARM_M + meeting.spread_m + meeting.gap_m
    arms = tuple(arms_of(network.in_plane(rows, crs).lines, point, reach_m) for rows in near)
    return Crossing(
        lon=meeting.lon,
        lat=meeting.lat,
        accuracy_m=math.hypot(*errors, meeting.spread_m, meeting.gap_m),
        roads=tuple(", ".join(match.names) for match in pairing.matches),
        arms=arms,
        spread_m=meeting.spread_m,
        rows=tuple(tuple(rows.tolist()) for rows in near),
        all_rows=tuple(tuple(match.rows.tolist()) for match in pairing.matches),
        continuations=_continuations(network, point, crs, near, meeting),
        doubts=(*_doubts(pairing), *_filled(network, pairing, near, point, crs)),
        others=others,
        is_certain=meeting.kind == Kind.JUNCTION
        and not others
        and not pairing.is_second_choice
        and all(match.trust < Trust.LIKELY for match in pairing.matches),
    )


def _doubts(pairing: _Pairing) -> Iterator[Remark]:
    """What speaks against the names, and against the first of the meetings."""
    meeting, others = pairing.meetings[0], pairing.meetings[1:]
    yield from (match.remark for match in pairing.matches if match.remark is not None)
    if meeting.kind == Kind.NEAR:
        message = N_("“%(first)s”与“%(second)s”在道路数据里没有相接，相距 %(gap_m)s 米，取最近处为路口")
        yield Remark(message, gap_m=round(meeting.gap_m), **pairing.names)
    if meeting.kind == Kind.LOOSE:
        message = N_("“%(first)s”与“%(second)s”的线相交而没有共同的节点，别处相交都有，可能是立体交叉，须核对")
        yield Remark(message, **pairing.names)
    if meeting.kind == Kind.BRIDGE:
        yield Remark(N_("“%(first)s”与“%(second)s”在此立体交叉，没有平面路口"), **pairing.names)
    if others:
        message = N_("“%(first)s”与“%(second)s”另有 %(count)s 处跨越或接近，取平面相交的一处")
        yield Remark(message, count=len(others), **pairing.names)


def _filled(
    network: RoadNetwork, pairing: _Pairing, near: Sequence[numpy.ndarray], point: shapely.Point, crs: str
) -> Iterator[Remark]:
    """Which roads have no name of their own right at the crossing."""
    for rows, name in zip(near, pairing.asked, strict=True):
        filled = rows[network.is_filled[rows]]
        if len(filled) and _is_near(network.in_plane(filled, crs).lines, point, pairing.meetings[0]):
            yield Remark(N_("“%(road)s”在路口的一段没有路名，按它两端的路名补上"), road=name)


def _continuations(
    network: RoadNetwork, point: shapely.Point, crs: str, roads: Sequence[numpy.ndarray], meeting: Meeting
) -> tuple[tuple[float, int], ...]:
    """Roads of other names that leave the crossing; one road may be many short rows."""
    reach_m = ARM_M + meeting.spread_m
    rows = network.rows_near(meeting.lon, meeting.lat, reach_m)
    rows = numpy.setdiff1d(rows, numpy.concatenate(roads))
    rows = rows[~(network.is_path[rows] | network.is_minor[rows] | network.is_link[rows] | network.is_ring[rows])]
    window = network.in_plane(rows, crs)
    near = shapely.distance(window.lines, point) <= meeting.spread_m + CONTINUES_M
    of_name: dict[object, list[int]] = {}
    for place, row in enumerate(rows):
        of_name.setdefault(network.rows["name"].iloc[row], []).append(place)
    return tuple(
        (arm, int(rows[place]))
        for places in of_name.values()
        if near[places].any()
        for arm in arms_of(window.lines[places], point, reach_m)
        for place in places
    )


def _is_near(lines: numpy.ndarray, point: shapely.Point, meeting: Meeting) -> bool:
    reach_m = meeting.spread_m + meeting.gap_m + CONTINUES_M
    return bool((shapely.distance(lines, point) <= reach_m).any())


def _error_m(network: RoadNetwork, rows: numpy.ndarray, name: str) -> float:
    error_m = float(network.errors_m[rows].max())
    if math.isnan(error_m):
        raise Unlocated(N_("“%(road)s”没有注明位置误差"), road=name)
    return error_m


def _neighbouring(network: RoadNetwork, rows: numpy.ndarray, meeting: Meeting) -> numpy.ndarray:
    """Rows of a road near a meeting; links are left out where the road has others there."""
    near = numpy.intersect1d(rows, network.rows_near(meeting.lon, meeting.lat, NEIGHBOURHOOD_M))
    through = near[~network.is_link[near]]
    return through if len(through) else near
