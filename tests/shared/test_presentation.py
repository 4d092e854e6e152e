"""What notebooks show: numbers in Russian, everything escaped, tables that name their cells."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, segments, workbook
from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import Finding, Severity
from client_segments.presentation import (
    STYLE,
    show_card,
    show_checks,
    show_findings,
    show_note,
    show_paragraphs,
    show_result,
    show_study,
    show_table,
    show_together,
    table_html,
)
from client_segments.steps import Check, Outcome, finish
from client_segments.study import Study

CONTRACT = TableContract(
    "segments", "Сегменты", "Одна строка – один сегмент.", "segments",
    (
        Column("segment_code", "Код", Kind.CODE, "Код.", required=True),
        Column("clients_count", "Ёмкость", Kind.INTEGER, "Клиенты.", unit="человек"),
        Column("share_pct", "Доля", Kind.NUMBER, "Доля.", unit="%"),
        Column("index_pct", "Индекс", Kind.NUMBER, "Индекс."),
        Column("formed_date", "Дата", Kind.DATE, "Дата."),
        Column("is_rest", "Остальные", Kind.FLAG, "Остальные."),
        Column("role", "Роль", Kind.CODE, "Роль.", codes={"forming": "образующий"}),
        Column("p_value", "p", Kind.NUMBER, "Вероятность."),
        Column("report_year", "Год", Kind.INTEGER, "Год."),
    ),
)  # fmt: skip


class Cells(HTMLParser):
    """Texts of cells, each with its tag and attributes."""

    def __init__(self, html):
        super().__init__()
        self.cells, self.tags, self._open = [], [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag in ("th", "td", "caption"):
            self._open = [tag, dict(attrs), ""]

    def handle_data(self, data):
        if self._open:
            self._open[2] += data

    def handle_endtag(self, tag):
        if self._open and tag == self._open[0]:
            self.cells.append(tuple(self._open))
            self._open = None

    def texts(self, tag):
        return [text for name, _, text in self.cells if name == tag]


@pytest.fixture
def frame():
    return CONTRACT.conform(
        pd.DataFrame(
            {
                "segment_code": ["0552", "b"],
                "clients_count": [1234567, None],
                "share_pct": [12.345, np.nan],
                "index_pct": [101.0, 99.96],
                "formed_date": ["2025-03-05", None],
                "is_rest": [True, False],
                "role": ["forming", None],
                "p_value": [0.00000012, 0.0314],
                "report_year": [2025, 2024],
            }
        )
    )


def test_values_are_written_as_people_read_them(frame):
    cells = Cells(table_html(frame, CONTRACT))
    assert cells.texts("td") == [
        "1\u00a0234\u00a0567", "12,3", "101,0\u00a0%", "05.03.2025", "да", "образующий",
        "<\u00a00,0001", "2025",
        "—", "—", "100,0\u00a0%", "—", "нет", "—", "0,0314", "2024",
    ]  # fmt: skip


def test_table_names_its_cells(frame):
    cells = Cells(table_html(frame, CONTRACT))
    assert cells.texts("caption") == ["Сегменты"]
    headers = [(attrs["scope"], text) for tag, attrs, text in cells.cells if tag == "th"]
    assert ("col", "Ёмкость, человек") in headers
    assert ("row", "0552") in headers
    assert [scope for scope, _ in headers] == ["col"] * 9 + ["row"] * 2
    right = [text for _, attrs, text in cells.cells if attrs.get("class") == "cs-number"]
    assert "1\u00a0234\u00a0567" in right
    assert "образующий" not in right


def test_labels_go_before_the_contract_and_caption_before_its_label(frame):
    cells = Cells(table_html(frame, CONTRACT, {"clients_count": "Людей"}, "Ёмкость сегментов"))
    assert "Людей" in cells.texts("th")
    assert cells.texts("caption") == ["Ёмкость сегментов"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (21, "Показано 20 из 21\u00a0строки."),
        (22, "Показано 20 из 22\u00a0строк."),
        (1200, "Показано 20 из 1\u00a0200\u00a0строк."),
    ],
)
def test_cut_rows_are_owned_up_to(rows, sentence):
    frame = pd.DataFrame({"a": range(rows)})
    shown = show_table(frame, caption="Т", limit=20)
    assert sentence in shown.html
    assert sentence in shown.text
    assert len(Cells(shown.html).texts("th")) == 1 + 20


def test_nothing_is_said_when_nothing_is_cut():
    assert "Показано" not in table_html(pd.DataFrame({"a": [1, 2]}), limit=2)


def test_an_empty_table_says_so():
    assert "Строк нет." in Cells(table_html(pd.DataFrame({"a": [], "b": []}))).texts("td")


def test_every_text_is_escaped(frame):
    bad = "<script>alert('x')</script>\"&"
    frame = pd.DataFrame({bad: [bad]})
    pieces = [
        show_table(frame, caption=bad),
        show_card(bad, [(bad, bad)]),
        show_paragraphs([bad]),
        show_note(bad),
        show_findings([Finding(Severity.ERROR, "r", bad, bad, file=bad, found=bad)]),
    ]
    for piece in pieces:
        assert "<script" not in piece._repr_html_()
        assert set(Cells(piece.html).tags).isdisjoint({"script", "img"})
        assert "alert" in piece.html
        assert "alert('x')</script>\"" in repr(piece)


def test_numbers_of_one_column_have_the_same_decimals():
    shown = table_html(pd.DataFrame({"a": ["x", "y"], "b": [0.5, 0.125], "c": [12.0, 3.25]}))
    assert Cells(shown).texts("td") == ["0,500", "12,0", "0,125", "3,2"]


def test_a_probability_column_without_fraction_has_no_decimals():
    assert Cells(table_html(pd.DataFrame({"a": ["x"], "b": [3.0]}))).texts("td") == ["3"]


@pytest.mark.parametrize(
    ("values", "texts"), [(["1, 1.5", None], ["1, 1.5", "—"]), ([(1, 3), ()], ["1; 3", "—"])]
)
def test_lists_of_numbers_are_shown_as_they_were_joined(values, texts):
    contract = TableContract(
        "a", "А", "Одна строка – А.", "segments",
        (Column("bins", "Границы", Kind.NUMBER, "Границы.", is_list=True),),
    )  # fmt: skip
    frame = pd.DataFrame({"name": ["a", "b"], "bins": values})
    assert Cells(table_html(frame, contract)).texts("td") == texts


@pytest.fixture
def result(tmp_path):
    study = Study("demo", 2025, "support", "segments", tmp_path)
    contract = TableContract(
        "images", "Образы", "Одна строка – один образ.", "segments",
        (Column("segment_code", "Код", Kind.CODE, "Код."),
         Column("clients_count", "Ёмкость", Kind.INTEGER, "Ёмкость.")),
    )  # fmt: skip
    checks = [
        Check("a", "Признаков от 5 до 15", "5", Outcome.WARNING, "4 признака", "добавьте признак."),
        Check("b", "Все клиенты разнесены", "6", Outcome.MET, "72 из 72"),
    ]
    tables = {"images": pd.DataFrame({"segment_code": ["s1"], "clients_count": [5000]})}
    return finish(study, [contract], tables, checks)


def test_checks_speak_in_words(result):
    shown = show_checks(result)
    assert "Проверок: 2 (выполнено – 1; обратите внимание – 1)." in shown.html
    cells = Cells(shown.html)
    assert cells.texts("caption") == ["Проверки шага «Сегменты»"]
    assert cells.texts("td")[:4] == ["5", "!обратите внимание", "4 признака", "добавьте признак."]
    assert "Все клиенты разнесены | 6 | выполнено | 72 из 72 | —" in shown.text
    assert 'aria-hidden="true">!' in shown.html


def test_a_result_is_shown_with_its_grain_and_chosen_columns(result):
    shown = show_result(result, "images", columns=["clients_count"])
    assert "Одна строка – один образ." in shown.html
    assert "s1" not in shown.html
    assert "5\u00a0000" in shown.html
    with pytest.raises(KeyError):
        show_result(result, "no_such_table")


def test_findings_are_ordered_by_weight_and_counted():
    shown = show_findings(
        [
            Finding(Severity.NOTE, "n", "К сведению."),
            Finding(Severity.ERROR, "e", "Не число.", "исправьте.", file="a.csv", cell="B7",
                    header="Возраст", found="х", expected="целое число"),
            Finding(Severity.ERROR, "e", "Не число.", "исправьте.", file="a.csv", cell="B9",
                    header="Возраст", found="х", expected="целое число"),
        ]
    )  # fmt: skip
    lines = shown.text.split("\n")
    assert lines[2].startswith("ошибка | a.csv, ячейка B")
    assert "Ожидается: целое число. Всего таких: 2\u00a0места." in lines[2]
    assert lines[3].startswith("к сведению | — | К сведению.")


def test_no_findings_is_said():
    assert "нет" in show_findings([]).text


def test_the_card_of_a_study(result):
    shown = show_study(result.study, [("Вид клиента", "физическое лицо"), ("Лимиты", [])])
    assert shown.text.split("\n") == [
        "Шаг «Сегменты»",
        "Год: 2025",
        "Вид клиента: физическое лицо",
        "Лимиты: —",
        "Код органа: demo",
        "Код группы: support",
        "Пункт Рекомендаций: 6",
    ]
    assert all(a["scope"] == "row" for tag, a, _ in Cells(shown.html).cells if tag == "th")


def test_paragraphs_are_split_at_blank_lines():
    assert show_paragraphs(["Один.\n\nДва.", ""]).html == "<p>Один.</p><p>Два.</p>"


def _luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_style_loads_nothing_and_its_lines_are_visible():
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    colours = set(re.findall(r"#[0-9a-f]{6}", STYLE))
    assert colours
    for colour in colours:
        assert 1.05 / (_luminance(colour) + 0.05) >= 3, colour  # WCAG 1.4.11 on white


def test_views_are_shown_one_under_another(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    parts = (show_note("раз"), show_note("два"))
    views = show_together(*parts)
    views._ipython_display_()
    assert shown == list(parts)
    assert repr(views) == "раз\n\nдва"


def test_a_long_text_keeps_its_width_in_every_column():
    text = "Клиенты сегмента чаще предпочитают канал «МФЦ», чем остальные клиенты"
    html = table_html(pd.DataFrame({"a": [text], "b": [text], "c": [1]}))
    assert f'<th scope="row" class="cs-long">{text}</th>' in html
    assert f'<td class="cs-long">{text}</td>' in html


def test_a_decision_is_shown_with_names_and_rules(make_study):
    clients = pd.DataFrame({"client_id": list("абвг"), "Пол": ["м", "ж", "м", "ж"]})
    listed = (
        "attributes:\n- {code: sex, name: Пол, role: forming, sources: 2, basis: форма, "
        "groups: {мужской: [м]}}\n"
    )
    ruled = (
        "method: rules\nsegments:\n"
        "- {code: men, name: Мужчины, rule: {attribute: sex, in: [мужской]}}\n"
    )
    accepted = "hypotheses:\n- {code: Г1, segment: men, kind: channel, text: Чаще звонят}\n"
    study = make_study(
        {"clients": clients},
        {"attributes": listed, "segments": ruled, "hypotheses": accepted},
        step="segments",
    )
    attributes.run(replace(study, step="attributes"))
    assert "мужской – м" in workbook.show_decision(study, "attributes").text
    assert "Мужчины | Пол: мужской" in workbook.show_decision(study, "segments").text
    segments.run(study)
    told = workbook.show_decision(replace(study, step="hypotheses"), "hypotheses").text
    assert "Мужчины" in told
    assert "| men |" not in told
