"""Which school a child walks to: along streets, with or without seats, as points and as areas.

Everything here is plain computing on frames and arrays: `streets` makes the graph, `snapping` puts places on it,
`walks` measures, and the methods stand on those. SciPy's and OR-tools' only door.
"""

from geo.analysis.catchments.snapping import Snapped, snap
from geo.analysis.catchments.streets import Streets, street_graph
from geo.analysis.catchments.walks import Walks, nearest_walks, walk_matrix

__all__ = ["Snapped", "Streets", "Walks", "nearest_walks", "snap", "street_graph", "walk_matrix"]
