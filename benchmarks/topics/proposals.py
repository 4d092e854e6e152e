"""What hypotheses proposed from data find: of what is planted, of what is not, and where nothing is.

Two kinds of authorities are simulated: counts of every kind of test with differences twice the
least that matters, and the raw tables of the demo's own plans drawn anew with other seeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmarks.harness import Line, Settings
from benchmarks.made_authorities import THINGS, judge
from client_segments import catalogue, hypotheses
from client_segments import recommendations as rec
from client_segments.demo import (
    GroupPlan,
    SegmentPlan,
    client_ids,
    draw_segments,
    make_tables,
    plan_authority,
)
from client_segments.hypotheses.placed import channel_mentions, problem_mentions, stages_of
from client_segments.hypotheses.proposals import (
    channel_evidence,
    journey_evidence,
    problem_evidence,
    put_together,
    rating_evidence,
    satisfaction_evidence,
)
from client_segments.raw_tables import RAW_TABLES_BY_NAME
from client_segments.study import REPOSITORY

TITLE = "Hypotheses proposed from data of simulated authorities"

YEAR = 2025
TABLES = ("channels", "problems", "journey", "feedback", "ratings")
CLEAR_POINTS = 15.0
"""Planted differences of shares that are surely above the least that matters."""

_POWER = "target: at least 80"
_ALARMS = "target: at most 5, with the noise of so many authorities"


def run(settings: Settings) -> Iterator[Line]:
    """Count what is found in authorities of counts, and in the demo's plans drawn anew."""
    generator = np.random.default_rng(rec.SEED)
    count, planted_count = settings.size(400, 1), settings.size(100, 1)
    nothing = [judge(generator, False) for _number in range(count)]
    something = [judge(generator, True) for _number in range(planted_count)]
    alarms = 100 * float(np.mean([found.is_any for found in nothing]))
    yield Line("nothing planted, something found", alarms, "%", f"{count} authorities; {_ALARMS}")
    for kind in THINGS:
        power = 100 * float(np.mean([found.power[kind] for found in something]))
        yield Line(f"planted {kind} found", power, "%", _POWER)
    false = 100 * float(np.mean([found.false_share for found in something]))
    yield Line("false among the supported", false, "%", "target: at most 5")
    yield from _demo(settings.size(20, 1), settings.is_quick)


def _demo(count: int, is_quick: bool) -> Iterator[Line]:
    for code in ["staff"] if is_quick else ["control", "staff", "support"]:
        plan = plan_authority().group(YEAR, code)
        drawn = [judge_plan(plan, rec.SEED + 1 + number) for number in range(count)]
        label = f"demo {code}"
        power = [found for item in drawn for found in item.clear]
        yield Line(f"{label}: clear differences found", 100 * float(np.mean(power)), "%", _POWER)
        false = [item.false_share for item in drawn]
        yield Line(f"{label}: false among the supported", 100 * float(np.mean(false)), "%",
                   "target: at most 5")  # fmt: skip
        alike = _alike(plan)
        alarms = [_propose(alike, rec.SEED + 1 + n)["is_supported"].any() for n in range(count)]
        note = f"{count} authorities; {_ALARMS}"
        yield Line(f"{label}: segments alike, something found", 100 * float(np.mean(alarms)), "%", note)  # fmt: skip


# ------------------------------------------------------------------------ the demo's plans


def _alike(plan: GroupPlan) -> GroupPlan:
    """Return the plan with segments that behave alike: nothing is to be found."""
    first = plan.segments[0]
    names = ("satisfied_share", "expected_share", "problems", "reached", "granted_share", "used",
             "preferred")  # fmt: skip
    same = {name: getattr(first, name) for name in names}
    return replace(plan, segments=tuple(replace(item, **same) for item in plan.segments))


def _propose(plan: GroupPlan, seed: int) -> pd.DataFrame:
    """Draw the raw tables of a plan and return what is proposed from them."""
    segments = draw_segments(plan, plan.clients_count, seed)
    codes = [item.code for item in plan.segments]
    of_client = pd.Series(
        np.array(codes, dtype=object)[segments], index=client_ids(plan, plan.clients_count)
    )
    drawn = make_tables(plan, seed=seed, names=TABLES)
    tables = {name: _placed(drawn[name], name, of_client) for name in TABLES}
    stages = catalogue.stages(REPOSITORY, plan.direction)
    channels = catalogue.channels(REPOSITORY)
    journey = hypotheses.compute_journey(tables["journey"], stages, codes, channels=channels)
    feedback = tables["feedback"]
    evidence = [
        journey_evidence(journey),
        channel_evidence(channel_mentions(tables["channels"], channels)),
        problem_evidence(problem_mentions(tables["problems"], stages)),
        satisfaction_evidence(feedback, stages_of(feedback["stage"], stages), codes),
        rating_evidence(tables["ratings"], codes),
    ]
    names = {item.code: item.name for item in plan.named_segments}
    return hypotheses.compute_proposals(put_together(evidence), names)


def _placed(frame: pd.DataFrame, name: str, of_client: pd.Series) -> pd.DataFrame:
    """Return a table as the reader gives it: all columns of its contract, and the segment."""
    contract = RAW_TABLES_BY_NAME[name]
    frame = frame.reindex(columns=contract.column_names)
    frame = frame.astype({column.name: column.kind.dtype for column in contract.columns})
    segments = of_client.reindex(frame["client_id"]).to_numpy()
    return frame.assign(segment_code=pd.Series(segments, index=frame.index, dtype="str"))


@dataclass(frozen=True)
class Judged:
    """Which clear planted differences were found, and the share of the supported that are false."""

    clear: list[bool]
    false_share: float


def judge_plan(plan: GroupPlan, seed: int) -> Judged:
    """Draw a plan's tables and hold what is proposed from them against the plan."""
    proposals = _propose(plan, seed)
    truth = {item.code: _planted(item) for item in plan.segments}
    sizes = {item.code: item.share for item in plan.segments}
    planted = [
        _difference(truth, sizes, row.segment_code, row.proposal_code)
        for row in proposals.itertuples(index=False)
    ]
    frame = proposals.assign(planted=planted).dropna(subset=["planted"])
    clear = frame.loc[frame["planted"].abs() >= CLEAR_POINTS, "is_supported"]
    shown = frame[frame["is_supported"]]
    false = shown["planted"] * shown["effect"] <= 0
    return Judged(clear.tolist(), float(false.mean()) if len(shown) else 0.0)


def _planted(segment: SegmentPlan) -> dict[str, float]:
    """Return the planted shares of a segment, in per cent, by the code of the comparison."""
    shares = {
        f"channel.{kind}.{use}.{channel}": share
        for kind in ("used", "preferred")
        for use, channels in getattr(segment, kind).items()
        for channel, share in channels.items()
    }
    # The generator lets every case begin: the first stage is reached by all.
    shares |= {f"journey.reached.{n}": share for n, share in enumerate(segment.reached, 1) if n > 1}
    shares |= {
        f"journey.lost.{number}": 1 - after / before
        for number, (before, after) in enumerate(
            zip(segment.reached[:5], segment.reached[1:6], strict=True), 1
        )
    }
    return {code: 100 * share for code, share in shares.items()}


def _difference(
    truth: Mapping[str, Mapping[str, float]], sizes: Mapping[str, float], segment: str, code: str
) -> float:
    """Return a segment's planted share minus that of all others; NaN where no share is planted."""
    if not any(code in shares for shares in truth.values()):
        return float("nan")
    others = [other for other in truth if other != segment]
    if code.startswith("journey.lost."):  # of those who came so far
        before = f"journey.reached.{code.rpartition('.')[2]}"
        weights = [sizes[other] * truth[other].get(before, 100.0) for other in others]
    else:
        weights = [sizes[other] for other in others]
    elsewhere = np.average([truth[other].get(code, 0.0) for other in others], weights=weights)
    return truth[segment].get(code, 0.0) - float(elsewhere)
