"""Contracts of what clients say of channels beyond their shares: order, gaps, reasons."""

from __future__ import annotations

from functools import partial

from client_segments import recommendations as rec
from client_segments.contracts import (
    Column,
    Kind,
    TableContract,
    count_column,
    percent_column,
    place_column,
)
from client_segments.hypotheses.contracts import SEGMENT_CODE
from client_segments.language import _

_USE = Column("use", _("Назначение канала"), Kind.CODE, _("Для чего нужен канал."), codes=rec.CHANNEL_USES, required=True, clause="3(2)")  # fmt: skip
_KIND = Column("kind", _("Отношение к каналу"), Kind.CODE, _("Используемый, предпочитаемый, неприемлемый."), codes=rec.CHANNEL_KINDS, required=True)  # fmt: skip
_CODE = Column("channel_code", _("Код канала"), Kind.CODE, _("Код по справочнику каналов или свой канал."), required=True)  # fmt: skip
_NAME = Column("channel_name", _("Канал"), Kind.TEXT, _("Название канала."), required=True, clause="7")  # fmt: skip


_count = partial(count_column, required=True)

CHANNEL_RANKS = TableContract(
    "channel_ranks", _("Порядок каналов"), _("Одна строка – сегмент × назначение × отношение × канал."), "hypotheses",
    (
        SEGMENT_CODE, _USE, _KIND,
        place_column("rank", _("Место"), _("Место по доле назвавших; при равных долях места равны.")),
        place_column("rank_low", _("Место не ниже"), _("Лучшее место, которое допускают интервалы.")),
        place_column("rank_high", _("Место не выше"), _("Худшее место, которое допускают интервалы.")),
        _CODE, _NAME,
        _count("answers_count", _("Назвали"), _("Сколько клиентов назвали канал.")),
        _count("total_count", _("Всего ответили"), _("Сколько клиентов назвали хотя бы один канал.")),
        percent_column("share_pct", _("Доля"), _("Доля назвавших канал.")),
        percent_column("low_pct", _("Не менее"), _("Нижняя граница: вместе интервалы всех каналов верны с вероятностью 95 % (Гудман, 1965).")),
        percent_column("high_pct", _("Не более"), _("Верхняя граница того же интервала.")),
        Column("is_first", _("Может быть первым"), Kind.FLAG, _("Допускают ли интервалы, что канал – самый частый."), required=True),
    ),
    clause="3(2), 7",
)  # fmt: skip

CHANNEL_GAPS = TableContract(
    "channel_gaps", _("Где предпочтение расходится с использованием"), _("Одна строка – сегмент × назначение × канал."), "hypotheses",
    (
        SEGMENT_CODE, _USE, _CODE, _NAME,
        _count("clients_count", _("Клиентов"), _("Сколько клиентов сказали и что используют, и что предпочитают; у сравнения разных клиентов – меньшее из двух чисел.")),
        percent_column("used_pct", _("Используют"), _("Доля использующих канал.")),
        percent_column("preferred_pct", _("Предпочитают"), _("Доля предпочитающих канал.")),
        Column("difference_pct", _("Разница"), Kind.NUMBER, _("Доля предпочитающих минус доля использующих."), unit=_("п. п.")),
        Column("low_pct", _("Разница не менее"), Kind.NUMBER, _("Нижняя граница 95 %-го интервала Ньюкомба."), unit=_("п. п.")),
        Column("high_pct", _("Разница не более"), Kind.NUMBER, _("Верхняя граница того же интервала."), unit=_("п. п.")),
        Column("is_paired", _("Те же клиенты"), Kind.FLAG, _("Об использовании и предпочтении сказали одни и те же клиенты."), required=True),
        Column("is_parted", _("Расходятся"), Kind.FLAG, _("Интервал разницы не содержит нуля."), required=True),
    ),
    clause="3(2), 7",
)  # fmt: skip

CHANNEL_REASONS = TableContract(
    "channel_reasons", _("Причины отношения к каналам"), _("Одна строка – сегмент × назначение × отношение × канал × причина."), "hypotheses",
    (
        SEGMENT_CODE, _USE, _KIND, _CODE, _NAME,
        Column("reason", _("Причина"), Kind.TEXT, _("Почему канал неприемлем, предпочитается или используется."), required=True),
        _count("answers_count", _("Назвали"), _("Сколько клиентов назвали эту причину.")),
        _count("total_count", _("Всего назвали причину"), _("Сколько клиентов объяснили это отношение к каналу.")),
        percent_column("share_pct", _("Доля"), _("Доля среди объяснивших.")),
    ),
    clause="3(2), 7",
)  # fmt: skip

CHANNEL_CONTRACTS = (CHANNEL_RANKS, CHANNEL_GAPS, CHANNEL_REASONS)
