"""The pictures of the desk's page in README: ``python -m tests.guide.picture``, some three minutes.

Plays the demo's day, and takes the board at its end with the machine's Chromium, as somebody sees it who likes his
screen light or dark. All guests in it are invented.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import sync_playwright

PICTURES: Final = Path(__file__).parents[2] / "docs" / "pictures"
SIZE: Final = {"width": 1180, "height": 720}
_DESK: Final = re.compile(r"Desk:\s+(http\S+)")
_OVER: Final = "The hotel stays open"

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


def main() -> int:
    """Take both; 1 where there is no Chromium, or the day did not go as it should."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.stderr.write("no chromium on this machine: apt install chromium\n")
        return 1
    demo = subprocess.Popen(
        [sys.executable, "-c", "from reconciler.cli import main; main()", "demo"],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        address = _played(demo)
        if address is not None:
            _take(chromium, address)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)
    return 0 if address is not None else 1


def _played(demo: subprocess.Popen[str]) -> str | None:
    """Wait for the end of the day; the desk's address, None where the demo has ended before."""
    assert demo.stdout is not None
    address = None
    for line in demo.stdout:
        sys.stdout.write(line)
        found = _DESK.search(line)
        address = found[1] if found else address
        if _OVER in line:
            return address
    return None


def _take(chromium: str, address: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in SCHEMES:
            page = browser.new_page(viewport=SIZE, color_scheme=scheme)
            page.goto(address)
            page.wait_for_selector(".card, [data-room]")
            page.screenshot(path=PICTURES / f"board-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
