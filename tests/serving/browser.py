"""A real browser, and what tests of pages share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver

__all__ = ["SECONDS_TO_ANSWER", "needs_browser", "opened", "resize"]

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SECONDS_TO_ANSWER = 20
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --lang=en-GB"
).split()

needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver: `make system` installs them"
)


@contextmanager
def opened(profile: Path) -> Iterator[webdriver.Chrome]:
    """Start a browser without a window, whose console can be read."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = webdriver.Chrome(options, webdriver.ChromeService(str(DRIVER)))
    try:
        yield running
    finally:
        running.quit()


def resize(driver: webdriver.Chrome, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
