"""Contracts of the tables that explain the order of research and how sure it is."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract, place_column, share_column
from client_segments.language import _
from client_segments.priorities.contracts import SEGMENT_CODE
from client_segments.priorities.ranking.draws import WEIGHT_KINDS

CRITERION_LABELS = {criterion.name: criterion.label for criterion in rec.CRITERIA}
METHODS = {
    "weighted_sum": _("Взвешенная сумма"),
    "equal_weights": _("Равные веса (взвешенная сумма)"),
    "topsis": _("TOPSIS (близость к наилучшему)"),
    "promethee": _("PROMETHEE II (попарное превосходство)"),
}
WEIGHT_SOURCES = {
    "default": _("приняты по умолчанию"),
    "given": _("заданы человеком"),
    "comparisons": _("из попарных сравнений"),
}

_CRITERION = Column(
    "criterion", _("Параметр"), Kind.CODE, _("Параметр пункта 6."), codes=CRITERION_LABELS,
    required=True, clause="6",
)  # fmt: skip
_METHOD = Column(
    "method", _("Способ"), Kind.CODE, _("Как баллы параметров сводятся в один."), codes=METHODS,
    required=True,
)  # fmt: skip
_OTHER = Column(
    "other_code", _("Другой сегмент"), Kind.CODE, _("С каким сегментом сравнивается."),
    required=True,
)  # fmt: skip


CRITERION_WEIGHTS = TableContract(
    "criterion_weights", _("Веса параметров"), _("Одна строка – один параметр пункта 6."), "priorities",
    (
        _CRITERION,
        Column("is_main", _("Основной"), Kind.FLAG, _("Пункт 6 называет основными ёмкость и удовлетворённость."), required=True, clause="6"),
        share_column("weight_pct", _("Вес"), _("Вес, с которым посчитана очерёдность; сумма 100 %.")),
        share_column("used_weight_pct", _("Вес среди известных"), _("Вес параметра, когда веса неизвестных параметров поделены между известными.")),
        Column("weight_source", _("Откуда вес"), Kind.CODE, _("Кто или что задаёт вес."), codes=WEIGHT_SOURCES, required=True),
        share_column("comparison_weight_pct", _("Вес по сравнениям"), _("Вес из попарных сравнений (метод анализа иерархий), если они записаны.")),
        Column("segments_count", _("Сегментов с данными"), Kind.INTEGER, _("У скольких сегментов параметр известен."), required=True, minimum=0),
        share_column("keeps_from_pct", _("Первое место то же при весе от"), _("Наименьший вес среди известных, при котором первым остаётся тот же сегмент; прочие веса меняются в своей пропорции.")),
        share_column("keeps_to_pct", _("до"), _("Наибольший такой вес.")),
        Column("next_first", _("Кто станет первым"), Kind.TEXT, _("Сегмент, который выйдет на первое место за ближайшим из этих весов.")),
    ),
    clause="6",
)  # fmt: skip

RANKING_METHODS = TableContract(
    "ranking_methods", _("Места по разным способам"), _("Одна строка – сегмент × способ."), "priorities",
    (
        SEGMENT_CODE, _METHOD,
        Column("method_score", _("Балл способа"), Kind.NUMBER, _("Чем больше, тем раньше исследовать; у каждого способа своя шкала.")),
        place_column("rank", _("Место"), _("1 – исследовать первым; равные делят место.")),
    ),
    clause="6",
)  # fmt: skip

METHOD_AGREEMENT = TableContract(
    "method_agreement", _("Согласие способов"), _("Одна строка – один способ в сравнении с принятым."), "priorities",
    (
        _METHOD,
        Column("kendall_tau", _("Согласие (тау Кендалла)"), Kind.NUMBER, _("1 – порядок тот же, 0 – порядки не связаны, −1 – порядок обратный."), minimum=-1, maximum=1),
        Column("agreement_text", _("Что это значит"), Kind.TEXT, _("Согласие словами."), required=True),
        Column("first_segments", _("Первый по этому способу"), Kind.TEXT, _("Сегмент (или равные сегменты) на первом месте.")),
    ),
    clause="6",
)  # fmt: skip

RANK_ACCEPTABILITY = TableContract(
    "rank_acceptability", _("Вероятности мест"), _("Одна строка – вид весов × сегмент × место."), "priorities",
    (
        Column("weight_kind", _("Какие веса"), Kind.CODE, _("В каких пределах меняются веса."), codes=WEIGHT_KINDS, required=True),
        SEGMENT_CODE,
        place_column("rank", _("Место"), _("Место в очереди.")),
        share_column("acceptability_pct", _("Вероятность места"), _("Доля испытаний, в которых сегмент занимает это место.")),
    ),
    clause="6",
)  # fmt: skip

RANK_CONFIDENCE = TableContract(
    "rank_confidence", _("Кто кого опережает"), _("Одна строка – пара сегментов."), "priorities",
    (
        SEGMENT_CODE, _OTHER,
        share_column("precedes_pct", _("Опережает"), _("Доля испытаний, в которых сегмент стоит раньше другого, при любых весах по пункту 6; равенство – половина.")),
        share_column("given_precedes_pct", _("Опережает при заданных весах"), _("То же, если заданные веса меняются не более чем наполовину.")),
    ),
    clause="6",
)  # fmt: skip

SCORE_CONTRIBUTIONS = TableContract(
    "score_contributions", _("Из чего сложился балл"), _("Одна строка – сегмент × параметр."), "priorities",
    (
        SEGMENT_CODE, _CRITERION,
        Column("criterion_score", _("Балл параметра"), Kind.NUMBER, _("0 – наименее, 1 – наиболее срочный из сегментов; пусто – нет данных."), minimum=0, maximum=1),
        share_column("weight_pct", _("Вес для сегмента"), _("Вес параметра; вес неизвестных параметров поделён между известными.")),
        Column("contribution", _("Вклад"), Kind.NUMBER, _("Вес × балл параметра; вклады сегмента складываются в его балл."), minimum=0, maximum=1),
        share_column("central_weight_pct", _("Вес в пользу сегмента"), _("Средний вес параметра в испытаниях, где сегмент первый; пусто – первым не бывает.")),
    ),
    clause="6",
)  # fmt: skip

WEIGHT_SENSITIVITY = TableContract(
    "weight_sensitivity", _("Места при других весах"), _("Одна строка – параметр × его вес × сегмент."), "priorities",
    (
        _CRITERION,
        share_column("weight_pct", _("Вес параметра"), _("Вес параметра; остальные меняются в своей пропорции.")),
        SEGMENT_CODE,
        place_column("rank", _("Место"), _("Место при таком весе.")),
    ),
    clause="6",
)  # fmt: skip

RANKING_CONTRACTS = (
    CRITERION_WEIGHTS, SCORE_CONTRIBUTIONS, RANKING_METHODS, METHOD_AGREEMENT, RANK_ACCEPTABILITY,
    RANK_CONFIDENCE, WEIGHT_SENSITIVITY,
)  # fmt: skip
