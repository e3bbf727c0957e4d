"""What the user wants of a file that comes in, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geo.model.file_finding import FileFinding
from geo.model.location import LocationBasis
from geo.service.field_mapping import FieldMapping
from geo.service.import_matching import MATCHINGS
from geo.service.opened_files import Asked

BLOCKING = frozenset(
    "invalid_geometry self_intersection too_complex non_finite too_few_points not_a_number out_of_range duplicate_id"
    " no_crs wrong_value wrong_geometry no_name not_geojson truncated undecodable_text no_features not_replaceable"
    " invalid_id unknown_line part_mismatch".split()
)
"""Findings with which nothing is taken in."""

MOST_MATCHES = 300
"""So many matches are told one by one."""


@dataclass(frozen=True)
class ImportPlan:
    """What the user wants of a file.

    Parameters
    ----------
    asked
        Layer of the file, CRS, encoding.
    told
        Fields of the file to fields of the layer.
    basis
        Of every position that does not state its own; None: `surveyed` for boundary points, else `placed`.
    accuracy_m
        Of every position that does not state its own.
    matching
        How features are held to be ones that are there: by `id`, `name`, `place`, in this order.
    repair
        Whether shapes that are not valid are taken as they can be made valid.
    """

    asked: Asked = field(default_factory=Asked)
    told: Mapping[str, str] = field(default_factory=dict)
    basis: LocationBasis | None = None
    accuracy_m: float | None = None
    matching: Sequence[str] = MATCHINGS
    repair: bool = False


@dataclass(frozen=True)
class Match:
    """A row that is a feature that is there.

    Parameters
    ----------
    by
        Of `MATCHINGS`.
    basis, new_basis
        On what its position rests, and would rest; None where the layer or the row has none.
    """

    row: int
    feature_id: str
    name: str | None
    by: str
    basis: str | None
    new_basis: str | None


@dataclass
class ImportReport:
    """What a file would change, or changed.

    Parameters
    ----------
    result
        `accept`, `accept_with_findings` or `refuse`; refused, nothing is written.
    layers, chosen_layer
        All of the file, and the one that is read.
    matched
        How many features are ones that are there, by what they were known.
    matches
        What rows are held to be, the first few hundred.
    basis
        Of positions that do not state their own.
    repairs
        Row, area before and after in m² of each shape that was made valid.
    repairable
        The same of shapes that could be, where the plan does not say so; a hundred at most.
    written, change_set
        How many entries the journal has of it, and their number; none until it is written.
    """

    driver: str | None = None
    result: str = "refuse"
    crs: str | None = None
    crs_from: str | None = None
    encoding: str | None = None
    features: int = 0
    new: int = 0
    matched: dict[str, int] = field(default_factory=dict)
    mapping: FieldMapping | None = None
    extent: tuple[float, float, float, float] | None = None
    layers: tuple[str, ...] = ()
    chosen_layer: str | None = None
    matches: list[Match] = field(default_factory=list)
    basis: LocationBasis = LocationBasis.PLACED
    repairs: list[tuple[int, float, float]] = field(default_factory=list)
    repairable: list[tuple[int, float, float]] = field(default_factory=list)
    findings: tuple[FileFinding, ...] = ()
    written: int = 0
    change_set: int | None = None
