"""Settings: one table of name, default and help; the environment overrides each."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.model.errors import InvalidInput, N_
from geo.store import seen_from

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Setting:
    """One setting, as the operations guide lists it."""

    name: str
    default: str
    help: str


SETTINGS = (
    Setting(
        "DATABASE_URL",
        "gpkg:instance/plan.gpkg",
        "Where the store is: gpkg:///path/to/file.gpkg (absolute), gpkg:file from the project's folder,"
        " or postgresql+psycopg://user:password@host:port/database",
    ),
    Setting(
        "DATABASE_URL_READ",
        "",
        "Hot standby of that PostgreSQL server: who has not signed in reads there, while it is at most a second behind",
    ),
    Setting("DATABASE_CONNECTIONS", "24", "Connections to PostgreSQL that one process opens at most; a third is kept"),
    Setting("QUERY_TIMEOUT_S", "60", "Seconds that one question to the store may take; then the answer is 503"),
    Setting("DEMO_DATABASE_URL", "gpkg:instance/demo.gpkg", "Where the demonstration store is, written likewise"),
    Setting("AS_OF_DIR", "instance/as_of", "Folder of stores as of past days; it can be emptied at any time"),
    Setting("SEAL_KEY", "instance/seal_key.pem", "Private key that signs closed years; keep a copy apart from backups"),
    Setting("LAYERS_DIR", "layers", "Folder of the layer definitions; another zone is another folder"),
    Setting("HOST", "127.0.0.1", "Address that the server listens on"),
    Setting("PORT", "8000", "Port that the server listens on"),
    Setting("THREADS", "8", "Threads that answer requests"),
    Setting(
        "KEPT_ANSWERS_MIB",
        "24",
        "MiB for the last answers of /ogc, which each process keeps until a layer changes; 0: every answer is made",
    ),
    Setting(
        "REQUESTS_PER_MINUTE",
        "6000",
        "Requests a minute from one address that each process answers, this machine's own not counted; 0: any number",
    ),
    Setting("TRUSTED_PROXIES", "0", "How many reverse proxies in front may set X-Forwarded-* headers"),
    Setting("REQUIRE_LOGIN", "0", "1: reading needs an account too, pages as well as /ogc; 0: only writing does"),
    Setting("SECRET_KEY", "", "Secret that signs the session cookies, at least 16 characters; instead of the file"),
    Setting("SECRET_KEY_FILE", "instance/secret_key", "File with that secret; made once, readable by its owner only"),
    Setting(
        "MAP_REVIEW_NUMBER",
        "",
        "Review number (shentuhao) printed on map pictures and reports; empty leaves a line to be filled in",
    ),
    Setting("BASEMAPS", "instance/basemaps.toml", "File that lists the office's base maps, if any"),
)


def read_settings(overrides: dict[str, object] | None = None) -> dict[str, str]:
    """Every setting: given, else from the environment, else its default; a relative store lies in the project."""
    given = {name: str(value) for name, value in (overrides or {}).items()}
    settings = {
        setting.name: given.get(setting.name) or os.environ.get(setting.name) or setting.default for setting in SETTINGS
    }
    return settings | {name: seen_from(ROOT, settings[name]) for name in ("DATABASE_URL", "DEMO_DATABASE_URL")}


def whole_number(settings: Mapping[str, str], name: str, lowest: int = 0, highest: int = 65535) -> int:
    """The value of a setting that is a number.

    Raises
    ------
    InvalidInput
        If it is none, or out of bounds.
    """
    given = settings[name]
    if not (given.isascii() and given.isdigit() and lowest <= int(given) <= highest):
        raise InvalidInput(
            N_("设置 %(name)s 应为 %(lowest)s 到 %(highest)s 的整数，现为“%(given)s”"),
            name=name,
            lowest=lowest,
            highest=highest,
            given=given,
        )
    return int(given)
