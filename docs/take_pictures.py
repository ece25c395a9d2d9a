"""Take the pictures of the report's page and of the coordinator's screen, in each language.

Usage: python docs/take_pictures.py [FOLDER]; without a folder it writes to docs/images. It runs the
command and the service on an invented region of 73 agencies, and needs the extras ``report`` and
``service``, and Chromium. With Pillow the pictures have 64 colours and a third of the size.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
sys.path.insert(0, str(EXAMPLES))

from demo_service import send_past, served, stream  # noqa: E402

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
    *("--disable-quic", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--window-size=1280,800"),
)
MARCH = "--since 2026-03 --until 2026-03 --as-of 2026-04-01T12:00 --compare-with previous"


def take(address: str, path: Path, language: str, folder: Path) -> None:
    """Write what a browser shows at an address as a picture."""
    flags = [*FLAGS, f"--accept-lang={language}", f"--user-data-dir={folder / 'browser'}"]
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit("no Chromium on PATH; install one of " + ", ".join(BROWSERS))
    command = [browser, *flags, f"--screenshot={path}", address]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, timeout=120)  # noqa: S603
    with suppress(ImportError):
        from PIL import Image

        Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)


def run(*command: object, folder: Path) -> None:
    """Run a Python program quietly."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with (folder / "output").open("w", encoding="utf-8") as output:
        parts = [sys.executable, *map(str, command)]
        subprocess.run(parts, check=True, stdout=output, env=environment)  # noqa: S603


def main(pictures: Path) -> None:
    """Take each picture in both languages."""
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        events, span = folder / "events.jsonl", "--start 2025-12-15 --days 107"
        until = ("--until", "2026-04-01T12:00")
        run(EXAMPLES / "generate_appeals.py", *span.split(), *until, "--out", events, folder=folder)
        for language in ("en", "ru"):
            page = folder / f"{language}.html"
            command = ("-m", "workhours_sla", "report", events, "--lang", language, *MARCH.split())
            more = ("--config", EXAMPLES / "region.toml", "--target", "first reply", "--html", page)
            run(*command, *more, folder=folder)
            take(page.as_uri(), pictures / f"page.{language}.png", language, folder)
        now = datetime.now(UTC)
        with served(folder, 0) as address:
            send_past(address, stream(now, 49, 2026), now)  # so that Mondays compare, too
            for _ in range(30):  # seconds; the first reader makes it read the past
                # a day off is compared with none, so its picture waits for all of them
                if b"usual" in urlopen(f"{address}/?lang=en").read():  # noqa: S310
                    break
                time.sleep(1)
            for language in ("en", "ru"):
                take(f"{address}/", pictures / f"screen.{language}.png", language, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images").resolve())
