"""The made-up authority: stable bytes, and the planted truth is really in the tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from client_segments import demo
from client_segments.study import REPOSITORY

PLANS = {(plan.year, plan.code): plan for plan in demo.plan_authority().groups}
GROUPS = [plan for plan in PLANS.values() if plan.year == 2025]
DEVIATIONS = 4.5
"""A planted share is missed by more than this many standard errors once in 150,000 draws."""


def assert_share(found: float, planted: float, count: int) -> None:
    """Fail where a share is further from the planted one than chance explains."""
    assert count > 30
    error = np.sqrt(planted * (1 - planted) / count)
    assert abs(found - planted) <= DEVIATIONS * error + 1e-12, (found, planted, count)


@pytest.fixture(scope="module", params=GROUPS, ids=lambda plan: plan.code)
def drawn(request):
    """Plan, tables and the planted segment of each client."""
    plan = request.param
    count = 40_000
    tables = demo.make_tables(plan, count)
    segments = pd.Series(
        np.array([segment.code for segment in plan.segments])[
            demo.draw_segments(plan, count, demo_seed())
        ],
        index=tables["clients"]["client_id"],
    )
    return plan, tables, segments


def demo_seed() -> int:
    """Return the seed that `make_tables` takes where none is given."""
    return 20240912


def test_regeneration_gives_the_committed_bytes(tmp_path: Path) -> None:
    demo.write_authority(tmp_path)
    committed = REPOSITORY / "data" / "demo"
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    kept = [
        path.relative_to(committed)
        for path in committed.rglob("*")
        if path.is_file() and not {"work", "profiles"} & set(path.relative_to(committed).parts)
    ]
    assert set(kept) - set(made) <= {Path("README.md")}
    changed = [
        path for path in made if (tmp_path / path).read_bytes() != (committed / path).read_bytes()
    ]
    assert changed == []


def test_another_seed_draws_other_clients() -> None:
    plan = PLANS[2025, "staff"]
    first, second = (demo.make_tables(plan, 500, seed)["clients"] for seed in (1, 2))
    assert not first.equals(second)


def test_a_table_does_not_depend_on_which_others_are_drawn() -> None:
    plan = PLANS[2025, "support"]
    whole = demo.make_tables(plan, 2_000)
    for name in whole:
        pd.testing.assert_frame_equal(
            demo.make_tables(plan, 2_000, names=(name,))[name], whole[name]
        )


@pytest.mark.parametrize("plan", PLANS.values(), ids=lambda plan: f"{plan.year}-{plan.code}")
def test_plans_are_coherent(plan) -> None:
    assert sum(segment.share for segment in plan.segments) == pytest.approx(1)
    assert 4 <= len(plan.named_segments) <= 6
    assert 8 <= len(plan.attributes) <= 11
    assert any(attribute.is_special for attribute in plan.attributes)
    assert any(attribute.is_sensitive for attribute in plan.attributes)
    assert all(0.02 <= attribute.missing_share <= 0.06 for attribute in plan.attributes)
    hypotheses = [item for segment in plan.named_segments for item in segment.hypotheses]
    assert {item.is_true for item in hypotheses} == {True, False}
    assert 5 <= len(hypotheses) <= 8
    for segment in plan.segments:
        assert list(segment.reached) == sorted(segment.reached, reverse=True)
        shares = [segment.problems, *segment.used.values(), *segment.preferred.values()]
        for mapping in shares:
            assert sum(mapping.values()) == pytest.approx(1), (segment.code, mapping)
        if not segment.is_rest:
            assert segment.hypotheses and segment.need.startswith("Как ")


@pytest.mark.parametrize(
    ("code", "count"), [("support", 20_000), ("control", 3_000), ("staff", 600)]
)
def test_sizes_of_2025(code: str, count: int) -> None:
    truth = pd.read_parquet(
        REPOSITORY / "data" / "demo" / "2025" / code / "truth" / "truth_clients.parquet"
    )
    assert len(truth) == count
    assert truth["client_id"].is_unique


def test_committed_files_are_small() -> None:
    folders = [REPOSITORY / "data" / "demo" / year for year in ("2024", "2025")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files if "work" not in path.parts) < 12_000_000


def test_shares_of_segments(drawn) -> None:
    plan, _tables, segments = drawn
    found = segments.value_counts(normalize=True)
    for segment in plan.segments:
        assert_share(found[segment.code], segment.share, len(segments))


def test_every_client_of_a_segment_satisfies_its_rule_where_known(drawn) -> None:
    plan, tables, segments = drawn
    clients = tables["clients"].set_index("client_id")
    for attribute in plan.attributes:
        values = clients[attribute.name]
        known = values.notna()
        assert_share(1 - known.mean(), attribute.missing_share, len(known))
        correct = {
            spelling: value
            for value, spellings in attribute.spellings.items()
            for spelling in spellings
        }
        for segment in plan.segments:
            allowed = segment.conditions.get(attribute.code)
            if allowed is not None:
                found = set(values[known & (segments == segment.code)].astype("str"))
                assert {correct.get(value, value) for value in found} <= set(allowed)


def test_rules_do_not_overlap(drawn) -> None:
    plan, _tables, _segments = drawn
    for first in plan.segments:
        for second in plan.segments:
            shared = set(first.conditions) & set(second.conditions)
            if first is not second:
                assert any(
                    not set(first.conditions[code]) & set(second.conditions[code])
                    for code in shared
                ), (first.code, second.code)


def test_satisfaction(drawn) -> None:
    plan, tables, segments = drawn
    feedback = tables["feedback"].dropna(subset=["score"])
    good = (feedback["score"] >= 4).groupby(segments[feedback["client_id"]].to_numpy())
    for segment in plan.segments:
        assert_share(good.mean()[segment.code], segment.satisfied_share, good.size()[segment.code])


def test_problems(drawn) -> None:
    plan, tables, segments = drawn
    problems = tables["problems"]
    of_rows = segments[problems["client_id"]].to_numpy()
    for segment in plan.segments:
        named = problems.loc[of_rows == segment.code, "problem"].astype("str")
        for problem, share in segment.problems.items():
            assert_share((named == problem).mean(), share, len(named))


def test_stages_of_the_journey(drawn) -> None:
    """A case ends at the first stage that it does not reach."""
    plan, tables, segments = drawn
    journey = tables["journey"]
    last = journey.groupby("case_id", sort=False).agg(
        client_id=("client_id", "first"), stages_count=("stage", "size")
    )
    of_cases = segments[last["client_id"]].to_numpy()
    for segment in plan.segments:
        counts = last.loc[of_cases == segment.code, "stages_count"]
        for number, share in enumerate(segment.reached, start=1):
            assert_share((counts >= number).mean(), share, len(counts))
    assert journey.groupby("case_id")["event_time"].is_monotonic_increasing.all()
    assert (journey.groupby("case_id")["outcome"].count() == 1).all()


def test_preferred_channels(drawn) -> None:
    plan, tables, segments = drawn
    channels = tables["channels"]
    channels = channels[channels["kind"] == "preferred"]
    of_rows = segments[channels["client_id"]].to_numpy()
    for segment in plan.segments:
        for use, shares in segment.preferred.items():
            rows = channels[(of_rows == segment.code) & (channels["use"] == use)]
            for code, share in shares.items():
                assert_share((rows["channel"] == code).mean(), share, len(rows))


def test_blind_zone_and_refusals() -> None:
    """Refusals are applications: they are not in the blind zone (clause 2(8))."""
    plan = PLANS[2025, "support"]
    tables = demo.make_tables(plan, 40_000, names=("clients", "eligibility"))
    codes = np.array([segment.code for segment in plan.segments])
    segments = pd.Series(
        codes[demo.draw_segments(plan, 40_000, demo_seed())], tables["clients"]["client_id"]
    )
    eligibility = tables["eligibility"]
    of_rows = segments[eligibility["client_id"]].to_numpy()
    for segment in plan.segments:
        for name, measure in segment.measures.items():
            rows = eligibility[(of_rows == segment.code) & (eligibility["measure"] == name)]
            assert_share(1 - rows["has_applied"].mean(), measure.blind_zone_share, len(rows))
            applied = rows[rows["has_applied"]]
            assert_share(applied["is_refused"].mean(), measure.refused_share, len(applied))
    assert not (eligibility["is_refused"] & ~eligibility["has_applied"]).any()
    assert not (eligibility["is_refused"] & eligibility["has_received"]).any()


def test_only_the_named_changes_between_years() -> None:
    changed = {
        (code, segment.code)
        for code in ("support", "control", "staff")
        for before, segment in zip(
            PLANS[2024, code].segments, PLANS[2025, code].segments, strict=True
        )
        if before != segment
    }
    assert changed == {
        ("support", "single-parents"), ("support", "rural-elderly"), ("control", "city-micro"),
        ("staff", "newcomers"),
    }  # fmt: skip


def test_answers_follow_the_planted_truth_and_reach_every_segment(drawn) -> None:
    plan, tables, _segments = drawn
    answers = tables["answers"]
    assert set(answers["segment"]) == {segment.code for segment in plan.named_segments}
    for segment in plan.named_segments:
        for hypothesis in segment.hypotheses:
            rows = answers[answers["hypothesis"] == hypothesis.code]
            assert_share((rows["answer"] == "yes").mean(), hypothesis.yes_share, len(rows))
