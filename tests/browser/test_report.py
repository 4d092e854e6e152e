"""The report in a browser with the network off: headings, tables, drawn charts, no request."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

WIDTHS = (1280, 320)


@pytest.fixture(scope="module", params=WIDTHS)
def page(request, browser, demo_run):
    context = browser.new_context(
        viewport={"width": request.param, "height": 900}, offline=True, locale="ru-RU"
    )
    page = context.new_page()
    page.problems = []
    page.on(
        "request",
        lambda asked: (
            page.problems.append(asked.url)
            if not asked.url.startswith(("file:", "data:", "blob:"))
            else None
        ),
    )
    page.on(
        "console",
        lambda message: page.problems.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto((demo_run.root / "reports" / "demo" / "2025" / "report.html").as_uri())
    yield page
    context.close()


def test_headings_tables_and_charts_are_there(page):
    assert page.locator("h1").all_inner_texts() == ["Отчёт о профилях клиентских сегментов"]
    headings = page.locator("h2").all_inner_texts()
    for heading in ("Главное", "Метод и источники", "Выполнение Рекомендаций", "Ограничения"):
        assert heading in headings
    assert sum(heading.startswith("Группа процессов") for heading in headings) == 3
    assert page.locator("table").count() == page.locator("table caption").count() > 50
    charts = page.locator("figure svg[role=img]")
    assert charts.count() >= 9
    for number in range(charts.count()):
        chart = charts.nth(number)
        assert chart.locator("path").count() > 10, "a chart without a mark"
        assert len(chart.get_attribute("aria-label")) > 40


def test_nothing_is_asked_of_the_network_and_nothing_fails(page):
    assert page.problems == []


def test_the_page_does_not_scroll_sideways(page):
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0


def test_contents_lead_to_their_parts(page):
    link = page.locator("nav.contents a").nth(2)
    target = link.get_attribute("href")
    link.click()
    assert page.evaluate(f"document.querySelector('{target}').getBoundingClientRect().top") < 900


def test_accessibility_rules_hold(page):
    """WCAG 2.2 A and AA, best practice and the rules of tables, by axe-core."""
    found = Axe().run(page).response["violations"]
    told = [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found]
    assert told == []


def test_the_page_is_read_in_the_dark(page):
    page.emulate_media(color_scheme="dark")
    try:
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 23)"
        assert Axe().run(page).response["violations"] == []
    finally:
        page.emulate_media(color_scheme="light")
