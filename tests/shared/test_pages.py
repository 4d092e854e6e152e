"""Pages of notebooks: one Russian file that fetches nothing and tells nothing of the machine."""

import base64
import gzip
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from plotly.offline import get_plotlyjs

from client_segments import charts
from client_segments.pages import content_security_policy, figure_html, plotly_script
from client_segments.pages.cleaning import clean_notebook, without_machine_paths
from client_segments.pages.notebooks import render_notebook
from client_segments.presentation import STYLE, show_table
from client_segments.study import REPOSITORY

HOSTILE = "</script><!--<script>alert(1)</script>"


def figure(name="Семьи"):
    frame = pd.DataFrame({"name": [name, "Пары"], "n_count": [1500, 20]})
    return charts.bar_chart(
        frame, "name", "n_count", title="Ёмкость", value_title="Человек",
        description=charts.extremes_sentence(frame, "name", "n_count"),
    ).to_plotly_json()  # fmt: skip


def output(**data):
    return new_output(
        "display_data", data={key.replace("__", "/"): value for key, value in data.items()}
    )


def plotly_output(fig):
    return new_output("display_data", data={"application/vnd.plotly.v1+json": fig})


def notebook(*cells):
    made = new_notebook(cells=list(cells))
    return nbformat.reads(nbformat.writes(made), as_version=4)


@pytest.fixture
def page(tmp_path):
    def render(*cells, title="Признаки"):
        target = render_notebook(notebook(*cells), tmp_path / "a" / "b.html", title, tmp_path)
        return target.read_text(encoding="utf-8")

    return render


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self._skipped = [], [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._skipped = tag

    def handle_endtag(self, tag):
        if tag == self._skipped:
            self._skipped = None

    def handle_data(self, data):
        if not self._skipped:
            self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def test_a_page_fetches_nothing_and_says_whom_it_is_for(page):
    html = page(new_markdown_cell("# Признаки\n\nФормула $x$."), new_code_cell("1"))
    parsed = Page(html)
    for _, attrs in parsed.elements:
        for name in ("src", "href", "action", "data", "srcset"):
            assert not re.match(r"\w+:|//", attrs.get(name) or "")
    assert "@import" not in html
    assert "url(" not in html
    assert parsed.all("html") == [{"lang": "ru"}]
    assert "Для внутреннего пользования" in "".join(parsed.text)
    policy = [a["content"] for a in parsed.all("meta") if "http-equiv" in a]
    assert len(policy) == 1
    assert "default-src 'none'" in policy[0]
    assert "script-src 'none'" in policy[0]
    assert parsed.all("script") == []


def test_input_and_cells_for_the_analyst_alone_are_left_out(page):
    shown = output(text__plain="видно")
    html = page(
        new_code_cell("SECRET_SOURCE = 1", outputs=[shown]),
        *[
            new_code_cell("2", metadata={"tags": [tag]}, outputs=[output(text__plain="HIDDEN")])
            for tag in ("parameters", "injected-parameters", "interactive")
        ],
    )
    assert "видно" in html
    assert "SECRET_SOURCE" not in html
    assert "HIDDEN" not in html


def test_live_widgets_and_scripts_of_outputs_do_not_get_into_the_page(page):
    widget = new_output(
        "display_data",
        data={
            "application/vnd.jupyter.widget-view+json": {"model_id": "WIDGET"},
            "text/plain": "Button(WIDGET)",
        },
    )
    script = new_output("display_data", data={"application/javascript": "alert(1)"})
    html = page(new_code_cell("w", outputs=[widget, script]))
    assert "WIDGET" not in html
    assert "alert(1)" not in html


def test_headings_are_in_order_and_make_the_contents(page):
    html = page(
        new_markdown_cell("# Признаки"),
        new_markdown_cell("## Вход\n\nтекст"),
        new_markdown_cell("#### Глубоко"),
        new_markdown_cell("# Ещё *один*"),
        new_markdown_cell("## Вход"),
    )
    headings = re.findall(r'<h(\d) id="([^"]+)">(.*?)</h', html)
    assert [(level, text) for level, _, text in headings] == [
        ("1", "Признаки"), ("2", "Вход"), ("3", "Глубоко"), ("2", "Ещё <em>один</em>"), ("2", "Вход"),
    ]  # fmt: skip
    anchors = [anchor for _, anchor, _ in headings]
    assert len(set(anchors)) == len(anchors)
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a></li>', html)
    assert links == [(anchors[1], "Вход"), (anchors[3], "Ещё один"), (anchors[4], "Вход")]


@pytest.mark.parametrize("cells", [[], [new_markdown_cell("## Вход")]])
def test_a_page_always_has_one_h1(page, cells):
    html = page(*cells, title="Шаг <1>")
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == ["Шаг &lt;1&gt;"]


def test_tables_of_prose_name_their_columns(page):
    html = page(new_markdown_cell("| Вход | Выход |\n|---|---|\n| а | б |"))
    assert [attrs.get("scope") for attrs in Page(html).all("th")] == ["col", "col"]


def test_a_wide_table_of_prose_is_scrolled_by_the_keyboard(page):
    html = page(new_markdown_cell("| Вход | Выход |\n|---|---|\n| а | б |"))
    (frame,) = [attrs for attrs in Page(html).all("div") if attrs.get("class") == "prose"]
    assert frame["tabindex"] == "0"
    assert frame["aria-label"] == "Таблица"


def test_a_figure_brings_its_words_and_one_library(page):
    html = page(
        new_code_cell("f", outputs=[plotly_output(figure())]),
        new_code_cell("g", outputs=[plotly_output(figure(HOSTILE))]),
    )
    assert html.count(plotly_script()) == 1
    parsed = Page(html)
    drawings = [attrs for attrs in parsed.all("div") if "data-plot" in attrs]
    assert [attrs["role"] for attrs in drawings] == ["img", "img"]
    assert drawings[0]["aria-label"] == (
        "Ёмкость. Больше всего: Семьи – 1\u00a0500; меньше всего: Пары – 20."
    )
    assert len(parsed.all("figure")) == len(parsed.all("figcaption")) == 2
    types = [attrs.get("type") for attrs in parsed.all("script")]
    assert types == ["application/json", "application/json", "application/gzip", None]
    policy = next(a["content"] for a in parsed.all("meta") if "http-equiv" in a)
    assert policy in content_security_policy(True)
    assert policy.count("'sha256-") == 2
    assert len(html.encode("utf-8")) < 2_500_000  # an archive of pages is sent by mail


def test_the_library_is_unpacked_to_what_the_policy_knows():
    packed = plotly_script().partition('id="library">')[2].partition("<")[0]
    library = gzip.decompress(base64.b64decode(packed))
    assert library.decode("utf-8") == get_plotlyjs()
    digest = base64.b64encode(hashlib.sha256(library).digest()).decode("ascii")
    assert f"'sha256-{digest}'" in content_security_policy(True)


def test_the_data_of_a_figure_cannot_end_its_script():
    html = figure_html(figure(HOSTILE))
    inside = html.split('<script type="application/json">')[1].split("</script>")[0]
    assert "<" not in inside
    assert json.loads(inside)["data"][0]["x"] == [1500.0, 20.0]
    assert html.count("</script>") == 1
    assert "<!--" not in html


def test_the_title_moves_to_the_caption_and_the_drawing_closes_up():
    fig = figure()
    html = figure_html(fig)
    layout = json.loads(html.split('<script type="application/json">')[1].split("</script>")[0])[
        "layout"
    ]
    assert "<strong>Ёмкость</strong>" in html
    assert "title" not in layout
    assert "meta" not in layout
    assert layout["height"] < fig["layout"]["height"]
    assert fig["layout"]["meta"]["title"] == "Ёмкость"  # the figure given is not changed


def test_a_figure_without_words_is_refused():
    fig = figure()
    del fig["layout"]["meta"]
    with pytest.raises(ValueError, match="no text alternative"):
        figure_html(fig)
    assert 'aria-label="Слова."' in figure_html(fig, "Слова.")


def test_the_style_of_tables_stands_once(page):
    shown = output(text__html=show_table(pd.DataFrame({"a": [1]}), caption="Т")._repr_html_())
    html = page(new_code_cell("1", outputs=[shown]), new_code_cell("2", outputs=[shown]))
    assert html.count(STYLE.split("\n")[0]) == 1
    assert html.count("<caption>Т</caption>") == 2


def test_no_machine_path_is_left(tmp_path, page):
    places = [
        f"{tmp_path}/data/demo", f"{REPOSITORY}/lib/x.py", f"{Path.home()}/a",
        "/tmp/ipykernel_12/34.py:1: UserWarning",
    ]  # fmt: skip
    html = page(
        new_code_cell(
            "1",
            outputs=[
                output(text__plain=" ".join(places)),
                new_output("stream", name="stderr", text="\n".join(places)),
                new_output("error", ename="ValueError", evalue=places[0], traceback=places),
            ],
        )
    )
    for place in (str(tmp_path), str(REPOSITORY), str(Path.home()), "ipykernel_"):
        assert place not in html
    assert "[папка данных]/data/demo" in html
    assert "[проект]/lib/x.py" in html


def test_only_whole_folders_are_replaced():
    root = Path("/srv/data")
    assert without_machine_paths("/srv/data/demo", root) == "[папка данных]/demo"
    assert without_machine_paths("/srv/database x/srv/data", root) == "/srv/database x/srv/data"


def test_a_cleaned_notebook_keeps_results_and_no_records(tmp_path):
    given = notebook(
        new_code_cell(
            "1",
            metadata={"tags": ["a"], "papermill": {"duration": 1}, "execution": {"x": "y"}},
            outputs=[output(text__plain="1")],
        )
    )
    given.metadata["papermill"] = {"output_path": "/home/x"}
    given.metadata["widgets"] = {"state": 1}
    cleaned = clean_notebook(given, tmp_path)
    assert dict(cleaned.cells[0].metadata) == {"tags": ["a"]}
    assert set(cleaned.metadata) == {"kernelspec", "language_info"}
    assert cleaned.cells[0].outputs[0].data == {"text/plain": "1"}
    assert given.metadata["widgets"] == {"state": 1}  # the notebook given is not changed
    nbformat.validate(cleaned)


def test_a_failure_is_told_without_frames(page):
    error = new_output(
        "error", ename="InputError", evalue="Нет файла.\nЕщё <b>одно</b>.", traceback=["FRAME 1"]
    )
    html = page(new_code_cell("1", outputs=[error]))
    assert "Нет файла." in html
    assert "&lt;b&gt;одно" in html
    assert "FRAME" not in html


def test_pages_are_deterministic(page):
    cells = [new_code_cell("f", outputs=[plotly_output(figure())], id="f")]
    assert page(*cells) == page(*cells)


CHROMIUM = shutil.which("chromium")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_browser_that_cannot_unpack_says_so(tmp_path):
    from playwright.sync_api import sync_playwright

    target = tmp_path / "page.html"
    cell = new_code_cell("f", outputs=[plotly_output(figure())])
    render_notebook(notebook(cell), target, "Шаг", tmp_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.add_init_script("delete globalThis.DecompressionStream")
        opened.goto(target.as_uri())
        opened.locator("text=Браузер не может показать диаграмму").wait_for(timeout=10_000)
        browser.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_figures_are_drawn_with_the_network_off_on_every_width_and_on_paper(tmp_path):
    from playwright.sync_api import sync_playwright

    cells = pd.DataFrame(
        [(f"Сегмент {r}", f"Канал {c}", 10.0 * c) for r in range(3) for c in range(6)],
        columns=["row", "column", "share_pct"],
    )
    heat = charts.heat_map(
        cells, "row", "column", "share_pct", title="Каналы", value_title="Доля, %",
        description="Доли каналов.",
    ).to_plotly_json()  # fmt: skip
    outputs = [plotly_output(figure(HOSTILE)), plotly_output(heat)]
    target = tmp_path / "page.html"
    render_notebook(notebook(new_code_cell("f", outputs=outputs)), target, "Шаг", tmp_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_context(offline=True).new_page()
        requests, messages = [], []
        opened.on("request", lambda request: requests.append(request.url))
        opened.on("console", lambda message: messages.append(message.text))
        opened.on("pageerror", lambda error: messages.append(str(error)))
        for width in (320, 1280):
            opened.set_viewport_size({"width": width, "height": 800})
            opened.goto(target.as_uri())
            opened.wait_for_selector("figure[data-drawn] >> nth=1")
            assert opened.locator("figure .bars path").count() == 2
            assert opened.evaluate("document.documentElement.scrollWidth") == width
        opened.evaluate("dispatchEvent(new Event('beforeprint'))")
        opened.wait_for_function(
            "[...document.querySelectorAll('svg.main-svg')].every(s => s.clientWidth <= 660)"
        )
        browser.close()
    assert requests == [target.as_uri()] * 2
    assert messages == []
