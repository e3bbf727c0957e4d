"""What QGIS finds in layers, as JSON; run by Debian's Python, which has `qgis`.

Standard input: a list of {"name", "uri", "provider", "text" (a field), "picture" (a path or null)}.
"""

import json
import sys

from qgis.core import QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsVectorLayer
from qgis.PyQt.QtCore import QSize

PICTURE = QSize(480, 480)


def found(source: dict) -> dict:
    """What one layer is, after all of it was read."""
    layer = QgsVectorLayer(source["uri"], source["name"], source["provider"])
    if not layer.isValid():
        return {"valid": False, "error": layer.error().message()}
    features = list(layer.getFeatures())
    layer.updateExtents()
    extent = layer.extent()
    if source["picture"]:
        draw(layer, source["picture"])
    return {
        "valid": True,
        "count": layer.featureCount(),
        "read": len(features),
        "placed": sum(feature.hasGeometry() for feature in features),
        "texts": [feature[source["text"]] for feature in features],
        "fields": [field.name() for field in layer.fields()],
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        "crs": layer.crs().authid(),
    }


def draw(layer: QgsVectorLayer, path: str) -> None:
    """The layer as QGIS shows it, to its extent."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setOutputSize(PICTURE)
    extent = layer.extent()
    extent.scale(1.1)
    settings.setExtent(extent)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(path)


def main() -> None:
    application = QgsApplication([], False)
    application.initQgis()
    json.dump({source["name"]: found(source) for source in json.load(sys.stdin)}, sys.stdout)
    application.exitQgis()


main()
