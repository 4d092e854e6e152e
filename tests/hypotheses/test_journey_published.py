"""The journey of a real log against pm4py 2.7, an independent library of process mining.

The numbers of pm4py were got once, in an environment of its own (it is no dependency), by
`get_variants`, `get_all_case_durations`, `get_end_activities` and `discover_performance_dfg` on
the traffic fines of data/open-data: of all cases, and of the cases of each article.
"""

import pandas as pd
import pytest

from client_segments.hypotheses.journey import compute_journey
from client_segments.study import REPOSITORY

RAW = REPOSITORY / "data" / "open-data" / "2025" / "traffic_fines" / "raw"
NO_STAGES = pd.DataFrame({"number": [1], "name": ["Узнал о требовании"]})

TOTALS = {  # cases, events, variants
    "all": (10_000, 34_724, 44), "157.0": (8241, 28_249, 44), "158.0": (77, 294, 7),
    "7.0": (1682, 6181, 19),
}  # fmt: skip
DURATIONS = {  # mean, quartiles, in days
    "all": (296.1351, 7, 125, 596), "157.0": (286.2196, 6, 120, 590),
    "158.0": (383.7403, 53, 427, 640), "7.0": (340.7057, 42.25, 220, 612),
}  # fmt: skip
VARIANTS = {
    "Create Fine → Payment": (3428, 433),
    "Create Fine → Send Fine → Insert Fine Notification → Add penalty → Send for Credit Collection":
        (3273, 641),
    "Create Fine → Send Fine": (1890, 347),
    "Create Fine → Send Fine → Insert Fine Notification → Add penalty → Payment": (758, 148),
}  # fmt: skip
ENDS = {"Send Fine": 1893, "Send for Credit Collection": 3384, "Payment": 4535,
        "Send Appeal to Prefecture": 182, "Appeal to Judge": 5,
        "Notify Result Appeal to Offender": 1}  # fmt: skip


@pytest.fixture(scope="module")
def fines():
    events = pd.read_csv(RAW / "journey.csv", dtype="str")
    articles = pd.read_csv(RAW / "clients.csv", dtype="str").set_index("case_id")["article"]
    events = events.rename(columns={"activity": "stage", "timestamp": "event_time"})
    events = events.assign(
        client_id=events["case_id"], segment_code=events["case_id"].map(articles),
        event_time=pd.to_datetime(events["event_time"]), outcome=None,
    )  # fmt: skip
    return compute_journey(events, NO_STAGES, ["157.0", "158.0", "7.0"])


@pytest.mark.parametrize("code", TOTALS)
def test_cases_events_and_variants_are_counted_alike(fines, code):
    row = fines.tables["journey_totals"].set_index("segment_code").loc[code]
    assert (row["cases_count"], row["events_count"], row["variants_count"]) == TOTALS[code]


@pytest.mark.parametrize("code", DURATIONS)
def test_durations_are_alike(fines, code):
    frame = fines.tables["journey_amounts"]
    frame = frame[frame["measure"] == "duration_days"].set_index("segment_code")
    row = frame.loc[code, ["mean", "q1", "median", "q3"]]
    assert row.tolist() == pytest.approx(DURATIONS[code], abs=5e-5)


def test_the_other_segments_cases_are_everyone_else(fines):
    frame = fines.tables["journey_amounts"]
    frame = frame[frame["measure"] == "duration_days"].set_index("segment_code")
    assert frame["others_cases_count"].dropna().to_dict() == {
        "157.0": 1759, "158.0": 9923, "7.0": 8318,
    }  # fmt: skip
    others = 10_000 * 296.1351 - 1682 * 340.7057
    assert frame.loc["7.0", "others_mean"] == pytest.approx(others / 8318, abs=1e-3)


def test_the_most_frequent_variants_are_the_same_of_all_and_of_a_segment(fines):
    frame = fines.tables["journey_variants"]
    for place, code in enumerate(["all", "7.0"]):
        counts = frame[frame["segment_code"] == code].set_index("stages")["variant_count"]
        for stages, expected in VARIANTS.items():
            # The merged text of «Payment, Payment» is the same: the first is the plain one.
            assert counts.loc[[stages]].iloc[0] == expected[place]
    whole = frame[(frame["segment_code"] == "all") & (frame["variant"].str.endswith("×2"))]
    assert whole["variant_count"].iloc[0] == 250  # … → Payment → Payment


def test_cases_end_with_the_same_activities(fines):
    flow = fines.tables["journey_flow"]
    flow = flow[flow["segment_code"] == "all"].set_index("stage")
    ended = (flow["ended_count"] + flow["open_count"]).to_dict()
    assert {name: count for name, count in ended.items() if count} == ENDS
    # Nothing says how a case ended: nobody is told to be lost.
    assert flow["lost_count"].isna().all()


def test_times_between_stages_that_follow_each_other_are_alike(fines):
    times = fines.tables["journey_times"].set_index(["segment_code", "stage", "measure"])
    # Before the notification only the sending stands; pm4py's median of that pair is 13 days.
    notified = times.loc[("all", "Insert Fine Notification", "waiting")]
    assert (notified["cases_count"], notified["median_days"]) == (4635, 13)
    sent = times.loc[("all", "Send Fine", "waiting")]
    assert sent["median_days"] == 102
