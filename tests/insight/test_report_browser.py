"""The report in a real browser: headless Chromium, driven by Selenium; skipped, saying so, where either is absent."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.insight.simulate import Planted, run, write
from tests.insight.test_report_page import HOSTILE, demo_logs, report
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.report.figures import FIGURES

webdriver = pytest.importorskip("selenium.webdriver")
By = pytest.importorskip("selenium.webdriver.common.by").By

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="no chromium and chromedriver here (Debian: chromium, chromium-driver)"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1200,1000",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A page of a hostile log, with texts and images."""
    folder = tmp_path_factory.mktemp("report")
    target = folder / "report.html"
    report(demo_logs(folder, HOSTILE), target, "--pairs", str(demo_parquet()), "--published")
    browser.get(target.as_uri())
    return browser


def cards(page: Any) -> list[Any]:
    found: list[Any] = page.find_elements(By.CSS_SELECTOR, ".card")
    return found


def count(page: Any) -> int:
    return int(page.find_element(By.ID, "count").text.split()[0].replace(",", ""))


def choose(page: Any, name: str, value: str) -> None:
    page.execute_script(
        "const node = document.getElementById(arguments[0]); node.value = arguments[1];"
        "node.dispatchEvent(new Event('change'))",
        f"filter-{name}",
        value,
    )


def wait(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def fresh_filters(request: pytest.FixtureRequest) -> None:
    if "page" in request.fixturenames:
        request.getfixturevalue("page").find_element(By.ID, "filter-reset").click()


def test_it_opens_without_errors_and_asks_nothing_of_the_network(page: Any) -> None:
    assert page.get_log("browser") == []
    asked = page.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert [name for name in asked if not name.startswith("data:")] == []
    assert page.title.startswith("Pairs in VL-RewardBench's format: Alpha")
    assert len(page.find_elements(By.CSS_SELECTOR, "figure svg")) == len(FIGURES)


def test_hostile_text_stays_text(page: Any) -> None:
    for summary in page.find_elements(By.CSS_SELECTOR, ".judge summary")[:4]:
        summary.click()
    wait(lambda: len(page.find_elements(By.CSS_SELECTOR, ".said")) >= 20)
    said = page.find_element(By.CSS_SELECTOR, ".said")
    # As JSON: a lone surrogate does not pass through the driver by itself.
    text = json.loads(page.execute_script("return JSON.stringify(arguments[0].textContent)", said))
    # Columns of text are UTF-8, which has no lone surrogates.
    assert text.startswith(HOSTILE.replace("\ud800", "\ufffd"))
    assert page.execute_script("return window.hacked") is None
    assert page.execute_script("return document.querySelectorAll('.said img, .said script, .said b').length") == 0
    assert page.find_element(By.CSS_SELECTOR, ".said mark").text.startswith("Overall Judgment: Answer")
    assert page.get_log("browser") == []


def test_pictures_questions_and_answers_are_shown(page: Any) -> None:
    card = cards(page)[0]
    assert card.find_element(By.CSS_SELECTOR, ".query").text
    assert len(card.find_elements(By.CSS_SELECTOR, ".answer")) == 2
    assert len(card.find_elements(By.CSS_SELECTOR, ".answer.better")) == 1
    image = card.find_element(By.CSS_SELECTOR, "img")
    wait(lambda: bool(page.execute_script("return arguments[0].naturalWidth", image)))


def test_every_filter_narrows_and_reset_restores(page: Any) -> None:
    whole = count(page)
    assert whole == 36
    choose(page, "judge", "1")
    choose(page, "show", "wrong")
    wrong = count(page)
    choose(page, "show", "right")
    right = count(page)
    choose(page, "show", "half")
    assert wrong + right + count(page) == whole
    assert 0 < wrong < whole
    for show in ("inconsistent", "unparsed", "differ"):
        choose(page, "show", show)
        assert 0 < count(page) < whole, show
    choose(page, "show", "split")
    assert 0 < count(page) < whole
    page.find_element(By.ID, "filter-reset").click()
    assert count(page) == whole
    choose(page, "subset", "reasoning")
    assert count(page) == 12
    assert all("reasoning" in card.text for card in cards(page))
    source = page.execute_script("return document.getElementById('filter-source').options[1].value")
    page.find_element(By.ID, "filter-reset").click()
    choose(page, "source", source)
    assert 0 < count(page) < whole


def test_one_judge_alone_is_shown_when_chosen(page: Any) -> None:
    assert len(cards(page)[0].find_elements(By.CSS_SELECTOR, ".judge")) == 2
    choose(page, "judge", "0")
    assert cards(page)[0].find_element(By.CSS_SELECTOR, ".judge summary b").text == "Alpha"
    assert len(cards(page)[0].find_elements(By.CSS_SELECTOR, ".judge")) == 1


def test_text_is_searched_in_questions_answers_and_votes(page: Any) -> None:
    box = page.find_element(By.ID, "filter-text")
    box.send_keys("nothing-holds-this-word")
    wait(lambda: count(page) == 0)
    assert cards(page) == []
    page.find_element(By.ID, "filter-reset").click()
    box.send_keys("I cannot SAY")
    wait(lambda: 0 < count(page) < 36)


def test_both_colour_schemes_are_legible(page: Any) -> None:
    ratios = {}
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        script = (
            "const s = getComputedStyle(document.body); const light = (c) => { const [r, g, b] = c.match(/[0-9.]+/g)"
            ".map((x) => { x /= 255; return x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; });"
            "return 0.2126 * r + 0.7152 * g + 0.0722 * b; };"
            "const [a, b] = [light(s.color), light(s.backgroundColor)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05)"
        )
        ratios[scheme] = page.execute_script(script)
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert min(ratios.values()) > 7, ratios


def test_it_prints(page: Any) -> None:
    assert len(page.print_page()) > 20_000


def test_a_full_log_opens_with_few_cards_and_more_come_on_scrolling(browser: Any, tmp_path: Path) -> None:
    log = write(tmp_path / "full.votes.jsonl", run(Planted(0.7), votes=5), "Judge", "word " * 50)
    target = tmp_path / "full.html"
    report([log], target)
    browser.get(target.as_uri())
    assert count(browser) == 1250
    first = len(cards(browser))
    assert first < 100
    browser.find_element(By.ID, "more").location_once_scrolled_into_view  # noqa: B018
    wait(lambda: len(cards(browser)) > first)
    browser.find_element(By.ID, "filter-text").send_keys("MathVerse-7")
    wait(lambda: 0 < count(browser) < 1250)
    assert browser.get_log("browser") == []
