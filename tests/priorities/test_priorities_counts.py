"""Satisfaction, problems and blind zone from counts: published answers and planted truth."""

import numpy as np
import pandas as pd
import pytest

from client_segments import priorities
from client_segments.attributes import MISSING_CODE
from client_segments.priorities import ALL_MEASURES, Population
from client_segments.raw_tables import ELIGIBILITY, FEEDBACK
from client_segments.raw_tables import PROBLEMS as RAW_PROBLEMS


def raw(contract, rows):
    """A raw table as it is read, with the segment of each row."""
    frame = pd.DataFrame(rows)
    segments = frame.pop("segment_code")
    for name in contract.column_names:
        if name not in frame:
            frame[name] = None
    return contract.conform(frame).assign(segment_code=segments.astype("str"))


def feedback(rows):
    return raw(FEEDBACK, rows)


def answer_counts(answers, satisfied, **more):
    row = {"segment_code": "a", "instrument": "all", "answers_count": answers,
           "satisfied_count": satisfied, "unanswered_count": 0, **more}  # fmt: skip
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    # Newcombe (1998) Stat Med 17:857-872, table I, method 3.
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_satisfaction_interval_is_the_published_one(hits, total, low, high):
    row = priorities.satisfaction_rates(answer_counts(total, hits)).iloc[0]
    assert [row["low_pct"], row["high_pct"]] == pytest.approx([low, high], abs=0.006)


def test_no_answers_are_no_data():
    row = priorities.satisfaction_rates(answer_counts(0, 0)).iloc[0]
    assert pd.isna(row["satisfaction_pct"])
    assert pd.isna(row["low_pct"])


def test_satisfied_from_the_top_quarter_of_any_scale():
    table = feedback(
        [
            {"segment_code": "a", "score": 4, "answers_count": 3},
            {"segment_code": "a", "score": 3, "answers_count": 2},
            {"segment_code": "a", "score": 7.5, "scale_min": 0, "scale_max": 10},
            {"segment_code": "a", "score": 7.4, "scale_min": 0, "scale_max": 10},
            {"segment_code": "a", "score": None, "answers_count": 4},
        ]
    )
    row = priorities.satisfaction_counts(table, ["a"]).iloc[0]
    assert (row["answers_count"], row["satisfied_count"], row["unanswered_count"]) == (7, 4, 4)


def test_repeated_answers_of_a_client_are_one_average():
    rows = [{"segment_code": "a", "client_id": "c", "score": score} for score in (5, 5, 1)]
    row = priorities.satisfaction_counts(feedback(rows), ["a"]).iloc[0]
    assert (row["answers_count"], row["satisfied_count"]) == (1, 0)
    assert row["mean_score"] == pytest.approx(100 * (11 / 3 - 1) / 4)


def test_weights_reduce_the_effective_size_and_units_do_not_matter():
    rows = [
        {"segment_code": "a", "client_id": "1", "score": 5, "weight": 3},
        {"segment_code": "a", "client_id": "2", "score": 1, "weight": 1},
    ]
    rates = priorities.satisfaction_rates(priorities.satisfaction_counts(feedback(rows), ["a"]))
    assert rates.loc[0, "effective_count"] == pytest.approx(16 / 10)
    assert rates.loc[0, "satisfaction_pct"] == pytest.approx(75)
    tenfold = [{**row, "weight": 10 * row["weight"]} for row in rows]
    again = priorities.satisfaction_rates(priorities.satisfaction_counts(feedback(tenfold), ["a"]))
    pd.testing.assert_frame_equal(rates, again)


def test_expectation_gap_is_on_the_scale_of_100():
    rows = [{"segment_code": "a", "score": 3, "expectation": 5}]
    row = priorities.satisfaction_counts(feedback(rows), ["a"]).iloc[0]
    assert row["expectation_gap"] == pytest.approx(-50)


# ------------------------------------------------------------------------------- capacity


def test_a_segment_that_cannot_be_raked_is_of_unknown_size():
    clients = pd.DataFrame(
        {
            "segment_code": ["a", "a", "b", "b"],
            "clients_count": 1,
            "weight": 1.0,
            "age": [1, 2, MISSING_CODE, MISSING_CODE],
        }
    )
    margin = pd.Series([70.0, 30.0], index=pd.Index([1, 2], name="age"))
    population = Population((margin,), "Росстат")
    table, _estimate, findings = priorities.capacity_table(clients, ["a", "b", "c"], population)
    people = table.set_index("segment_code")["population_count"]
    assert people["a"] == 100
    assert pd.isna(people["b"])
    assert people["c"] == 0
    assert table["clients_count"].tolist() == [2, 2, 0]
    assert "population_unknown" in {finding.rule for finding in findings}


# ------------------------------------------------------------------------------- problems


def problem_table(**segments):
    rows = [
        (code, f"p{place}", count)
        for code, counts in segments.items()
        for place, count in enumerate(counts)
    ]
    return pd.DataFrame(rows, columns=["segment_code", "problem", "problems_count"])


def test_a_planted_problem_is_specific_and_lift_is_smoothed():
    table = priorities.problem_rates(problem_table(a=[40, 10], b=[10, 40], rest=[10, 40]))
    row = table[(table["segment_code"] == "a") & (table["problem"] == "p0")].iloc[0]
    assert row["lift"] == pytest.approx((40.5 / 51) / (20.5 / 101))
    assert row["is_specific"]
    assert row["others_count"] == 20
    assert set(table["segment_code"]) == {"a", "b"}
    assert not table.loc[table["problem"] == "p0", "is_specific"].all()


def test_too_few_mentions_are_not_specific():
    table = priorities.problem_rates(problem_table(a=[4, 0], b=[0, 90]))
    assert not table.loc[table["segment_code"] == "a", "is_specific"].any()


def test_uniqueness_of_the_same_and_of_other_problems():
    same = priorities.uniqueness(problem_table(a=[100, 200], b=[100, 200]), 1)
    assert same["problem_uniqueness"].tolist() == [0, 0]
    other = priorities.uniqueness(problem_table(a=[500, 0], b=[0, 500]), 1)
    assert (other["problem_uniqueness"] > 0.9).all()
    few = priorities.uniqueness(problem_table(a=[4, 0], b=[0, 500]), 1)
    assert few.set_index("segment_code")["problem_uniqueness"].isna()["a"]


def test_uniqueness_by_chance_alone_is_near_zero():
    generator = np.random.default_rng(5)
    found = []
    for seed in range(20):
        draws = (
            generator.multinomial(30, np.full(10, 0.1)),
            generator.multinomial(300, np.full(10, 0.1)),
        )
        table = priorities.uniqueness(problem_table(a=draws[0], b=draws[1]), seed)
        found.append(table["problem_uniqueness"].iloc[0])
    # Uncorrected it would be 0.27; the median is 0, the mean is what noise leaves above it.
    assert np.median(found) < 0.05
    assert np.mean(found) < 0.08


def test_uniqueness_does_not_depend_on_order_or_names():
    table = problem_table(a=[40, 13, 7], b=[10, 41, 9], c=[20, 20, 21])
    renamed = table.assign(
        problem=table["problem"].map({"p0": "z", "p1": "k", "p2": "a"}),
        segment_code=table["segment_code"].map({"a": "y", "b": "x", "c": "w"}),
    ).sample(frac=1, random_state=3)
    first = priorities.uniqueness(table, 7).set_index("segment_code")["problem_uniqueness"]
    again = priorities.uniqueness(renamed, 7).set_index("segment_code")["problem_uniqueness"]
    assert again[["y", "x", "w"]].tolist() == first[["a", "b", "c"]].tolist()


def test_the_same_problem_of_a_client_counts_once():
    rows = [
        {"segment_code": "a", "client_id": "1", "problem": "Очередь"},
        {"segment_code": "a", "client_id": "1", "problem": "очередь "},
        {"segment_code": "a", "problem": "Очередь", "problems_count": 3},
        {"segment_code": "a", "client_id": "2", "problem_text": "долго ждал"},
    ]
    counts, uncoded_count = priorities.problem_counts(raw(RAW_PROBLEMS, rows))
    assert counts["problems_count"].tolist() == [4]
    assert uncoded_count == 1


def test_no_problems_at_all():
    empty = problem_table()
    assert priorities.problem_rates(empty).empty
    assert priorities.uniqueness(empty, 1).empty


# ----------------------------------------------------------------------------- blind zone


def zone_counts(*rows):
    names = ["segment_code", "measure", "entitled_count", "applied_count", "refused_count"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(entitled_low_count=None, entitled_high_count=None, received_count=None)


@pytest.mark.parametrize(
    ("entitled", "applied", "zone"),
    [(4877, 3335, 1542), (3637, 2562, 1075), (1127, 1127, 0)],
)
def test_blind_zone_is_entitled_less_applied_whatever_was_refused(entitled, applied, zone):
    table = priorities.blind_zone_rates(zone_counts(("a", "мера", entitled, applied, 900)))
    assert table["blind_zone_count"].tolist() == [zone, zone]
    assert table["blind_zone_pct"].tolist() == pytest.approx([100 * zone / entitled] * 2)


def test_measures_are_summed_and_ranges_kept():
    counts = zone_counts(("a", "первая", 100, 60, 5), ("a", "вторая", 50, 50, 0))
    counts["entitled_low_count"] = [80, None]
    counts["entitled_high_count"] = [120, None]
    whole = priorities.blind_zone_rates(counts).set_index("measure").loc[ALL_MEASURES]
    found = whole[["blind_zone_low_count", "blind_zone_count", "blind_zone_high_count"]]
    assert found.tolist() == [20, 40, 60]
    # Wilson's bounds of 20 of 130 and of 60 of 170.
    assert whole["low_pct"] == pytest.approx(10.1846, abs=1e-3)
    assert whole["high_pct"] == pytest.approx(42.7304, abs=1e-3)


def test_flags_of_clients():
    rows = [
        {"client_id": "1", "is_entitled": True, "has_applied": True, "is_refused": True},
        {"client_id": "2", "is_entitled": True, "is_refused": True},
        {"client_id": "3", "is_entitled": True, "has_applied": False},
        {"client_id": "3", "is_entitled": True, "has_applied": False},
        {"client_id": "4", "has_applied": True},
        {"client_id": "5", "is_entitled": False, "has_applied": True},
    ]
    table = raw(ELIGIBILITY, [{"segment_code": "a", "measure": "мера", **row} for row in rows])
    counts, findings = priorities.blind_zone_counts(table, ["a"])
    row = counts.iloc[0]
    assert (row["entitled_count"], row["applied_count"], row["refused_count"]) == (3, 2, 2)
    rules = {finding.rule for finding in findings}
    assert rules == {"blind_zone_unknown", "blind_zone_not_entitled"}


def test_more_applied_than_entitled_is_an_error():
    row = {"segment_code": "a", "measure": "мера", "entitled_count": 3, "applied_count": 4}
    _counts, findings = priorities.blind_zone_counts(raw(ELIGIBILITY, [row]), ["a"])
    assert [finding.rule for finding in findings.errors] == ["blind_zone_negative"]
