"""Indices, voices, weights, shrinkage, stages and questions: published answers and planted truth."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from client_segments import priorities
from client_segments.priorities.satisfaction_details import (
    satisfaction_questions,
    satisfaction_stages,
)
from client_segments.priorities.satisfaction_indices import satisfaction_indices
from client_segments.priorities.satisfaction_weights import Composition
from client_segments.priorities.shrinkage import shrink_shares
from client_segments.raw_tables import FEEDBACK, RATINGS
from client_segments.statistics import effective_size


def raw(contract, rows):
    """A raw table as it is read, with the segment of each row."""
    frame = pd.DataFrame(rows)
    if "segment_code" not in frame:
        frame["segment_code"] = "a"
    segments = frame.pop("segment_code")
    for name in contract.column_names:
        if name not in frame:
            frame[name] = None
    return contract.conform(frame).assign(segment_code=segments.astype("str"))


def feedback(rows):
    return raw(FEEDBACK, rows)


def index_rows(ratings, codes=("a",), **options):
    table = satisfaction_indices(None, raw(RATINGS, ratings), list(codes), **options)
    return table.set_index("index_code")


# -------------------------------------------------------------------------------- indices


def test_nps_is_the_published_one():
    # talkstats.com, thread 58500: 291 promoters, 476 neutral, 395 detractors; interval ± 4.4.
    rows = [
        {"index": "nps", "score": score, "answers_count": count}
        for score, count in ((10, 200), (9, 91), (8, 400), (7, 76), (6, 95), (0, 300))
    ]
    row = index_rows(rows).loc["nps"]
    assert row["answers_count"] == 1162
    assert row["index_value"] == pytest.approx(-8.95008605851979)
    half = (row["high_value"] - row["low_value"]) / 2
    assert half == pytest.approx(4.387705383353639, rel=1e-4)


def test_nps_of_thirds_and_its_variance():
    # stats.stackexchange.com, question 18603: 1/2, 1/3 and 1/6 give 1/3 with variance 5/9.
    rows = [
        {"index": "nps", "score": score, "answers_count": count}
        for score, count in ((9, 300), (8, 200), (3, 100))
    ]
    row = index_rows(rows).loc["nps"]
    assert row["index_value"] == pytest.approx(100 / 3)
    half = 100 * 1.959963984540054 * (5 / 9 / 600) ** 0.5
    assert row["high_value"] - row["index_value"] == pytest.approx(half)


def test_nps_on_the_scale_of_one_to_ten_keeps_its_promoters():
    rows = [
        {"index": "nps", "score": score, "scale_min": 1, "scale_max": 10} for score in range(1, 11)
    ]
    assert index_rows(rows).loc["nps", "index_value"] == pytest.approx(100 * (2 - 6) / 10)


def test_one_answer_has_no_interval_and_staff_are_enps():
    row = index_rows([{"index": "nps", "score": 10}], is_staff=True).loc["enps"]
    assert row["index_value"] == 100
    assert pd.isna(row["low_value"])


def test_ces_is_a_mean_and_a_share():
    rows = [{"index": "ces", "score": score, "client_id": f"c{score}"} for score in (1, 4, 5, 6, 7)]
    table = index_rows([*rows, {"index": "ces", "score": None, "client_id": "x"}])
    expected = stats.ttest_1samp([1, 4, 5, 6, 7], 0).confidence_interval(0.95)
    assert table.loc["ces", "index_value"] == pytest.approx(4.6)
    # Student's interval, kept on the scale.
    assert table.loc["ces", "low_value"] == pytest.approx(max(expected.low, 1))
    assert table.loc["ces", "high_value"] == pytest.approx(min(expected.high, 7))
    assert table.loc["ces_easy", "index_value"] == pytest.approx(60)
    assert table["unanswered_count"].tolist() == [1, 1]


def test_engagement_is_the_mean_of_items_on_the_scale_of_100():
    rows = [
        {"index": "engagement", "question": f"q{item}", "client_id": client, "score": score}
        for client, scores in (("1", (5, 5, 4, 3, 3)), ("2", (1, 2, 2, 3, 2)))
        for item, score in enumerate(scores)
    ]
    row = index_rows(rows).loc["engagement"]
    assert row["index_value"] == pytest.approx((75 + 25) / 2)
    assert row["answers_count"] == 2


def test_the_gap_is_paired():
    experience, expected = [5, 4, 3, 2, 5, 3], [5, 5, 4, 4, 4, 5]
    rows = [
        {"client_id": f"c{number}", "score": score, "expectation": hope}
        for number, (score, hope) in enumerate(zip(experience, expected, strict=True))
    ]
    table = satisfaction_indices(feedback(rows), None, ["a"])
    row = table[table["index_code"] == "gap"].iloc[0]
    paired = stats.ttest_rel(experience, expected).confidence_interval(0.95)
    # Scores lie 25 apart on the scale of 100; the variance here divides by n - 1 as Student's.
    assert row["index_value"] == pytest.approx(25 * np.mean(np.subtract(experience, expected)))
    assert row["low_value"] == pytest.approx(25 * paired.low)
    assert row["high_value"] == pytest.approx(25 * paired.high)


def criteria(scores, importance=None):
    """One row is one client and question."""
    return [
        {"client_id": f"c{client}", "question": f"q{number}", "score": score,
         **({} if importance is None else {"importance": importance[number]})}
        for client, row in enumerate(scores)
        for number, score in enumerate(row)
    ]  # fmt: skip


def test_csi_weighs_questions_by_importance():
    scores = [(5, 2), (4, 1), (3, 3)]
    means = np.array([75.0, 25.0])
    for importance, weights in ((None, (0.5, 0.5)), ((5, 2), (0.8, 0.2))):
        table = satisfaction_indices(feedback(criteria(scores, importance)), None, ["a"])
        row = table[table["index_code"] == "csi"].iloc[0]
        assert row["index_value"] == pytest.approx(means @ weights)
    assert "поровну" in satisfaction_indices(feedback(criteria(scores)), None, ["a"]).loc[0, "note"]


def test_csi_of_equal_weights_is_a_mean_of_clients():
    scores = np.random.default_rng(3).integers(1, 6, (40, 3))
    table = satisfaction_indices(feedback(criteria(scores.tolist())), None, ["a"])
    row = table[table["index_code"] == "csi"].iloc[0]
    by_client = 25 * (scores.mean(axis=1) - 1)
    expected = stats.ttest_1samp(by_client, 0).confidence_interval(0.95)
    assert row["low_value"] == pytest.approx(expected.low)
    assert row["high_value"] == pytest.approx(expected.high)


# -------------------------------------------------------------------------------- voices


def test_a_client_has_one_voice_over_instruments():
    rows = [
        {"client_id": "1", "instrument": "survey", "score": 5},
        {"client_id": "1", "instrument": "interview", "score": 4},
        {"client_id": "1", "instrument": "review", "score": 1},
        {"client_id": "2", "instrument": "survey", "score": 5},
    ]
    counts = priorities.satisfaction_counts(feedback(rows), ["a"]).set_index("instrument")
    assert counts.loc["all", ["answers_count", "satisfied_count"]].tolist() == [2, 1]
    assert counts.loc["survey", "answers_count"] == 2
    assert counts.loc["review", "satisfied_count"] == 0


def test_marks_by_question_do_not_mix_with_the_whole():
    rows = [
        {"client_id": "1", "score": 5},
        {"client_id": "2", "question": "срок", "score": 1},
        {"client_id": "1", "question": "срок", "score": 1},
    ]
    row = priorities.satisfaction_counts(feedback(rows), ["a"]).iloc[0]
    assert row[["answers_count", "satisfied_count"]].tolist() == [1, 1]


def test_unnamed_answers_to_several_questions_are_one_persons():
    rows = [
        {"question": f"q{number}", "score": 5 if number % 2 else 3, "answers_count": 100}
        for number in range(4)
    ]
    row = priorities.satisfaction_counts(feedback(rows), ["a"]).iloc[0]
    assert row["answers_count"] == 400
    assert row["effective_count"] == pytest.approx(100)


def test_segments_without_answers_say_so_and_one_answer_has_no_interval():
    rows = [{"segment_code": "a", "client_id": "1", "score": 5}]
    counts = priorities.satisfaction_counts(feedback(rows), ["a", "b"])
    rates = priorities.satisfaction_rates(counts)
    whole = rates[rates["instrument"] == "all"].set_index("segment_code")
    assert whole.loc["b", "answers_count"] == 0
    assert whole.loc["b", "remark"] == "ответов нет"
    assert pd.isna(whole.loc["b", "shrunk_pct"])
    assert pd.isna(whole.loc["a", "low_pct"])
    assert "один ответ" in whole.loc["a", "remark"]


def test_refusals_are_shown_and_are_no_answers():
    rows = [{"client_id": str(number), "score": 5 if number < 6 else None} for number in range(8)]
    rates = priorities.satisfaction_rates(priorities.satisfaction_counts(feedback(rows), ["a"]))
    assert rates.loc[0, "unanswered_pct"] == pytest.approx(25)
    assert rates.loc[0, "satisfaction_pct"] == 100


def test_sixteen_services_the_code_nine_and_the_least_known_one():
    """Sixteen services; the last is known to few, who do not like it: it must come last."""
    generator = np.random.default_rng(11)
    rows = []
    for service in range(16):
        known = 0.95 if service < 15 else 0.1
        good = 0.8 - 0.02 * service if service < 15 else 0.1
        for resident in range(300):
            score = None if generator.random() > known else 5 if generator.random() < good else 2
            rows.append(
                {"client_id": f"r{resident}", "question": f"Услуга {service + 1}", "score": score}
            )
    table = satisfaction_questions(feedback(rows), ["a"]).set_index("question")
    assert table["mean_score"].idxmin() == "Услуга 16"
    assert table.loc["Услуга 16", "unanswered_pct"] > 80
    # Averaged, the code 9 for «не знаю» would have put it first.
    wrong = pd.DataFrame(rows).assign(score=lambda frame: frame["score"].fillna(9))
    assert wrong.groupby("question")["score"].mean().idxmax() == "Услуга 16"


def test_stages_are_matched_to_the_catalogue_and_own_ones_kept():
    stages = pd.DataFrame(
        {"stage": ["4", "Подача", "Свой"], "stage_number": pd.array([4, 4, None], dtype="Int64"),
         "stage_name": ["Подача", "Подача", "Свой"]}
    )  # fmt: skip
    rows = [
        {"client_id": "1", "stage": "4", "score": 5},
        {"client_id": "2", "stage": "Подача", "score": 1},
        {"client_id": "3", "stage": "Свой", "score": 4},
        {"client_id": "4", "score": 1},
    ]
    table = satisfaction_stages(feedback(rows), stages, ["a"])
    assert table["stage"].tolist() == ["Подача", "Свой"]
    assert table["answers_count"].tolist() == [2, 1]
    assert table["satisfaction_pct"].tolist() == [50, 100]


# -------------------------------------------------------------------------------- weights


def composition_case(young=150, old=50, spoilt=False):
    """Half of the segment is old; the young answer three times as often and are content."""
    rows = [
        {"client_id": f"c{number}", "score": 5 if number < young else 1}
        for number in range(young + old)
    ]
    codes = pd.DataFrame(
        {"age": [1] * young + [2] * old, "sex": [1, 2] * ((young + old) // 2)},
        index=[f"c{number}" for number in range(young + old)],
    )
    values = pd.DataFrame(
        [("a", "age", "Возраст", 1, 1000), ("a", "age", "Возраст", 2, 1000),
         ("a", "sex", "Пол", 1, 1010), ("a", "sex", "Пол", 2, 990)],
        columns=["segment_code", "attribute_code", "attribute_name", "value_code", "clients_count"],
    )  # fmt: skip
    return feedback(rows), Composition(codes, values)


def test_answers_are_weighted_to_the_composition_of_the_segment():
    table, composition = composition_case()
    counts = priorities.satisfaction_counts(table, ["a"], composition)
    rates = priorities.satisfaction_rates(counts)
    assert rates.loc[0, "satisfaction_pct"] == pytest.approx(50)
    assert rates.loc[0, "satisfied_count"] == 150
    assert rates.loc[0, "weighted_by"] == "Возраст"
    weights = np.repeat([0.5 / 0.75, 0.5 / 0.25], [150, 50])
    assert rates.loc[0, "effective_count"] == pytest.approx(effective_size(weights))


def test_a_composition_that_fits_is_left_alone():
    table, composition = composition_case(100, 100)
    row = priorities.satisfaction_counts(table, ["a"], composition).iloc[0]
    assert row["weighted_by"] is None
    assert pd.isna(row["effective_count"])


def test_no_answer_weighs_more_than_five_times_the_mean():
    table, composition = composition_case(395, 5)
    row = priorities.satisfaction_counts(table, ["a"], composition).iloc[0]
    old = 5 * 5 * 1.0
    young = 395 * 0.5 / (395 / 400)
    assert row["satisfaction_pct"] == pytest.approx(100 * young / (young + old), rel=1e-3)


# -------------------------------------------------------------------------------- shrinkage


def test_small_segments_go_to_the_mean_and_large_ones_stay():
    hits, total = np.array([1, 450, 300, 280]), np.array([4, 600, 500, 520])
    shrunk = shrink_shares(hits, total)
    raw_shares = hits / total
    moved = np.abs(shrunk.share - raw_shares)
    assert moved[0] > 10 * moved[1:].max()
    assert raw_shares[0] < shrunk.share[0] < shrunk.mean + 0.02
    # The interval of the small segment is narrower than its own answers alone give.
    assert shrunk.high[0] - shrunk.low[0] < np.ptp(stats.beta(1.5, 3.5).interval(0.95))


def test_equal_segments_are_all_but_one_and_one_segment_is_itself():
    shrunk = shrink_shares([30, 31, 29], [50, 50, 50])
    assert np.ptp(shrunk.share) < 0.5 * np.ptp(np.array([30, 31, 29]) / 50)
    alone = shrink_shares([30], [50])
    assert alone.share[0] == pytest.approx(0.6)


def test_shrinkage_does_not_depend_on_order_and_skips_the_silent():
    first = shrink_shares([5, 0, 40, 80], [10, 0, 90, 100])
    again = shrink_shares([80, 40, 5], [100, 90, 10])
    assert np.isnan(first.share[1])
    assert first.share[[3, 2, 0]] == pytest.approx(again.share, rel=1e-12)
    assert (first.low[[0, 2, 3]] > 0).all()


@pytest.mark.parametrize(("hits", "total"), [([0, 0], [5, 9]), ([5, 9], [5, 9]), ([0, 9], [5, 9])])
def test_shares_at_the_ends_have_intervals(hits, total):
    shrunk = shrink_shares(hits, total)
    assert np.isfinite(shrunk.low).all()
    assert (shrunk.low < shrunk.high).all()
    assert (shrunk.low >= 0).all() and (shrunk.high <= 1).all()
