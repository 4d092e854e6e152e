"""Contracts of step 4: its tables, and the record of its decision."""

from __future__ import annotations

from functools import partial

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract, count_column
from client_segments.language import _

ALL_CODE = "all"
"""In place of a segment's code: all clients of the group, also those in no segment."""

CRITERION_DEFAULT_PCT = 50.0
"""Own: where people fixed no criterion, the answers «yes» must be the majority."""

HYPOTHESIS_STATUSES = {"accepted": _("принята"), "rejected": _("отклонена")}

SEGMENT_CODE = Column(
    "segment_code", _("Код сегмента"), Kind.CODE,
    _("Код сегмента из шага 2; all – все клиенты группы."), required=True,
)  # fmt: skip
HYPOTHESIS_CODE = Column(
    "hypothesis_code", _("Гипотеза"), Kind.CODE, _("Номер гипотезы: Г1, Г2 …"), required=True
)
HYPOTHESIS_KIND = Column(
    "kind", _("О чём"), Kind.CODE, _("О пути, о канале или о проблеме."),
    codes=rec.HYPOTHESIS_KINDS, required=True, clause="7",
)  # fmt: skip
HYPOTHESIS_TEXT = Column(
    "hypothesis_text", _("Текст гипотезы"), Kind.TEXT,
    _("Утверждение, которое может оказаться верным или неверным."), required=True, clause="7",
)  # fmt: skip
CRITERION_PCT = Column(
    "criterion_pct", _("Критерий подтверждения"), Kind.NUMBER,
    _("Какая доля ответов «да» подтверждает гипотезу; задаётся до проверки."),
    unit="%", minimum=0, maximum=100,
)  # fmt: skip
SHARE_PCT = Column("share_pct", _("Доля"), Kind.NUMBER, _("Доля ответов."), unit="%")
LOW_PCT = Column(
    "low_pct", _("Не менее"), Kind.NUMBER, _("Нижняя граница 95 %-го интервала."), unit="%"
)
HIGH_PCT = Column(
    "high_pct", _("Не более"), Kind.NUMBER, _("Верхняя граница 95 %-го интервала."), unit="%"
)


_count = partial(count_column, required=True)

JOURNEY_STAGES = TableContract(
    "journey_stages", _("Клиентский путь по сегментам"), _("Одна строка – сегмент × этап пути."), "hypotheses",
    (
        SEGMENT_CODE,
        Column("stage_number", _("№ этапа"), Kind.INTEGER, _("Номер по справочнику; свои этапы – после него."), required=True, minimum=1),
        Column("stage", _("Этап пути"), Kind.TEXT, _("Название этапа."), required=True, clause="2(4)"),
        _count("cases_count", _("Дел"), _("Число дел сегмента.")),
        _count("reached_count", _("Дошли до этапа"), _("Число дел, в которых этап отмечен.")),
        Column("reached_pct", _("Доля дошедших"), Kind.NUMBER, _("Доля дел, в которых этап отмечен."), unit="%"),
        Column("median_days_to_next", _("До следующего этапа"), Kind.NUMBER,
               _("Медиана времени от первого события этапа до первого события следующего этапа того же дела."), unit=_("дней")),
    ),
    clause="2(4), 7",
)  # fmt: skip

JOURNEY_OUTCOMES = TableContract(
    "journey_outcomes", _("Исходы дел по сегментам"), _("Одна строка – сегмент × исход дела."), "hypotheses",
    (
        SEGMENT_CODE,
        Column("outcome", _("Исход"), Kind.CODE, _("Исход последнего события дела, у которого он указан."), codes=rec.OUTCOMES, required=True),
        _count("cases_count", _("Дел"), _("Число дел сегмента с известным исходом.")),
        _count("outcome_count", _("Дел с этим исходом"), _("Число дел сегмента с этим исходом.")),
        Column("outcome_pct", _("Доля"), Kind.NUMBER, _("Доля среди дел с известным исходом."), unit="%"),
    ),
    clause="2(4), 7",
)  # fmt: skip

CHANNEL_SHARES = TableContract(
    "channel_shares", _("Каналы по сегментам"), _("Одна строка – сегмент × назначение × отношение × канал."), "hypotheses",
    (
        SEGMENT_CODE,
        Column("use", _("Назначение канала"), Kind.CODE, _("Для чего нужен канал."), codes=rec.CHANNEL_USES, required=True, clause="3(2)"),
        Column("kind", _("Отношение к каналу"), Kind.CODE, _("Используемый, предпочитаемый, неприемлемый."), codes=rec.CHANNEL_KINDS, required=True),
        Column("channel_code", _("Код канала"), Kind.CODE, _("Код по справочнику каналов или свой канал."), required=True),
        Column("channel_name", _("Канал"), Kind.TEXT, _("Название канала."), required=True, clause="7"),
        _count("answers_count", _("Назвали"), _("Сколько клиентов назвали канал.")),
        _count("total_count", _("Всего ответили"), _("Сколько клиентов назвали хотя бы один канал с тем же назначением и отношением.")),
        SHARE_PCT, LOW_PCT, HIGH_PCT,
    ),
    clause="3(2), 7",
)  # fmt: skip

HYPOTHESES = TableContract(
    "hypotheses", _("Гипотезы"), _("Одна строка – одна гипотеза, принятая или отклонённая людьми."), "hypotheses",
    (
        HYPOTHESIS_CODE, SEGMENT_CODE, HYPOTHESIS_KIND, HYPOTHESIS_TEXT,
        Column("proposal_code", _("Код предложения"), Kind.CODE, _("На каком сравнении основана. Пусто – предложена людьми.")),
        Column("status", _("Решение"), Kind.CODE, _("Принята к проверке или отклонена."), codes=HYPOTHESIS_STATUSES, required=True),
        CRITERION_PCT,
        Column("method", _("Метод проверки"), Kind.CODE, _("Как проверяется."), codes=rec.INSTRUMENTS, clause="7"),
        Column("respondents_planned_count", _("Респондентов по плану"), Kind.INTEGER, _("Сколько респондентов нужно."), minimum=0, clause="7"),
        Column("decided_date", _("Дата решения"), Kind.DATE, _("Когда гипотеза и её критерий приняты.")),
        Column("question_text", _("Вопрос респонденту"), Kind.TEXT, _("Как спросить об этом: «да» подтверждает гипотезу. Составляет программа, если люди не написали свой.")),
        Column("criterion_history", _("Прежний критерий"), Kind.TEXT, _("Каким был критерий и до какой даты. Пусто – не менялся.")),
        Column("criterion_changed_date", _("Критерий изменён"), Kind.DATE, _("Когда критерий стал нынешним. Пусто – не менялся.")),
    ),
    clause="7",
)  # fmt: skip

HYPOTHESIS_RECORDS = TableContract(
    "hypothesis_records", _("Гипотезы"), _("Одна запись – одна гипотеза о сегменте."), "decision",
    (
        Column("code", _("Номер"), Kind.CODE, _("Г1, Г2 …: этот номер ставится в ответах респондентов."), required=True),
        Column("segment", _("Сегмент"), Kind.TEXT, _("Код или название сегмента."), required=True),
        Column("kind", _("О чём"), Kind.CODE, _("Можно не указывать, если указан код предложения."), codes=rec.HYPOTHESIS_KINDS),
        Column("text", _("Текст гипотезы"), Kind.TEXT, _("Можно не указывать, если указан код предложения.")),
        Column("proposal", _("Код предложения"), Kind.CODE, _("Код сравнения, на котором основана гипотеза.")),
        Column("status", _("Решение"), Kind.CODE, _("Принята к проверке или отклонена. Пусто – принята."), codes=HYPOTHESIS_STATUSES),
        Column("criterion_pct", _("Критерий подтверждения"), Kind.NUMBER,
               _("Какая доля ответов «да» подтверждает гипотезу; задаётся до проверки."), unit="%", minimum=1, maximum=100),
        Column("method", _("Метод проверки"), Kind.CODE, _("Пусто – предложит программа."), codes=rec.INSTRUMENTS, clause="7"),
        Column("respondents", _("Респондентов"), Kind.INTEGER, _("Сколько респондентов нужно. Пусто – посчитает программа."), minimum=1, clause="7"),
        Column("decided", _("Дата решения"), Kind.DATE, _("Пусто – дата всего файла.")),
        Column("question", _("Вопрос респонденту"), Kind.TEXT, _("Как спросить об этом в анкете: «да» подтверждает гипотезу. Пусто – составит программа.")),
        Column("criterion_history", _("Прежний критерий"), Kind.TEXT,
               _("Если критерий меняли: «60 % до 05.11.2025», по одному изменению в строке. Форма записывает это сама."), is_list=True),
    ),
    clause="7",
)  # fmt: skip
"""What a person writes in `decisions/hypotheses.yml` under `hypotheses`."""

CONTRACTS = (
    JOURNEY_STAGES, JOURNEY_OUTCOMES, CHANNEL_SHARES, HYPOTHESES,
)  # fmt: skip
