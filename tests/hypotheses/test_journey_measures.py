"""Losses, returns, refusals, channels, starts and doubts, on logs small enough to count by hand."""

import pandas as pd
import pytest

from client_segments.hypotheses.journey import compute_journey, propose_stage

CATALOGUE = pd.DataFrame(
    {
        "number": [1, 4, 5, 6],
        "name": ["Возникновение потребности", "Подача заявления", "Ожидание", "Решение"],
    }
)
CHANNELS = pd.DataFrame({"code": ["01", "03"], "name": ["ЕПГУ", "МФЦ"]})
COLUMNS = ["case_id", "client_id", "segment_code", "stage", "channel", "event_time", "outcome"]


def log(*rows, columns=COLUMNS):
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("event_time", "start_time"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    texts = [name for name in columns if name not in ("event_time", "start_time")]
    return frame.astype(dict.fromkeys(texts, "str"))


def journey(events, codes=("a", "b"), **options):
    return compute_journey(events, CATALOGUE, list(codes), channels=CHANNELS, **options)


def one(table, segment, **values):
    frame = table[table["segment_code"] == segment]
    for name, value in values.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1
    return frame.iloc[0]


SMALL = log(
    ("c1", "k1", "a", "4", "ЕПГУ", "2024-01-01", None),
    ("c1", "k1", "a", "5", "03", "2024-01-03", None),
    ("c1", "k1", "a", "4", "МФЦ", "2024-01-05", None),
    ("c1", "k1", "a", "6", "ЕПГУ", "2024-01-09", "granted"),
    ("c2", "k1", "a", "4", "ЕПГУ", "2024-02-01", None),
    ("c2", "k1", "a", "6", "ЕПГУ", "2024-02-03", "refused"),
    ("c3", "k2", "b", "4", "МФЦ", "2024-01-01", None),
    ("c4", "k3", "b", "4", "МФЦ", "2024-02-02", None),
    ("c5", "k4", "b", "1", None, "2024-01-01", "abandoned"),
)


def test_a_case_still_open_when_the_log_ends_is_not_lost():
    made = journey(SMALL)
    flow = made.tables["journey_flow"]
    submitted = one(flow, "b", stage_number=4)
    # c3 has been silent for a month, where others went on in days; c4 only since yesterday.
    assert (submitted["reached_count"], submitted["ended_count"], submitted["open_count"]) == (
        2,
        1,
        1,
    )
    assert (submitted["lost_count"], submitted["lost_pct"]) == (1, 100)
    assert one(flow, "b", stage_number=1)["lost_count"] == 1  # the client gave it up
    assert one(flow, "a", stage_number=6)["lost_count"] == 0  # a refusal is an answer
    shares = made.tables["journey_shares"]
    assert one(shares, "b", measure="open")["hits_count"] == 1
    assert one(shares, "b", measure="lost")["hits_count"] == 2
    measures = made.case_measures
    assert measures["is_finished"].tolist() == [True, True, True, False, True]


def test_returns_contacts_changes_refusals_and_repeats_are_counted():
    made = journey(SMALL)
    first = made.case_measures.iloc[0]
    assert first["duration_days"] == 8
    assert (first["returns_count"], first["contacts_count"], first["channel_changes_count"]) == (1, 4, 2)  # fmt: skip
    assert made.case_measures["is_repeated"].tolist() == [False, True, False, False, False]
    shares = made.tables["journey_shares"]
    refused = one(shares, "a", measure="refused")
    assert (refused["hits_count"], refused["cases_count"], refused["share_pct"]) == (1, 2, 50)
    assert (refused["others_cases_count"], refused["others_share_pct"]) == (1, 0)
    returned = one(shares, "all", measure="returned")
    assert (returned["hits_count"], returned["cases_count"]) == (1, 5)
    flow = one(made.tables["journey_flow"], "a", stage_number=4)
    assert (flow["returned_count"], flow["returned_pct"]) == (1, 50)
    contacts = one(made.tables["journey_amounts"], "a", measure="contacts_count")
    assert (contacts["mean"], contacts["others_mean"]) == (3, pytest.approx(2 / 3))


def test_channels_are_told_by_stage_and_by_their_codes():
    table = journey(SMALL).tables["journey_channels"]
    office = one(table, "a", stage_number=4, channel_code="03")
    assert (office["channel_name"], office["events_count"], office["total_count"]) == ("МФЦ", 1, 3)
    assert office["others_share_pct"] == 100


def test_variants_keep_repeats_and_their_shares():
    twice = log(*[(f"c{n}", f"k{n}", "a" if n < 3 else "b", stage, None, f"2024-01-0{day}", None)
                  for n in range(1, 5) for day, stage in enumerate("4456" if n == 4 else "456", 1)])  # fmt: skip
    table = journey(twice).tables["journey_variants"]
    both = table[table["segment_code"] == "all"]
    assert dict(zip(both["variant"], both["variant_count"], strict=True)) == {
        "4 → 5 → 6": 3, "4 ×2 → 5 → 6": 1,
    }  # fmt: skip
    assert one(table, "a", variant_number=1)["others_share_pct"] == 50


def test_starts_and_completions_part_work_from_waiting():
    columns = ["case_id", "segment_code", "stage", "transition", "event_time"]
    events = log(
        ("c", "a", "4", "COMPLETE", "2024-01-01 00:00"),
        ("c", "a", "5", "SCHEDULE", "2024-01-01 12:00"),
        ("c", "a", "5", "start", "2024-01-03 00:00"),
        ("c", "a", "5", "complete", "2024-01-03 06:00"),
        ("c", "a", "6", "Start", "2024-01-04 06:00"),
        ("c", "a", "6", "Complete", "2024-01-04 18:00"),
        columns=columns,
    )
    made = journey(events, ["a"])
    assert one(made.tables["journey_totals"], "all")["events_count"] == 3
    times = made.tables["journey_times"]
    assert one(times, "a", stage_number=5, measure="waiting")["median_days"] == 2
    assert one(times, "a", stage_number=5, measure="working")["median_days"] == 0.25
    assert one(times, "a", stage_number=6, measure="waiting")["median_days"] == 1
    assert one(times, "a", stage_number=6, measure="working")["median_days"] == 0.5
    # A column of starts says the same.
    paired = log(
        ("c", "a", "4", None, "2024-01-01 00:00"),
        ("c", "a", "5", "2024-01-03 00:00", "2024-01-03 06:00"),
        ("c", "a", "6", "2024-01-04 06:00", "2024-01-04 18:00"),
        columns=["case_id", "segment_code", "stage", "start_time", "event_time"],
    )
    pd.testing.assert_frame_equal(journey(paired, ["a"]).tables["journey_times"], times)


def test_people_bring_activities_to_stages_and_outcomes():
    events = log(
        ("c1", "k1", "a", "Create", None, "2024-01-01", None),
        ("c1", "k1", "a", "Paid", None, "2024-01-05", None),
        ("c2", "k2", "a", "Create", None, "2024-01-01", None),
        ("c3", "k3", "a", "Create", None, "2024-06-01", None),
        ("c3", "k3", "a", "Paid", None, "2024-06-04", None),
    )
    made = journey(
        events, ["a"], activities={"Create": "4", "Paid": "Оплата"}, outcomes={"Paid": "granted"}
    )
    assert made.stages["stage"].unique().tolist() == ["Подача заявления", "Оплата"]
    table = made.tables["journey_activities"].set_index("activity")
    assert table.loc["Create", ["stage_number", "is_mapped", "is_decided"]].tolist() == [
        4,
        True,
        True,
    ]
    assert not table.loc["Paid", "is_mapped"]
    assert one(made.tables["journey_flow"], "a", stage_number=4)["lost_count"] == 1
    assert made.case_measures["is_refused"].tolist() == [False, pd.NA, False]


def test_similar_words_propose_a_stage():
    assert propose_stage("Заявление подано", CATALOGUE) == "Подача заявления"
    assert propose_stage("Ожидания", CATALOGUE) == "Ожидание"
    assert propose_stage("Appeal to Judge", CATALOGUE) is None


def test_nothing_depends_on_the_order_of_the_file_where_stages_are_listed():
    mixed = SMALL.sample(frac=1, random_state=5).reset_index(drop=True)
    made, again = journey(SMALL), journey(mixed)
    for name, table in made.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)
    pd.testing.assert_frame_equal(again.case_measures, made.case_measures)


def doubts(events):
    found = journey(events).doubts
    return {row.rule: row.count for row in found.itertuples() if row.count}


def test_duplicate_events_are_told():
    events = pd.concat([SMALL, SMALL.iloc[[0, 0, 3]]], ignore_index=True)
    assert doubts(events) == {"duplicate_events": 3}


def test_events_before_their_case_begins_are_told():
    plain = [("4", "2024-01-01"), ("6", "2024-01-05")]
    rows = [
        (f"c{n}", f"k{n}", "a", stage, None, day, None) for n in range(20) for stage, day in plain
    ]
    early = ("c7", "k7", "a", "6", None, "2023-06-01", None)
    assert doubts(log(*rows)) == {}
    assert doubts(log(*rows, early)) == {"before_start": 1}


def test_day_and_month_that_changed_places_are_told():
    rows = [
        ("c1", "k1", "a", "4", None, "2024-03-01", None),
        ("c1", "k1", "a", "5", None, "2024-06-03", None),  # the sixth of March
        ("c1", "k1", "a", "6", None, "2024-03-09", None),
        ("c2", "k2", "a", "4", None, "2024-03-01", None),
    ]
    assert doubts(log(*rows)) == {"day_month": 1}


def test_a_log_without_a_single_whole_event_gives_empty_tables():
    made = journey(SMALL.head(0))
    assert made.cases_count == 0
    assert all(table.empty for table in made.tables.values())


def life_cycle(*rows):
    frame = pd.DataFrame(rows, columns=["case_id", "stage", "transition", "event_time"])
    frame["event_time"] = pd.to_datetime(frame["event_time"]).astype("datetime64[us]")
    return frame.assign(segment_code=pd.Series([None] * len(frame), dtype="str"))


def test_a_case_lasts_from_its_first_record_to_its_last_and_both_are_counted():
    made = journey(
        life_cycle(
            ("c", "4", "schedule", "2024-01-01"),
            ("c", "4", "start", "2024-01-02"),
            ("c", "4", "complete", "2024-01-03"),
            ("c", "6", "complete", "2024-01-05"),
            ("c", "1", "START", "2024-01-11"),
            ("d", "4", "start", "2024-01-01"),  # nothing is completed: what is noted counts
            ("d", "6", "schedule", "2024-01-03"),
        )
    )
    totals = one(made.tables["journey_totals"], "all")
    assert (totals["cases_count"], totals["events_count"], totals["variants_count"]) == (2, 4, 1)
    assert (totals["records_count"], totals["record_variants_count"]) == (7, 2)
    assert made.case_measures["duration_days"].tolist() == [10, 2]
    told = {row.rule: row.count for row in made.doubts.itertuples()}
    assert told["partial_records"] == 3


def test_states_of_a_life_cycle_of_the_logs_own_are_events():
    made = journey(
        life_cycle(
            ("c", "Accepted", "In Progress", "2024-01-01"),
            ("c", "Accepted", "Wait - User", "2024-01-02"),
            ("c", "Completed", "Closed", "2024-01-03"),
        )
    )
    totals = one(made.tables["journey_totals"], "all")
    assert totals["events_count"] == 3
    assert pd.isna(totals["records_count"])


def test_at_one_moment_the_file_says_what_went_first_and_that_is_told():
    rows = [("c", "6", None, "2024-01-01"), ("c", "4", None, "2024-01-01")]
    made = journey(life_cycle(*rows))
    assert made.tables["journey_variants"]["variant"].tolist() == ["6 → 4"]
    again = journey(life_cycle(*reversed(rows)))
    assert again.tables["journey_variants"]["variant"].tolist() == ["4 → 6"]
    told = {row.rule: row.count for row in made.doubts.itertuples()}
    assert told["simultaneous_events"] == 1
