"""The journey from an event log against a log small enough to count by hand."""

import numpy as np
import pandas as pd
import pytest

from client_segments.hypotheses.journey import compute_journey, match_stages

CATALOGUE = pd.DataFrame(
    {"number": [1, 4, 5], "name": ["Возникновение потребности", "Подача заявления", "Ожидание"]}
)
COLUMNS = ["case_id", "client_id", "segment_code", "stage", "event_time", "outcome"]


def log(*rows):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["event_time"] = pd.to_datetime(frame["event_time"]).astype("datetime64[s]")
    return frame.astype(dict.fromkeys(set(COLUMNS) - {"event_time"}, "str"))


SMALL = log(
    ("c1", "k1", "a", "4", "2024-03-01 00:00", None),
    ("c1", "k1", "a", "Звонок", "2024-03-03 12:00", "refused"),
    ("c1", "k1", "a", "5. ожидание", "2024-03-03 12:00", None),
    ("c1", "k1", "a", "4", "2024-03-09 00:00", "granted"),
    ("c2", "k2", "b", "подача  ЗАЯВЛЕНИЯ", "2024-03-01 00:00", "refused"),
    ("c3", "k3", "a", "4", "2024-03-01 00:00", None),
    ("c3", "k3", "a", "5", "2024-03-05 12:00", None),
    ("c4", None, None, "звонок", "2024-03-01 00:00", None),
)


def stage(journey, segment, name):
    frame = journey.stages
    return frame[(frame["segment_code"] == segment) & (frame["stage"] == name)].iloc[0]


def test_labels_match_by_number_name_and_both():
    labels = [
        "4",
        "04",
        "4. Подача заявления",
        "этап 4",
        "ПОДАЧА ЗАЯВЛЕНИЯ",
        "4 Ожидание",
        "7",
        "Звонок",
    ]
    matched = match_stages(labels, CATALOGUE).set_index("stage")
    assert set(matched.index[matched["stage_number"] == 4]) == set(labels[:5])
    # A number beside another stage's name, and a number the catalogue lacks, stay own stages.
    assert matched.loc[["4 Ожидание", "7", "Звонок"], "stage_number"].isna().all()


def test_cases_reached_and_days_are_counted():
    journey = compute_journey(SMALL, CATALOGUE, ["a", "b"])
    submitted = stage(journey, "a", "Подача заявления")
    assert (submitted["cases_count"], submitted["reached_count"]) == (2, 2)
    # 2.5 days to the call of c1, 4.5 days to the waiting of c3.
    assert submitted["median_days_to_next"] == pytest.approx(3.5)
    waiting = stage(journey, "all", "Ожидание")
    assert (waiting["cases_count"], waiting["reached_count"], waiting["reached_pct"]) == (4, 2, 50)
    assert stage(journey, "b", "Ожидание")["reached_count"] == 0
    assert (journey.cases_count, journey.unplaced_count) == (4, 1)


def test_own_stage_follows_the_catalogue_and_folds_its_spellings():
    journey = compute_journey(SMALL, CATALOGUE, ["a", "b"])
    own = stage(journey, "all", "Звонок")
    assert own["stage_number"] == 6
    assert own["reached_count"] == 2


def test_own_stages_never_take_a_number_of_the_catalogue():
    mixed = log(("c", "k", "a", "1", "2024-03-01", None), ("c", "k", "a", "Письмо", "2024-03-02", None),
                ("c", "k", "a", "Звонок", "2024-03-03", None))  # fmt: skip
    numbers = compute_journey(mixed, CATALOGUE, ["a"]).stage_names
    assert dict(zip(numbers["name"], numbers["stage_number"], strict=True)) == {
        "Возникновение потребности": 1, "Письмо": 6, "Звонок": 7,
    }  # fmt: skip
    own = compute_journey(mixed.iloc[1:], CATALOGUE, ["a"]).stage_names
    assert own["stage_number"].tolist() == [1, 2]


def test_a_stage_that_the_log_never_notes_is_not_reached_by_nobody():
    journey = compute_journey(SMALL, CATALOGUE, ["a", "b"])
    assert "Возникновение потребности" not in set(journey.stages["stage"])


@pytest.mark.parametrize(("other", "name"), [("5", "Ожидание"), ("Звонок", "Звонок")])
def test_simultaneous_events_keep_the_order_of_the_file(other, name):
    first = log(("c", "k", "a", "4", "2024-03-01", None), ("c", "k", "a", other, "2024-03-01", None))  # fmt: skip
    for events, then in ((first, name), (first.iloc[::-1], "Подача заявления")):
        journey = compute_journey(events.reset_index(drop=True), CATALOGUE, ["a"])
        assert np.isnan(stage(journey, "a", then)["median_days_to_next"])


def test_the_outcome_is_that_of_the_last_event_having_one():
    outcomes = compute_journey(SMALL, CATALOGUE, ["a", "b"]).outcomes
    counts = outcomes.set_index(["segment_code", "outcome"])["outcome_count"]
    assert counts["a", "granted"] == 1
    assert counts["a", "refused"] == 0
    assert counts["all", "refused"] == 1
    assert set(outcomes.loc[outcomes["segment_code"] == "all", "cases_count"]) == {2}


def test_order_of_rows_changes_nothing_where_times_differ():
    different = SMALL.drop(index=2)
    shuffled = different.sample(frac=1, random_state=3).reset_index(drop=True)
    expected = compute_journey(different, CATALOGUE, ["a", "b"]).stages
    pd.testing.assert_frame_equal(compute_journey(shuffled, CATALOGUE, ["a", "b"]).stages, expected)


def test_comparisons_use_the_first_case_of_a_client():
    twice = log(
        ("c1", "k1", "a", "4", "2024-03-01", "refused"),
        ("c2", "k1", "a", "5", "2024-04-01", "granted"),
        ("c3", None, "a", "4", "2024-03-01", None),
        ("c4", None, "a", "4", "2024-03-01", None),
    )
    journey = compute_journey(twice, CATALOGUE, ["a"])
    assert stage(journey, "a", "Ожидание")["cases_count"] == 4
    counts = journey.comparable
    assert counts["sizes"][["cases_count", "outcomes_count"]].to_numpy().tolist() == [[3, 1]]
    assert counts["outcomes"]["outcome"].tolist() == ["refused"]
    assert counts["stages"][["stage_key", "reached_count"]].to_numpy().tolist() == [["4", 3]]


def test_sql_agrees_with_plain_loops_on_a_random_log():
    generator = np.random.default_rng(7)
    count = 3000
    frame = log(
        *zip(
            generator.integers(0, 400, count).astype(str),
            [None] * count,
            [None] * count,
            generator.choice(["1", "4", "5", "Звонок", "Письмо"], count),
            np.datetime64("2024-01-01") + generator.integers(0, 60, count).astype("timedelta64[D]"),
            [None] * count,
            strict=True,
        )
    )
    firsts = {}
    for number, event in enumerate(frame.itertuples(index=False)):
        case = firsts.setdefault(event.case_id, {})
        begins = (event.event_time, number)
        case[event.stage] = min(case.get(event.stage, begins), begins)
    reached, days = {}, {}
    for case in firsts.values():
        ordered = sorted((begins, name) for name, begins in case.items())
        for place, (begins, name) in enumerate(ordered):
            reached[name] = reached.get(name, 0) + 1
            if place + 1 < len(ordered):
                days.setdefault(name, []).append((ordered[place + 1][0][0] - begins[0]).days)
    stages = compute_journey(frame, CATALOGUE, []).stages
    names = {"1": "Возникновение потребности", "4": "Подача заявления", "5": "Ожидание"}
    for label, expected in reached.items():
        row = stages[stages["stage"] == names.get(label, label)].iloc[0]
        assert (row["cases_count"], row["reached_count"]) == (len(firsts), expected)
        assert row["median_days_to_next"] == pytest.approx(np.median(days[label]))
