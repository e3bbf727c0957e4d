"""Where layers, features and statuses are kept. Knows tables and SQL, no file format of the outside."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from geo.model.errors import InvalidInput, N_
from geo.model.layer import Catalog
from geo.store.limits import USUAL, Limits

if TYPE_CHECKING:
    from geo.store.base import Store
    from geo.store.replica import Replica

RELATIVE = re.compile("gpkg:(?=[^/])")


def seen_from(folder: Path, url: str) -> str:
    """The address with a relative file meant from a folder; any other address as it is."""
    path = RELATIVE.sub("", url)
    return url if path == url else f"gpkg:///{(folder / path).as_posix().lstrip('/')}"


def open_store(url: str, catalog: Catalog, limits: Limits = USUAL) -> "Store":
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
    # Loaded where they are used: the settings of every command ask for addresses only, and no store is of both kinds.
    absolute = re.fullmatch("gpkg:///+([A-Za-z]:/.+)|gpkg://(/.+)", seen_from(Path.cwd(), url))
    if path := absolute and (absolute[1] or absolute[2]).rstrip("/"):
        from geo.store.geopackage import GeoPackageStore

        return GeoPackageStore(Path(re.sub("^/+", "/", path)), catalog, limits)
    from geo.store.postgis import PostgisStore
    from geo.store.postgis_engine import parsed, without_password

    if server := parsed(url):
        return PostgisStore(server, catalog, limits)
    raise InvalidInput(
        N_(
            "DATABASE_URL 应为 gpkg:///绝对路径、gpkg:相对路径 或"
            " postgresql+psycopg://用户:密码@主机:端口/数据库，现为“%(url)s”"
        ),
        url=without_password(url),
    )


def open_replica(url: str, primary: "Store", limits: Limits = USUAL) -> "Replica":
    """The standby at an address that follows a store; it need not be there yet.

    Raises
    ------
    InvalidInput
        If the address is no database server's, or the store itself is in no such server.
    """
    from geo.store.postgis import PostgisStore
    from geo.store.postgis_engine import parsed, without_password
    from geo.store.replica import Replica

    server = parsed(url)
    if server is None or not isinstance(primary, PostgisStore):
        message = N_("DATABASE_URL_READ 应为 DATABASE_URL 所指 PostgreSQL 数据库的只读备库的地址，现为“%(url)s”")
        raise InvalidInput(message, url=without_password(url))
    return Replica(server, primary, limits)
