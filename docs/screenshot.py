"""Makes the picture of the map page in README.md: `make screenshot`. The demonstration store, so that statuses show."""

import tempfile
import threading
from pathlib import Path

import waitress
from playwright.sync_api import sync_playwright

from geo.service.intake import open_or_create
from geo.web import create_app
from geo.web.settings import ROOT

TARGET = ROOT / "docs" / "images" / "map.png"
VIEW = "/?year=2023&feature=schools/2023-1&at=33.02900,114.00700,14"
SIZE = {"width": 1440, "height": 900}


def main() -> None:
    """Serve a demonstration store on a free port and photograph its map page in Debian's Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"gpkg:///{Path(folder) / 'demo.gpkg'}"
        open_or_create(url, ROOT / "layers", demo=True).close()
        server = waitress.create_server(create_app({"DATABASE_URL": url}), host="127.0.0.1", port=0, threads=8)
        threading.Thread(target=server.run, daemon=True).start()
        photograph(f"http://127.0.0.1:{server.effective_port}{VIEW}", TARGET)


def photograph(address: str, target: Path) -> None:
    """Save what the page shows once it says that it is ready."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, locale="zh-CN")
        page.goto(address)
        page.wait_for_selector("body[data-ready=true]")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main()
