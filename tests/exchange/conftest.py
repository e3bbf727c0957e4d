"""What the tests of the formats share."""

import json
from pathlib import Path

import jsonschema
import pytest

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def rfc7946():
    """Checks a parsed FeatureCollection against RFC 7946, by our own hand-written schema."""
    schema = json.loads((DATA / "rfc7946.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).validate
