"""What planners do, for locust: open the map, choose years, look things up, take files away, and report now and then.

Everything is asked of the address that locust is given; names of requests begin with `read`, `write` or `other`.
"""

import random
import re
from html.parser import HTMLParser

from locust import FastHttpUser, between, task

from tests.load.editors import EDITORS, PASSWORD

LAYERS = (
    "schools", "logistics_parks", "industrial_parks", "commercial_projects", "health_facilities", "villages",
    "river_sections", "water_sections", "programme_targets", "indicators", "roads",
)  # fmt: skip
SCHOOLS = ("2021-1", "2022-1", "2023-1", "2024-1")
YEARS = (2021, 2022, 2023, 2024, 2025)
WORDS = ("小学", "xx", "金雀路", "物流", "医院", "村")


class _Assets(HTMLParser):
    """The scripts, styles and pictures that a page names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        addresses = [value for name, value in attributes if name in ("src", "href") and value]
        self.found += [each.partition("#")[0] for each in addresses if each.startswith("/static/")]


class Reader(FastHttpUser):
    """Somebody with a browser: what it keeps is not asked again, what it must ask again it asks with its ETag."""

    wait_time = between(5, 15)
    weight = 3

    def on_start(self) -> None:
        self._tags: dict[str, str] = {}
        self._kept: set[str] = set()

    def look(self, path: str, name: str) -> str:
        known = {"If-None-Match": self._tags[path]} if path in self._tags else {}
        headers = {"Accept-Encoding": "gzip, br"} if "/ogc" in path else {"Accept-Encoding": "gzip"}
        with self.client.get(path, name=f"read {name}", headers=headers | known, catch_response=True) as answer:
            if answer.status_code in (200, 304):
                answer.success()
            if tag := (answer.headers or {}).get("ETag"):
                self._tags[path] = tag
            return answer.text or "" if answer.status_code == 200 and "/ogc" not in path else ""

    def draw(self, year: int) -> None:
        for layer in LAYERS:
            self.look(f"/ogc/collections/{layer}/items?year={year}&limit=1000&schematic=true", "layer")

    @task(3)
    def open_map(self) -> None:
        page = self.look("/", "map page")
        for path in _Assets(page).found:
            if path not in self._kept:
                self._kept.add(path)
                self.look(path, "asset")
        self.draw(2025)

    @task(6)
    def choose_year(self) -> None:
        self.draw(random.choice(YEARS))

    @task(6)
    def details(self) -> None:
        self.look(f"/ogc/collections/schools/items/{random.choice(SCHOOLS)}?year={random.choice(YEARS)}", "details")

    @task(4)
    def search(self) -> None:
        self.look(f"/ogc/search?q={random.choice(WORDS)}&schematic=true", "search")

    @task(1)
    def export(self) -> None:
        self.look("/export", "export page")
        self.look("/export/file?layers=schools,villages&format=geojson", "export")


class Editor(Reader):
    """A reader who has signed in and reports: so often that one request of twenty of all is a write."""

    weight = 1

    def on_start(self) -> None:
        super().on_start()
        self.name = f"editor{random.randrange(EDITORS)}"
        form = {"name": self.name, "password": PASSWORD, "csrf_token": self._token("/accounts/sign-in")}
        self.client.post("/accounts/sign-in", data=form, name="other sign-in", allow_redirects=False)
        self.csrf = self._token("/accounts/me")

    def _token(self, path: str) -> str:
        page = self.client.get(path, name="read account page").text or ""
        return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    @task(40)
    def report(self) -> None:
        """One report after another, as whoever fills in a table does."""
        for feature in SCHOOLS:
            path = f"/status/schools/{random.choice(YEARS)}/{feature}"
            progress = str(random.randrange(20, 60))
            form = {"stage": "started", "flag": "none", "progress_pct": progress, "note": f"load {random.random()}"}
            headers = {"X-CSRFToken": self.csrf}
            with self.client.post(
                path, data=form, name="write report", headers=headers, allow_redirects=False, catch_response=True
            ) as answer:
                if answer.status_code == 303:
                    answer.success()
                else:
                    answer.failure(f"{answer.status_code}")
