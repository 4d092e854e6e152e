"""Channels, and hypotheses proposed from counts: closed forms, planted truth, false alarms."""

import numpy as np
import pandas as pd
import pytest

from client_segments import recommendations as rec
from client_segments.catalogue import match_channels
from client_segments.hypotheses.channels import (
    compute_channel_shares,
    match_problems,
    name_clients,
)
from client_segments.hypotheses.proposals import (
    PROPOSALS,
    Evidence,
    channel_evidence,
    compute_proposals,
    problem_evidence,
)
from client_segments.hypotheses.proposals.evidence import SHARE_COLUMNS, typed

CHANNELS = pd.DataFrame({"code": ["01", "04", "06"], "name": ["ЕПГУ", "личный приём", "телефон"]})
NAMES = {"a": "Пожилые", "b": "Молодые"}


def mentions(rows):
    """Rows (client, segment, channel, count) of preferred channels for submitting."""
    frame = pd.DataFrame(rows, columns=["client_id", "segment_code", "channel", "answers_count"])
    frame = frame.assign(use="submitting", kind="preferred").astype(
        {"client_id": "str", "segment_code": "str", "channel": "str", "answers_count": "Int64"}
    )
    matched = match_channels(frame["channel"].unique().tolist(), CHANNELS)
    return name_clients(frame, "answers_count").merge(matched, on="channel")


def counts(rows):
    """Rows (proposal code, segment, hits, total)."""
    frame = pd.DataFrame(
        rows, columns=["proposal_code", "segment_code", "hits_count", "total_count"]
    )
    frame = frame.assign(kind="problem", family="problem", subject="Очереди", source="problems")
    return Evidence(shares=typed(frame, SHARE_COLUMNS))


def test_channels_match_by_code_and_name_and_own_ones_stay():
    matched = match_channels(
        ["4", "04", "Личный прием", "04 личный приём", "Факс", "факс"], CHANNELS
    )
    codes = matched.set_index("channel")["item_code"]
    assert set(codes[["4", "04", "Личный прием", "04 личный приём"]]) == {"04"}
    assert codes["Факс"] == codes["факс"] != "04"
    assert matched["item_name"][matched["item_code"] == codes["факс"]].nunique() == 1


def test_one_client_counts_once_and_counted_rows_by_their_number():
    frame = mentions(
        [
            ("k1", "a", "04", None), ("k1", "a", "личный прием", None), ("k1", "a", "ЕПГУ", None),
            ("k2", "a", "ЕПГУ", 7), (None, "a", "телефон", 8), ("k3", None, "04", None),
        ]
    )  # fmt: skip
    shares = compute_channel_shares(frame, ["a", "b"]).set_index(["segment_code", "channel_code"])
    assert shares.loc[("a", "04"), ["answers_count", "total_count"]].tolist() == [1, 10]
    assert shares.loc[("a", "01"), ["answers_count", "total_count"]].tolist() == [2, 10]
    assert shares.loc[("a", "06"), "share_pct"] == 80
    # The unplaced client is heard among all clients only.
    assert shares.loc[("all", "04"), ["answers_count", "total_count"]].tolist() == [2, 11]
    # Wilson's interval of 8 of 10 (Newcombe's method 3).
    assert shares.loc[("a", "06"), ["low_pct", "high_pct"]].tolist() == pytest.approx(
        [49.0162, 94.3318], abs=1e-3
    )


def test_shares_do_not_depend_on_the_order_of_rows():
    frame = mentions(
        [(f"k{n}", "ab"[n % 2], ["04", "факс", "Факс"][n % 3], None) for n in range(30)]
    )
    shuffled = frame.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        compute_channel_shares(frame, ["a", "b"]), compute_channel_shares(shuffled, ["a", "b"])
    )


def test_a_planted_difference_is_told_in_russian():
    rows = [(f"a{n}", "a", "04" if n < 78 else "01", None) for n in range(120)]
    rows += [(f"b{n}", "b", "04" if n < 140 else "01", None) for n in range(400)]
    rows += [(f"r{n}", "rest", "04" if n < 28 else "01", None) for n in range(80)]
    proposals = compute_proposals(channel_evidence(mentions(rows)), NAMES)
    row = proposals.set_index(["segment_code", "proposal_code"]).loc[
        ("a", "channel.preferred.submitting.04")
    ]
    # Newcombe's method 10 by hand: Wilson 0.5612-0.7295 and 0.3087-0.3937.
    assert row["is_supported"]
    assert row["hypothesis_text"] == (
        "Клиенты сегмента „Пожилые“ при подаче чаще предпочитают канал „личный приём“: "
        "65,0\xa0% против 35,0\xa0% у остальных (разница 30,0\xa0п.\xa0п., "
        "95\xa0%-й интервал 20,1–39,0; n\xa0=\xa0120 и 480; источник – ответы о каналах)"
    )
    # The rest is among the others, and nothing is proposed about it.
    assert set(proposals["segment_code"]) == {"a", "b"}
    less = proposals.set_index(["segment_code", "proposal_code"]).loc[
        ("a", "channel.preferred.submitting.01"), "hypothesis_text"
    ]
    assert "реже предпочитают канал „ЕПГУ“: 35,0\xa0% против 65,0\xa0%" in less
    assert "разница 30,0\xa0п.\xa0п., 95\xa0%-й интервал 20,1–39,0" in less


def test_q_values_are_those_of_all_comparisons_tried():
    rows = [
        (f"problem.{n}", s, h, 100) for n in range(12) for s, h in (("a", 20 + 3 * n), ("b", 20))
    ]
    proposals = compute_proposals(counts(rows), NAMES)
    assert len(proposals) == 24
    is_small = proposals["difference_pct"].abs() < rec.EFFECT_MINIMUM_PCT
    assert 0 < is_small.sum() < 24
    holds_zero = (proposals["low_pct"] <= 0) & (proposals["high_pct"] >= 0)
    p_values = proposals["p_value"].mask(is_small | holds_zero, 1.0).to_numpy()
    # By hand: the smallest q of Benjamini and Hochberg, q(i) = min over j >= i of p(j) m / j.
    ordered = np.sort(p_values)
    by_hand = np.minimum.accumulate((ordered * 24 / np.arange(1, 25))[::-1])[::-1]
    np.testing.assert_allclose(np.sort(proposals["q_value"]), by_hand)


@pytest.mark.parametrize(
    ("hits", "total", "other_hits", "other_total", "is_supported"),
    [
        (900, 1000, 100, 1000, True),
        (540, 10000, 1000, 10000, False),  # certain, but 4.6 points only
        (9, 9, 0, 1000, False),  # nine on one side
        (10, 10, 0, 1000, True),
        (14, 20, 11, 20, False),  # large, but by chance
    ],
)
def test_support_needs_certainty_size_and_numbers(
    hits, total, other_hits, other_total, is_supported
):
    rows = [("problem.x", "a", hits, total), ("problem.x", "rest", other_hits, other_total)]
    proposals = compute_proposals(counts(rows), NAMES)
    assert proposals["is_supported"].tolist() == [is_supported]


def test_what_all_or_nobody_has_is_no_comparison():
    rows = [("problem.x", "a", 20, 20), ("problem.x", "b", 30, 30), ("problem.y", "a", 5, 20)]
    assert compute_proposals(counts(rows), NAMES).empty
    empty = compute_proposals(Evidence(), NAMES)
    assert empty.empty
    assert empty.columns.tolist() == PROPOSALS.column_names


def test_problems_are_counted_by_clients_who_name_any():
    frame = pd.DataFrame(
        {
            "client_id": ["k1", "k1", "k2", "k3", None],
            "segment_code": ["a", "a", "a", "b", "b"],
            "problem": ["Очереди", "очереди ", "Отказ", "ОЧЕРЕДИ", "Отказ"],
            "problems_count": pd.array([None, None, None, None, 4], dtype="Int64"),
        }
    ).astype({"client_id": "str"})
    matched = match_problems(frame["problem"].unique().tolist())
    frame = frame.assign(stage_key=None, stage_number=None, stage_name=None)
    named = name_clients(frame, "problems_count").merge(matched, on="problem")
    result = problem_evidence(named).shares
    table = result.pivot(index="subject", columns="segment_code", values="hits_count")
    assert table.loc["Отказ"].tolist() == [1, 4]
    assert table.drop("Отказ").to_numpy().tolist() == [[1, 1]]
    totals = result.drop_duplicates("segment_code").set_index("segment_code")["total_count"]
    assert totals.to_dict() == {"a": 2, "b": 5}


def simulated(generator, planted):
    """Counts of 40 problems in four segments; `planted` of them are commoner in the first."""
    rows = []
    for number in range(40):
        for segment in "abcd":
            share = 0.55 if number < planted and segment == "a" else 0.3
            rows.append((f"problem.{number}", segment, generator.binomial(150, share), 150))
    return counts(rows)


def test_results_depend_neither_on_the_order_of_rows_nor_on_names_of_segments():
    generator = np.random.default_rng(rec.SEED)
    evidence = simulated(generator, 5)
    found = compute_proposals(evidence, dict.fromkeys("abcd", "Сегмент"))
    shuffled = Evidence(shares=evidence.shares.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(
        found, compute_proposals(shuffled, dict.fromkeys("abcd", "Сегмент"))
    )
    renamed = {"a": "z", "b": "y", "c": "x", "d": "w"}
    other = Evidence(shares=evidence.shares.assign(
        segment_code=evidence.shares["segment_code"].map(renamed)
    ))  # fmt: skip
    result = compute_proposals(other, dict.fromkeys(renamed.values(), "Сегмент"))
    pd.testing.assert_frame_equal(
        found.drop(columns="segment_code"), result.drop(columns="segment_code")
    )


def test_nothing_planted_nothing_found_and_planted_truth_found():
    generator = np.random.default_rng(rec.SEED)
    names = dict.fromkeys("abcd", "Сегмент")
    alarms = [
        compute_proposals(simulated(generator, 0), names)["is_supported"].any() for _ in range(40)
    ]
    # Without true differences the chance of any false alarm is the rate itself (0.05).
    assert sum(alarms) <= 6
    found, false_shares = 0, []
    for _ in range(40):
        proposals = compute_proposals(simulated(generator, 5), names)
        shown = proposals[proposals["is_supported"]]
        is_true = shown["proposal_code"].isin([f"problem.{n}" for n in range(5)])
        found += int((is_true & (shown["segment_code"] == "a")).sum())
        # Nothing but the planted problems is true, in `a` (more) and in the others (less).
        false_shares.append((~is_true).sum() / max(len(shown), 1))
    assert found / 200 >= 0.8
    noise = np.std(false_shares) / np.sqrt(len(false_shares))
    assert np.mean(false_shares) <= rec.FALSE_DISCOVERY_RATE + 2 * noise
