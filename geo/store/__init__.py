"""Where layers, features and statuses are kept. Knows tables and SQL, no file format of the outside."""

import re
from pathlib import Path

from geo.model.errors import InvalidInput, N_
from geo.model.layer import Catalog
from geo.model.store_address import seen_from
from geo.store.base import Store
from geo.store.geopackage import GeoPackageStore
from geo.store.postgis import PostgisStore
from geo.store.postgis_engine import parsed, without_password


def open_store(url: str, catalog: Catalog) -> Store:
    """The store at an address; nothing is read or made yet.

    Parameters
    ----------
    url
        `gpkg:///absolute/file.gpkg` or `gpkg:///C:/absolute/file.gpkg` as in a file URL; `gpkg:relative/file.gpkg`;
        `postgresql+psycopg://user:password@host:port/database`.

    Raises
    ------
    InvalidInput
        If the address is of no known kind.
    """
    if server := parsed(url):
        return PostgisStore(server, catalog)
    absolute = re.fullmatch("gpkg:///+([A-Za-z]:/.+)|gpkg://(/.+)", seen_from(Path.cwd(), url))
    path = absolute and (absolute[1] or absolute[2]).rstrip("/")
    if not path:
        raise InvalidInput(
            N_(
                "DATABASE_URL 应为 gpkg:///绝对路径、gpkg:相对路径 或"
                " postgresql+psycopg://用户:密码@主机:端口/数据库，现为“%(url)s”"
            ),
            url=without_password(url),
        )
    return GeoPackageStore(Path(re.sub("^/+", "/", path)), catalog)
