"""What a log gives to comparisons: by hand, and by plain loops over a random log."""

import numpy as np
import pandas as pd
import pytest

from client_segments import hypotheses
from client_segments.hypotheses.proposals import compute_proposals, journey_evidence

CATALOGUE = pd.DataFrame({"number": [1, 2, 3], "name": ["Подача", "Ожидание", "Решение"]})
CHANNELS = pd.DataFrame({"code": ["01", "03"], "name": ["ЕПГУ", "МФЦ"]})


def log(*rows):
    """Rows (case, client, segment, stage, channel, time, outcome)."""
    columns = ["case_id", "client_id", "segment_code", "stage", "channel", "event_time", "outcome"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(event_time=pd.to_datetime(frame["event_time"]))


SMALL = log(
    # Comes back to its first stage through another channel, and gets what it came for.
    ("c1", "k1", "a", "1", "01", "2024-03-01 00:00", None),
    ("c1", "k1", "a", "2", "01", "2024-03-03 12:30", None),
    ("c1", "k1", "a", "1", "03", "2024-03-04 00:00", None),
    ("c1", "k1", "a", "3", "03", "2024-03-11 00:00", "granted"),
    # The same client again: counted as a repeat, and nothing else.
    ("c2", "k1", "a", "1", "01", "2024-05-01 00:00", "refused"),
    # Given up after the first stage.
    ("c3", "k2", "b", "1", "03", "2024-03-01 00:00", "abandoned"),
    # Still open on the second stage when the log ends on 1 June.
    ("c4", "k3", "b", "1", "01", "2024-05-01 00:00", None),
    ("c4", "k3", "b", "2", None, "2024-05-22 00:00", "open"),
    ("c5", "k4", None, "1", "01", "2024-06-01 00:00", None),
)  # fmt: skip


@pytest.fixture(scope="module")
def counts():
    journey = hypotheses.compute_journey(SMALL, CATALOGUE, ["a", "b"], channels=CHANNELS)
    return journey.comparable


def rows(frame, *columns):
    return sorted(tuple(row) for row in frame[list(columns)].to_numpy().tolist())


def test_stages_are_counted_in_first_cases(counts):
    columns = ["segment_code", "stage_key", "reached_count", "settled_count", "lost_count",
               "returned_count"]  # fmt: skip
    assert rows(counts["stages"], *columns) == [
        ("a", "1", 1, 1, 0, 1), ("a", "2", 1, 1, 0, 0), ("a", "3", 1, 1, 0, 0),
        ("b", "1", 2, 2, 1, 0), ("b", "2", 1, 0, 0, 0),
    ]  # fmt: skip


def test_times_are_whole_hours_and_open_cases_are_censored(counts):
    columns = ["segment_code", "stage_key", "value", "count", "censored_count"]
    assert rows(counts["stage_times"], *columns) == [
        ("a", "1", 60, 1, 0),  # 2 days 12 h 30 min, told in whole hours
        ("a", "2", 179, 1, 0),  # to the next new stage, whatever came between
        ("b", "1", 504, 1, 0),
        ("b", "2", 240, 0, 1),  # 22 May to the end of the log
    ]  # fmt: skip
    assert rows(counts["total_times"], "segment_code", "value", "count", "censored_count") == [
        ("a", 240, 1, 0), ("b", 744, 0, 1),
    ]  # fmt: skip


def test_channels_and_numbers_are_counted_once_a_case(counts):
    assert rows(counts["channels"], "segment_code", "stage_key", "item_code", "used_count") == [
        ("a", "1", "01", 1), ("a", "1", "03", 1), ("a", "2", "01", 1), ("a", "3", "03", 1),
        ("b", "1", "01", 1), ("b", "1", "03", 1),
    ]  # fmt: skip
    assert rows(counts["channel_totals"], "segment_code", "stage_key", "total_count") == [
        ("a", "1", 1), ("a", "2", 1), ("a", "3", 1), ("b", "1", 2),
    ]  # fmt: skip
    assert rows(counts["amounts"], "measure", "segment_code", "value", "count") == [
        ("cases", "a", 2, 1), ("cases", "b", 1, 2), ("channel_changes", "a", 1, 1),
        ("contacts", "a", 4, 1), ("returns", "a", 1, 1), ("returns", "b", 0, 1),
    ]  # fmt: skip


def test_a_log_without_outcomes_and_channels_compares_what_it_has():
    bare = SMALL.assign(outcome=None, channel=None)
    journey = hypotheses.compute_journey(bare, CATALOGUE, ["a", "b"])
    evidence = journey_evidence(journey)
    codes = set(evidence.shares["proposal_code"])
    assert not [code for code in codes if code.startswith(("journey.lost", "journey.outcome"))]
    assert not [code for code in codes if code.startswith("journey.channel")]
    assert set(evidence.amounts["family"]) == {"journey.amount.returns", "journey.amount.cases"}
    whole = evidence.times[evidence.times["proposal_code"] == "journey.time"]
    assert set(whole["family"]) == {"journey.time_to_end"}


def random_log(cases=900, seed=4):
    """Segment b waits longer on stage 2; the log is cut while some of its cases go on."""
    generator = np.random.default_rng(seed)
    events = []
    for number in range(cases):
        segment = "ab"[number % 2]
        begins = np.datetime64("2024-01-01") + np.timedelta64(int(generator.integers(0, 300)), "D")
        waits = generator.exponential([5, 20 if segment == "a" else 40], 2) * 24
        times = begins + np.append(0, np.cumsum(waits)).astype("timedelta64[h]")
        for stage, time in zip("123", times, strict=True):
            outcome = "granted" if stage == "3" else "open" if time == times[-2] else None
            events.append(
                (f"d{number}", f"k{number}", segment, stage, "01", pd.Timestamp(time), outcome)
            )
    frame = log(*events)
    kept = frame[frame["event_time"] < "2024-11-01"].copy()
    # The last event that is left of a cut case says that it is open.
    is_last = ~kept.duplicated("case_id", keep="last")
    kept.loc[~is_last, "outcome"] = None
    kept.loc[is_last & (kept["stage"] != "3"), "outcome"] = "open"
    return kept


def test_sql_agrees_with_plain_loops_and_the_slow_stage_is_found():
    frame = random_log()
    journey = hypotheses.compute_journey(frame, CATALOGUE, ["a", "b"], channels=CHANNELS)
    log_ends = frame["event_time"].max()
    expected = {}
    for _case, events in frame.groupby("case_id"):
        segment = events["segment_code"].iloc[0]
        times = events["event_time"].tolist()
        for number, stage in enumerate(events["stage"]):
            is_over = number + 1 < len(times)
            if stage == "3":
                continue
            until = times[number + 1] if is_over else log_ends
            hours = int((until - times[number]) / pd.Timedelta(hours=1))
            key = (segment, stage, hours)
            ended, going = expected.get(key, (0, 0))
            expected[key] = (ended + is_over, going + (not is_over))
    found = journey.comparable["stage_times"]
    told = {
        (segment, stage, value): (ended, going)
        for segment, stage, value, ended, going in found[
            ["segment_code", "stage_key", "value", "count", "censored_count"]
        ].to_numpy().tolist()
    }  # fmt: skip
    assert told == expected
    proposals = compute_proposals(journey_evidence(journey), {"a": "Быстрые", "b": "Медленные"})
    slow = proposals.set_index(["segment_code", "proposal_code"]).loc[("b", "journey.time.2")]
    assert slow["is_supported"]
    assert slow["censored_count"] > 0
    # Medians 20 and 40 days times ln 2; whole hours are told.
    assert slow["effect_low"] < 20 * np.log(2) < slow["effect_high"]
    assert slow["is_leading"]
    text = slow["hypothesis_text"]
    assert text.startswith(
        "Дела клиентов сегмента „Медленные“ медленнее переходят от этапа „Ожидание“"
    )
    assert "из них не завершено" in text
    assert text.endswith("источник – журнал событий)")
    whole = proposals.set_index(["segment_code", "proposal_code"]).loc[("b", "journey.time")]
    assert whole["phenomenon_code"] == "journey.time.2"
    assert not whole["is_leading"]
    assert "медленнее идут до результата" in slow["also_text"]
    even = proposals[proposals["proposal_code"] == "journey.time.1"]
    assert not even["is_supported"].any()
