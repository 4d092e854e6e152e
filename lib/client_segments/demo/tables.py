"""Tables of any size, drawn from a plan: vectorised, and the same for the same seed."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from client_segments import recommendations as rec
from client_segments.demo.experience import criteria_answers, ratings, with_reasons
from client_segments.demo.plans import AttributePlan, GroupPlan, SegmentPlan, Shares

SPELLING_SHARE = 0.01
"""Share of the cells of a value that take each of its other spellings."""

NO_ANSWER_SHARE = 0.04
"""Share of feedback without a score («затрудняюсь ответить»)."""

RESPONDENTS = {"survey": 60, "interview": 6, "focus_group": 8}
"""Respondents of one segment by instrument."""

QUOTED_INSTRUMENTS = ("interview", "focus_group")
POPULATION_PER_CLIENT = 3.2
"""People in the official margins for each client that the authority knows."""

TABLE_NAMES = (
    "clients", "population", "eligibility", "feedback", "criteria", "ratings", "problems", "journey",
    "channels", "answers",
)  # fmt: skip

_STAGE_USES = (
    "informing", "informing", "informing", "submitting", "submitting", "receiving", "receiving",
    "feedback",
)  # fmt: skip
_MINUTES_BETWEEN_STAGES = 5 * 24 * 60
_NUMBER_STEP = 0.01


def _generator(plan: GroupPlan, seed: int, table: str) -> np.random.Generator:
    """Return a generator of one table: no table changes when another is drawn or not."""
    return np.random.default_rng([seed, plan.year, zlib.crc32(f"{plan.code}/{table}".encode())])


def draw_segments(plan: GroupPlan, clients_count: int, seed: int) -> np.ndarray:
    """Return the planted segment of each client, as its position in `plan.segments`."""
    generator = _generator(plan, seed, "segments")
    return _draw(generator, [segment.share for segment in plan.segments], clients_count)


def client_ids(plan: GroupPlan, clients_count: int) -> pd.Series:
    """Return identifiers: the group's letter and a number."""
    numbers = pc.utf8_lpad(pc.cast(pa.array(np.arange(1, clients_count + 1)), pa.string()), 8, "0")
    texts = pc.binary_join_element_wise(plan.code[0].upper(), numbers, "-")
    return pd.Series(texts.to_numpy(zero_copy_only=False), dtype="str", name="client_id")


def make_tables(
    plan: GroupPlan,
    clients_count: int | None = None,
    seed: int = rec.SEED,
    names: Collection[str] = TABLE_NAMES,
) -> dict[str, pd.DataFrame]:
    """Draw the raw tables of a group.

    Parameters
    ----------
    plan
        What is planted.
    clients_count
        Number of clients; the plan's own number if not given. Ten million take about a minute.
    names
        Which tables to draw.

    Returns
    -------
    dict of DataFrame
        By name, each as its raw contract says, with codes of the contract; attributes are
        categorical columns of `clients`; `criteria` are further rows of `feedback`, mark by
        mark. `eligibility` exists only for measures of support,
        `population` only for persons.
    """
    count = plan.clients_count if clients_count is None else clients_count
    segments = draw_segments(plan, count, seed)
    identifiers = client_ids(plan, count)
    makers = {
        "eligibility": _eligibility, "feedback": _feedback, "criteria": criteria_answers,
        "ratings": ratings, "problems": _problems,
        "journey": _journey, "channels": _channels,
    }  # fmt: skip
    tables: dict[str, pd.DataFrame] = {}
    if "clients" in names:
        tables["clients"] = _clients(plan, segments, identifiers, seed)
    if "population" in names and plan.client_kind == "person":
        tables["population"] = _population(plan, count)
    for name, maker in makers.items():
        if name in names:
            frame = maker(plan, segments, identifiers, _generator(plan, seed, name))
            if name == "eligibility" and frame is not None:
                frame = with_reasons(frame, _generator(plan, seed, "reasons"))
            if frame is not None:
                tables[name] = frame
    if "answers" in names:
        tables["answers"] = _answers(plan, _generator(plan, seed, "answers"))
    return tables


def attribute_shares(attribute: AttributePlan, segment: SegmentPlan) -> Shares:
    """Return how an attribute is distributed in a segment, its rule obeyed."""
    shares = segment.attributes.get(attribute.code, attribute.shares)
    allowed = segment.conditions.get(attribute.code, tuple(shares))
    kept = {value: share for value, share in shares.items() if value in allowed}
    total = sum(kept.values())
    return {value: share / total for value, share in kept.items()}


def _draw(generator: np.random.Generator, shares: Sequence[float], size: int) -> np.ndarray:
    """Draw positions by shares: inverse of the cumulative shares, one uniform a draw."""
    bounds = np.cumsum(np.asarray(shares, dtype=float))[:-1]
    return np.searchsorted(bounds, generator.random(size), side="right").astype(np.int8)


def _by_segment(
    generator: np.random.Generator, segments: np.ndarray, shares: Sequence[Sequence[float]]
) -> np.ndarray:
    """Draw a position for each row from the shares of its segment."""
    uniform = generator.random(len(segments))
    result = np.empty(len(segments), dtype=np.int8)
    for number, row in enumerate(shares):
        of_segment = segments == number
        bounds = np.cumsum(np.asarray(row, dtype=float))[:-1]
        result[of_segment] = np.searchsorted(bounds, uniform[of_segment], side="right")
    return result


def _aligned(mappings: Sequence[Shares]) -> tuple[list[str], list[list[float]]]:
    """Return all keys of some mappings in order, and each mapping's shares in that order."""
    keys = list(dict.fromkeys(key for mapping in mappings for key in mapping))
    return keys, [[mapping.get(key, 0.0) for key in keys] for mapping in mappings]


# -------------------------------------------------------------------------------- clients


def _clients(
    plan: GroupPlan, segments: np.ndarray, identifiers: pd.Series, seed: int
) -> pd.DataFrame:
    columns: dict[str, object] = {"client_id": identifiers}
    for attribute in plan.attributes:
        generator = _generator(plan, seed, f"clients/{attribute.code}")
        shares = [attribute_shares(attribute, segment) for segment in plan.segments]
        keys, rows = _aligned([dict.fromkeys(attribute.shares, 0.0), *shares])
        positions = _by_segment(generator, segments, rows[1:])
        is_missing = generator.random(len(segments)) < attribute.missing_share
        if attribute.bounds:
            columns[attribute.name] = _numbers(generator, attribute, positions, is_missing)
            continue
        columns[attribute.name] = _spelled(generator, attribute, keys, positions, is_missing)
    return pd.DataFrame(columns)


def _spelled(
    generator: np.random.Generator,
    attribute: AttributePlan,
    values: list[str],
    positions: np.ndarray,
    is_missing: np.ndarray,
) -> pd.Categorical:
    """Return values as people typed them: a few in another spelling, some not at all."""
    categories = list(values)
    uniform = generator.random(len(positions))
    typed = positions.copy()
    for value, spellings in attribute.spellings.items():
        is_value = positions == values.index(value)
        for number, spelling in enumerate(spellings):
            chosen = (uniform >= number * SPELLING_SHARE) & (
                uniform < (number + 1) * SPELLING_SHARE
            )
            typed[is_value & chosen] = len(categories)
            categories.append(spelling)
    typed[is_missing] = -1
    return pd.Categorical.from_codes(typed, categories=categories)


def _numbers(
    generator: np.random.Generator,
    attribute: AttributePlan,
    positions: np.ndarray,
    is_missing: np.ndarray,
) -> np.ndarray:
    """Return a number inside the drawn class: class k lies from bound k to bound k + 1."""
    width = attribute.bounds[0]
    edges = np.array([width / 2, *attribute.bounds, attribute.bounds[-1] + width])
    low, high = edges[positions], edges[positions + 1] - _NUMBER_STEP
    numbers = np.round(low + generator.random(len(positions)) * (high - low), 2)
    numbers[is_missing] = np.nan
    return numbers


def _population(plan: GroupPlan, clients_count: int) -> pd.DataFrame:
    """Return official margins that agree with the plan: each forming attribute with each sex.

    One row is one combination of values and its number of people; numbers are expectations,
    not draws, because an official source counts everybody. The authority knows one person in
    `POPULATION_PER_CLIENT`, of every kind alike.
    """
    by_code = {attribute.code: attribute for attribute in plan.attributes}
    frames = []
    for codes in (("age", "sex"), ("settlement",)):
        total: dict[tuple[str, ...], float] = {}
        for segment in plan.segments:
            cells: dict[tuple[str, ...], float] = {(): segment.share}
            for code in codes:
                shares = attribute_shares(by_code[code], segment)
                cells = {
                    (*cell, value): part * share
                    for cell, part in cells.items()
                    for value, share in shares.items()
                }
            for cell, part in cells.items():
                total[cell] = total.get(cell, 0.0) + part
        frame = pd.DataFrame(list(total), columns=[by_code[code].name for code in codes])
        people = np.array(list(total.values())) * clients_count * POPULATION_PER_CLIENT
        frame["people_count"] = np.round(people).astype(int)
        frames.append(frame.sort_values(list(frame.columns[:-1]), kind="stable"))
    frame = pd.concat(frames, ignore_index=True)
    frame["as_of_date"] = pd.Timestamp(plan.year, 1, 1)
    frame["source"] = "Вымышленная статистика для примера"
    return frame


# -------------------------------------------------------------------------------- tables of clients


def _sample(generator: np.random.Generator, count: int, share: float) -> np.ndarray:
    """Return positions of the clients that appear in a table."""
    return np.flatnonzero(generator.random(count) < share)


def _days(generator: np.random.Generator, plan: GroupPlan, size: int) -> np.ndarray:
    """Return days of the year from February to September, before research is decided on."""
    start = np.datetime64(f"{plan.year}-02-01")
    return (start + generator.integers(0, 240, size)).astype("datetime64[s]")


def _eligibility(
    plan: GroupPlan, segments: np.ndarray, identifiers: pd.Series, generator: np.random.Generator
) -> pd.DataFrame | None:
    """Draw who is entitled, applied, was refused: one row is one entitled client and measure."""
    measures = list(dict.fromkeys(name for segment in plan.segments for name in segment.measures))
    frames = []
    for measure in measures:
        plans = [segment.measures.get(measure) for segment in plan.segments]
        entitled, applied, refused = (
            np.array([getattr(item, name) if item else 0.0 for item in plans])
            for name in ("entitled_share", "applied_share", "refused_share")
        )
        uniform = generator.random((3, len(segments)))
        rows = np.flatnonzero(uniform[0] < entitled[segments])
        has_applied = uniform[1, rows] < applied[segments[rows]]
        is_refused = has_applied & (uniform[2, rows] < refused[segments[rows]])
        frame = pd.DataFrame({"client_id": identifiers.take(rows).reset_index(drop=True)})
        frame["measure"] = pd.Categorical([measure] * len(rows), categories=measures)
        frame["is_entitled"] = True
        frame["has_applied"] = has_applied
        frame["is_refused"] = is_refused
        frame["has_received"] = has_applied & ~is_refused
        frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else None


def _scores(
    generator: np.random.Generator, segments: np.ndarray, good: Sequence[float]
) -> np.ndarray:
    """Return marks 1-5 with the given share of 4 and 5 in each segment."""
    shares = [
        [0.18 * (1 - share), 0.32 * (1 - share), 0.5 * (1 - share), 0.55 * share, 0.45 * share]
        for share in good
    ]
    return _by_segment(generator, segments, shares).astype(float) + 1


def _feedback(
    plan: GroupPlan, segments: np.ndarray, identifiers: pd.Series, generator: np.random.Generator
) -> pd.DataFrame:
    rows = _sample(generator, len(segments), plan.rates.feedback)
    of_rows = segments[rows]
    instruments = ["survey", "interview", "review"]
    drawn = _draw(generator, [0.88, 0.04, 0.08], len(rows))
    score = _scores(generator, of_rows, [segment.satisfied_share for segment in plan.segments])
    score[generator.random(len(rows)) < NO_ANSWER_SHARE] = np.nan
    expected = [segment.expected_share for segment in plan.segments]
    return pd.DataFrame(
        {
            "client_id": identifiers.take(rows).reset_index(drop=True),
            "instrument": pd.Categorical.from_codes(drawn, categories=instruments),
            "score": score,
            "expectation": _scores(generator, of_rows, expected),
            "answer_date": _days(generator, plan, len(rows)),
        }
    )


def _problems(
    plan: GroupPlan, segments: np.ndarray, identifiers: pd.Series, generator: np.random.Generator
) -> pd.DataFrame:
    rows = _sample(generator, len(segments), plan.rates.problems)
    names, shares = _aligned([segment.problems for segment in plan.segments])
    drawn = _by_segment(generator, segments[rows], shares)
    texts = [text for name in names for text in plan.problem_texts[name]]
    counts = np.array([len(plan.problem_texts[name]) for name in names])
    starts = np.cumsum(counts) - counts
    chosen = starts[drawn] + (generator.random(len(rows)) * counts[drawn]).astype(int)
    stages = np.array([plan.stages.index(plan.problem_stages[name]) for name in names])
    sources = ["complaint", "interview", "open_source"]
    return pd.DataFrame(
        {
            "client_id": identifiers.take(rows).reset_index(drop=True),
            "problem_source": pd.Categorical.from_codes(
                _draw(generator, [0.7, 0.1, 0.2], len(rows)), categories=sources
            ),
            "problem": pd.Categorical.from_codes(drawn, categories=names),
            "problem_text": pd.Categorical.from_codes(chosen, categories=texts),
            "stage": pd.Categorical.from_codes(stages[drawn], categories=plan.stages),
            "problem_date": _days(generator, plan, len(rows)),
        }
    )


def _journey(
    plan: GroupPlan, segments: np.ndarray, identifiers: pd.Series, generator: np.random.Generator
) -> pd.DataFrame:
    """Draw events of cases: a case goes on from stage to stage until its client drops out."""
    rows = _sample(generator, len(segments), plan.rates.journey)
    of_rows = segments[rows]
    reached = np.array([segment.reached for segment in plan.segments])[of_rows]
    stages_count = np.maximum(1, (generator.random(len(rows))[:, None] < reached).sum(axis=1))
    case = np.repeat(np.arange(len(rows)), stages_count)
    stage = np.arange(len(case)) - np.repeat(np.cumsum(stages_count) - stages_count, stages_count)
    channel = np.empty(len(case), dtype=np.int8)
    codes, _ = _aligned([s.used[use] for s in plan.segments for use in rec.CHANNEL_USES])
    for use in rec.CHANNEL_USES:
        chosen = np.flatnonzero(np.array(_STAGE_USES)[stage] == use)
        shares = [[segment.used[use].get(code, 0.0) for code in codes] for segment in plan.segments]
        channel[chosen] = _by_segment(generator, of_rows[case[chosen]], shares)
    gaps = generator.exponential(_MINUTES_BETWEEN_STAGES, len(case)).astype(np.int64) + 1
    gaps[stage == 0] = 0
    elapsed = np.cumsum(gaps)
    elapsed -= np.repeat(elapsed[stage == 0], stages_count)
    start = _days(generator, plan, len(rows)) + (
        generator.integers(9 * 60, 18 * 60, len(rows)) * 60
    ).astype("timedelta64[s]")
    granted = np.array([segment.granted_share for segment in plan.segments])[of_rows]
    is_granted = generator.random(len(rows)) < granted
    outcome = np.where(stages_count < 6, 2, np.where(is_granted, 0, 1))
    is_last = stage == np.repeat(stages_count - 1, stages_count)
    numbers = pc.utf8_lpad(pc.cast(pa.array(case + 1), pa.string()), 8, "0")
    cases = pc.binary_join_element_wise(f"{plan.year}", numbers, "/")
    return pd.DataFrame(
        {
            "client_id": identifiers.take(rows[case]).reset_index(drop=True),
            "case_id": pd.Series(cases.to_numpy(zero_copy_only=False), dtype="str"),
            "stage": pd.Categorical.from_codes(stage, categories=plan.stages),
            "channel": pd.Categorical.from_codes(channel, categories=codes),
            "event_time": start[case] + (elapsed * 60).astype("timedelta64[s]"),
            "outcome": pd.Categorical.from_codes(
                np.where(is_last, outcome[case], -1), categories=["granted", "refused", "abandoned"]
            ),
        }
    )


def _channels(
    plan: GroupPlan, segments: np.ndarray, identifiers: pd.Series, generator: np.random.Generator
) -> pd.DataFrame:
    rows = _sample(generator, len(segments), plan.rates.channels)
    frames = []
    for use in rec.CHANNEL_USES:
        for kind in ("used", "preferred"):
            codes, shares = _aligned([getattr(segment, kind)[use] for segment in plan.segments])
            drawn = _by_segment(generator, segments[rows], shares)
            frame = pd.DataFrame({"client_id": identifiers.take(rows).reset_index(drop=True)})
            frames.append(
                frame.assign(use=use, kind=kind, channel=np.array(codes, dtype=object)[drawn])
            )
    return pd.concat(frames, ignore_index=True)


# -------------------------------------------------------------------------------- answers


def _answers(plan: GroupPlan, generator: np.random.Generator) -> pd.DataFrame:
    """Draw answers to hypotheses: one row is one respondent and one hypothesis of its segment."""
    rows: list[Mapping[str, object]] = []
    number = 0
    for segment in plan.named_segments:
        for instrument, count in RESPONDENTS.items():
            for _respondent in range(count):
                number += 1
                for hypothesis in segment.hypotheses:
                    draw, chosen = generator.random(2)
                    is_yes = draw < hypothesis.yes_share
                    said = hypothesis.quotations_for if is_yes else hypothesis.quotations_against
                    is_quoted = instrument in QUOTED_INSTRUMENTS and said
                    rows.append(
                        {
                            "respondent_id": f"Р-{number:04d}",
                            "segment": segment.code,
                            "instrument": instrument,
                            "hypothesis": hypothesis.code,
                            "answer": "yes" if is_yes else "no",
                            "quotation": said[int(chosen * len(said))] if is_quoted else None,
                            "has_consent": True,
                            "answer_date": pd.Timestamp(plan.year, 11, 1)
                            + pd.Timedelta(days=number % 28),
                        }
                    )
    return pd.DataFrame(rows)
