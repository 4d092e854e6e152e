"""Contracts of the raw tables that a group's `raw/` folder may hold.

Each is optional except `clients` (one row a client, or ready counts). In every table that
speaks of clients a row names its client by `client_id`, or gives values of attributes.
"""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract, count_column
from client_segments.language import _

CLIENT_ID = Column(
    "client_id", _("Идентификатор клиента"), Kind.CODE,
    _("Обезличенный идентификатор: один и тот же во всех таблицах группы."),
    aliases=(_("ID клиента"), _("Код клиента"), _("Номер клиента")),
)  # fmt: skip
WEIGHT = Column(
    "weight", _("Вес"), Kind.NUMBER,
    _("Вес строки в выборочном обследовании. Пусто – 1."), minimum=0,
)  # fmt: skip
STAGE = Column(
    "stage", _("Этап пути"), Kind.TEXT,
    _("Этап клиентского пути: номер или название из справочника этапов, или свой."),
    clause="2(4)", aliases=(_("Этап"),),
)  # fmt: skip


CLIENTS = TableContract(
    "clients", _("Клиенты"),
    _("Одна строка – один клиент (человек, организация, сотрудник) или, если есть столбец "
      "«Число клиентов», – сочетание значений признаков."),
    "raw",
    (
        CLIENT_ID,
        count_column("clients_count", _("Число клиентов"),
               _("Сколько клиентов описывает строка, если таблица уже сгруппирована. Пусто – 1."),
               clause="2(5)", aliases=(_("Количество клиентов"), _("Количество"))),
        WEIGHT,
    ),
    has_attribute_columns=True, clause="5",
)  # fmt: skip

POPULATION = TableContract(
    "population", _("Численность"),
    _("Одна строка – число клиентов с указанными значениями признаков по официальным данным. "
      "Строки, где заполнены одни и те же признаки, образуют одно распределение; их может быть "
      "несколько."),
    "raw",
    (
        count_column("people_count", _("Численность"), _("Число людей, организаций, сотрудников."),
               required=True, clause="6", aliases=(_("Количество"), _("Число клиентов"))),
        Column("as_of_date", _("На дату"), Kind.DATE, _("Дата, на которую дана численность.")),
        Column("source", _("Источник"), Kind.TEXT, _("Откуда взята численность.")),
    ),
    has_attribute_columns=True, clause="6",
)  # fmt: skip

ELIGIBILITY = TableContract(
    "eligibility", _("Право и обращения"),
    _("Одна строка – один клиент и одна мера (признаки да / нет) или число клиентов с "
      "указанными значениями признаков. Отказ – это обращение: в слепую зону он не входит."),
    "raw",
    (
        CLIENT_ID,
        Column("measure", _("Услуга или мера"), Kind.TEXT, _("Название услуги или меры поддержки."),
               aliases=(_("Мера поддержки"), _("Услуга"))),
        Column("is_entitled", _("Имеет право"), Kind.FLAG, _("Имеет ли клиент право. Пусто – неизвестно."),
               clause="2(8)"),
        Column("has_applied", _("Обратился"), Kind.FLAG, _("Обращался ли клиент."), clause="2(8)"),
        Column("is_refused", _("Отказано"), Kind.FLAG, _("Отказано ли обратившемуся.")),
        Column("has_received", _("Получил"), Kind.FLAG, _("Получил ли клиент услугу или меру.")),
        count_column("entitled_count", _("Имеют право, число"), _("Сколько клиентов имеют право."), clause="2(8)"),
        count_column("entitled_low_count", _("Имеют право, не менее"), _("Нижняя граница оценки.")),
        count_column("entitled_high_count", _("Имеют право, не более"), _("Верхняя граница оценки.")),
        count_column("applied_count", _("Обратились, число"), _("Сколько имеющих право обратились."), clause="2(8)"),
        count_column("refused_count", _("Отказано, число"), _("Скольким обратившимся отказано.")),
        count_column("received_count", _("Получили, число"), _("Сколько получили услугу или меру.")),
        Column("reason_kind", _("Вид необращения"), Kind.CODE, _("Почему имеющий право не обратился: вид причины."),
               codes=rec.NOT_APPLYING_KINDS),
        Column("reason", _("Причина необращения"), Kind.TEXT, _("Почему имеющий право не обратился, своими словами.")),
        Column("average_sum", _("Средняя сумма"), Kind.NUMBER, _("Сколько в среднем получает один обратившийся за год."),
               unit=_("руб."), minimum=0),
        WEIGHT,
    ),
    has_attribute_columns=True, clause="2(8), 6",
)  # fmt: skip

FEEDBACK = TableContract(
    "feedback", _("Обратная связь"),
    _("Одна строка – один ответ клиента на один вопрос об удовлетворённости (или число "
      "одинаковых ответов)."),
    "raw",
    (
        CLIENT_ID,
        Column("instrument", _("Способ получения"), Kind.CODE, _("Опрос, глубинное интервью, фокус-группа, отзыв."),
               codes=rec.INSTRUMENTS, clause="6"),
        Column("question", _("Вопрос"), Kind.TEXT, _("Что оценивалось. Пусто – удовлетворённость в целом.")),
        STAGE,
        Column("score", _("Оценка"), Kind.NUMBER, _("Оценка опыта по шкале. Пусто – не ответил."), clause="2(10)"),
        Column("scale_min", _("Шкала от"), Kind.NUMBER, _("Наименьшая оценка шкалы. Пусто – 1.")),
        Column("scale_max", _("Шкала до"), Kind.NUMBER, _("Наибольшая оценка шкалы. Пусто – 5.")),
        Column("expectation", _("Ожидание"), Kind.NUMBER, _("Ожидание до обращения по той же шкале."),
               clause="2(10)"),
        Column("importance", _("Важность"), Kind.NUMBER, _("Насколько важно то, что оценивалось, по той же шкале.")),
        Column("answer_date", _("Дата ответа"), Kind.DATE, _("Когда получен ответ."), aliases=(_("Дата"),)),
        WEIGHT,
        count_column("answers_count", _("Число ответов"), _("Сколько одинаковых ответов в строке. Пусто – 1."),
               aliases=(_("Количество ответов"),)),
    ),
    has_attribute_columns=True, clause="6",
)  # fmt: skip

RATINGS = TableContract(
    "ratings", _("Индексы опыта"),
    _("Одна строка – один ответ клиента на вопрос о готовности рекомендовать, лёгкости обращения "
      "или вовлечённости (или число одинаковых ответов)."),
    "raw",
    (
        CLIENT_ID,
        Column("index", _("Индекс"), Kind.CODE,
               _("Готовность рекомендовать (шкала 0–10), лёгкость обращения (1–7), вовлечённость (1–5)."),
               codes=rec.EXPERIENCE_INDICES, required=True, clause="2(9)"),
        Column("question", _("Вопрос"), Kind.TEXT, _("Текст вопроса, если их несколько.")),
        Column("score", _("Оценка"), Kind.NUMBER, _("Ответ по шкале. Пусто – не ответил.")),
        Column("scale_min", _("Шкала от"), Kind.NUMBER, _("Наименьшая оценка шкалы. Пусто – как принято у индекса.")),
        Column("scale_max", _("Шкала до"), Kind.NUMBER, _("Наибольшая оценка шкалы. Пусто – как принято у индекса.")),
        Column("answer_date", _("Дата ответа"), Kind.DATE, _("Когда получен ответ."), aliases=(_("Дата"),)),
        WEIGHT,
        count_column("answers_count", _("Число ответов"), _("Сколько одинаковых ответов в строке. Пусто – 1."),
               aliases=(_("Количество ответов"),)),
    ),
    has_attribute_columns=True, clause="2(9)",
)  # fmt: skip

PROBLEMS = TableContract(
    "problems", _("Проблемы"),
    _("Одна строка – одна проблема, названная клиентом в жалобе, интервью или открытом источнике."),
    "raw",
    (
        CLIENT_ID,
        Column("problem_source", _("Источник сведений"), Kind.CODE, _("Жалоба, глубинное интервью, открытый источник."),
               codes=rec.PROBLEM_SOURCES, clause="6"),
        Column("problem", _("Проблема"), Kind.TEXT, _("Код или название проблемы."), clause="6",
               aliases=(_("Код проблемы"), _("Тема"))),
        Column("problem_text", _("Текст"), Kind.TEXT, _("Текст обращения или высказывания."),
               aliases=(_("Текст жалобы"), _("Текст обращения"))),
        STAGE,
        Column("problem_date", _("Дата обращения"), Kind.DATE, _("Когда названа проблема."), aliases=(_("Дата"),)),
        count_column("problems_count", _("Число упоминаний"), _("Сколько одинаковых упоминаний в строке. Пусто – 1.")),
    ),
    has_attribute_columns=True, clause="6",
)  # fmt: skip

JOURNEY = TableContract(
    "journey", _("События пути"),
    _("Одна строка – одно событие клиентского пути: что, когда и через какой канал произошло по делу. "
      "Читаются и журналы программ анализа процессов: XES, CSV, Excel, Parquet."),
    "raw",
    (
        CLIENT_ID,
        Column("case_id", _("Номер дела"), Kind.CODE, _("Одно дело – одно прохождение пути."), required=True,
               aliases=(_("Дело"), _("Номер обращения"), "case:concept:name", "case", "case id", "caseid", "_case_key")),
        Column("stage", _("Этап пути"), Kind.TEXT, _("Этап или событие: номер или название из справочника, или своё."),
               required=True, clause="2(4)", aliases=(_("Этап"), _("Событие"), "concept:name", "activity", "activity_en", "activity name")),
        Column("channel", _("Канал"), Kind.TEXT, _("Код или название канала из справочника, или свой.")),
        Column("event_time", _("Дата и время"), Kind.MOMENT,
               _("Когда произошло событие (закончилось, если отмечено и начало). Время с часовым поясом приводится к местному."),
               required=True,
               aliases=(_("Дата"), _("Время события"), "time:timestamp", "timestamp", "complete timestamp", "completetimestamp",
                        "end timestamp", "end_time", "eventtime")),
        Column("start_time", _("Начало"), Kind.MOMENT, _("Когда началась работа этого события, если это отмечено."),
               aliases=(_("Время начала"), "start_timestamp", "start timestamp", "starttimestamp")),
        Column("transition", _("Переход"), Kind.TEXT,
               _("Начало (start) или завершение (complete) события. Пусто – завершение; иные переходы событиями не считаются."),
               aliases=("lifecycle:transition", "lifecycle")),
        Column("outcome", _("Исход"), Kind.CODE, _("Чем закончилось дело (в последнем событии)."),
               codes=rec.OUTCOMES),
        Column("resource", _("Исполнитель"), Kind.TEXT, _("Кто работал с делом; ни в таблицы, ни в отчёт не попадает."),
               aliases=("org:resource",)),
    ),
    has_attribute_columns=True, clause="2(4), 7",
)  # fmt: skip

CHANNELS = TableContract(
    "channels", _("Каналы"),
    _("Одна строка – один канал, который клиент использует, предпочитает или не приемлет."),
    "raw",
    (
        CLIENT_ID,
        Column("use", _("Назначение канала"), Kind.CODE, _("Информирование, подача, получение результата, обратная связь."),
               codes=rec.CHANNEL_USES, required=True, clause="3(2), 7", aliases=(_("Назначение"),)),
        Column("kind", _("Отношение к каналу"), Kind.CODE, _("Используемый, предпочитаемый, неприемлемый."),
               codes=rec.CHANNEL_KINDS, required=True, aliases=(_("Отношение"),)),
        Column("channel", _("Канал"), Kind.TEXT, _("Код или название канала из справочника, или свой."), required=True),
        Column("reason", _("Причина"), Kind.TEXT, _("Почему канал предпочтителен или неприемлем.")),
        count_column("answers_count", _("Число ответов"), _("Сколько одинаковых ответов в строке. Пусто – 1.")),
    ),
    has_attribute_columns=True, clause="3(2), 7",
)  # fmt: skip

ANSWERS = TableContract(
    "answers", _("Ответы респондентов"),
    _("Одна строка – ответ одного респондента на вопрос, проверяющий одну гипотезу. Заполненные формы шага 4 "
      "(имена начинаются со слов «Анкета», «Интервью», «Фокус-группа», «Беседа») читаются как они есть."),
    "raw",
    (
        Column("respondent_id", _("Код респондента"), Kind.CODE, _("Обезличенный код респондента."), required=True,
               aliases=(_("Респондент"),)),
        CLIENT_ID,
        Column("segment", _("Сегмент"), Kind.TEXT, _("Код или название сегмента, если он известен.")),
        Column("instrument", _("Способ получения"), Kind.CODE, _("Опрос, глубинное интервью, фокус-группа, иное."),
               codes=rec.INSTRUMENTS, required=True, clause="7"),
        Column("session", _("Код обсуждения"), Kind.CODE,
               _("Общий код участников одной фокус-группы. Пусто – участники фокус-групп сегмента считаются одним обсуждением."),
               clause="7", aliases=(_("Обсуждение"), _("Фокус-группа №"))),
        Column("hypothesis", _("Гипотеза"), Kind.CODE, _("Номер гипотезы (Г1, Г2 …). Пусто – беседа без вопроса о гипотезе.")),
        Column("answer", _("Ответ"), Kind.CODE, _("Да – подтверждает гипотезу, нет – опровергает."), codes=rec.ANSWERS),
        Column("quotation", _("Цитата"), Kind.TEXT, _("Слова респондента без имён и адресов.")),
        Column("has_consent", _("Согласие"), Kind.FLAG, _("Получено ли согласие на участие."), aliases=(_("Согласие получено"),)),
        Column("answer_date", _("Дата ответа"), Kind.DATE, _("Когда получен ответ."), aliases=(_("Дата"),)),
    ),
    has_attribute_columns=True, clause="7",
)  # fmt: skip

REGULATION = TableContract(
    "regulation", _("Признаки по регламенту"),
    _("Одна строка – один признак заявителя (или одно его значение) либо один вариант услуги: "
      "комбинация значений признаков. Обе таблицы регламента можно положить в один файл или в два: "
      "regulation_признаки.xlsx и regulation_варианты.xlsx."),
    "raw",
    (
        Column("number", _("№ п/п"), Kind.CODE, _("Номер строки таблицы регламента."),
               aliases=(_("№"), _("Номер"))),
        Column("variant", _("№ варианта"), Kind.CODE, _("Номер варианта предоставления услуги."),
               aliases=(_("Вариант"), _("Номер варианта"))),
        Column("result", _("Результат"), Kind.TEXT, _("Результат, за которым обращается заявитель."),
               aliases=(_("Результат, за которым обращается заявитель"), _("Результат услуги"),
                        _("Результат предоставления услуги"))),
        Column("combination", _("Комбинация значений признаков"), Kind.TEXT,
               _("Значения через точку с запятой; если значение есть у двух признаков – «признак: значение»."),
               aliases=(_("Комбинация признаков"), _("Сочетание значений признаков"),
                        _("Комбинация значений признаков заявителя"))),
        Column("attribute", _("Признак заявителя"), Kind.TEXT,
               _("Название признака; пусто – значение относится к признаку строкой выше."),
               aliases=(_("Признак"), _("Наименование признака"), _("Общий признак заявителя"))),
        Column("attribute_values", _("Значения признака заявителя"), Kind.TEXT,
               _("Значения по порядку: через точку с запятой, по одному в строке ячейки или с номерами."),
               aliases=(_("Значения признака"), _("Значение признака"), _("Значение"), _("Значения"),
                        _("Значение признака заявителя"))),
        Column("source_type", _("Вид источника"), Kind.CODE,
               _("1 – нормативный правовой акт, 2 – состав запрашиваемых документов. Пусто – 1."),
               codes={kind: rec.SOURCE_TYPES[kind] for kind in ("1", "2")}, clause="5"),
        Column("basis", _("Реквизит источника"), Kind.TEXT, _("Акт и пункт, приложение, форма документа."),
               aliases=(_("Реквизит"), _("Основание"))),
    ),
    has_attribute_columns=True, clause="5", parts_may_differ=True,
)  # fmt: skip

RAW_TABLES = (
    CLIENTS, POPULATION, ELIGIBILITY, FEEDBACK, RATINGS, PROBLEMS, JOURNEY, CHANNELS, ANSWERS,
    REGULATION,
)  # fmt: skip
RAW_TABLES_BY_NAME = {table.name: table for table in RAW_TABLES}
