"""An app on a store that is filled from the shipped layers."""

import pytest

from geo.web import create_app


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The app on the shipped layers; tests that use it do not write."""
    path = tmp_path_factory.mktemp("store") / "plan.gpkg"
    app = create_app({"DATABASE_URL": f"gpkg:///{path}", "BASEMAPS": str(path.with_name("none.toml"))})
    app.testing = False
    return app


@pytest.fixture
def client(app):
    return app.test_client()
