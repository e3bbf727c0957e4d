"""Frames written as the layers of one GeoPackage that is there whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path

import geopandas
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geo.exchange.files.reading import shown
from geo.model.errors import InvalidFile, N_


def write_geopackage(path: Path, layers: Mapping[str, geopandas.GeoDataFrame]) -> int:
    """Write each frame as a layer, in place of whatever file was there; returns the size in bytes.

    Raises
    ------
    InvalidFile
        If the folder or the file cannot be written.
    """
    draft = path.with_name(f".{path.stem}.{os.getpid()}.part.gpkg")
    try:
        draft.unlink(missing_ok=True)
        for name, frame in layers.items():
            # 1.2 is what older programs open; the driver's own default is newer.
            pyogrio.write_dataframe(
                frame, draft, layer=name, driver="GPKG", dataset_options={"VERSION": "1.2"}, promote_to_multi=None
            )
        draft.replace(path)
        return path.stat().st_size
    except OSError as error:
        reason = error.strerror or shown(error)
        raise InvalidFile(N_("不能写文件 %(file)s：%(reason)s"), file=str(path), reason=reason) from error
    except (DataSourceError, DataLayerError, RuntimeError) as error:
        raise InvalidFile(N_("不能写文件 %(file)s：%(reason)s"), file=str(path), reason=shown(error)) from error
    finally:
        draft.unlink(missing_ok=True)
