"""The main findings in numbers and in sentences; each number of a sentence is one of a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import _, counted, format_count, format_percent, quoted_list
from client_segments.report.groups import GroupContent, all_measures, overall


def summary_table(groups: Sequence[GroupContent]) -> pd.DataFrame:
    """Return the main numbers: one row is one group; each is a sum of protected parts."""
    rows = []
    for group in groups:
        segments = group.tables.segments
        answers = overall(group.tables.satisfaction)
        blind = all_measures(group.tables.blind_zone)
        total = answers["answers_count"].sum()
        entitled = blind["entitled_count"].sum()
        rows.append(
            {
                "group_name": group.name,
                "clients_count": segments["clients_count"].sum(),
                "segments_number": int((~segments["is_rest"]).sum()),
                "satisfaction_pct": 100 * answers["satisfied_count"].sum() / total
                if total
                else None,
                "entitled_count": entitled or None,
                "blind_zone_count": blind["blind_zone_count"].sum() if entitled else None,
                "blind_zone_pct": 100 * blind["blind_zone_count"].sum() / entitled
                if entitled
                else None,
                "measures_number": len(group.tables.measures),
            }
        )
    frame = pd.DataFrame(rows)
    kinds = dict.fromkeys(["clients_count", "entitled_count", "blind_zone_count"], "Int64")
    return frame.astype(kinds | {"satisfaction_pct": "float64", "blind_zone_pct": "float64"})


def verdict_table(groups: Sequence[GroupContent]) -> pd.DataFrame:
    """Count verdicts: one row is one group, one column is one verdict."""
    rows = []
    for group in groups:
        verdicts = group.tables.verdicts["verdict"]
        counts = {code: int((verdicts == code).sum()) for code in rec.VERDICTS}
        rows.append({"group_name": group.name, "all": len(verdicts), **counts})
    return pd.DataFrame(rows)


def group_sentences(group: GroupContent) -> list[str]:
    """Say the main findings on a group in sentences; each number is one of its tables."""
    sentences = [
        _size_sentence(group),
        _rank_sentence(group),
        _satisfaction_sentence(group),
        _problem_sentence(group),
        _blind_zone_sentence(group),
        _verdict_sentence(group),
        _plan_sentence(group),
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
    chosen = ranked.loc[ranked["is_chosen"], "segment_name"].tolist()
    if not chosen:
        return text
    return text + " " + _("Решено начать с сегментов: {names}.").format(names=quoted_list(chosen))


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


def _problem_sentence(group: GroupContent) -> str:
    """Name the most frequent specific problem of each segment that has one."""
    special = group.tables.problems
    special = special[special["is_specific"].fillna(False).astype(bool)]
    if special.empty:
        return ""
    names = group.segment_names()
    first = special.loc[special.groupby("segment_code", sort=False)["share_pct"].idxmax()]
    first = first.set_index("segment_code").reindex(
        [code for code in names.index if code in set(first["segment_code"])]
    )
    parts = [
        f"«{names[row.Index]}» – {row.problem[0].lower()}{row.problem[1:]}"
        for row in first.itertuples()
    ]
    return _("Чем сегменты обеспокоены заметно чаще остальных: {parts}.").format(
        parts="; ".join(parts)
    )


def _plan_sentence(group: GroupContent) -> str:
    measures = group.tables.measures
    if measures.empty:
        return _("План персонализации не составлен.")
    return _("В плане персонализации – {measures}.").format(
        measures=counted(len(measures), _("мероприятие"), _("мероприятия"), _("мероприятий"))
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
