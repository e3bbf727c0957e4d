"""Where layers, features and statuses are kept. Knows tables and SQL, no file format of the outside."""

from pathlib import Path

from geo.model.errors import InvalidInput, N_
from geo.model.layer import Catalog
from geo.store.base import Store
from geo.store.geopackage import GeoPackageStore

GEOPACKAGE = "gpkg:///"


def seen_from(folder: Path, url: str) -> str:
    """The address with a relative file meant from a folder; any other address as it is."""
    path = url.removeprefix(GEOPACKAGE)
    if not url.startswith(GEOPACKAGE) or not path.strip():
        return url
    return GEOPACKAGE + (folder / Path(path).expanduser()).as_posix()


def open_store(url: str, catalog: Catalog) -> Store:
    """The store at an address; nothing is read or made yet.

    Parameters
    ----------
    url
        `gpkg:///relative/file.gpkg`, `gpkg:////absolute/file.gpkg` or `gpkg:///C:/absolute/file.gpkg`.

    Raises
    ------
    InvalidInput
        If the address is of no known kind.
    """
    path = url.removeprefix(GEOPACKAGE)
    if not url.startswith(GEOPACKAGE) or not path.strip():
        raise InvalidInput(N_("DATABASE_URL 应为 gpkg:///文件路径，现为“%(url)s”"), url=url)
    return GeoPackageStore(Path(path).expanduser(), catalog)
