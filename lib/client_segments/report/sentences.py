"""The main findings on a group in sentences; each number is one of its protected tables."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.language import _, counted, format_count, format_percent, sentence_list
from client_segments.report.groups import GroupContent, all_measures, overall


def group_sentences(group: GroupContent) -> list[str]:
    """Say the main findings on a group in sentences; each number is one of its tables."""
    sentences = [
        _size_sentence(group),
        _rank_sentence(group),
        _satisfaction_sentence(group),
        _blind_zone_sentence(group),
        _verdict_sentence(group),
    ]
    return [sentence for sentence in sentences if sentence]


def _size_sentence(group: GroupContent) -> str:
    segments = group.tables.segments
    total = int(segments["clients_count"].sum())
    return _("В данных {clients}; выделено {segments}.").format(
        clients=counted(total, *group.tables.group.unit_forms),
        segments=counted(
            int((~segments["is_rest"]).sum()), _("сегмент"), _("сегмента"), _("сегментов")
        ),
    )


def _rank_sentence(group: GroupContent) -> str:
    ranked = group.tables.priorities.sort_values("rank", kind="stable")
    if ranked.empty:
        return ""
    first = ranked.iloc[0]
    stable = _("место устойчиво") if first["is_stable"] else _("место неустойчиво")
    text = _("По расчёту первым исследуется сегмент «{segment}» ({stable}).").format(
        segment=first["segment_name"], stable=stable
    )
    chosen = [f"«{name}»" for name in ranked.loc[ranked["is_chosen"], "segment_name"]]
    if not chosen:
        return text
    return text + " " + _("Решено начать с сегментов: {names}.").format(names=sentence_list(chosen))


def _satisfaction_sentence(group: GroupContent) -> str:
    known = overall(group.tables.satisfaction).dropna(subset=["satisfaction_pct"])
    if known.empty:
        return ""
    names = group.segment_names()
    least = known.loc[known["satisfaction_pct"].idxmin()]
    most = known.loc[known["satisfaction_pct"].idxmax()]
    return _(
        "Реже всего удовлетворены клиенты сегмента «{least}» ({least_share}), чаще всего – «{most}» ({most_share})."
    ).format(
        least=names[least["segment_code"]],
        least_share=format_percent(least["satisfaction_pct"]),
        most=names[most["segment_code"]],
        most_share=format_percent(most["satisfaction_pct"]),
    )


def _blind_zone_sentence(group: GroupContent) -> str:
    blind = all_measures(group.tables.blind_zone)
    entitled = blind["entitled_count"].sum()
    if not entitled:
        return ""
    count = blind["blind_zone_count"].sum()
    return _("Имеют право, но не обращались: {count} из {entitled} ({share}).").format(
        count=format_count(count),
        entitled=format_count(entitled),
        share=format_percent(100 * count / entitled),
    )


def _verdict_sentence(group: GroupContent) -> str:
    verdicts = group.tables.verdicts["verdict"].value_counts()
    if not verdicts.sum():
        return ""
    parts = [
        _("{verdict} – {count}").format(verdict=label, count=verdicts[code])
        for code, label in rec.VERDICTS.items()
        if code in verdicts
    ]
    return _("Гипотез – {total}: {parts}.").format(total=verdicts.sum(), parts=", ".join(parts))
