"""Two years of the demo: what was planted is found, and nothing else is."""

from __future__ import annotations

import pytest

from client_segments import updates
from client_segments.study import open_study

GROUPS = ("control", "staff", "support")


@pytest.fixture(scope="module", params=GROUPS)
def table(request, demo_by_hand):
    """Return a function that reads a table of step 8 of one group."""
    study = open_study("demo", 2025, request.param, "updates", demo_by_hand)
    return study.read


def test_no_hypothesis_loses_its_ground(table):
    """The same hypotheses are true and false in both years: none is called lost."""
    grounds = table(updates.HYPOTHESIS_GROUNDS)
    assert len(grounds)
    assert not grounds["is_lost"].any(), grounds[grounds["is_lost"]]


def test_no_client_would_be_elsewhere_by_last_year_s_rules(table):
    moves = table(updates.SEGMENT_MOVES)
    ruled = moves[moves["way"] == "rules"]
    assert ruled["clients_count"].sum() > 0
    assert (ruled["from_code"] == ruled["to_code"]).all()


def test_clients_numbered_anew_are_not_taken_for_the_same(table):
    """The demo draws its clients anew every year, under the same numbers."""
    assert not (table(updates.SEGMENT_MOVES)["way"] == "clients").any()
    assert table(updates.SEGMENT_DRIFT)["stayed_count"].isna().all()


def test_shares_of_segments_have_hardly_moved(table):
    """Planted shares are those of last year: few of 95 % intervals miss zero, none by much."""
    drift = table(updates.SEGMENT_DRIFT)
    missed = (drift["low"] > 0) | (drift["high"] < 0)
    assert missed.sum() <= 1
    assert drift["difference"].abs().max() < 5


def test_every_profile_differs_from_last_year_s_in_some_fields_and_none_within_the_year(table):
    fields = table(updates.FIELD_CHANGES)
    segments = table(updates.SEGMENT_CHANGES)
    assert set(fields["segment_code"]) == set(segments["segment_code"])
    assert set(fields["compared"]) == {"year"}
    assert (segments["versions_count"] == 1).all()


def test_the_first_sentence_says_that_nothing_waits(table):
    revisions = table(updates.REVISIONS)
    assert revisions["kind"].iloc[0] == "nothing"
    assert "новых версий нет" in revisions["text"].iloc[0]
