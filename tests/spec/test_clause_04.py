"""Clause 4: profiles are there to better the clients' experience and satisfaction."""

from __future__ import annotations


def test_a_profile_says_how_satisfied_the_segment_is(done):
    """4(2): «повышение удовлетворенности клиента»: what is to rise is measured in each profile."""
    table = done["profiles"].table("profile_fields")
    shown = table[table["field_key"] == "satisfaction"].set_index("segment_code")["value_text"]
    assert "50" in shown["rural"] and "80" in shown["town"]


def test_a_profile_says_where_the_experience_falls_short(done):
    """4(1): «улучшение клиентского опыта»: problems stand at their stages of the journey."""
    table = done["profiles"].table("profile_fields")
    shown = table[table["field_key"] == "stage_problems"].set_index("segment_code")
    assert shown["is_filled"].all()


def test_what_is_unknown_is_said_and_never_shown_as_zero(make_study, raw, texts, run_through):
    """4(2): without feedback a profile says that satisfaction is unknown."""
    del raw["feedback"]
    table = run_through(make_study(raw, texts), "profiles")["profiles"].table("profile_fields")
    shown = table[table["field_key"] == "satisfaction"]
    assert not shown["is_filled"].any()
    assert not shown["value_text"].str.contains(r"\d %", regex=True).any()
    assert shown["value_text"].str.len().gt(0).all()
