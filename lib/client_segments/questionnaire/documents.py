"""Forms as Word documents: a questionnaire for print, guides of interviews and focus groups.

Every document ends in tables to be filled in, by hand or on the screen: what is typed into them is
read back (`reading.filled_documents`). Hidden marks in the cells say which is which.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.table import Table, _Cell

from client_segments import recommendations as rec
from client_segments.language import _, counted
from client_segments.office.archives import same_bytes
from client_segments.office.word_parts import (
    add_choice,
    add_field,
    add_hidden,
    keep_row_whole,
    property_text,
    repeat_header,
    shade,
    writable,
)
from client_segments.office.word_styles import TEXT_WIDTH_MM, set_page, set_styles
from client_segments.questionnaire import words
from client_segments.questionnaire.form import Forms, Question, SegmentForm
from client_segments.questionnaire.marks import (
    ANSWER,
    COMMENT,
    CONSENT,
    DATE,
    INSTRUMENT,
    QUESTION,
    QUOTATION,
    RESPONDENT,
    SESSION,
    VERSION,
    CellMark,
    FormMark,
    hidden,
)

PARTICIPANTS_ROWS = 12
"""Own: lines for the participants of a focus group; the usual group is of six to ten."""

_NAME_LENGTH = 60
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f«»„“]+')
_HEAD_HEIGHT, _ANSWER_HEIGHT = Mm(8), Mm(16)


def document_names(segments: Sequence[SegmentForm]) -> dict[tuple[str, str], str]:
    """Return the name of the file of each segment and method; no two are alike."""
    names: dict[tuple[str, str], str] = {}
    for segment in segments:
        for method in segment.respondents:
            if method not in words.FILE_WORDS:
                continue
            named = " ".join(_UNFIT.sub(" ", segment.name).split())[:_NAME_LENGTH].rstrip(" .")
            name = f"{words.FILE_WORDS[method]} – {named}.docx"
            if name.casefold() in {known.casefold() for known in names.values()}:
                name = f"{words.FILE_WORDS[method]} – {segment.code}.docx"
            names[segment.code, method] = name
    return names


def render_document(forms: Forms, segment: SegmentForm, method: str) -> bytes:
    """Return the form of one segment and method as bytes; equal forms give equal bytes."""
    document = _new_document(forms, segment, method)
    writer = _Writer(document, forms, segment, method)
    if method == "survey":
        writer.questionnaire()
    else:
        writer.guide()
    file = io.BytesIO()
    document.save(file)
    return same_bytes(file.getvalue(), leave_out=("docProps/thumbnail.jpeg",))


def _new_document(forms: Forms, segment: SegmentForm, method: str) -> DocumentType:
    document = Document()
    set_page(document)
    set_styles(document)
    title = f"{words.FILE_WORDS[method]}: {segment.name}"
    properties = document.core_properties
    properties.title = property_text(title)
    properties.author = properties.last_modified_by = property_text(forms.authority_name)
    properties.language = "ru-RU"
    properties.comments = properties.keywords = ""
    properties.created = properties.modified = datetime(forms.origin.year, 1, 1)
    properties.revision = 1
    header = document.sections[0].header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_field(header, "PAGE", "1")
    footer = document.sections[0].footer.paragraphs[0]
    footer.paragraph_format.first_line_indent = Mm(0)
    footer.add_run(words.INTERNAL).font.size = Pt(9)
    return document


class _Writer:
    """Writes one document from its opening to the tables to be filled in."""

    def __init__(
        self, document: DocumentType, forms: Forms, segment: SegmentForm, method: str
    ) -> None:
        self._document = document
        self._forms = forms
        self._segment = segment
        self._method = method
        self._questions = segment.asked_by(method)

    # ------------------------------------------------------------------- whole documents

    def questionnaire(self) -> None:
        """Write a questionnaire of one respondent."""
        self._title(_("Анкета"))
        self._task()
        self._heading(_("Что сказать сначала"))
        self._say(words.consent_text())
        self._heading(_("Ответы"))
        self._remark(
            _(
                "Читайте вопрос так, как он написан. Отметьте один ответ: да, нет или затрудняюсь ответить."
            )
        )
        self._head_table(INSTRUMENT, CONSENT, DATE)
        self._answers_table()
        self._comment_table()
        self._closing()

    def guide(self) -> None:
        """Write the guide of a talk: opening, warm-up, journey, hypotheses, closing, answers."""
        is_group = self._method == "focus_group"
        self._title(_("План фокус-группы") if is_group else _("План беседы"))
        self._task()
        self._heading(_("1. Начало: 5 минут"))
        self._say(words.consent_text())
        if is_group:
            self._remark(
                _(
                    "Попросите говорить по очереди и не спорить: верных и неверных мнений нет. "
                    "Каждому участнику дайте код, всей группе – общий код обсуждения."
                )
            )
        self._heading(_("2. Знакомство с темой: 5 минут"))
        self._items(
            _("Расскажите, по какому делу вы обращались в последний раз. Когда это было?"),
            _("Что было для вас самым важным в этом деле?"),
        )
        self._heading(_("3. Как всё было, шаг за шагом: 15 минут"))
        self._journey()
        self._heading(_("4. Подробнее о главном: 20 минут"))
        for question in self._questions:
            self._probe(question)
        if not self._questions:
            self._remark(_("Гипотез для этого способа нет: слушайте и записывайте, что важно."))
        self._heading(_("5. Завершение: 5 минут"))
        self._items(
            _("Что стоило бы изменить в первую очередь?"),
            _("О чём я не спросил, а это важно?"),
            _("Спасибо! Ваши ответы помогут сделать услуги удобнее."),
        )
        self._heading(_("Запись ответов"))
        if is_group:
            self._remark(
                _(
                    "Одна строка – один участник. Ответы: да, нет, затрудняюсь ответить; если участник "
                    "о чём-то не говорил, оставьте пусто. Слова о гипотезе начните с её номера: «Г1: …»."
                )
            )
            self._head_table(SESSION, DATE)
            self._participants_table()
        else:
            self._remark(
                _(
                    "Заполняется после беседы: один документ – один респондент. "
                    "Если о чём-то не говорили, оставьте пусто."
                )
            )
            self._head_table(INSTRUMENT, CONSENT, DATE)
            self._answers_table()
            self._comment_table()
        self._closing()

    # ------------------------------------------------------------------------- pieces

    def _title(self, text: str) -> None:
        self._document.add_paragraph(writable(text), style="Title").paragraph_format.space_after = Pt(6)  # fmt: skip
        name = self._document.add_paragraph()
        name.alignment = WD_ALIGN_PARAGRAPH.CENTER
        name.paragraph_format.first_line_indent = Mm(0)
        name.add_run(_("Сегмент «{name}»").format(name=writable(self._segment.name))).bold = True
        group = self._document.add_paragraph(
            writable(
                f"{self._forms.authority_name}. {self._forms.group_name}, {self._forms.origin.year}"
            )
        )
        group.alignment = WD_ALIGN_PARAGRAPH.CENTER
        group.paragraph_format.first_line_indent = Mm(0)

    def _task(self) -> None:
        """Say how many are to be asked, who they are and where to find them."""
        count = self._segment.respondents[self._method]
        people = counted(count, _("респондент"), _("респондента"), _("респондентов"))
        text = _("По плану исследования: {method}, {people}.").format(
            method=rec.INSTRUMENTS[self._method], people=people
        )
        self._remark(text)
        places = self._segment.places.get(self._method)
        if places:
            self._remark(places)
        quotas = self._segment.quotas.get(self._method, ())
        if quotas:
            self._remark(_("Квоты: сколько респондентов с каждым значением признака."))
        self._items(*quotas)

    def _heading(self, text: str) -> None:
        self._document.add_heading(writable(text), 2)

    def _say(self, text: str) -> None:
        self._document.add_paragraph(writable(text))

    def _remark(self, text: str) -> None:
        self._document.add_paragraph(writable(text), style="Remark")

    def _items(self, *texts: str) -> None:
        for text in texts:
            self._document.add_paragraph(writable(text), style="List Bullet")

    def _probe(self, question: Question) -> None:
        """Ask openly first, so that the hypothesis is not put into anybody's mouth."""
        line = self._document.add_paragraph()
        line.paragraph_format.first_line_indent = Mm(0)
        line.paragraph_format.keep_with_next = True
        line.add_run(f"{question.code}. ").bold = True
        line.add_run(_OPEN[question.kind])
        self._items(
            _("Когда это было в последний раз? Что вы тогда сделали?"),
            _("Почему так? Что помогло, что помешало?"),
            _("Как было бы лучше для вас?"),
        )
        last = _("В конце спросите и отметьте ответ в таблице: «{question}»")
        self._remark(last.format(question=question.text))

    def _journey(self) -> None:
        self._remark(
            _(
                "Пусть человек рассказывает сам; возвращайте его к пропущенному шагу: «А что было перед "
                "этим?» Чувства отметьте числом от −2 (очень плохо) до 2 (очень хорошо). Записи перенесите "
                "в решение о пути клиентов (блокнот 04)."
            )
        )
        headings = (
            _("Этап"), _("Что делал"), _("Каким способом"), _("Что мешало"), _("Чувства"),
        )  # fmt: skip
        table = self._table(len(self._forms.stages) + 1, (34, 48, 34, 46, 18))
        self._header(table, headings)
        for row, stage in zip(table.rows[1:], self._forms.stages, strict=True):
            _write(row.cells[0], stage)
            row.height = _ANSWER_HEIGHT
        self._document.add_paragraph()

    # ------------------------------------------------------------- tables to be filled in

    def _head_table(self, *fields: str) -> None:
        is_group = SESSION in fields
        fields = fields if is_group else (RESPONDENT, *fields)
        table = self._table(len(fields), (60, TEXT_WIDTH_MM - 60))
        for number, (row, field) in enumerate(zip(table.rows, fields, strict=True)):
            row.height = _HEAD_HEIGHT
            label, value = row.cells
            marks = [self._form_mark()] if number == 0 else []
            _write(
                label, words.LABELS[field], is_bold=True, marks=[*marks, hidden(CellMark(field))]
            )
            if field == INSTRUMENT:
                _write(value, rec.INSTRUMENTS[self._method])
            elif field == CONSENT:
                _choose(value, words.LABELS[field], words.CONSENT_CHOICES)
        self._document.add_paragraph()

    def _answers_table(self) -> None:
        if not self._questions:
            return
        table = self._table(len(self._questions) + 1, (14, 66, 38, TEXT_WIDTH_MM - 118))
        marks = (CellMark(QUESTION), None, CellMark(ANSWER), CellMark(QUOTATION))
        headings = (_("№"), _("Вопрос"), _("Ответ"), _("Слова респондента"))
        self._header(table, headings, marks)
        for row, question in zip(table.rows[1:], self._questions, strict=True):
            row.height = _ANSWER_HEIGHT
            mark = CellMark(QUESTION, question.code, question.mark)
            _write(row.cells[0], question.code, marks=[hidden(mark)])
            _write(row.cells[1], question.text)
            _choose(row.cells[2], question.code, words.CHOICES)
        self._document.add_paragraph()

    def _comment_table(self) -> None:
        table = self._table(1, (60, TEXT_WIDTH_MM - 60))
        label, _value = table.rows[0].cells
        table.rows[0].height = _ANSWER_HEIGHT
        marks = [self._form_mark(), hidden(CellMark(COMMENT))]
        _write(label, words.COMMENT_LABEL, is_bold=True, marks=marks)

    def _participants_table(self) -> None:
        answers = len(self._questions)
        width = (TEXT_WIDTH_MM - 28 - 24) / (answers + 2)
        table = self._table(PARTICIPANTS_ROWS + 1, (28, 24, *[width] * answers, 2 * width))
        marks = (
            CellMark(RESPONDENT), CellMark(CONSENT),
            *(CellMark(ANSWER, question.code, question.mark) for question in self._questions),
            CellMark(COMMENT),
        )  # fmt: skip
        headings = (
            words.RESPONDENT_LABEL, _("Согласие"),
            *(question.code for question in self._questions), _("Слова участника"),
        )  # fmt: skip
        self._header(table, headings, marks)
        for row in table.rows[1:]:
            row.height = _HEAD_HEIGHT
        self._document.add_paragraph()

    def _closing(self) -> None:
        self._remark(
            _(
                "Заполненный документ сохраните в папку raw группы; имя файла должно начинаться со слов "
                "«{words}». Названия строк и столбцов не меняйте."
            ).format(words=words.FILE_WORDS[self._method])
        )

    def _form_mark(self) -> str:
        return hidden(FormMark(VERSION, self._forms.origin.text(), self._segment.code))

    def _table(self, rows_count: int, widths_mm: Sequence[float]) -> Table:
        table = self._document.add_table(rows_count, len(widths_mm), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        for row in table.rows:
            keep_row_whole(row)
            for cell, width in zip(row.cells, widths_mm, strict=True):
                cell.width = Mm(width)
                cell.paragraphs[0].style = self._document.styles["Table Text"]
        return table

    def _header(
        self, table: Table, headings: Sequence[str], marks: Sequence[CellMark | None] = ()
    ) -> None:
        row = table.rows[0]
        for place, (cell, heading) in enumerate(zip(row.cells, headings, strict=True)):
            own = [hidden(marks[place])] if marks and marks[place] else []
            form = [self._form_mark()] if marks and place == 0 else []
            _write(cell, heading, is_bold=True, marks=[*form, *own])
            shade(cell)
        repeat_header(row)


_OPEN = {
    "journey": _("Расскажите, как у вас обычно проходит это дело: что сначала, что потом, где задержки?"),
    "channel": _("Каким способом вы обычно обращаетесь и получаете ответ? Что в нём удобно, что нет?"),
    "problem": _("Что в этом деле даётся легко, а что трудно? Вспомните последний случай."),
}  # fmt: skip
"""Open questions by the kind of a hypothesis: they say nothing of what is expected."""


def _write(cell: _Cell, text: str, is_bold: bool = False, marks: Sequence[str] = ()) -> None:
    line = cell.paragraphs[0]
    for mark in marks:
        add_hidden(line, mark)
    line.add_run(writable(text)).bold = is_bold


def _choose(cell: _Cell, title: str, choices: tuple[str, ...]) -> None:
    add_choice(cell.paragraphs[0], title, choices, words.choice_hint(choices))
