"""The page in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from credit.assessor import Assessor
from credit.extras import Extras
from credit.texts import QUIET_STATUSES
from tests.serving.browser import SECONDS_TO_ANSWER, needs_browser, resize
from tests.serving.process import Service
from tests.serving.schemas import HOSTILE

pytestmark = [pytest.mark.browser, needs_browser]


class Page:
    """The page as a person uses it."""

    def __init__(self, driver: webdriver.Chrome, service: Service) -> None:
        self.driver = driver
        driver.get(f"{service.address}/words.json")
        driver.execute_script("sessionStorage.setItem('credence_key', arguments[0])", service.key)
        driver.get(service.address)
        self.wait(lambda: self.at("currency").get_attribute("value"))
        driver.get_log("browser")

    def at(self, element_id: str) -> WebElement:
        return self.driver.find_element(By.ID, element_id)

    def texts(self, selector: str) -> list[str]:
        return [
            each.text.replace("\u00a0", " ") for each in self.driver.find_elements(By.CSS_SELECTOR, selector)
        ]

    def wait(self, condition: Callable[[], object]) -> None:
        WebDriverWait(self.driver, SECONDS_TO_ANSWER).until(lambda _: condition())

    def write(self, element_id: str, text: str) -> None:
        self.at(element_id).clear()
        self.at(element_id).send_keys(text)

    def assess(self, buyer_id: str, **fields: str) -> None:
        for name, text in {"buyer_id": buyer_id, **fields}.items():
            self.write(name, text)
        self.at("assess").click()
        self.wait(lambda: self.at("assess").is_enabled())

    def complaints(self) -> list[str]:
        """Return what the console says, but for the refusals that a test provokes."""
        return [each["message"] for each in self.driver.get_log("browser") if "422" not in each["message"]]


@pytest.fixture
def page(driver: webdriver.Chrome, service: Service) -> Page:
    return Page(driver, service)


@pytest.fixture(scope="module")
def buyer_id(assessor: Assessor) -> str:
    """A buyer with a limit, a score and a record."""
    _, told = assessor.assess_all()
    known = [said for said in told if said["limit"]["amount"] and len(said["score"]["groups"]) > 5]
    return str(known[-1]["buyer_id"])


def test_an_officer_reads_the_limit(page: Page, service: Service, buyer_id: str) -> None:
    # given what the service says of an order
    order = {"kind": "order", "amount": 50_000, "currency": "EUR", "terms_days": 60}
    said = service.assess(buyer_id, request=order)

    # when the form is filled in
    page.assess(buyer_id, amount="50000", terms_days="60")

    # then the page shows limit, score, grade and every reason, and says that it is a suggestion
    assert page.texts(".limit dd")[0].startswith(f"EUR {said['limit']['amount']:,.0f}")
    assert page.texts(".is-score") == [str(round(said["score"]["points"]))]
    assert page.texts(".is-grade") == [said["grade"]["computed"]]
    assert page.texts(".reasons li > span:last-child") == [reason["text"] for reason in said["reasons"]]
    binding = [each for each in said["limit"]["candidates"] if each["role"] != "reported"]
    shown = [each for each in binding if each["status"] not in QUIET_STATUSES]
    assert len(page.texts(".columns tbody tr")) == len(shown)
    assert "a person decides" in page.at("answer").text
    assert page.complaints() == []


def test_an_officer_reads_when_the_order_would_be_paid(page: Page, service: Service, buyer_id: str) -> None:
    # given what the service says of an order
    said = service.assess(
        buyer_id, request={"kind": "order", "amount": 50_000, "currency": "EUR", "terms_days": 60}
    )["timing"]
    assert said["status"] in ("ok", "beyond_horizon")

    # when it is assessed on the page
    page.assess(buyer_id, amount="50000", terms_days="60")

    # then the day, the interval and the probabilities stand there
    [shown] = page.texts(".is-timing")
    if said["median_on"]:
        assert shown.startswith(f"{date.fromisoformat(said['median_on']):%-d %B %Y}")
    assert f"{date.fromisoformat(said['due_on']):%-d %B %Y}" in shown
    [by] = page.texts(".is-paid_by")
    assert by.count("%") == len(said["paid_by"])
    assert page.complaints() == []


def test_offers_stand_side_by_side(page: Page, service: Service, assessor: Assessor) -> None:
    # given a buyer whose need is above its limit
    told = (assessor.assess(each, also=Extras(offers=True)) for each in assessor.buyer_ids)
    said = next(each for each in told if len(each["offers"]["alternatives"]) > 4)

    # when it is assessed
    page.assess(str(said["buyer_id"]))

    # then each alternative is a row with its sentence, the best one marked
    rows = page.texts(".offers tbody tr")
    assert len(rows) == len(said["offers"]["alternatives"])
    for row, each in zip(rows, said["offers"]["alternatives"], strict=True):
        assert each["text"] in row.replace("\n", " ")
    assert len(page.texts(".offers tr.binding")) == 1
    assert said["terms"]["text"] in page.at("answer").text
    assert page.complaints() == []


def test_peers_raises_and_changes_come_where_they_are_asked_for(
    page: Page, service: Service, assessor: Assessor
) -> None:
    # given a buyer with a score now and then, and a limit that something raises
    also = Extras(raises=True, peers=True, since="2026-01-31")
    told = (assessor.assess(each, also=also) for each in assessor.buyer_ids)
    said = next(each for each in told if each["raises"]["options"] and each["changes"]["status"] == "ok")
    page.assess(str(said["buyer_id"]))
    assert page.texts(".is-raises, .is-changes, .is-peers") == []

    # when all three are asked for
    page.driver.execute_script("arguments[0].checked = true", page.at("raises"))
    page.driver.execute_script("arguments[0].checked = true", page.at("peers"))
    page.driver.execute_script("arguments[0].value = '2026-01-31'", page.at("since"))
    page.assess(str(said["buyer_id"]))

    # then each has its card
    page.wait(lambda: page.texts(".is-raises"))
    assert page.texts(".is-raises li strong") == [each["text"] for each in said["raises"]["options"]]
    [changes] = page.texts(".is-changes")
    assert "31 January 2026" in changes
    assert len(page.texts(".is-peers tbody tr")) == len(said["score"]["peers"]["groups"])
    numbers = [text.replace("\u2212", "-") for text in page.texts(".is-changes td") if text]
    *parts, total = [int(number) for number in numbers]
    assert sum(parts) == total
    assert page.complaints() == []


def test_what_is_overdue_stands_beside_the_exposure(page: Page, assessor: Assessor) -> None:
    # given the buyer who owes most that is past due
    said = max(assessor.assess_all()[1], key=lambda each: each["limit"]["overdue_amount"] or 0.0)

    # when it is assessed
    page.assess(said["buyer_id"])

    # then amount and age are at the top
    page.wait(lambda: page.texts("strong.buyer") == [said["buyer_id"]])
    shown = dict(zip(page.texts(".amounts dt"), page.texts(".amounts dd"), strict=True))
    assert shown["Overdue"].startswith(f"EUR {said['limit']['overdue_amount']:,.0f}")
    assert f"past due: {said['limit']['oldest_open_days_past_due']:.0f} days" in shown["Overdue"]


def test_a_warning_is_a_sentence_above_the_limit(page: Page, buyer_id: str) -> None:
    # when a buyer is assessed after the end of the books, on 2026-06-30
    page.driver.execute_script("arguments[0].value = '2026-07-03'", page.at("as_of"))
    page.assess(buyer_id)

    # then the first card says so
    page.wait(lambda: page.texts(".notice li"))
    assert page.texts(".notice li")[0].startswith("The books end on 30 June 2026;")
    assert page.texts("#answer > .card")[0].startswith("Warnings")


def test_the_points_shown_add_up(page: Page, buyer_id: str) -> None:
    page.assess(buyer_id)
    *parts, total = [int(text.replace("\u2212", "-")) for text in page.texts(".bars dd")]
    assert len(parts) > 5
    assert sum(parts) == total


def test_the_page_speaks_chinese(page: Page, service: Service, buyer_id: str) -> None:
    # given an assessment in English
    page.assess(buyer_id)

    # when the language is changed
    Select(page.at("lang")).select_by_value("zh")
    page.wait(lambda: "建议额度" in page.at("answer").text)

    # then form, answer and reasons are Chinese
    assert page.at("assess").text == "评估"
    assert page.texts("label[for=buyer_id]") == ["买方"]
    said = service.assess(buyer_id, lang="zh")
    page.wait(
        lambda: page.texts(".reasons li > span:last-child") == [reason["text"] for reason in said["reasons"]]
    )
    assert page.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == "zh-Hans"
    assert page.complaints() == []


def test_markup_in_a_name_is_text(page: Page) -> None:
    # when a buyer is assessed whose name is a script
    page.assess(HOSTILE)

    # then the name is read as it is, and nothing ran
    page.wait(lambda: page.texts("strong.buyer") == [HOSTILE])
    assert page.driver.title != "taken"
    assert page.driver.find_elements(By.CSS_SELECTOR, "article script, article b") == []
    assert page.complaints() == []


def test_an_error_is_readable_and_its_field_is_marked(page: Page, buyer_id: str) -> None:
    # when terms are none
    page.assess(buyer_id, terms_days="many")

    # then the page says which field, what was expected and what to do
    page.wait(lambda: page.at("error").is_displayed())
    assert "Payment terms, days" in page.at("error").text
    assert "whole days from 0 to 3650" in page.at("error").text
    assert page.at("terms_days").get_attribute("aria-invalid") == "true"
    assert not page.at("answer").is_displayed()


def test_what_the_form_lacks_is_told_in_its_language(page: Page, buyer_id: str) -> None:
    # given the page in Chinese
    Select(page.at("lang")).select_by_value("zh")

    # when no buyer is named, then it says that the field is empty
    page.assess("")
    page.wait(lambda: "买方" in page.at("error").text)
    assert "该字段为空" in page.at("error").text

    # when an amount can be read in two ways, then it says how to write it
    page.assess(buyer_id, amount="1,234")
    page.wait(lambda: "1234.50" in page.at("error").text)
    assert page.at("amount").get_attribute("aria-invalid") == "true"


@pytest.mark.parametrize(("typed", "read"), [("1,234.50", "EUR 1,235"), ("50 000", "EUR 50,000")])
def test_amounts_are_read_as_people_write_them(page: Page, buyer_id: str, typed: str, read: str) -> None:
    page.assess(buyer_id, amount=typed)
    page.wait(lambda: page.at("answer").is_displayed())
    assert read in page.texts("#answer .card p.small")[0]


def test_a_buyer_that_is_unknown_is_told(page: Page) -> None:
    page.assess("nobody")
    page.wait(lambda: page.at("error").is_displayed())
    assert "check the id" in page.at("error").text


def test_buyers_are_suggested_while_typing(page: Page, buyer_id: str) -> None:
    page.write("buyer_id", buyer_id[:-1])
    wanted = f"#buyers option[value='{buyer_id}']"
    page.wait(lambda: page.driver.find_elements(By.CSS_SELECTOR, wanted))


def test_the_keyboard_is_enough(page: Page, buyer_id: str) -> None:
    # given the focus where the page puts it, when only keys are used
    page.driver.switch_to.active_element.send_keys(buyer_id, Keys.ENTER)

    # then the buyer is assessed
    page.wait(lambda: page.texts("strong.buyer") == [buyer_id])


def test_a_person_signs_in_and_out(
    driver: webdriver.Chrome, service: Service, page: Page, buyer_id: str
) -> None:
    # given nobody signed in: nothing of the seller is shown
    page.assess(buyer_id)
    page.at("sign_out").click()
    assert page.at("sign_in").is_displayed()
    assert not page.at("form").is_displayed()
    assert (page.texts("#running dd"), page.texts("#answer *")) == ([], [])
    assert buyer_id not in driver.page_source
    assert driver.execute_script("return sessionStorage.length") == 0

    # when a wrong key is tried, then the page says so in either language
    Select(page.at("lang")).select_by_value("en")
    page.write("key", service.key[:-1] + "x")
    page.at("enter").click()
    page.wait(lambda: page.at("key_error").is_displayed())
    assert "expired or revoked" in page.at("key_error").text
    Select(page.at("lang")).select_by_value("zh")
    assert "已撤销" in page.at("key_error").text
    page.write("key", "密钥")
    page.at("enter").click()
    assert page.at("key_error").is_displayed()

    # when the right one is, then a buyer is assessed with it, also after the page is loaded again
    page.write("key", service.key)
    page.at("key").send_keys(Keys.ENTER)
    page.wait(lambda: page.at("form").is_displayed())
    driver.refresh()
    page.wait(lambda: page.at("currency").get_attribute("value"))
    page.assess(buyer_id)
    page.wait(lambda: page.texts("strong.buyer") == [buyer_id])
    assert service.key not in driver.page_source
    assert "401" in " ".join(page.complaints())


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_screen(page: Page, buyer_id: str, width: int) -> None:
    # given a screen, when a buyer is assessed
    resize(page.driver, width)
    page.assess(buyer_id, amount="50000", terms_days="60")
    page.wait(lambda: page.at("answer").is_displayed())

    # then nothing is wider than it, and every field has its label
    assert page.driver.execute_script("return document.documentElement.scrollWidth") <= width
    for field in page.driver.find_elements(By.CSS_SELECTOR, "input, select"):
        assert page.driver.find_elements(By.CSS_SELECTOR, f"label[for='{field.get_attribute('id')}']")
    resize(page.driver, 1280)
