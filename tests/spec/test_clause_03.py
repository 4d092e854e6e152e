"""Clause 3: profiles gather problems and needs in one place and show the channels in demand."""

from __future__ import annotations

import pytest


@pytest.fixture
def fields(done):
    """Texts of the profile of the elderly villagers by key of the form's field."""
    table = done["profiles"].table("profile_fields")
    return table[table["segment_code"] == "rural"].set_index("field_key")["value_text"]


def test_problems_and_needs_stand_in_one_place(fields):
    """3(1): «агрегация сведений о проблемах и потребностях клиентов в одном месте для улучшения
    клиентского пути»."""
    assert "Далеко ехать" in fields["problems"]
    assert "Долго нет ответа" in fields["problems"]
    assert fields["problems"].index("Далеко ехать") < fields["problems"].index("Долго нет ответа")
    assert "подать заявление рядом с домом" in fields["needs"]


def test_the_channels_of_informing_in_demand_are_named(fields):
    """3(2): «выявление наиболее востребованных каналов информирования каждого клиентского
    сегмента»: the most wanted first, with its share."""
    text = fields["channels_informing"]
    assert "75" in text and "25" in text
    assert text.index("75") < text.index("25")


def test_every_segment_has_its_own_channels(done):
    """3(2): «каждого клиентского сегмента»."""
    table = done["profiles"].table("profile_fields")
    texts_by_segment = table[table["field_key"] == "channels_informing"]
    assert texts_by_segment["segment_code"].tolist() == ["rural", "town"]
    assert texts_by_segment["value_text"].nunique() == 2
    assert texts_by_segment["is_filled"].all()
