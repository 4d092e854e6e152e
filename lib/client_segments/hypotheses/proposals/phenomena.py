"""Comparisons that tell of one phenomenon told together: one leads, the others stand under it.

Shares of one whole mirror each other; whoever is lost after a stage reaches none of the later
ones; the slow stage makes the whole way slow. Each such comparison is tried and corrected for as
any other; only what is offered to people is put together.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from client_segments.hypotheses.contracts import CRITERION_DEFAULT_PCT
from client_segments.hypotheses.proposals.sentences import briefly
from client_segments.language import is_missing


@dataclass(frozen=True)
class _Comparison:
    """What tells which phenomenon a comparison is about."""

    code: str
    family: str
    subject: str
    stage_number: int | None
    stage: str | None
    strength: float
    is_supported: bool

    @property
    def sign(self) -> int:
        return (self.strength > 0) - (self.strength < 0)

    @property
    def way(self) -> str:
        return "less" if self.strength < 0 else "more"


def with_phenomena(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `phenomenon_code`, `is_leading` and `also_text`.

    Parameters
    ----------
    frame
        Judged comparisons, with `family` and `stage_number`; within a segment the supported and
        larger come first.
    """
    codes = pd.Series("", index=frame.index, dtype="str")
    for _segment, part in frame.groupby("segment_code", sort=False):
        items = [_comparison(row) for row in part.to_dict("records")]
        found = [item for item in items if item.is_supported]
        joined = _joined_channels(found)
        codes[part.index] = [_phenomenon(item, found, joined) for item in items]
    frame = frame.assign(phenomenon_code=codes)
    keys = ["segment_code", "phenomenon_code"]
    found = frame[frame["is_supported"].astype(bool)]
    # What the others follow from leads; where nothing is a cause, the largest does.
    is_cause = found["proposal_code"] == found["phenomenon_code"]
    found = found.loc[(~is_cause).sort_values(kind="stable").index]
    is_first = ~found.duplicated(keys)
    frame["is_leading"] = is_first.reindex(frame.index, fill_value=False)
    return frame.assign(also_text=_also(found, keys).reindex(frame.index))


def _comparison(row: dict[str, object]) -> _Comparison:
    number, stage = row["stage_number"], row["stage"]
    return _Comparison(
        row["proposal_code"], row["family"], row["subject"],
        None if pd.isna(number) else int(number), None if is_missing(stage) else stage,
        row["strength"], bool(row["is_supported"]),
    )  # fmt: skip


def _also(found: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Return, by the index of the leading comparison, the others in a few words."""
    told = {
        part.index[0]: briefly(part.iloc[1:].to_dict("records"))
        for _keys, part in found.groupby(list(keys), sort=False)
        if len(part) > 1
    }
    return pd.Series(told, dtype="str")


# ------------------------------------------------------------------------------- channels


def _channel_group(item: _Comparison) -> str | None:
    """Return what channels are shares of: one use and attitude, or one stage of the log."""
    if item.family == "journey.channel":
        return f"{item.family}.{item.stage_number}"
    return item.family if item.family.startswith("channel.") else None


def _joined_channels(found: Sequence[_Comparison]) -> dict[str, str]:
    """Return the phenomenon of each group of channels that are used.

    Groups in which clients leave, or take to, the same channel are one phenomenon: the log has it
    on every stage, and a survey once more. A group joins another whose largest difference it has
    too. What clients prefer stays apart for each use.
    """
    groups: dict[str, list[_Comparison]] = {}
    for item in found:
        group = _channel_group(item)
        if group is not None and group.split(".")[1] in ("channel", "used"):
            groups.setdefault(group, []).append(item)
    joined: dict[str, str] = {}
    for group, items in groups.items():  # the largest differences come first
        told = {(item.subject, item.sign) for item in items}
        first = (
            joined[other]
            for other in joined
            if (groups[other][0].subject, groups[other][0].sign) in told
        )
        joined[group] = next(first, group)
    return joined


# -------------------------------------------------------------------------------- causes


def _phenomenon(item: _Comparison, found: Sequence[_Comparison], joined: Mapping[str, str]) -> str:
    """Return the code of what a comparison tells of, beside the supported ones of its segment."""
    group = _channel_group(item)
    if group is not None:
        return joined.get(group, group)
    if item.family.startswith("score.") and item.family != "score.stage":
        return f"score.{item.way}"
    if item.family in ("journey.returned", "journey.amount.returns"):
        return f"journey.returns.{item.way}"
    cause = _cause(item, found)
    if cause is not None:
        return _phenomenon(cause, found, joined)
    return f"{item.family}.{item.way}" if item.family == "journey.reached" else item.code


def _cause(item: _Comparison, found: Sequence[_Comparison]) -> _Comparison | None:
    """Return the supported comparison that another one follows from, if there is one."""
    same, opposite = item.sign, -item.sign
    if item.family == "journey.reached":
        return _loss(item, _of(found, ["journey.lost"], opposite))
    if item.family == "journey.outcome.abandoned":
        return _largest(_of(found, ["journey.lost"], same)) or _largest(
            _of(found, ["journey.reached"], opposite)
        )
    if item.family == "journey.outcome.granted":
        ends = ["journey.outcome.refused", "journey.outcome.abandoned"]
        return _largest(_of(found, ends, opposite))
    if item.family in ("journey.time_to_result", "journey.time_to_end"):
        return _largest(_of(found, ["journey.time"], same))
    if item.family == "journey.amount.contacts":
        return _largest(_of(found, ["journey.amount.returns"], same))
    if item.family == "problem_stage":
        problems = _of(found, ["problem"], same)
        own = _largest([other for other in problems if other.stage == item.stage])
        if own is not None:
            return own
    if item.family in ("problem", "problem_stage") and item.sign < 0:
        return _largest(_of(found, ["problem"], 1))  # who names one problem names no other
    return None


def _loss(item: _Comparison, losses: Sequence[_Comparison]) -> _Comparison | None:
    """Return the nearest loss before a stage; where there is none, the first one after it."""
    before = [loss for loss in losses if loss.stage_number < item.stage_number]
    if before:
        return max(before, key=lambda loss: loss.stage_number)
    return min(losses, key=lambda loss: loss.stage_number, default=None)


def _of(found: Sequence[_Comparison], families: Sequence[str], sign: int) -> list[_Comparison]:
    return [other for other in found if other.family in families and other.sign == sign]


def _largest(found: Sequence[_Comparison]) -> _Comparison | None:
    """Return the first: the supported stand in the order of their size."""
    return found[0] if found else None


# --------------------------------------------------------------------------------- offers


def supported(proposals: pd.DataFrame, segment_codes: Sequence[str] = ()) -> pd.DataFrame:
    """Return the proposals that data support, of some segments or of all."""
    chosen = proposals["is_supported"].astype(bool)
    if segment_codes:
        chosen &= proposals["segment_code"].isin(segment_codes)
    return proposals[chosen].reset_index(drop=True)


def leading(proposals: pd.DataFrame) -> pd.DataFrame:
    """Return the supported proposals that lead: one of each phenomenon of a segment."""
    return proposals[proposals["is_leading"].astype(bool)].reset_index(drop=True)


def suggest_records(proposals: pd.DataFrame, hypotheses: pd.DataFrame) -> list[dict[str, object]]:
    """Return records for `hypotheses.yml` that a person may accept, edit or reject.

    Of each phenomenon on which nobody has decided, the leading proposal. A decision on any
    proposal of a phenomenon, also one that data no longer support, is a decision on it.

    Parameters
    ----------
    proposals, hypotheses
        Tables `PROPOSALS` and `HYPOTHESES`.

    Returns
    -------
    list of dict
        Columns of `HYPOTHESIS_RECORDS` that are known; the code is the next free number Г1, Г2 …
    """
    keys = ["segment_code", "proposal_code"]
    decided = proposals.merge(hypotheses.dropna(subset=["proposal_code"])[keys], on=keys)
    phenomena = set(zip(decided["segment_code"], decided["phenomenon_code"], strict=True))
    used = set(hypotheses["hypothesis_code"])
    free = (f"Г{number}" for number in itertools.count(1) if f"Г{number}" not in used)
    return [
        {
            "code": next(free),
            "segment": row.segment_code,
            "kind": row.kind,
            "text": row.hypothesis_text,
            "proposal": row.proposal_code,
            "criterion_pct": CRITERION_DEFAULT_PCT,
        }
        for row in leading(proposals).itertuples(index=False)
        if (row.segment_code, row.phenomenon_code) not in phenomena
    ]
