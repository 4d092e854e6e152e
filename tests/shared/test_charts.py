"""Charts: one look, words beside every picture, numbers only as they were given."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest

from client_segments import charts

LONG = "Получатели мер поддержки старше трудоспособного возраста в сельской местности"
WORDS = {"title": "Удовлетворённость", "description": "Столбцы по сегментам."}


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "name": [LONG, "Семьи", "Семьи"],
            "satisfaction_pct": [61.25, 48.0, np.nan],
            "low_pct": [55.0, 40.0, np.nan],
            "high_pct": [68.0, 55.0, np.nan],
            "clients_count": [12345, 20, 3],
            "year": [2024, 2025, 2026],
            "more": ["опрос", None, "отзыв"],
        }
    )


def built(frame):
    """Every builder on one frame."""
    low_high = {"low": "low_pct", "high": "high_pct"}
    share = {"value_title": "Доля, %", **WORDS}
    value = "satisfaction_pct"
    return {
        "bar": charts.bar_chart(frame, "name", value, hover="more", **low_high, **share),
        "stacked": charts.stacked_bars(frame, "name", "year", value, **share),
        "heat": charts.heat_map(frame, "name", "year", value, middle=50, **share),
        "dots": charts.dot_interval_chart(
            frame, "name", value, "low_pct", "high_pct", reference=50, reference_label="все", **share
        ),
        "line": charts.line_chart(frame, "year", value, x_title="Год", **share),
    }  # fmt: skip


NAMES = ("bar", "stacked", "heat", "dots", "line")


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_has_words_units_and_the_common_look(frame, name):
    figure = built(frame)[name]
    assert WORDS.items() <= figure.layout.meta.items()
    assert figure.layout.title.text == "Удовлетворённость"
    assert figure.layout.template.layout.separators == ",\u00a0"
    assert figure.layout.template.layout.colorway == charts.PALETTE
    text = json.dumps(figure.to_plotly_json(), ensure_ascii=False, default=str)
    assert "Доля, %" in text
    assert figure.layout.height >= 150
    assert figure.layout.width is None  # the page decides


@pytest.mark.parametrize("words", [{"title": " "}, {"description": ""}])
def test_a_chart_without_words_is_refused(frame, words):
    with pytest.raises(ValueError, match="text alternative"):
        charts.bar_chart(
            frame, "name", "clients_count", value_title="Клиентов", **{**WORDS, **words}
        )


def test_bars_keep_the_given_order_and_equal_labels_stay_apart(frame):
    figure = built(frame)["bar"]
    bar = figure.data[0]
    assert bar.orientation == "h"
    assert list(bar.y) == [0, 1, 2]
    assert figure.layout.yaxis.range == (2.5, -0.5)  # the first row is on top
    assert list(bar.x) == [61.25, 48.0, None]
    assert list(bar.text) == ["61,2\u00a0%", "48,0\u00a0%", ""]
    assert bar.error_x.array[0] == pytest.approx(6.75)
    assert bar.error_x.arrayminus[0] == pytest.approx(6.25)
    assert figure.layout.yaxis.ticktext[2] == "Семьи (нет данных)"
    assert "61,2\u00a0% (от 55,0\u00a0% до 68,0\u00a0%)<br>опрос" in bar.customdata[0]


def test_long_labels_are_wrapped_and_need_more_height(frame):
    assert charts.wrap_label(LONG, 22).count("<br>") == 4
    assert all(len(line) <= 22 for line in charts.wrap_label(LONG, 22).split("<br>"))
    words = {"value_title": "Клиентов", **WORDS}
    one = charts.bar_chart(frame.iloc[[1]], "name", "clients_count", **words)
    long = charts.bar_chart(frame.iloc[[0]], "name", "clients_count", **words)
    many = charts.bar_chart(pd.concat([frame] * 5), "name", "clients_count", **words)
    assert one.layout.height < long.layout.height < many.layout.height


def test_labels_are_not_markup():
    frame = pd.DataFrame({"name": ['<a href="javascript:1">x</a>'], "n_count": [1]})
    figure = charts.bar_chart(frame, "name", "n_count", value_title="Число", **WORDS)
    assert "<a" not in figure.to_json()
    assert "&lt;a" in figure.layout.yaxis.ticktext[0]


def test_numbers_are_russian():
    assert charts.format_for("clients_count")(12345) == "12\u00a0345"
    assert charts.format_for("share_pct")(12.345) == "12,3\u00a0%"
    assert charts.format_for("score")(0.5) == "0,50"


@pytest.mark.parametrize("name", NAMES)
def test_no_rows_say_no_data(frame, name):
    figure = built(frame.iloc[:0])[name]
    assert figure.layout.annotations[0].text == "Нет данных"


@pytest.mark.parametrize("name", NAMES)
def test_with_rows_nothing_says_no_data(frame, name):
    figure = built(frame)[name]
    assert "Нет данных" not in [note.text for note in figure.layout.annotations]


def test_heat_map_writes_numbers_in_cells_and_leaves_gaps_empty(frame):
    heat = built(frame)["heat"].data[0]
    assert [list(row) for row in heat.z] == [[61.25, None, None], [None, 48.0, None]]
    assert list(heat.text[0]) == ["61,2\u00a0%", "", ""]
    assert heat.zmid == 50
    assert heat.customdata[0][1].endswith("нет данных")


def test_series_differ_by_more_than_colour(frame):
    frame = pd.concat([frame.assign(which="А"), frame.assign(which="Б")])
    figure = charts.line_chart(
        frame, "year", "satisfaction_pct", series="which", x_title="Год", value_title="%", **WORDS
    )
    first, second = figure.data
    assert first.line.dash != second.line.dash
    assert first.marker.symbol != second.marker.symbol
    assert figure.layout.showlegend
    dots = charts.dot_interval_chart(
        frame, "name", "satisfaction_pct", "low_pct", "high_pct", series="which",
        value_title="%", **WORDS,
    )  # fmt: skip
    assert dots.data[0].marker.symbol != dots.data[1].marker.symbol
    assert dots.data[0].y[0] < dots.data[1].y[0]


def test_extremes_are_told_in_words(frame):
    sentence = charts.extremes_sentence(frame, "name", "satisfaction_pct")
    assert sentence == (f"Больше всего: {LONG} – 61,2\u00a0%; меньше всего: Семьи – 48,0\u00a0%.")
    assert charts.extremes_sentence(frame.iloc[2:], "name", "satisfaction_pct") == "Данных нет."
    one = charts.extremes_sentence(frame.iloc[1:], "name", "satisfaction_pct")
    assert one == "Семьи – 48,0\u00a0%."


def test_no_chart_carries_its_frame(frame):
    """Only what is drawn is in the figure: columns not asked for stay out."""
    frame = frame.assign(client_id=["SECRET-1", "SECRET-2", "SECRET-3"])
    for figure in built(frame).values():
        assert "SECRET" not in figure.to_json()


def test_figures_are_deterministic(frame):
    assert built(frame)["bar"].to_json() == built(frame)["bar"].to_json()


def test_a_legend_has_room_between_the_title_and_the_drawing(frame):
    many = pd.concat([frame.assign(year=2000 + number) for number in range(4)], ignore_index=True)
    value = {"value_title": "Доля, %", **WORDS}
    one = charts.dot_interval_chart(
        frame, "name", "satisfaction_pct", "low_pct", "high_pct", **value
    )
    several = charts.dot_interval_chart(
        many, "name", "satisfaction_pct", "low_pct", "high_pct", series="year", **value
    )
    title = several.layout.meta["title_height"]
    assert one.layout.margin.t == title
    # Four names stand in two lines of three at most.
    assert several.layout.margin.t >= title + 2 * 24


def luminance(colour: tuple[float, ...]) -> float:
    """Return the relative luminance of WCAG 2.2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("middle", [None, 50.0])
def test_numbers_are_read_on_every_shade_of_a_heat_map(middle):
    frame = pd.DataFrame([("а", "б", 10.0), ("а", "в", 90.0)], columns=["row", "column", "x_pct"])
    figure = charts.heat_map(
        frame, "row", "column", "x_pct", title="Доли", value_title="Доля, %", description="Доли.",
        middle=middle,
    )  # fmt: skip
    (heat,) = figure.data
    ink = luminance(rgb(heat.textfont.color))
    for (_low, first), (_high, second) in itertools.pairwise(heat.colorscale):
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            mixed = tuple(a + share * (b - a) for a, b in zip(rgb(first), rgb(second), strict=True))
            assert (luminance(mixed) + 0.05) / (ink + 0.05) >= 4.5


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
