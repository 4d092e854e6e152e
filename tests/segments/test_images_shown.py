"""Images and likeness as a notebook shows them: words beside every chart, nothing left unescaped."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, charts, segments

LIST = """\
attributes:
  - {code: age, name: Возраст, role: forming, ordered: да, values: [молодые, средние, старшие], sources: 2}
  - {code: place, name: "<b>Место</b>", role: forming, values: [город, село], sources: 2}
  - {code: sex, name: Пол, sources: 2}
  - {code: health, name: Инвалидность, sensitive: да, special: да, sources: 5}
"""
RULES = """\
segments:
  - {code: old, name: "Старшие <сельские>", rule: {all: [{attribute: age, in: [старшие]}, {attribute: place, in: [село]}]}}
  - {code: rural, name: Сельские, rule: {attribute: place, in: [село]}}
  - {code: young, name: Молодые, rule: {attribute: age, in: [молодые]}}
"""


@pytest.fixture
def result(make_study, at_step):
    generator = np.random.default_rng(6)
    size = 600
    frame = pd.DataFrame(
        {
            "client_id": [f"c{number}" for number in range(size)],
            "Возраст": generator.choice(["молодые", "средние", "старшие"], size),
            "<b>Место</b>": generator.choice(["город", "село"], size),
            "Пол": generator.choice(["м", "ж"], size),
            "Инвалидность": generator.choice(["нет", "есть"], size, p=[0.9, 0.1]),
        }
    )
    study = make_study({"clients": frame}, {"attributes": LIST, "segments": RULES})
    attributes.run(study)
    return segments.run(at_step(study, "segments"))


def test_charts_say_what_they_show(result):
    image = segments.images_chart(result)
    assert "Самое сильное отличие – «" in image.layout.meta["description"]
    heads = [text for text in image.layout.yaxis.ticktext if text.startswith("<b>")]
    assert heads == [
        "<b>Старшие &lt;сельские&gt;</b>", "<b>Сельские</b>", "<b>Молодые</b>",
    ]  # fmt: skip
    single = segments.images_chart(result, "rural")
    assert "«Сельские»" in single.layout.meta["title"]
    with pytest.raises(KeyError):
        segments.images_chart(result, "нет такого")
    near = segments.likeness_chart(result).layout.meta["description"]
    assert near.startswith("Больше всего похожи: «")
    assert "Площадь круга – число клиентов" in near
    heat = segments.values_chart(result)
    assert "Сильнее всего отличается" in heat.layout.meta["description"]
    for figure in (image, single, heat, segments.likeness_chart(result)):
        text = json.dumps(figure.to_plotly_json()["data"], ensure_ascii=False, default=str)
        assert "<b>Место" not in text


def test_images_are_shown_in_words_and_numbers(result):
    shown = segments.show_images(result)
    assert shown.html.count("<details>") == 3
    assert "Старшие &lt;сельские&gt;" in shown.html and "<b>Место" not in shown.html
    assert "Чего в сегментах нет" in shown.text
    assert "Второй сегмент" in shown.text
    assert len(result.table("segment_likeness")) == 6  # of four with the rest


def test_labels_of_a_map_do_not_hide_each_other():
    frame = pd.DataFrame(
        {
            "name": ["Первый сегмент", "Второй сегмент", "Третий сегмент"],
            "x": [0.0, 0.01, 0.5], "y": [0.0, 0.01, 0.0], "clients_count": [100, 900, 50],
        }
    )  # fmt: skip
    figure = charts.point_map(
        frame, "name", "x", "y", "clients_count", title="Карта", description="Слова."
    )
    (points,) = figure.data
    assert points.textposition[0] != points.textposition[1]
    sizes = points.marker.size
    assert sizes[1] / sizes[0] == pytest.approx(3)  # the area, not the width, counts clients
    assert figure.layout.yaxis.scaleanchor == "x"


def test_a_dumbbell_joins_the_two_numbers():
    frame = pd.DataFrame(
        {"group": ["А", "А", "Б"], "line": ["x", "y", "z"], "share_pct": [50.0, 20.0, 70.0],
         "overall_pct": [30.0, 40.0, 10.0], "low": [45.0, 15.0, 60.0], "high": [55.0, 26.0, 80.0]}
    )  # fmt: skip
    figure = charts.dumbbell_chart(
        frame, "line", "share_pct", "overall_pct", title="Т", value_title="Доля, %",
        value_name="в сегменте", other_name="среди всех", description="С.", group="group",
        low="low", high="high",
    )  # fmt: skip
    between, other, own = figure.data
    assert list(between.x) == [30, 50, None, 40, 20, None, 10, 70, None]
    assert list(own.y) == list(other.y) == [1, 2, 4]
    assert list(figure.layout.yaxis.ticktext) == ["<b>А</b>", "x", "y", "<b>Б</b>", "z"]
    assert own.error_x.array == pytest.approx((5, 6, 10))
