"""Quotas within segments: respondents in proportion to the segment's own make-up."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from client_segments.attributes import MISSING_CODE
from client_segments.hypotheses.plan.contracts import RESEARCH_QUOTAS
from client_segments.hypotheses.plan.recruitment import OfflineAccess
from client_segments.hypotheses.plan.shares import largest_remainder
from client_segments.language import _

ATTRIBUTES_MAXIMUM = 3
"""Own: with more attributes an interviewer cannot keep the quotas."""

VARIETY_MINIMUM_PCT = 10.0
"""Own: an attribute matters where at least so many clients have another value than most."""

KNOWN_MINIMUM_PCT = 50.0
"""Own: quotas are not drawn from an attribute that is unknown of more than half."""

CHANNEL_CODE = "channel"


def compute_quotas(
    plan: pd.DataFrame,
    segment_values: pd.DataFrame,
    attributes: pd.DataFrame,
    usefulness: pd.DataFrame,
    offline: Mapping[str, OfflineAccess],
) -> pd.DataFrame:
    """Compute table `RESEARCH_QUOTAS`.

    Attributes that tell clients apart most (by satisfaction, problems, channels) go first, of
    them those that vary within the segment; sensitive ones (152-FZ, article 10) are never asked
    for. The quota of those outside the digital channels is the plan's own.

    Parameters
    ----------
    plan
        Table `RESEARCH_PLAN`.
    segment_values, attributes, usefulness
        Tables `SEGMENT_VALUES`, `ATTRIBUTES`, `ATTRIBUTE_USEFULNESS` of earlier steps.
    offline
        By segment code.
    """
    order = _by_usefulness(attributes, usefulness)
    rows = []
    for row in plan.itertuples(index=False):
        head = (row.segment_code, row.method)
        own = segment_values[segment_values["segment_code"] == row.segment_code]
        for code in _that_vary(own, order):
            known = own[(own["attribute_code"] == code) & (own["value_code"] > MISSING_CODE)]
            known = known[known["clients_count"] > 0]
            parts = largest_remainder(known["share_pct"].tolist(), row.respondents_count)
            rows += [
                (*head, code, value.attribute_name, value.value_name, value.share_pct, part)
                for value, part in zip(known.itertuples(index=False), parts, strict=True)
            ]
        rows += _channel_rows(head, row.respondents_count, offline.get(row.segment_code))
    return RESEARCH_QUOTAS.conform(pd.DataFrame(rows, columns=RESEARCH_QUOTAS.column_names))


def _by_usefulness(attributes: pd.DataFrame, usefulness: pd.DataFrame) -> list[str]:
    """Return codes of attributes that may be asked for, the most telling first."""
    allowed = attributes.loc[~attributes["is_sensitive"].astype(bool), "attribute_code"]
    strength = usefulness.groupby("attribute_code")["v"].mean()
    known = strength.reindex(allowed).fillna(0.0).to_numpy()
    frame = pd.DataFrame({"code": allowed.to_numpy(), "strength": known})
    return frame.sort_values("strength", ascending=False, kind="stable")["code"].tolist()


def _that_vary(values: pd.DataFrame, order: list[str]) -> list[str]:
    chosen = []
    for code in order:
        own = values[values["attribute_code"] == code]
        known = own[own["value_code"] > MISSING_CODE]
        total, known_total = own["clients_count"].sum(), known["clients_count"].sum()
        if not total or 100 * known_total < KNOWN_MINIMUM_PCT * total:
            continue
        if 100 - known["share_pct"].max() >= VARIETY_MINIMUM_PCT:
            chosen.append(code)
    return chosen[:ATTRIBUTES_MAXIMUM]


def _channel_rows(
    head: tuple[str, str], respondents_count: int, access: OfflineAccess | None
) -> list[tuple]:
    if access is None or not access.offline_pct:
        return []
    outside = access.offline_count(respondents_count)
    parts = (
        (_("вне цифровых каналов"), access.offline_pct, outside),
        (_("цифровые каналы"), 100 - access.offline_pct, respondents_count - outside),
    )
    name = _("Каналы, которыми пользуется")
    return [(*head, CHANNEL_CODE, name, *part) for part in parts]
