"""The validation pack in a real browser: reached from the page, read on a screen, printed."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.serving.browser import SECONDS_TO_ANSWER, needs_browser, resize
from tests.serving.process import Service
from tests.training.report.document.shown import Shown, disagreement

ADDRESS = "/reports/default@1/validation.html"
A4_PIXELS, PHONE_PIXELS = 794, 390
PRINTED_PIXELS = 665
MAIN_PAGES, MOST_PAGES = 18, 45

pytestmark = [pytest.mark.browser, needs_browser]

SHOWN = """return [...document.querySelectorAll("[data-path]")].map(
  (each) => [each.dataset.path, each.textContent, each.dataset.means ?? null])"""
TOO_WIDE = """const edge = document.documentElement.clientWidth;
return [...document.querySelectorAll("main *")].filter((each) => !each.closest(".wide, svg"))
  .filter((each) => each.getBoundingClientRect().right > edge + 1)
  .map((each) => each.outerHTML.slice(0, 90))"""
CUT_TABLES = """return [...document.querySelectorAll(".wide")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent.slice(0, 90))"""

REMOVE = "for (const each of document.querySelectorAll(arguments[0])) each.remove()"


@pytest.fixture
def report(driver: webdriver.Chrome, service: Service) -> webdriver.Chrome:
    driver.get(f"{service.address}/words.json")
    lend(driver, service.key, ADDRESS)
    driver.get(service.address + ADDRESS)
    resize(driver, 1280)
    return driver


def lend(driver: webdriver.Chrome, key: str, path: str) -> None:
    """Let the browser open an address with a key, as the page does."""
    driver.execute_script("document.cookie = `credence_key=${arguments[0]}; Path=${arguments[1]}`", key, path)


def test_the_page_leads_to_it(driver: webdriver.Chrome, service: Service) -> None:
    # given the page at / for who is signed in, when the link is followed
    driver.get(f"{service.address}/words.json")
    driver.execute_script("sessionStorage.setItem('credence_key', arguments[0])", service.key)
    driver.get(service.address)
    links = WebDriverWait(driver, SECONDS_TO_ANSWER).until(
        lambda _: driver.find_elements(By.CSS_SELECTOR, "a.report")
    )
    assert [link.text for link in links] == ["default@1"]
    links[0].click()

    # then the report of the model in force is read
    WebDriverWait(driver, SECONDS_TO_ANSWER).until(lambda _: driver.title == "Validation of default@1")
    assert driver.current_url == service.address + ADDRESS


def test_every_value_on_it_is_that_of_its_numbers(report: webdriver.Chrome, service: Service) -> None:
    # given the numbers beside it
    pack = service.call("/reports/default@1/validation.json").json

    # when every value that is shown is held against them
    shown = [Shown(*each) for each in report.execute_script(SHOWN)]

    # then none differs beyond its rounding
    assert len(shown) > 1000
    assert [wrong for each in shown if (wrong := disagreement(each, pack))] == []


def test_nothing_is_loaded_and_nothing_complains(report: webdriver.Chrome) -> None:
    assert (
        report.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)")
        == []
    )
    assert report.execute_script("return document.scripts.length") == 0
    assert [each["message"] for each in report.get_log("browser") if "favicon" not in each["message"]] == []


def test_its_own_style_and_figures_are_shown(report: webdriver.Chrome) -> None:
    # Reason: a policy that forbids inline style would leave the page bare and its figures black.
    assert report.execute_script("return getComputedStyle(document.querySelector('main')).maxWidth") != "none"
    sizes = report.execute_script(
        "return [...document.querySelectorAll('svg.plot')].map((each) => each.getBoundingClientRect().height)"
    )
    assert len(sizes) > 8
    assert min(sizes) > 60
    pictures = report.execute_script(
        "return [...document.querySelectorAll('svg image')].map((each) => each.getBoundingClientRect().width)"
    )
    assert pictures
    assert min(pictures) > 1


@pytest.mark.parametrize("width", [A4_PIXELS, PHONE_PIXELS])
def test_nothing_is_wider_than_paper_or_phone(report: webdriver.Chrome, width: int) -> None:
    resize(report, width)
    assert report.execute_script("return document.documentElement.scrollWidth") <= width
    assert report.execute_script(TOO_WIDE) == []
    if width == A4_PIXELS:
        assert report.execute_script(CUT_TABLES) == []


def test_printed_tables_are_not_cut(report: webdriver.Chrome) -> None:
    # given the page as it is laid out between the margins of A4
    report.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    resize(report, PRINTED_PIXELS)

    # then nothing reaches beyond them
    assert report.execute_script(TOO_WIDE) == []
    assert report.execute_script(CUT_TABLES) == []
    report.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_it_prints_on_so_many_pages_as_one_reads(report: webdriver.Chrome) -> None:
    # when it is printed, and once more without the appendix
    whole = pages_of(report)
    report.execute_script(REMOVE, "section.fresh, section.fresh ~ *")
    main = pages_of(report)

    # then the part to read is short, and all of it has an end
    assert 8 <= main <= MAIN_PAGES
    assert main < whole <= MOST_PAGES


def test_the_first_page_is_one_page(report: webdriver.Chrome) -> None:
    report.execute_script(REMOVE, "header.first ~ *")
    assert pages_of(report) == 1


def pages_of(driver: webdriver.Chrome) -> int:
    options: dict[str, Any] = {"preferCSSPageSize": True, "printBackground": True}
    printed = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", options)["data"])
    assert printed.startswith(b"%PDF-")
    return len(re.findall(rb"/Type\s*/Page\b", printed))
