"""How many are entitled where nobody counted them: a rule of entitlement over raked clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments import decisions
from client_segments.attributes import Coder
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.priorities.blind_zone import COUNT_COLUMNS, EXTRA_COLUMNS
from client_segments.priorities.blind_zone_counting import (
    client_flags,
    named_measures,
    ready_rows,
    report_impossible_parts,
)
from client_segments.priorities.contracts import ALL_MEASURES, ENTITLEMENT_RECORDS
from client_segments.priorities.raking import RakedPatterns
from client_segments.segments.rules import Rule, parse_rule
from client_segments.study import Study

BY_RULE = _("оценка: правило о праве, применённое к населению")
BY_RULE_CLIENTS = _("оценка: правило о праве, применённое к клиентам в данных")
_KEYS = ["segment_code", "measure"]
_PARTS = ("applied_count", "refused_count", "received_count")


@dataclass(frozen=True)
class Entitlement:
    """Who is entitled to one measure, as people decided it.

    Attributes
    ----------
    measure, rule
        Name of the measure, and the rule; None where it is written wrongly.
    share, share_low, share_high
        Part (0-1) of those who fit the rule that is entitled, and its bounds.
    average_sum
        What one who applied gets a year on average, in roubles; NaN where not known.
    """

    measure: str
    rule: Rule
    share: float
    share_low: float
    share_high: float
    average_sum: float


def load_entitlement(
    study: Study, coders: Sequence[Coder]
) -> tuple[tuple[Entitlement, ...], Findings]:
    """Read the decision `entitlement`; nothing where nobody wrote one."""
    decision = decisions.load(study, "entitlement")
    if decision is None:
        return (), Findings()
    findings = Findings(decision.findings)
    records, problems = decisions.records(decision, "measures", ENTITLEMENT_RECORDS, ("rule",))
    findings.extend(problems)
    result: list[Entitlement] = []
    for number, record in enumerate(records):
        path = ("measures", number)
        rule, rule_findings = parse_rule(decision, coders, record.get("rule", ""), *path, "rule")
        findings.extend(rule_findings)
        numbers = [_part(record[name]) for name in ("share_pct", "share_low_pct", "share_high_pct")]
        share = 1.0 if np.isnan(numbers[0]) else numbers[0]
        low, high = (share if np.isnan(bound) else bound for bound in numbers[1:])
        if not low <= share <= high:
            message = _("доля имеющих право лежит вне своих границ.")
            remedy = _("исправьте: share_low_pct ≤ share_pct ≤ share_high_pct.")
            findings.add(
                decision.finding(Severity.ERROR, "share_range", message, remedy, *path, "share_pct")
            )
        if record["measure"] and fold(record["measure"]) in {fold(item.measure) for item in result}:
            message = _("мера записана дважды.")
            remedy = _("оставьте одну запись на меру.")
            findings.add(
                decision.finding(
                    Severity.ERROR, "measure_twice", message, remedy, *path, "measure",
                    found=record["measure"],
                )
            )  # fmt: skip
        if rule is not None and record["measure"]:
            money = record["average_sum"]
            money = float("nan") if money is None else money
            result.append(Entitlement(record["measure"], rule, share, low, high, money))
    return tuple(result), findings


def _part(percent: float | None) -> float:
    return float("nan") if percent is None else percent / 100


def estimated_entitled(
    entitlement: Entitlement,
    patterns: pd.DataFrame,
    raked: RakedPatterns | None,
    segment_codes: Sequence[str],
) -> pd.DataFrame:
    """Estimate the entitled by segment: one row is one segment, columns people, low and high.

    Parameters
    ----------
    patterns
        Patterns of clients over the attributes of the rule, with `people` (raked) or `weight`.
    raked
        The same patterns as raked, for the sampling interval; None where there is no population.

    Notes
    -----
    A pattern that lacks a value may fit the rule or not (Kleene): it is in the upper bound and
    not in the lower, and the estimate divides it as those who are known are divided. To that
    the sampling interval of the raked people is added, and the bounds of the share.
    """
    truth = entitlement.rule.evaluate(patterns)
    people = patterns["people" if raked is not None else "weight"].to_numpy(dtype=float)
    rows = []
    for code in segment_codes:
        inside = (patterns["segment_code"] == code).to_numpy()
        sure, possible = inside & truth.true, inside & ~truth.false
        low, high = people[sure].sum(), people[possible].sum()
        known = people[inside & (truth.true | truth.false)].sum()
        estimate = people[inside].sum() * low / known if known > 0 else float("nan")
        if raked is not None and inside.any():
            low, high = raked.interval(sure)[0], raked.interval(possible)[1]
        rows.append(
            (
                code, entitlement.share * estimate,
                entitlement.share_low * min(low, estimate), entitlement.share_high * max(high, estimate),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["segment_code", "people", "low", "high"])


def applied_of(
    eligibility: pd.DataFrame, measure: str, segment_codes: Sequence[str]
) -> pd.DataFrame:
    """Count who applied for a measure by segment, whether or not anybody told of entitlement.

    One row is one segment that is spoken of: applied_count, refused_count, received_count.
    """
    placed = named_measures(eligibility, segment_codes)
    placed = placed[placed["measure"].map(fold) == fold(measure)]
    is_ready = ready_rows(placed)
    ready = placed[is_ready].groupby("segment_code")[list(_PARTS)].sum(min_count=1)
    clients = client_flags(placed[~is_ready])
    # A client known not to be entitled is no part of A, whatever he asked for.
    clients = clients[clients["is_entitled"] | ~clients["is_known"]]
    flags = {
        "applied_count": clients["has_applied"],
        "refused_count": clients["has_applied"] & clients["is_refused"],
        "received_count": clients["has_applied"] & clients["has_received"],
    }
    counted = pd.DataFrame(
        {name: clients["weight"] * flag.astype(float) for name, flag in flags.items()}
    )
    counted = counted.groupby(clients["segment_code"]).sum().round()
    parts = [part for part in (ready.astype("float64"), counted.astype("float64")) if len(part)]
    if not parts:
        return pd.DataFrame(columns=["segment_code", *_PARTS])
    both = pd.concat(parts).groupby(level=0).sum(min_count=1)
    return both.rename_axis("segment_code").reset_index()


def estimated_counts(
    entitlements: Sequence[Entitlement],
    estimates: Mapping[str, pd.DataFrame],
    eligibility: pd.DataFrame,
    segment_codes: Sequence[str],
    is_population: bool,
    file: str,
) -> tuple[pd.DataFrame, Findings]:
    """Return counts of measures whose entitled are estimated, as `blind_zone_rates` takes them.

    `estimates` gives the entitled by segment for the name of each measure.
    """
    findings = Findings()
    frames = []
    for item in entitlements:
        applied = applied_of(eligibility, item.measure, segment_codes)
        if applied.empty:
            findings.add(_no_applications(item, file))
            continue
        frame = estimates[item.measure].merge(applied, on="segment_code", how="left")
        # Everybody who applied is in the table: a segment that it does not name has nobody.
        frame["applied_count"] = frame["applied_count"].fillna(0)
        frame = frame[frame["people"].notna()]
        frame = frame.assign(
            measure=item.measure,
            entitled_count=frame["people"].round(),
            entitled_low_count=np.floor(frame["low"] + 1e-6),
            entitled_high_count=np.ceil(frame["high"] - 1e-6),
            effective_count=np.nan,
            average_sum=item.average_sum,
            counting=BY_RULE if is_population else BY_RULE_CLIENTS,
        )
        report_impossible_parts(frame, findings, file)
        for row in frame[frame["applied_count"] > frame["entitled_high_count"]].itertuples():
            findings.add(_too_many(row, file))
        frames.append(frame[[*_KEYS, *COUNT_COLUMNS, *EXTRA_COLUMNS]])
    if not frames:
        return pd.DataFrame(columns=[*_KEYS, *COUNT_COLUMNS, *EXTRA_COLUMNS]), findings
    counts = pd.concat(frames, ignore_index=True)
    return counts.astype(dict.fromkeys(COUNT_COLUMNS, "Int64")), findings


def _no_applications(item: Entitlement, file: str) -> Finding:
    message = _("для меры «{measure}» есть правило о праве, но нет обращений: слепая зона "
                "неизвестна.")  # fmt: skip
    return Finding(
        Severity.WARNING, "blind_zone_no_applications", message.format(measure=item.measure),
        _("добавьте обращения в таблицу eligibility."), file=file, clause="2(8)",
    )  # fmt: skip


def _too_many(row, file: str) -> Finding:
    message = _("обратившихся больше, чем может иметь право по правилу: «{measure}», сегмент "
                "{segment}; слепая зона – ноль.")  # fmt: skip
    return Finding(
        Severity.WARNING, "blind_zone_over_estimate",
        message.format(measure=row.measure, segment=row.segment_code),
        _("проверьте правило о праве и численность."), file=file,
        found=f"{row.applied_count:.0f} > {row.entitled_high_count:.0f}", clause="2(8)",
    )  # fmt: skip


def without_whole(counts: pd.DataFrame) -> pd.DataFrame:
    """Leave out all measures together: with an estimate beside them they are summed anew."""
    return counts[counts["measure"] != ALL_MEASURES]
