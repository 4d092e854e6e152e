"""The three forms of the report tell the same: numbers cell by cell, words, pictures, bytes."""

from __future__ import annotations

import io
from datetime import date
from zipfile import ZipFile

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from client_segments import charts
from client_segments.contracts import Column, Kind
from client_segments.report import docx, html, pictures, xlsx
from client_segments.report.cells import table_cells
from client_segments.report.columns import column, columns_of
from client_segments.report.tree import (
    Facts,
    Figure,
    Items,
    Paragraph,
    Remark,
    Report,
    Section,
    Table,
)

COLUMNS = columns_of(
    "table", "Таблица",
    column("segment_name", "Сегмент"),
    column("clients_count", "Ёмкость", Kind.INTEGER),
    column("share_pct", "Доля", Kind.NUMBER, "%"),
    column("score", "Балл", Kind.NUMBER),
    column("formed_date", "Дата", Kind.DATE),
    Column("status", "Статус", Kind.CODE, "", codes={"draft": "черновик"}),
)  # fmt: skip


def frame(**changed) -> pd.DataFrame:
    values = {
        "segment_name": ["Сельские", "Городские", "Остальные"],
        "clients_count": [1545, 3, 12345],
        "share_pct": [11.119, 0.02, None],
        "score": [0.8834, 0.5, 0.07],
        "formed_date": [date(2025, 3, 5), None, date(2025, 12, 31)],
        "status": ["draft", "draft", None],
    }
    return pd.DataFrame({**values, **changed})


def table(caption: str = "Сегменты", **changed) -> Table:
    return Table(caption, frame(**changed), COLUMNS, ("clients_count",))


def chart() -> Figure:
    return Figure(
        charts.bar_chart(
            frame(), label="segment_name", value="clients_count", title="Ёмкость",
            value_title="Клиентов", description="Больше всего – «Остальные», 12 345.",
        )
    )  # fmt: skip


def report(*blocks, title: str = "Отчёт", authority: str = "Министерство") -> Report:
    part = Section("group-a", "Группа", tuple(blocks))
    return Report(
        title, authority, 2025, date(2026, 1, 15), (("Год", "2025"),),
        (Section("main", "Главное", (Paragraph("Текст."), Items(("раз", "два")), Remark("Заметка."))), part),
    )  # fmt: skip


def word(made: Report) -> Document:
    return Document(io.BytesIO(docx.render(made)))


def book(made: Report):
    return load_workbook(io.BytesIO(xlsx.render(made)))


def test_cells_carry_the_number_that_is_read():
    rows = table_cells(table()).rows
    assert [cell.text for cell in rows[0]] == [
        "Сельские", "1\u00a0545", "11,1", "0,883", "05.03.2025", "черновик",
    ]  # fmt: skip
    assert [cell.number for cell in rows[0]] == [None, 1545, 11.1, 0.883, None, None]
    assert rows[1][1].text == "менее 6"
    assert rows[1][1].number is None
    assert rows[2][2].text == "—"
    assert rows[0][4].day == date(2025, 3, 5)


def test_the_same_cells_stand_in_all_three_forms():
    made = report(table())
    cells = table_cells(table())
    read = [[cell.text for cell in row] for row in cells.rows]
    (facts, written) = word(made).tables
    assert [[cell.text for cell in row.cells] for row in written.rows] == [
        list(cells.headings), *read,
    ]  # fmt: skip
    assert facts.cell(0, 1).text == "2025"
    text = html.render(made)
    for row in read:
        for cell in row:
            assert f">{cell}<" in text
    sheet = book(made)["Таблица 1"]
    assert [item.value for item in sheet[4]] == list(cells.headings)
    for number, row in enumerate(cells.rows, start=5):
        for cell, item in zip(row, sheet[number], strict=True):
            if cell.day is not None:
                assert item.value.date() == cell.day
            else:
                assert item.value == (cell.text if cell.number is None else cell.number)


def test_tables_and_figures_have_the_same_numbers_in_page_and_document():
    made = report(table("Первая"), chart(), table("Вторая"))
    lines = [line.text for line in word(made).paragraphs]
    for title in ("Таблица 1 – Первая", "Таблица 2 – Вторая", "Рисунок 1 – Ёмкость"):
        assert title in lines
        assert title in html.render(made)
    assert book(made).sheetnames == [
        "Обложка", "Содержание", "Таблица 1", "Таблица 2", "Примечания",
    ]  # fmt: skip


def test_equal_reports_give_equal_bytes():
    for form in (html, docx, xlsx):
        assert form.render(report(table(), chart())) == form.render(report(table(), chart()))


def test_a_document_repeats_headers_describes_pictures_and_has_contents():
    document = word(report(table(), chart(), Facts("Паспорт", (("Вид", "внешний"),))))
    body = document.element.body
    assert len(body.findall(f".//{qn('w:tblHeader')}")) == 1  # the table with headings
    (picture,) = body.iter(qn("wp:docPr"))
    assert picture.get("descr") == "Больше всего – «Остальные», 12 345."
    fields = [field.text.strip() for field in body.iter(qn("w:instrText"))]
    assert fields == [
        'TOC \\o "1-4" \\h \\z \\u',
        "SEQ Таблица \\* ARABIC",
        "SEQ Рисунок \\* ARABIC",
    ]
    marks = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    links = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))}
    assert links == marks == {"part_1", "part_2"}
    begun = [mark.get(qn("w:fldCharType")) for mark in body.iter(qn("w:fldChar"))]
    assert begun.count("begin") == begun.count("separate") == begun.count("end") == 3


def test_a_document_keeps_to_the_standard_of_its_layout():
    """ГОСТ Р 7.0.97-2016: A4, margins of at least 20, 10, 20 and 20 mm, 12-14 points."""
    document = word(report(table()))
    (page,) = document.sections
    assert round(page.page_width.mm), round(page.page_height.mm) == (210, 297)
    assert round(page.left_margin.mm) >= 20
    assert round(page.right_margin.mm) >= 10
    assert min(round(page.top_margin.mm), round(page.bottom_margin.mm)) >= 20
    assert page.different_first_page_header_footer
    assert 12 <= document.styles["Normal"].font.size.pt <= 14
    with ZipFile(io.BytesIO(docx.render(report(table())))) as archive:
        names = archive.namelist()
        styles = archive.read("word/styles.xml").decode("utf-8")
        assert not any("thumbnail" in name for name in names)
        assert "thumbnail" not in archive.read("_rels/.rels").decode("utf-8")
    assert 'w:val="ru-RU"' in styles
    assert 'w:val="en-US"' not in styles


PAYLOADS = [
    "=1+1", "=HYPERLINK(\"http://x\",\"y\")", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)",
    "\t=1", "\r=1", "{=1+1}", "=WEBSERVICE(\"http://x\")", "http://example.org", "mailto:a@b",
    "internal:Лист!A1", "=\u00a01", "'=1", "＝1+1",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_a_formula_or_a_link(payload):
    made = report(table(segment_name=[payload] * 3), title=f"{payload} отчёт", authority=payload)
    for sheet in book(made):
        for row in sheet.iter_rows():
            for item in row:
                assert item.data_type != "f"
                if item.hyperlink is not None:
                    assert item.hyperlink.location.startswith("'")
    with ZipFile(io.BytesIO(docx.render(made))) as archive:
        text = archive.read("word/document.xml").decode("utf-8")
    fields = text.count("w:instrText")
    assert fields == 2 * 2  # opening and closing tags of the contents and of one caption


def test_what_no_document_can_hold_is_left_out():
    made = report(table("Под\x00пись\x0b"), Paragraph("а\x1fб\ufffe"))
    assert "Таблица 1 – Подпись" in [line.text for line in word(made).paragraphs]
    assert "аб" in [line.text for line in word(made).paragraphs]
    assert book(made).sheetnames


def test_pictures_of_every_chart_of_ours():
    """Each kind of chart is drawn; its words and numbers are text in the picture."""
    rows = frame()
    common = {"title": "Название", "value_title": "Клиентов", "description": "Слова."}
    drawn = [
        charts.stacked_bars(
            pd.concat([rows, rows]).assign(part=["а"] * 3 + ["б"] * 3),
            "segment_name", "part", "clients_count", **common,
        ),
        charts.heat_map(
            rows.assign(column="год"), "segment_name", "column", "share_pct", middle=5, **common
        ),
        charts.dot_interval_chart(
            rows.assign(low=rows["score"] - 0.1, high=rows["score"] + 0.1),
            "segment_name", "score", "low", "high", reference=0.4, reference_label="все", **common,
        ),
        charts.line_chart(
            pd.DataFrame({"year": [2024, 2025], "share_pct": [1.0, 2.0]}),
            "year", "share_pct", x_title="Год", marked=2024, **common,
        ),
        charts.bar_chart(rows.assign(share_pct=None), "segment_name", "share_pct", **common),
    ]  # fmt: skip
    wanted = [
        ["Сельские", "12\u00a0345"],
        ["Городские", "11,1\u00a0%"],
        ["все"],
        ["2024"],
        ["Нет данных"],
    ]
    for figure, texts in zip(drawn, wanted, strict=True):
        made = pictures.picture(figure)
        for text in texts:
            assert text in made.svg
        assert made.svg.startswith("<svg ")
        assert "http" not in made.svg.replace("http://www.w3.org/", "")
        assert pictures.png(figure).startswith(b"\x89PNG")


def test_pictures_in_one_page_do_not_share_names():
    first, second = (pictures.picture(chart().figure, number).svg for number in (1, 2))
    assert 'id="picture-1-' in first
    assert 'id="picture-1-' not in second


def test_a_chart_without_words_is_our_mistake():
    figure = chart().figure
    figure.layout.meta = {"title": "Название", "description": " "}
    with pytest.raises(ValueError, match="text alternative"):
        pictures.picture(figure)
