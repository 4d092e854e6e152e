"""Words that all forms share: how to fill in, how to ask, consent."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.language import _

INTERNAL = _("Для внутреннего пользования: не публикуйте и не передавайте вне органа.")

RESPONDENT_LABEL = _("Код респондента")
INSTRUMENT_LABEL = _("Способ")
DATE_LABEL = _("Дата")
CONSENT_LABEL = _("Согласие на участие")
SESSION_LABEL = _("Код обсуждения")
COMMENT_LABEL = _("Другие слова респондента")

LABELS = {
    "код": RESPONDENT_LABEL, "способ": INSTRUMENT_LABEL, "дата": DATE_LABEL,
    "согласие": CONSENT_LABEL, "обсуждение": SESSION_LABEL, "слова": COMMENT_LABEL,
}  # fmt: skip
"""What people see above (or before) a field, by its mark."""

CHOICES = (*rec.ANSWERS.values(),)
CONSENT_CHOICES = (_("да"), _("нет"))
METHODS = tuple(label for code, label in rec.INSTRUMENTS.items() if code != "review")
"""A review is left by a client unasked: no form asks for it."""

UNSURE_WORDS = (_("затрудняюсь"), _("не знаю"), _("не помню"))
"""What people write for «затрудняюсь ответить»."""

FILE_WORDS = {
    "survey": _("Анкета для печати"),
    "interview": _("Интервью"),
    "focus_group": _("Фокус-группа"),
    "other": _("Беседа"),
}
BOOK_NAME = _("Анкета")
"""First words of the files' names: by them a filled form is found in `raw/`."""


def choice_hint(choices: tuple[str, ...]) -> str:
    """Return what a list shows until somebody has chosen, and on paper: what to choose from."""
    return " / ".join(choices)


def answer_label(code: str) -> str:
    """Return the heading of an answer for the column of a hypothesis."""
    return _("{code}: слова респондента").format(code=code)


def filling_rules() -> list[str]:
    """Return how the workbook is filled in, one sentence or two a rule."""
    return [
        _("Один лист – один сегмент. Откройте лист сегмента, к которому относится респондент."),
        _(
            "Одна строка – один респондент. Код придумайте сами, например ПС-01: без имени, телефона "
            "и адреса. У разных людей – разные коды, у одного человека – всегда один и тот же."
        ),
        _("Способ, согласие и ответы выбирайте из списка. Дату пишите так: 05.11.2025."),
        _(
            "Читайте вопрос так, как он написан, и не подсказывайте ответ. Если человек не знает – "
            "«затрудняюсь ответить». Если вопрос не задан, оставьте ячейку пустой."
        ),
        _(
            "Слова респондента записывайте дословно, но без имён, адресов и телефонов. "
            "Без согласия они никуда не попадут."
        ),
        _(
            "Участникам одной фокус-группы дайте общий код обсуждения, например ФГ-1. "
            "Для опроса и интервью он не нужен."
        ),
        _(
            "Заголовки и строки над ними не меняйте. Файл можно копировать: каждый анкетёр заполняет "
            "свою копию, лишь бы её имя начиналось со слова «Анкета»."
        ),
        _(
            "Заполненные файлы положите в папку raw этой группы. Перепечатывать ответы не нужно: "
            "шаг 5 прочитает их сам."
        ),
    ]


def consent_text() -> str:
    """Return what is read to a respondent before anything is asked."""
    return _(
        "«Здравствуйте! Мы изучаем, как сделать услуги удобнее. Разговор добровольный: на любой вопрос "
        "можно не отвечать, закончить можно в любую минуту. Имени, адреса и телефона мы не записываем; "
        "ваши слова без имени могут войти во внутренний отчёт. Вы согласны участвовать?»"
    )
