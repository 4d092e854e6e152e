"""Outcomes: what attributes may tell of clients – satisfaction, problems, blind zone, channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.attributes.targets import (
    BLIND_ZONE,
    CHANNEL,
    DISSATISFIED,
    PROBLEM,
    target_kind,
    target_patterns,
)
from client_segments.language import _

_ATTITUDES = ("preferred", "used")


@dataclass(frozen=True)
class Outcome:
    """What attributes may tell: one thing known of clients, in categories.

    Attributes
    ----------
    code, name, family
        Its code and name, and the kind of target that it belongs to.
    codes
        One row is one combination of codes of the attributes.
    counts
        Rows as in `codes`, columns the categories: answers, measures or mentions.
    clients_count
        Clients behind them: answers of one client are not independent.
    """

    code: str
    name: str
    family: str
    codes: pd.DataFrame
    counts: np.ndarray
    clients_count: int


def make_outcomes(
    targets: pd.DataFrame, coded: pd.DataFrame, attribute_codes: Sequence[str]
) -> list[Outcome]:
    """Put targets together into outcomes: satisfaction, blind zone, problem, channels by use.

    Parameters
    ----------
    targets
        Counts by client (`load_targets` with coders).
    coded
        Table `coded_clients`.
    """
    codes = _outcome_codes(targets["target_code"].unique())
    kinds = targets["target_code"].map(codes)
    wanted = targets[kinds.notna()]
    if wanted.empty:
        return []
    patterns = target_patterns(wanted, coded, attribute_codes)
    patterns["outcome_code"] = patterns["target_code"].map(codes)
    order = {kind: number for number, kind in enumerate((DISSATISFIED, PROBLEM, BLIND_ZONE))}
    found = sorted(
        patterns["outcome_code"].unique(), key=lambda code: (order.get(code, len(order)), code)
    )
    return [
        _outcome(code, patterns[patterns["outcome_code"] == code], list(attribute_codes))
        for code in found
    ]


def _outcome_codes(target_codes: Iterable[str]) -> dict[str, str | None]:
    """Return the outcome that each target is a category of; None for one that is left out.

    The blind zone is taken as a whole. A channel nobody would use says little of a client; of
    the others the preferred one is asked for, and the used one where that is not known.
    """
    codes: dict[str, str | None] = {}
    for target in target_codes:
        kind = target_kind(target)
        if kind == PROBLEM:
            codes[target] = PROBLEM
        elif kind == CHANNEL:
            _channel, use, attitude, _item = target.split(".", 3)
            codes[target] = f"{CHANNEL}.{use}.{attitude}" if attitude in _ATTITUDES else None
        else:
            codes[target] = kind if target in (DISSATISFIED, BLIND_ZONE) else None
    known = set(codes.values())
    wished, used = _ATTITUDES
    return {
        target: None
        if code and code.endswith(f".{used}") and code.replace(f".{used}", f".{wished}") in known
        else code
        for target, code in codes.items()
    }


def outcome_name(code: str) -> str:
    """Return what an outcome is called."""
    if code.startswith(f"{CHANNEL}."):
        _channel, use, attitude = code.split(".")
        return _("Канал ({attitude}): {use}").format(
            use=rec.CHANNEL_USES[use], attitude=rec.CHANNEL_KINDS[attitude]
        )
    return {
        DISSATISFIED: _("Удовлетворённость"), PROBLEM: _("Проблема"), BLIND_ZONE: _("Слепая зона"),
    }[code]  # fmt: skip


def _outcome(code: str, patterns: pd.DataFrame, names: list[str]) -> Outcome:
    # Every target of an outcome counts the same clients.
    clients = int(patterns.groupby("target_code")["clients_count"].sum().max())
    hits = patterns.pivot_table(
        index=names, columns="target_code", values="hits_count", aggfunc="sum", fill_value=0
    )
    counts = hits.to_numpy(dtype=float)
    if counts.shape[1] == 1:
        totals = patterns.groupby(names)["total_count"].sum().loc[hits.index].to_numpy(dtype=float)
        counts = np.column_stack([counts[:, 0], totals - counts[:, 0]])
    return Outcome(
        code, outcome_name(code), target_kind(code), hits.index.to_frame(index=False), counts,
        clients,
    )  # fmt: skip
