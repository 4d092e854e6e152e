"""What people and data call things is told as words: no script, no formula, no link, no field.

One study whose every name, sentence and source is hostile gives the three shared files.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from itertools import count
from zipfile import ZipFile

import pandas as pd
import pytest
from lxml import etree
from openpyxl import load_workbook

from client_segments import charts, report, templates
from client_segments.contracts import Kind
from client_segments.report import docx, xlsx
from client_segments.report.columns import column, columns_of
from client_segments.report.tree import (
    Facts,
    Figure,
    Form,
    Items,
    Paragraph,
    Remark,
    Report,
    Section,
    Table,
)

HIT = "window.__hit=(window.__hit||0)+1"
SCRIPTS = (
    f"<script>{HIT}</script>",
    f"<SCRIPT>{HIT}</SCRIPT>",
    f"<script >{HIT}</script >",
    f"<script/x>{HIT}</script>",
    f"</title><script>{HIT}</script>",
    f"</style><script>{HIT}</script>",
    f"</textarea><script>{HIT}</script>",
    f"--><script>{HIT}</script>",
    f"]]><script>{HIT}</script>",
    f"</script><script>{HIT}</script>",
    f"</svg><script>{HIT}</script>",
    f"</td></tr></table><script>{HIT}</script>",
    f"<svg><script>{HIT}</script></svg>",
    f"<svg/onload={HIT}>",
    f"<svg onload='{HIT}'></svg>",
    f"<svg><g onload={HIT}></g></svg>",
    f"<svg><animate onbegin={HIT} attributeName=x dur=1s>",
    f"<svg><set onbegin={HIT} attributeName=x to=1>",
    f"<math><mtext></mtext><img src=x: onerror={HIT}></math>",
    f"<img src=x: onerror={HIT}>",
    f"<img src=x: onerror='{HIT}'>",
    f'<img src=x: onerror="{HIT}">',
    f"<IMG SRC=x: ONERROR={HIT}>",
    f"<img/src=x:/onerror={HIT}>",
    f"<img src=data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw== onload={HIT}>",
    f"<image src=x: onerror={HIT}>",
    f"<video src=x: onerror={HIT}></video>",
    f"<video><source onerror={HIT}></video>",
    f"<audio src=x: onerror={HIT}></audio>",
    f"<input autofocus onfocus={HIT}>",
    f"<textarea autofocus onfocus={HIT}></textarea>",
    f"<select autofocus onfocus={HIT}></select>",
    f"<button autofocus onfocus={HIT}>x</button>",
    f"<a href=# autofocus onfocus={HIT}>x</a>",
    f"<div tabindex=0 autofocus onfocus={HIT}>x</div>",
    f"<details open ontoggle={HIT}>x</details>",
    f"<iframe onload={HIT}></iframe>",
    f"<iframe srcdoc='<script>parent.{HIT}</script>'></iframe>",
    f"<iframe src='javascript:parent.{HIT}'></iframe>",
    f"<object data=x: onerror={HIT}></object>",
    f"<object data='data:text/html,x' onload={HIT}></object>",
    f"<embed src='data:text/html,x' onload={HIT}>",
    f"<link rel=stylesheet href='data:text/css,' onload={HIT}>",
    f"<style onload={HIT}></style>",
    f"<style>@keyframes k{{}}</style><b style='animation:k 1ms' onanimationstart={HIT}>x</b>",
    f"<b style='transition:color 1ms' ontransitionend={HIT}>x</b>",
    f"<body onload={HIT}>",
    f"<body onpageshow={HIT}>",
    f"<marquee onstart={HIT}>x</marquee>",
    f"<form action='javascript:{HIT}'><input type=submit autofocus onfocus={HIT}></form>",
    f"\" autofocus tabindex=0 onfocus=\"{HIT}",
    f"' autofocus tabindex=0 onfocus='{HIT}",
    f"\"><script>{HIT}</script>",
    f"'><script>{HIT}</script>",
    f"\"><img src=x: onerror={HIT}>",
    f"javascript:{HIT}",
    f"<meta http-equiv=refresh content='0;url=javascript:{HIT}'>",
    f"<base href='javascript:{HIT}//'>",
    f"{{{{ cycler.__init__.__globals__ }}}}{{% raw %}}<script>{HIT}</script>",
    f"&lt;script&gt;{HIT}&lt;/script&gt;\\u003cscript\\u003e{HIT}",
)  # fmt: skip
FORMULAS = (
    "=1+1", "=SUM(1;1)", "=СУММ(1;1)", '=HYPERLINK("http://x.test","y")', "=ГИПЕРССЫЛКА(1)",
    "=cmd|' /C calc'!A0", "=DDE(\"cmd\";\"/C calc\";\"1\")", "=MSEXCEL|'\\..\\cmd.exe'!''", "+1+1",
    "+cmd|' /C calc'!A0", "-2+3", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)", "@1", "\t=1+1", "\r=1+1",
    "\n=1+1", " =1+1", "\u00a0=1+1", "=\u00a01", "\u200b=1+1", "\ufeff=1+1", "＝1+1", "＋1+1", "－1+1",
    "＠SUM(1)", "{=1+1}", "'=1+1", '"=1+1', "=1+1\n=2+2", ";=1+1", ",=1+1", "|=1+1", "%0A=1+1",
    '=WEBSERVICE("http://x.test")', "=IMPORTXML(\"http://x.test\",\"//a\")", "http://x.test/a",
    "mailto:a@x.test", "internal:'Обложка'!A1", "{ HYPERLINK \"http://x.test\" }",
)  # fmt: skip


def test_there_are_as_many_payloads_as_the_claim_says():
    assert len(set(SCRIPTS)) == 60
    assert len(set(FORMULAS)) == 40


# ------------------------------------------------------------------------- a hostile study


class Words:
    """Gives every place where people write a text: a formula to begin with, then every script."""

    def __init__(self) -> None:
        self._numbers = count()
        self.given: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        number = next(self._numbers)
        first = number % len(SCRIPTS)
        scripts = " ".join((*SCRIPTS[first:], *SCRIPTS[:first]))
        self.given[place] = f"{FORMULAS[number % len(FORMULAS)]} {place} {scripts}"
        return self.given[place]

    def short(self, place: str) -> str:
        """Return a name that stands in many places: a formula and two of the scripts."""
        number = next(self._numbers)
        scripts = " ".join(SCRIPTS[(number * 2 + step) % len(SCRIPTS)] for step in range(2))
        self.given[place] = f"{FORMULAS[number % len(FORMULAS)]} {place} {scripts}"
        return self.given[place]


def yaml_of(tree: dict) -> str:
    """Return YAML lines with every text quoted: JSON is YAML."""
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in tree.items())


def csv_of(table: pd.DataFrame) -> bytes:
    """Return a table as CSV, every cell quoted: a return in a cell ends no line."""
    return table.to_csv(index=False, sep=";", quoting=csv.QUOTE_ALL).encode()


def hostile_tables(words: Words, places: list[str]) -> dict[str, pd.DataFrame]:
    """Return raw tables of two places whose own words are hostile, each counted 12 times."""
    both = {"Поселение": places}
    return {
        "clients": pd.DataFrame(
            {"Поселение": places * 2, "Пол": [words.short("пол 1")] * 2 + [words.short("пол 2")] * 2,
             "clients_count": [60, 120, 90, 140]}
        ),
        "feedback": pd.DataFrame(
            {"Поселение": places * 2, "score": [5, 4, 2, 1], "answers_count": [30, 45, 26, 14],
             "instrument": "опрос", "question": [words.short("вопрос оценки"), None, None, None]}
        ),
        "ratings": pd.DataFrame(
            {**both, "index": ["NPS", "NPS"], "score": [9, 3], "answers_count": [30, 40],
             "question": words.short("вопрос индекса")}
        ),
        "problems": pd.DataFrame(
            {"Поселение": places * 2, "problems_count": [25, 31, 40, 18], "problem_source": "жалоба",
             "problem": [words.short(f"проблема {number}") for number in range(4)],
             "problem_text": words("текст обращения"), "stage": words.short("этап проблемы")}
        ),
        "eligibility": pd.DataFrame(
            {**both, "measure": words.short("мера поддержки"), "entitled_count": [110, 170],
             "applied_count": [60, 150], "refused_count": [12, 14],
             "reason": words.short("причина необращения")}
        ),
        "channels": pd.DataFrame(
            {"Поселение": places * 2, "use": "подача", "answers_count": [31, 50, 20, 30],
             "kind": ["предпочитаемый"] * 2 + ["неприемлемый"] * 2,
             "channel": [words.short("канал 1"), words.short("канал 2")] * 2,
             "reason": words.short("причина канала")}
        ),
        "answers": pd.DataFrame(
            {"respondent_id": [f"{words.short('респондент')} {number}" for number in range(30)],
             "segment": "rural", "instrument": "опрос", "hypothesis": "Г1",
             "answer": ["да"] * 21 + ["нет"] * 9, "quotation": words("цитата"), "has_consent": "да",
             "answer_date": "01.06.2025"}
        ),
        "journey": pd.DataFrame(
            [
                {"case_id": f"{place} {case}", "stage": stage, "channel": words.given["канал 1"],
                 "event_time": f"2025-03-{1 + 3 * number:02d} 10:00", "Поселение": settlement,
                 "resource": words.short("исполнитель"), "outcome": outcome}
                for place, settlement in enumerate(places)
                for case in range(24)
                for number, (stage, outcome) in enumerate(
                    [(words.given["этап проблемы"], None), ("4", None), ("5", "результат получен")]
                )
            ]
        ),
    }  # fmt: skip


def hostile_decisions(words: Words, places: list[str], problem: str) -> dict[str, str]:
    """Return every decision that people write, each of its texts hostile."""
    names = {code: words.short(f"сегмент {code}") for code in ("rural", "urban")}
    measure = {
        name: words(name) for name in ("need", "measure", "responsible", "resources", "indicator")
    }
    trees = {
        "attributes": {
            "attributes": [
                {"code": "place", "name": words.short("признак поселения"), "column": "Поселение",
                 "role": "forming", "values": places, "sources": 2, "basis": words("основание")},
                {"code": "sex", "name": words.short("признак пола"), "column": "Пол", "sources": 2,
                 "basis": words("основание 2")},
            ]
        },
        "segments": {
            "segments": [
                {"code": code, "name": name, "rule": {"attribute": "place", "in": [place]}}
                for (code, name), place in zip(names.items(), places, strict=True)
            ],
            "rest": {"code": "rest", "name": words.short("остальные")},
        },
        "problems": {
            "problems": [{"name": problem, "stage": words.given["этап проблемы"], "phrases": ["автобус"]}]
        },
        "journey": {
            "described": [
                {"segment": "rural", "stage": "4", "emotion": -1}
                | {name: words(f"путь {name}") for name in ("action", "channel", "problem", "source")}
            ]
        },
        "hypotheses": {
            "hypotheses": [
                {"code": "Г1", "segment": "rural", "kind": "channel", "text": words("гипотеза"),
                 "criterion_pct": 50, "method": "survey", "decided": "2025-01-15",
                 "question": words("вопрос респонденту")},
                {"code": "Г2", "segment": "urban", "kind": "journey", "text": words("гипотеза 2"),
                 "criterion_pct": 50, "method": "interview", "decided": "2025-01-15"},
            ]
        },
        "plan": {
            "measures": [
                {"code": "М1", "segment": "rural", "hypothesis": "Г1", "problem": problem,
                 "stage": words("этап плана"), "channel": words("канал плана"), "due": "2026-06-01",
                 "base": 40, "target": 60, "state": "planned", **measure}
            ]
        },
        "profiles": {
            "fields": [
                {"segment": "rural", "field": field, "text": words(f"правка поля {field}")}
                for field in EDITED_FIELDS
            ],
            "legal_acts": [{"act": words("правовой акт"), "date": "2025-05-01"}],
        },
    }  # fmt: skip
    return {name: yaml_of(tree) for name, tree in trees.items()}


EDITED_FIELDS = sorted(set(range(1, 41)) - {17, 19, 21, 22, 25, 26, 34, 35})
"""Fields of the form that are told of every segment that has them edited."""


def passport(words: Words) -> str:
    return yaml_of(
        {
            "name": words.short("группа процессов"), "client_kind": "person", "direction": "support",
            "processes": [words("процесс")], "sources": [words("источник")],
            "unit": words("подразделение"), "limitations": [words("ограничение")],
        }
    )  # fmt: skip


def report_file(words: Words) -> str:
    return yaml_of(
        {"who": words("кто"), "when": "2025-12-01", "why": words("почему"),
         "signatory": words("подписывает"), "summary": words("выводы")}
    )  # fmt: skip


class Made:
    """The hostile year's report: its words and its files."""

    def __init__(self, words: Words, result: report.ReportResult) -> None:
        self.words, self.result = words, result
        self.page, self.document, self.book = result.files


@pytest.fixture(scope="module")
def made(lay_out_study, run_through, tmp_path_factory) -> Made:
    root = tmp_path_factory.mktemp("hostile")
    words = Words()
    (root / "data" / "catalogue").mkdir(parents=True)
    templates.add_authority(root, "authority", words.short("орган власти"))
    places = [words.short("село"), words.short("город")]
    tables = hostile_tables(words, places)
    decisions = hostile_decisions(words, places, words.given["проблема 0"])
    study = lay_out_study(
        root, {f"{name}.csv": csv_of(table) for name, table in tables.items()}, decisions
    )
    (study.folder / "group.yml").write_text(passport(words), "utf-8")
    (study.authority_year.folder / "report.yml").write_text(report_file(words), "utf-8")
    run_through(study)
    return Made(words, report.run(study.authority_year))


NOT_TOLD = {
    "вопрос индекса", "текст обращения", "причина необращения", "причина канала", "цитата",
    "респондент", "исполнитель", "путь action", "путь channel", "путь problem", "путь source",
    "вопрос респонденту", "кто", "почему", "правовой акт",
}  # fmt: skip
"""Places whose words the shared report leaves out: of clients, of officials, of no finding."""


def test_the_hostile_words_are_told(made):
    """Else nothing is proved: what is left out cannot run."""
    text = made.page.read_text("utf-8")
    told = {
        place
        for place in made.words.given
        if re.search(re.escape(place) + r" (&|\]\]&|javascript:|\{)", text)
    }
    assert len(told) > 30
    assert set(made.words.given) - told == NOT_TOLD


# --------------------------------------------------------------------------------- the page


def load(browser, address: str, **options):
    """Open a page with the network off; return it with what it did."""
    context = browser.new_context(offline=True, locale="ru-RU", **options)
    page = context.new_page()
    did = []
    page.on("dialog", lambda dialog: (did.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda said: did.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: did.append(str(error)))
    page.on("popup", lambda opened: did.append(opened.url))
    page.on("request", lambda asked: did.append(asked.url) if asked.url != address else None)
    page.goto(address)
    page.wait_for_timeout(300)
    return page, did


@pytest.mark.browser
@pytest.mark.parametrize("bypass_csp", [False, True], ids=["policy", "no policy"])
def test_no_script_of_a_user_runs(browser, made, bypass_csp):
    """With the page's policy, and without it: escaping alone must do."""
    page, did = load(browser, made.page.as_uri(), bypass_csp=bypass_csp)
    alive = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((item) =>
            [...item.attributes].some((it) => it.name.startsWith('on') || it.name == 'autofocus' ||
                (['href', 'src', 'action', 'data', 'xlink:href'].includes(it.name)
                    && !/^(#|data:image[/]png;base64,)/.test(it.value)))
            || ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'LINK', 'BASE', 'FORM', 'INPUT', 'BUTTON',
                'IMG', 'VIDEO', 'AUDIO', 'MARQUEE', 'DETAILS'].includes(item.tagName.toUpperCase())
        ).map((item) => item.outerHTML.slice(0, 120))"""
    )
    page.keyboard.press("Tab")
    page.mouse.move(200, 200)
    hits = page.evaluate("window.__hit")
    page.context.close()
    assert (alive, did, hits) == ([], [], None)


@pytest.mark.browser
def test_the_payloads_run_where_they_are_not_escaped(browser):
    """The test above can fail: without escaping most of them run by themselves."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    ran = 0
    for payload in SCRIPTS:
        page.goto("about:blank")
        page.set_content(
            f"<title>x</title><p title=\"{payload}\">{payload}</p><b title='{payload}'></b>"
            f"<textarea>{payload}</textarea>",
            wait_until="commit",
        )
        page.wait_for_timeout(40)
        ran += page.evaluate("(window.__hit || 0) > 0")
    context.close()
    assert ran >= 40


# ------------------------------------------------------------------------ document and workbook


def assert_no_formulas(content: bytes) -> None:
    """No formula, no link out of the book, no text cut, in a workbook."""
    with ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert not [name for name in names if re.search("external|connection|query|ddeLink", name)]
        for name in names:
            if name.startswith("xl/worksheets/sheet"):
                sheet = etree.fromstring(archive.read(name))
                tags = {etree.QName(item).localname for item in sheet.iter()}
                assert not tags & {"f", "oleObject", "dataValidation", "conditionalFormatting"}
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in archive.read(name)
            if name == "xl/workbook.xml":
                for item in etree.fromstring(archive.read(name)).iter("{*}definedName"):
                    assert re.fullmatch(r"'[^'!]+'!\$\S+", item.text), item.text
    for sheet in load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None or cell.hyperlink.location.startswith("'")


OUR_FIELD = re.compile(r' (PAGE|TOC \\o "1-4" \\h \\z \\u|SEQ (Таблица|Рисунок) \\\* ARABIC) ')


def assert_no_fields(content: bytes) -> None:
    """No field but ours, no link out of the document, nothing embedded."""
    with ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in archive.read(name)
            if not name.startswith("word/") or not name.endswith(".xml"):
                continue
            part = etree.fromstring(archive.read(name))
            for item in part.iter("{*}instrText"):
                assert OUR_FIELD.fullmatch(item.text), item.text
            for item in part.iter("{*}hyperlink"):
                assert re.fullmatch(r"part_\d+", item.get(f"{{{item.nsmap['w']}}}anchor"))
            tags = {
                etree.QName(item).localname for item in part.iter() if isinstance(item.tag, str)
            }
            assert not tags & {"fldSimple", "object", "OLEObject", "altChunk", "attachedTemplate"}


def every_block(payload: str) -> Section:
    """Return a part of a report in which every text is one payload."""
    columns = columns_of(
        "table", payload, column("name", payload), column("count", payload, Kind.INTEGER)
    )
    frame = pd.DataFrame({"name": [payload], "count": [12]})
    form = Form(payload, payload, ((payload, ((payload, payload),)),), payload)
    figure = Figure(
        charts.bar_chart(
            frame, label="name", value="count", title=payload, value_title=payload, description=payload
        )
    )  # fmt: skip
    blocks = (
        Paragraph(payload), Items((payload,)), Remark(payload), Facts(payload, ((payload, payload),)),
        Table(payload, frame, columns), form, figure,
    )  # fmt: skip
    return Section(f"part-{FORMULAS.index(payload)}", payload, blocks)


def test_every_payload_in_every_kind_of_block_stays_text():
    sections = tuple(every_block(payload) for payload in FORMULAS)
    for payload in FORMULAS:
        made_on, facts = date(2026, 1, 15), ((payload, payload),)
        front = Report(payload, payload, 2025, made_on, facts, sections[:1])
        assert_no_formulas(xlsx.render(front))
    made_on = date(2026, 1, 15)
    whole = Report(FORMULAS[0], FORMULAS[3], 2025, made_on, (("=1", "=2"),), sections)
    assert_no_fields(docx.render(whole))
    content = xlsx.render(whole)
    assert_no_formulas(content)
    told = {" ".join(text.split()) for text in cell_texts(content)}
    assert {" ".join(payload.split()) for payload in FORMULAS} <= told


def cell_texts(content: bytes) -> Iterator[str]:
    for sheet in load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows(values_only=True):
            yield from (value for value in row if isinstance(value, str))


def test_no_text_of_the_study_is_a_formula(made):
    content = made.book.read_bytes()
    assert_no_formulas(content)
    begun = {
        payload for text in cell_texts(content) for payload in FORMULAS if text.startswith(payload)
    }
    assert len(begun) > 20  # cells that begin so are there


def test_no_text_of_the_study_is_a_field_of_the_document(made):
    content = made.document.read_bytes()
    assert_no_fields(content)
    with ZipFile(io.BytesIO(content)) as archive:
        text = "".join(etree.fromstring(archive.read("word/document.xml")).itertext())
    assert sum(payload.strip() in text for payload in FORMULAS) > 24


def test_forms_for_respondents_and_templates_hold_no_formula(made):
    """Documents that step 4 makes of the same words: questionnaires in Word and Excel."""
    root = made.page.parents[3]
    files = [path for path in root.rglob("*") if path.is_file() and path not in made.result.files]
    books = [path for path in files if path.suffix == ".xlsx"]
    documents = [path for path in files if path.suffix == ".docx"]
    assert books
    assert documents
    for path in books:
        with ZipFile(path) as archive:
            assert not any("externalLink" in name for name in archive.namelist())
        for sheet in load_workbook(path):
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        assert not any(
                            word in str(cell.value) for word in made.words.given.values()
                        )
                    assert cell.hyperlink is None or cell.hyperlink.target is None
    for path in documents:
        assert_no_fields(path.read_bytes())
