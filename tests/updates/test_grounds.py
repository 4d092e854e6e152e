"""Hypotheses that lose their ground are named, and those that do not are left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from client_segments.hypotheses import HYPOTHESES, PROPOSALS
from client_segments.statistics import difference_interval
from client_segments.updates.ages import outdated_kinds
from client_segments.updates.grounds import GroundInputs, PreviousHypothesis, hypothesis_grounds
from client_segments.validation import VERDICTS

PROPOSAL = "channel.preferred.submitting.05"
TEXT = "Предпочитают выездной приём"


def hypotheses(**options) -> pd.DataFrame:
    row = {
        "hypothesis_code": "Г1", "segment_code": "rural", "kind": "channel",
        "hypothesis_text": TEXT, "proposal_code": PROPOSAL, "status": "accepted",
        "criterion_pct": 60.0,
    }  # fmt: skip
    return pd.DataFrame([dict.fromkeys(HYPOTHESES.column_names) | row | options])


def proposals(hits: int, others_hits: int, total: int = 400, is_supported: bool = False):
    difference = 100 * (hits - others_hits) / total
    row = {
        "proposal_code": PROPOSAL, "segment_code": "rural", "kind": "channel", "subject": "приём",
        "hypothesis_text": TEXT, "hits_count": hits, "total_count": total,
        "others_hits_count": others_hits, "others_total_count": total,
        "difference_pct": difference, "is_supported": is_supported,
    }  # fmt: skip
    columns = {name: row.get(name) for name in PROPOSALS.column_names}
    return pd.DataFrame([columns])


def verdicts(verdict: str) -> pd.DataFrame:
    frame = pd.DataFrame([dict.fromkeys(VERDICTS.column_names)])
    return frame.assign(hypothesis_code="Г1", verdict=verdict)


def previous(verdict: str = "confirmed", code: str = "Г1", text: str = TEXT) -> PreviousHypothesis:
    return PreviousHypothesis(code, "rural", text, None, verdict)


def ground(verdict: str = "confirmed", compared=None, tests_count: int = 1, **options) -> dict:
    given = {
        "hypotheses": hypotheses(), "verdicts": verdicts(verdict),
        "proposals": proposals(250, 150, is_supported=True) if compared is None else compared,
    }  # fmt: skip
    table = hypothesis_grounds(GroundInputs(**given | options), tests_count)
    return table.iloc[0].to_dict()


def test_a_hypothesis_that_data_and_respondents_support_stands():
    row = ground(previous=(previous(),))
    assert (row["state"], row["is_lost"], row["previous_verdict"]) == ("stands", False, "confirmed")


def test_a_comparison_whose_difference_is_excluded_is_lost():
    """201 and 200 of 400: Newcombe's interval is from −6.6 to 7.1 points, within 10."""
    row = ground(compared=proposals(201, 200))
    assert (row["state"], row["is_lost"]) == ("comparison_lost", True)
    assert "+0,2 п. п. (от −6,6 п. п. до +7,1 п. п.)" in row["reasons"].replace("\u00a0", " ")


def test_a_comparison_with_too_few_data_is_not_called_lost():
    row = ground(compared=proposals(20, 16, total=40))
    assert (row["state"], row["is_lost"]) == ("comparison_weak", False)


def test_the_more_hypotheses_are_judged_the_more_it_takes_to_lose_one():
    low, high = difference_interval(215, 400, 205, 400)
    assert max(abs(low), abs(high)) < 0.1
    compared = proposals(215, 205)
    assert ground(compared=compared, tests_count=1)["state"] == "comparison_lost"
    assert ground(compared=compared, tests_count=50)["state"] == "comparison_weak"


def test_a_comparison_that_never_held_cannot_be_lost():
    key = frozenset({("rural", PROPOSAL)})
    assert ground(compared=proposals(201, 200), unsupported=key)["state"] == "stands"


def test_a_comparison_that_is_not_made_any_more_is_gone():
    row = ground(compared=PROPOSALS.empty())
    assert (row["state"], row["is_lost"]) == ("comparison_gone", True)


def test_a_hypothesis_of_people_has_no_comparison_to_lose():
    own = hypotheses(proposal_code=None)
    assert ground(compared=PROPOSALS.empty(), hypotheses=own)["state"] == "stands"


@pytest.mark.parametrize(
    ("before", "now", "state", "is_lost"),
    [
        ("confirmed", "refuted", "criterion_lost", True),
        ("partly", "refuted", "criterion_lost", True),
        ("confirmed", "partly", "verdict_weak", False),
        ("confirmed", "not_enough", "verdict_weak", False),
        ("confirmed", "not_verified", "not_asked", False),
        ("partly", "partly", "stands", False),
        ("refuted", "refuted", "stands", False),
        ("not_verified", "refuted", "stands", False),
        ("partly", "confirmed", "stands", False),
    ],
)
def test_the_verdict_of_last_year_is_what_can_be_lost(before, now, state, is_lost):
    row = ground(verdict=now, previous=(previous(before),))
    assert (row["state"], row["is_lost"]) == (state, is_lost)


def test_the_gravest_of_several_states_is_told_with_all_reasons():
    row = ground(
        verdict="refuted", compared=proposals(201, 200), previous=(previous(),),
        outdated={"rural": frozenset({"channel"})},
    )  # fmt: skip
    assert row["state"] == "criterion_lost"
    assert "опровергнута" in row["reasons"] and "существенной нет" in row["reasons"]
    assert "ответы респондентов прежние" in row["reasons"]


def test_a_hypothesis_given_another_number_is_the_same_by_its_text():
    row = ground(verdict="refuted", previous=(previous(code="Г7", text=f" {TEXT.upper()}"),))
    assert row["state"] == "criterion_lost"
    row = ground(verdict="refuted", previous=(previous(code="Г1", text="О другом"),))
    assert row["state"] == "stands"


def test_a_confirmed_hypothesis_that_was_not_carried_over_is_named():
    table = hypothesis_grounds(
        GroundInputs(
            hypotheses(), proposals(250, 150, is_supported=True), verdicts("confirmed"),
            (previous(), previous(code="Г9", text="Другая"), previous("refuted", "Г8", "Ложная")),
        ), 1,
    )  # fmt: skip
    assert table["hypothesis_code"].tolist() == ["Г1", "Г9"]
    assert table.iloc[1]["state"] == "dropped" and not table.iloc[1]["is_lost"]


def test_rejected_hypotheses_have_no_ground():
    inputs = GroundInputs(hypotheses(status="rejected"), PROPOSALS.empty(), VERDICTS.empty())
    assert hypothesis_grounds(inputs, 0).empty


def test_a_difference_that_still_matters_is_called_lost_no_oftener_than_promised():
    """Planted 10 points of difference in 20 hypotheses that the data do not support: 400 years."""
    rng = np.random.default_rng(20240912)
    years, tests_count, total = 400, 20, 300
    hits = rng.binomial(total, 0.55, size=(years, tests_count))
    others = rng.binomial(total, 0.45, size=(years, tests_count))
    low, high = difference_interval(hits, total, others, total, 1 - 0.05 / tests_count)
    lost = (np.maximum(abs(low), abs(high)) < 0.1).any(axis=1)
    assert lost.mean() <= 0.05
    example = next(iter(zip(hits[0], others[0], strict=True)))
    row = ground(compared=proposals(*map(int, example), total=total), tests_count=tests_count)
    assert row["is_lost"] == bool(max(abs(low[0, 0]), abs(high[0, 0])) < 0.1)


class Recorded:
    """A version as `outdated_kinds` sees it: checksums by file."""

    def __init__(self, **files: str):
        self.inputs = {f"raw/{name}.csv": digest for name, digest in files.items()}


@pytest.fixture
def study(make_study):
    frame = pd.DataFrame({"client_id": ["1"]})
    return make_study({"answers": frame, "channels": frame, "journey": frame})


@pytest.mark.parametrize(
    ("history", "kinds"),
    [
        ([{"answers": "a", "channels": "c", "journey": "j"}], set()),
        ([{"answers": "a", "channels": "c", "journey": "j"},
          {"answers": "a", "channels": "c2", "journey": "j"}], {"channel"}),
        ([{"answers": "a", "channels": "c", "journey": "j"},
          {"answers": "a2", "channels": "c2", "journey": "j2"}], set()),
        ([{"answers": "a", "channels": "c", "journey": "j"},
          {"answers": "a", "channels": "c2", "journey": "j2"},
          {"answers": "a2", "channels": "c2", "journey": "j2"}], set()),
        ([{"answers": "a", "channels": "c"}, {"answers": "a", "channels": "c", "journey": "j"}],
         {"journey"}),
        ([{"channels": "c", "journey": "j"}], set()),
        ([], set()),
    ],
)  # fmt: skip
def test_answers_are_older_where_the_data_changed_after_them(study, history, kinds):
    assert outdated_kinds(study, [Recorded(**files) for files in history]) == kinds
