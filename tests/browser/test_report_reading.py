"""The demo's report read with a keyboard, enlarged and on paper."""

from __future__ import annotations

import re
import subprocess
from shutil import which

import pytest

pytestmark = pytest.mark.browser

PAGE_MM = (210, 297)
PX_PER_MM = 96 / 25.4
MARGIN = re.compile(r"@page\s*{[^}]*margin:\s*([\d.]+)mm(?:\s+([\d.]+)mm)?")
REACHED = "a[href], button, summary, input, select, textarea, [tabindex='0']"


@pytest.fixture(scope="module")
def address(demo_run) -> str:
    return (demo_run.reports_folder / "report.html").as_uri()


def opened(browser, address: str, width: int, scheme: str = "light"):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, offline=True, locale="ru-RU", color_scheme=scheme
    )
    page = context.new_page()
    page.goto(address)
    return page


@pytest.fixture(scope="module")
def wide(browser, address):
    page = opened(browser, address, 1280)
    yield page
    page.context.close()


# ----------------------------------------------------------------------------------- keyboard

WALK = """() => {
  const item = document.activeElement;
  if (!item || item === document.body) return null;
  const style = getComputedStyle(item), box = item.getBoundingClientRect();
  const shown = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
    && box.right > 0 && box.left < innerWidth;
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  return {number: window.__reached.indexOf(item), shown, outlined};
}"""


@pytest.mark.parametrize("width", [1280, 320])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser, address, width):
    page = opened(browser, address, width)
    total = page.evaluate(
        f'(window.__reached = [...document.querySelectorAll("{REACHED}")]).length'
    )
    assert total > 100
    reached, unseen, plain = set(), [], []
    for _press in range(total + 5):
        page.keyboard.press("Tab")
        at = page.evaluate(WALK)
        if at is None or at["number"] in reached:
            break
        reached.add(at["number"])
        unseen += [] if at["shown"] else [at["number"]]
        plain += [] if at["outlined"] else [at["number"]]
    page.context.close()
    assert reached == set(range(total))
    assert (unseen, plain) == ([], [])


def test_what_scrolls_is_reached_and_scrolled_by_keys(browser, address):
    page = opened(browser, address, 320)
    scrolls = page.evaluate(
        """() => [...document.querySelectorAll('main *')].filter((item) =>
            item.scrollWidth > item.clientWidth + 1
            && ['auto', 'scroll'].includes(getComputedStyle(item).overflowX))
          .map((item) => [item.tabIndex, item.getAttribute('role'), item.getAttribute('aria-label')])"""
    )
    assert len(scrolls) > 5
    assert all(index == 0 and role and name for index, role, name in scrolls)
    moved = page.evaluate_handle(
        "[...document.querySelectorAll('.cs-scroll')].find((it) => it.scrollWidth > it.clientWidth + 40)"
    ).as_element()
    moved.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(item) => item.scrollLeft > 0", arg=moved, timeout=2000)
    page.context.close()


# ------------------------------------------------------------------------------ enlarged


@pytest.mark.parametrize("width", [1280, 640, 320])
def test_the_page_is_not_scrolled_sideways_at_any_enlargement(browser, address, width):
    """640 pixels are what 200 % leave of 1280, 320 what 400 % leave (WCAG 1.4.10)."""
    page = opened(browser, address, width)
    beyond = page.evaluate(
        """() => {
          const root = document.documentElement;
          const kept = (item) => item.closest('.cs-scroll, .picture, nav');
          const out = [...document.querySelectorAll('main *')].filter((item) =>
            !kept(item) && item.getBoundingClientRect().right > root.clientWidth + 1)
            .map((item) => item.outerHTML.slice(0, 100));
          return [root.scrollWidth - root.clientWidth, out];
        }"""
    )
    page.context.close()
    assert beyond == [0, []]


# ----------------------------------------------------------------------------------- on paper


@pytest.fixture(scope="module")
def paper(browser, address):
    """The page laid out as on A4, between the margins that its style sets."""
    page = opened(browser, address, 1280)
    style = page.evaluate(
        "[...document.querySelectorAll('style')].map((it) => it.textContent).join()"
    )
    upper, side = MARGIN.search(style).groups()
    margins = (float(side or upper), float(upper))
    width, height = (
        (size - 2 * margin) * PX_PER_MM for size, margin in zip(PAGE_MM, margins, strict=True)
    )
    page.set_viewport_size({"width": int(width), "height": int(height)})
    page.emulate_media(media="print")
    page.wait_for_timeout(200)
    yield page, width, height
    page.context.close()


def test_no_table_is_clipped_on_paper(paper):
    page, width, _height = paper
    clipped = page.evaluate(
        """(width) => [...document.querySelectorAll('main table, main figure, main svg, main .form')]
          .filter((item) => {
            const box = item.getBoundingClientRect();
            const hides = (it) => it && it !== document.body && (
              (getComputedStyle(it).overflowX !== 'visible' && it.scrollWidth > it.clientWidth + 1)
              || hides(it.parentElement));
            return box.right > width + 1 || box.left < -1 || hides(item);
          }).map((item) => item.outerHTML.slice(0, 150))""",
        width,
    )
    assert clipped == []


def test_words_stay_in_their_cells_on_paper(paper):
    page, _width, _height = paper
    over = page.evaluate(
        """() => [...document.querySelectorAll('main th, main td')].filter((item) => {
            const range = document.createRange(); range.selectNodeContents(item);
            const words = range.getBoundingClientRect(), cell = item.getBoundingClientRect();
            return words.right > cell.right + 1 || words.left < cell.left - 1;
          }).map((item) => item.textContent.slice(0, 60))"""
    )
    assert over == []


def test_figures_and_rows_are_not_split_between_pages(paper):
    """Each is kept whole by the style, and none is higher than a page."""
    page, _width, height = paper
    split = page.evaluate(
        """(height) => [...document.querySelectorAll('main figure, main tr')].filter((item) =>
            getComputedStyle(item).breakInside !== 'avoid'
            || (item.matches('figure') && item.getBoundingClientRect().height > height))
          .map((item) => item.outerHTML.slice(0, 100))""",
        height,
    )
    assert split == []
    assert page.locator("figure").count() >= 9


def test_headers_of_tables_are_repeated_on_paper(paper):
    page, _width, _height = paper
    shown = page.evaluate(
        "[...document.querySelectorAll('main thead')].map((it) => getComputedStyle(it).display)"
    )
    assert set(shown) == {"table-header-group"}


@pytest.fixture(scope="module")
def sheets(paper, tmp_path_factory) -> list[str]:
    """The words of each printed page."""
    if which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    page, _width, _height = paper
    file = tmp_path_factory.mktemp("paper") / "report.pdf"
    page.pdf(path=str(file), prefer_css_page_size=True, print_background=True)
    text = subprocess.run(
        ["pdftotext", str(file), "-"], capture_output=True, check=True
    ).stdout.decode("utf-8")
    return text.split("\f")[:-1]


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_every_profile_has_a_page_of_its_own(paper, sheets):
    page, _width, _height = paper
    profiles = page.locator(".page").evaluate_all(
        """(headings) => headings.filter((it) => it.nextElementSibling?.matches('.form'))
            .map((it) => [it.textContent, [...it.nextElementSibling.querySelectorAll('dd span')].at(-1).textContent])"""
    )
    assert len(profiles) == page.locator(".form").count() >= 10
    for title, end in profiles:
        holding = [
            sheet
            for sheet in map(plain, sheets)
            if sheet.startswith(plain(title)) and plain(end)[-20:] in sheet
        ]
        assert holding, title


def test_every_figure_is_printed_on_one_page_with_its_caption(paper, sheets):
    page, _width, _height = paper
    figures = page.locator("figure").evaluate_all(
        """(figures) => figures.map((it) => [it.querySelector('figcaption strong').textContent,
            [...it.querySelectorAll('svg text')].map((text) => text.textContent)])"""
    )
    assert len(figures) >= 9
    for caption, words in figures:
        told = [plain(word) for word in words if len(plain(word)) > 1]
        assert told, caption
        best = max(
            sum(word in sheet for word in told)
            for sheet in map(plain, sheets)
            if plain(caption) in sheet
        )
        # Letters of a turned or overprinted word may come out apart.
        assert best >= 0.8 * len(told), caption
