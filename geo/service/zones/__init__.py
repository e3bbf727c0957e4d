"""Work on many zones at once: a function of one zone's files, done for each of them by the processes of a Dask cluster.

`work` is that function, `cluster` and `statistics` are Dask's only door, `batch` puts them together.
"""

from geo.service.zones.batch import Batch, Report, run
from geo.service.zones.cluster import Place
from geo.service.zones.work import JOBS, Done, Work

__all__ = ["JOBS", "Batch", "Done", "Place", "Report", "Work", "run"]
