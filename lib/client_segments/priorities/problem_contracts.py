"""Contracts of the texts of problems: the dictionary of people, and what coding came to."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _
from client_segments.segments import SEGMENTS

PROBLEM_RECORDS = TableContract(
    "problem_records", _("Словарь проблем"), _("Одна запись – одна проблема и фразы, по которым её узнают в тексте."), "priorities",
    (
        Column("name", _("Проблема"), Kind.TEXT, _("Как проблема названа в таблицах, профилях и отчёте."), required=True, clause="6"),
        Column("code", _("Код в данных"), Kind.CODE, _("Как проблема обозначена в столбце «Проблема», если не названием.")),
        Column("stage", _("Этап пути"), Kind.TEXT, _("На каком этапе она возникает, если этого не говорит строка.")),
        Column("phrases", _("Фразы"), Kind.TEXT, _("Слова в любой форме и в этом порядке; * – любое слово, справк* – любое окончание, … – до пяти любых слов."), is_list=True),
    ),
)  # fmt: skip

WAYS = {
    "data": _("названа в данных"),
    "text": _("узнана по словарю"),
    "topic": _("нет в словаре: предложена тема"),
    "tail": _("нет в словаре: редкая тема"),
    "empty": _("в тексте нет слов о проблеме"),
}
"""How rows of the raw table came to a problem, or did not."""

PROBLEM_CODING = TableContract(
    "problem_coding", _("Как узнаны проблемы"), _("Одна строка – проблема и способ, которым она узнана; без названия – тексты без проблемы."), "priorities",
    (
        Column("way", _("Способ"), Kind.CODE, _("Откуда известна проблема."), codes=WAYS, required=True),
        Column("problem", _("Проблема"), Kind.TEXT, _("Название проблемы; пусто – проблема не узнана.")),
        Column("rows_count", _("Строк"), Kind.INTEGER, _("Число строк исходной таблицы."), required=True, minimum=0),
        Column("clients_count", _("Клиентов"), Kind.INTEGER, _("Число разных клиентов в этих строках."), required=True, minimum=0),
        Column("example", _("Пример"), Kind.TEXT, _("Текст, в котором скрыты личные сведения. Только для внутренней работы.")),
    ),
)  # fmt: skip

PROBLEM_TOPICS = TableContract(
    "problem_topics", _("Темы вне словаря"), _("Одна строка – одна тема, предложенная по текстам без известной проблемы; тема 0 – редкие темы."), "priorities",
    (
        Column("topic_number", _("Тема"), Kind.INTEGER, _("По убыванию числа текстов; 0 – редкие темы вместе."), required=True, minimum=0),
        Column("texts_count", _("Текстов"), Kind.INTEGER, _("Число текстов темы."), required=True, minimum=0),
        Column("clients_count", _("Клиентов"), Kind.INTEGER, _("Число разных клиентов."), required=True, minimum=0),
        Column("share_pct", _("Доля"), Kind.NUMBER, _("Доля среди текстов без известной проблемы."), unit="%", minimum=0, maximum=100),
        Column("words", _("Типичные слова"), Kind.TEXT, _("Слова, которыми тема отличается.")),
        Column("phrases", _("Фразы для словаря"), Kind.TEXT, _("Фразы, которые находят тексты темы и мало других.")),
        Column("texts", _("Типичные тексты"), Kind.TEXT, _("Тексты, в которых скрыты личные сведения. Только для внутренней работы.")),
    ),
)  # fmt: skip

PROBLEM_MENTIONS = TableContract(
    "problem_mentions", _("Упоминания проблем"), _("Одна строка – одно упоминание: проблема строки исходной таблицы, из данных или из текста. Самих текстов здесь нет."), "priorities",
    (
        Column("client_id", _("Идентификатор клиента"), Kind.CODE, _("Пусто – клиент не указан.")),
        SEGMENTS.column("segment_code"),
        Column("problem", _("Проблема"), Kind.TEXT, _("Название проблемы."), required=True, clause="6"),
        Column("stage", _("Этап пути"), Kind.TEXT, _("Из строки, а если её этап пуст – из словаря проблем.")),
        Column("way", _("Способ"), Kind.CODE, _("Откуда известна проблема."), codes=WAYS, required=True),
        Column("problem_source", _("Источник сведений"), Kind.CODE, _("Жалоба, глубинное интервью, открытый источник."), codes=rec.PROBLEM_SOURCES, clause="6"),
        Column("problems_count", _("Число упоминаний"), Kind.INTEGER, _("Сколько одинаковых упоминаний в строке. Пусто – 1."), minimum=0),
    ),
    clause="6",
)  # fmt: skip

PROBLEM_STAGES = TableContract(
    "problem_stages", _("Проблемы по этапам пути"), _("Одна строка – сегмент × этап клиентского пути."), "priorities",
    (
        SEGMENTS.column("segment_code"),
        Column("stage_number", _("Номер этапа"), Kind.INTEGER, _("По справочнику этапов; пусто – этапа в нём нет."), minimum=1),
        Column("stage", _("Этап"), Kind.TEXT, _("Этап клиентского пути."), required=True),
        Column("problems_count", _("Упоминаний"), Kind.INTEGER, _("Сколько раз клиенты сегмента назвали проблемы этого этапа; проблема клиента – один раз."), required=True, minimum=0),
        Column("share_pct", _("Доля"), Kind.NUMBER, _("Доля среди упоминаний сегмента с известным этапом."), unit="%", minimum=0, maximum=100),
        Column("frequent_problem", _("Чаще всего"), Kind.TEXT, _("Самая частая проблема этапа в сегменте.")),
    ),
    clause="6",
)  # fmt: skip

PROBLEM_CONTRACTS = (PROBLEM_MENTIONS, PROBLEM_STAGES, PROBLEM_CODING, PROBLEM_TOPICS)
