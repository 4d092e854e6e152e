"""Indicators that two versions of a profile have in common.

Pure functions on the numbers that a version records: the report gives them protected ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from client_segments import recommendations as rec
from client_segments.labels import fold
from client_segments.language import (
    _,
    counted,
    format_count,
)
from client_segments.profiles.register import Version
from client_segments.statistics import normal_quantile

TOP_CHANNELS_COUNT = 3
"""Own: how many preferred channels of each use are compared."""


@dataclass(frozen=True)
class Share:
    """A share as hits among a total; either may be an effective, not whole, number."""

    hits: float
    total: float

    @property
    def percent(self) -> float:
        return 100 * self.hits / self.total


@dataclass(frozen=True)
class Comparison:
    """One indicator of one segment in two years; None where a year has no data."""

    group: str
    segment: str
    indicator: str
    label: str
    before: Share | None
    after: Share | None
    note: str = ""
    hypotheses: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return self.before is not None and self.after is not None


def _share(hits: float | None, total: float | None) -> Share | None:
    return Share(hits, total) if hits is not None and total else None


def _satisfaction(numbers: Mapping) -> Share | None:
    """Return the share with its effective number of answers, so that weights count."""
    row = numbers["satisfaction"]
    percent, effective = row.get("satisfaction_pct"), row.get("effective_count")
    if percent is None or not effective:
        return None
    return Share(percent / 100 * effective, effective)


def _capacity(numbers: Mapping) -> Share | None:
    return _share(numbers["capacity"]["clients_count"], numbers["capacity"]["all_clients_count"])


def _blind_zone(numbers: Mapping) -> Share | None:
    """Return the share with the number of people that its interval speaks of.

    Where those entitled are estimated (a population times a rule), their number is large and yet
    not sure: the interval says by how many counted people it would be as sure.
    """
    row = numbers["blind_zone"]
    share = _share(row.get("blind_zone_count"), row.get("entitled_count"))
    low, high = row.get("low_pct"), row.get("high_pct")
    if share is None or low is None or high is None or not high > low:
        return share
    part = share.hits / share.total
    half = (high - low) / 200
    sure = part * (1 - part) * (normal_quantile() / half) ** 2
    return Share(part * sure, sure) if 0 < sure < share.total else share


def _problem_shares(numbers: Mapping, total: float | None) -> dict[str, Share]:
    """Return the share of each problem, by its folded name: of `total`, or of all mentions."""
    counts = {name: count for name, count in numbers["problems"].items() if count}
    total = total or sum(counts.values())
    return {fold(name): Share(count, total) for name, count in counts.items()}


def _reporters(numbers: Mapping) -> float | None:
    """Return how many clients named a problem, where each problem is known by clients."""
    count = numbers["problem_reporters"].get("reporters_count")
    most = max((value for value in numbers["problems"].values() if value), default=0)
    return count if count and count >= most else None


def _channel_shares(numbers: Mapping) -> dict[tuple[str, str], Share]:
    """Return the shares of preferred channels, by use and code."""
    return {
        (row["use"], row["channel_code"]): Share(row["answers_count"], row["total_count"])
        for row in numbers["channels"]
        if row["kind"] == "preferred" and row["total_count"] and row["answers_count"] is not None
    }


def _top(shares: Mapping[tuple[str, str], Share], use: str) -> list[tuple[str, str]]:
    own = [key for key in shares if key[0] == use and shares[key].hits > 0]
    return sorted(own, key=lambda key: (-shares[key].percent, key))[:TOP_CHANNELS_COUNT]


def _journey_shares(numbers: Mapping) -> dict[str, Share]:
    return {
        row["stage"]: Share(row["reached_count"], row["cases_count"])
        for row in numbers["journey"]
        if row["cases_count"] and row["reached_count"] is not None
    }


def compare_versions(
    group: str, previous: Version, current: Version, unit_forms: tuple[str, str, str]
) -> list[Comparison]:
    """Return the comparisons of a segment's two versions, in a fixed order of indicators."""
    return compare_numbers(
        group, current.segment, previous.content["numbers"], current.content["numbers"], unit_forms
    )


def compare_numbers(
    group: str,
    segment: str,
    before: Mapping,
    after: Mapping,
    unit_forms: tuple[str, str, str],
) -> list[Comparison]:
    """Return the comparisons of a segment's numbers in two years, in a fixed order of indicators.

    Parameters
    ----------
    before, after
        What versions record under `numbers` (`profiles.compose.numbers_of`).
    """
    found = [
        Comparison(
            group, segment, "capacity", _("Доля сегмента среди всех клиентов"),
            _capacity(before), _capacity(after), note=_capacity_note(before, after, unit_forms),
        ),
        Comparison(
            group, segment, "satisfaction", _("Доля удовлетворённых"),
            _satisfaction(before), _satisfaction(after),
        ),
    ]  # fmt: skip
    if before["blind_zone"] or after["blind_zone"]:
        found.append(
            Comparison(
                group, segment, "blind_zone", _("Слепая зона, доля имеющих право"),
                _blind_zone(before), _blind_zone(after),
            )
        )  # fmt: skip
    found += _problem_comparisons(group, segment, before, after)
    found += _channel_comparisons(group, segment, before, after)
    found += _journey_comparisons(group, segment, before, after)
    return [
        replace(
            item, hypotheses=touched_hypotheses(item.indicator, item.label, after["hypotheses"])
        )
        for item in found
    ]


def _capacity_note(before: Mapping, after: Mapping, unit_forms: tuple[str, str, str]) -> str:
    old, new = before["capacity"]["clients_count"], after["capacity"]["clients_count"]
    if old is None or new is None:
        return ""
    return _("клиентов было {old}, стало {new}").format(
        old=format_count(old), new=counted(new, *unit_forms)
    )


def _problem_comparisons(
    group: str, segment: str, before: Mapping, after: Mapping
) -> list[Comparison]:
    """Compare each problem, where both years have problems at all.

    Shares are of the clients who named any, if both years know them; else of mentions.
    """
    totals = _reporters(before), _reporters(after)
    if None in totals:
        totals = None, None
        label = _("Проблема «{name}», доля упоминаний")
    else:
        label = _("Проблема «{name}», доля назвавших")
    old, new = _problem_shares(before, totals[0]), _problem_shares(after, totals[1])
    if not old or not new:
        return []
    names = {fold(name): name for name in [*before["problems"], *after["problems"]]}
    old_total, new_total = next(iter(old.values())).total, next(iter(new.values())).total
    return [
        Comparison(
            group, segment, f"problem.{number:02d}",
            label.format(name=names[key]),
            old.get(key, Share(0, old_total)), new.get(key, Share(0, new_total)),
        )
        for number, key in enumerate(sorted(old | new), start=1)
    ]  # fmt: skip


def _channel_comparisons(
    group: str, segment: str, before: Mapping, after: Mapping
) -> list[Comparison]:
    """Compare the preferred channels that lead in either year, use by use."""
    old, new = _channel_shares(before), _channel_shares(after)
    names = {
        row["channel_code"]: row["channel_name"]
        for numbers in (before, after)
        for row in numbers["channels"]
    }
    found = []
    for use in rec.CHANNEL_USES:
        old_total = next((share.total for key, share in old.items() if key[0] == use), None)
        new_total = next((share.total for key, share in new.items() if key[0] == use), None)
        if old_total is None or new_total is None:
            continue
        label = _("Предпочитаемый канал ({use}): {name}")
        for key in sorted({*_top(old, use), *_top(new, use)}):
            found.append(
                Comparison(
                    group, segment, f"channel.preferred.{use}.{key[1]}",
                    label.format(use=rec.CHANNEL_USES[use], name=names[key[1]]),
                    old.get(key, Share(0, old_total)), new.get(key, Share(0, new_total)),
                )
            )  # fmt: skip
    return found


def _journey_comparisons(
    group: str, segment: str, before: Mapping, after: Mapping
) -> list[Comparison]:
    """Compare the share of cases that reach each stage known in both years."""
    old, new = _journey_shares(before), _journey_shares(after)
    return [
        Comparison(
            group, segment, f"journey.{number:02d}",
            _("Дошли до этапа «{stage}»").format(stage=stage), old[stage], new[stage],
        )
        for number, stage in enumerate((stage for stage in new if stage in old), start=1)
    ]  # fmt: skip


_TOUCHED_KINDS = {
    "satisfaction": "journey", "journey": "journey", "problem": "problem",
    "channel": "channel", "blind_zone": "channel",
}  # fmt: skip


def touched_hypotheses(
    indicator: str, label: str, hypotheses: Sequence[Mapping[str, str]]
) -> tuple[str, ...]:
    """Return the accepted hypotheses that stand on what an indicator measures: «Г2: …».

    Hypotheses of the indicator's kind; of these, where there are any, only those proposed from
    the same comparison or naming the same problem or channel.
    """
    family = indicator.split(".")[0]
    alike = [item for item in hypotheses if item["kind"] == _TOUCHED_KINDS.get(family)]
    same_data = [item for item in alike if _is_about(item, indicator, label)]
    return tuple(f"{item['code']}: {item['text']}" for item in same_data or alike)


def _is_about(hypothesis: Mapping[str, str], indicator: str, label: str) -> bool:
    proposal = hypothesis["proposal"]
    if indicator.startswith("channel.") and proposal:
        return proposal == indicator
    if indicator.startswith("problem."):
        name = label.split("«", 1)[-1].split("»", 1)[0]
        return fold(name) in fold(hypothesis["text"])
    return False
