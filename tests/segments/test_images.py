"""Holistic images: numbers against closed forms, what is told and what is not, golden sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from client_segments.segments import images, words
from client_segments.statistics import wilson_interval

ATTRIBUTES = pd.DataFrame(
    {
        "attribute_code": ["age", "place", "work", "health", "care"],
        "attribute_name": ["Возраст", "Поселение", "Занятость", "Инвалидность", "Уход за близким"],
        "role": "forming",
        "is_special": [False, False, False, True, True],
        "is_sensitive": [False, False, False, True, True],
    }
)
VALUES = {
    "age": ["до 35", "35–64", "65 и более"],
    "place": ["город", "село"],
    "work": ["работает", "не работает"],
    "health": ["нет", "I группа", "II группа"],
    "care": ["нет", "да"],
}
UNITS = ("человек", "человека", "человек")
COUNTS = {
    "rural": {"age": [10, 60, 120], "place": [0, 200], "work": [60, 130], "health": [120, 30, 40],
              "care": [150, 45]},
    "town": {"age": [200, 420, 160], "place": [800, 0], "work": [600, 180], "health": [780, 5, 5],
             "care": [785, 10]},
}  # fmt: skip


def values_table() -> pd.DataFrame:
    rows = [
        (attribute, code, name)
        for attribute, names in VALUES.items()
        for code, name in enumerate(["нет данных", *names])
    ]
    return pd.DataFrame(rows, columns=["attribute_code", "value_code", "value_name"])


def counts_table(counts: dict = COUNTS, weight: float = 1.0) -> pd.DataFrame:
    sizes = {segment: max(map(sum, own.values())) for segment, own in counts.items()}
    rows = [
        (segment, attribute, code, count, count * weight)
        for segment, own in counts.items()
        for attribute, known in own.items()
        for code, count in enumerate([sizes[segment] - sum(known), *known])
        if count
    ]
    columns = ["segment_code", "attribute_code", "value_code", "clients_count", "weight"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def table() -> pd.DataFrame:
    return images.segment_values_table(counts_table(), values_table(), ATTRIBUTES)


def row_of(table: pd.DataFrame, segment: str, name: str) -> pd.Series:
    return table[(table["segment_code"] == segment) & (table["value_name"] == name)].iloc[0]


def test_shares_index_and_interval_are_of_clients_with_a_value(table):
    old = row_of(table, "rural", "65 и более")
    assert old["share_pct"] == pytest.approx(100 * 120 / 190)
    assert old["overall_share_pct"] == pytest.approx(100 * 280 / 970)
    assert old["index_pct"] == pytest.approx(100 * (120 / 190) / (280 / 970))
    low, high = wilson_interval(120, 190)
    assert (old["share_low_pct"], old["share_high_pct"]) == pytest.approx((100 * low, 100 * high))
    shares = (120 / 190, 280 / 970)
    assert old["effect"] == pytest.approx(
        2 * np.diff([np.arcsin(np.sqrt(p)) for p in shares[::-1]])[0]
    )
    assert old["index_low_pct"] < old["index_pct"] < old["index_high_pct"]
    unknown = row_of(table[table["attribute_code"] == "age"], "rural", "нет данных")
    assert unknown["share_pct"] == pytest.approx(100 * 10 / 200)


def test_equal_weights_change_nothing_and_unequal_ones_widen(table):
    heavy = images.segment_values_table(counts_table(weight=7.0), values_table(), ATTRIBUTES)
    pd.testing.assert_frame_equal(heavy.drop(columns="weight"), table.drop(columns="weight"))
    unequal = images.segment_values_table(counts_table(), values_table(), ATTRIBUTES, 0.5)
    width = [
        row_of(one, "rural", "до 35")[["share_low_pct", "share_high_pct"]]
        for one in (table, unequal)
    ]
    assert np.diff(width[1])[0] > 1.2 * np.diff(width[0])[0]


def test_the_interval_of_the_index_covers_95_times_of_100():
    """Segment and others are drawn apart; the segment is a part of what it is compared with."""
    generator = np.random.default_rng(8)
    size, others, share, other = 150, 600, 0.3, 0.12
    true = 100 * share / ((size * share + others * other) / (size + others))
    covered = 0
    for _draw in range(1000):
        hits, other_hits = generator.binomial(size, share), generator.binomial(others, other)
        frame = pd.DataFrame(
            {
                "share_pct": [100 * hits / size], "size": [size], "others_size": [others],
                "overall_share_pct": [100 * (hits + other_hits) / (size + others)],
            }
        )  # fmt: skip
        portion = pd.Series([size / (size + others)])
        found = images._with_intervals(frame, pd.Series([other_hits / others]), portion).iloc[0]
        covered += found["index_low_pct"] <= true <= found["index_high_pct"]
    assert 0.93 <= covered / 1000 <= 0.97


def test_lines_are_put_in_order_of_effect_after_those_of_the_rule(table):
    lines = images.image_lines_table(table, ATTRIBUTES, {"rural": {"work"}})
    own = lines[lines["segment_code"] == "rural"]
    assert own["value_name"].tolist() == [
        "не работает", "село", "I группа, II группа", "65 и более", "35–64", "значение не называется",
    ]  # fmt: skip
    plain = own[own["share_pct"].notna()]
    assert plain["line_number"].tolist() == [1, 2, 3, 4, 5]
    standing = plain["effect"].iloc[1:4]
    assert standing.is_monotonic_decreasing


def test_sensitive_values_are_told_together_or_not_named(table):
    lines = images.image_lines_table(table, ATTRIBUTES, {})
    sensitive = lines[lines["is_sensitive"].astype(bool)]
    singles = {name for code in ("health", "care") for name in VALUES[code]}
    assert not set(sensitive["value_name"]) & singles
    together = sensitive[sensitive["attribute_code"] == "health"].iloc[0]
    assert together["share_pct"] == pytest.approx(100 * 70 / 190)
    assert together["overall_share_pct"] == pytest.approx(100 * 80 / 980)
    alone = sensitive[sensitive["value_name"] == "значение не называется"]
    assert alone["attribute_code"].tolist() == ["care"]
    assert alone[["share_pct", "index_pct", "effect"]].isna().all(axis=None)
    texts = [
        words.proposed_name(lines[lines["segment_code"] == code], 5) for code in ("rural", "town")
    ]
    assert not any(name in text for name in ("Инвалидность", "Уход") for text in texts)


def test_the_usual_value_of_a_sensitive_attribute_makes_no_line():
    counts = {
        "well": {"health": [200, 0, 0], "place": [100, 100]},
        "others": {"health": [150, 100, 50], "place": [150, 150]},
    }
    table = images.segment_values_table(counts_table(counts), values_table(), ATTRIBUTES)
    lines = images.image_lines_table(table, ATTRIBUTES, {"well": {"health"}})
    assert not (lines.loc[lines["segment_code"] == "well", "attribute_code"] == "health").any()


def test_what_a_segment_does_not_have(table):
    absences = images.image_absences_table(table, ATTRIBUTES, {"rural": {"work"}})
    rural = absences[absences["segment_code"] == "rural"]
    assert rural["value_name"].tolist() == ["город", "до 35"]
    assert (rural["index_high_pct"] < 100).all()
    assert not absences["attribute_code"].isin(["health", "care"]).any()


def test_few_clients_mark_nothing_by_chance():
    counts = {
        "small": {"place": [1, 3], "work": [2, 2]},
        "large": {"place": [50, 50], "work": [50, 50]},
    }
    table = images.segment_values_table(counts_table(counts), values_table(), ATTRIBUTES)
    table = table[table["attribute_code"].isin(["place", "work"])]
    lines = images.image_lines_table(table, ATTRIBUTES, {})
    text = words.image_text("Малый", 4, 3.8, lines[lines["segment_code"] == "small"], UNITS)
    assert "почти не отличается" in text


def test_names_of_proposed_segments_differ():
    lines = pd.DataFrame(
        [
            (segment, attribute, name, value)
            for segment, last in (("a", "работает"), ("b", "не работает"))
            for attribute, name, value in (
                ("age", "Возраст", "65 и более"), ("place", "Поселение", "село"),
                ("work", "Занятость", last),
            )
        ],
        columns=["segment_code", "attribute_code", "attribute_name", "value_name"],
    ).assign(is_sensitive=False)  # fmt: skip
    names = words.proposed_names(lines, ["a", "b"])
    assert names["a"] == "Возраст – 65 и более; поселение – село; занятость – работает"
    assert names["b"].endswith("занятость – не работает")


def line(code: str, name: str, value: str, share: float, overall: float, **flags: bool) -> dict:
    return {
        "attribute_code": code, "attribute_name": name, "value_code": 1, "value_name": value,
        "share_pct": share, "overall_share_pct": overall, "index_pct": 100 * share / overall,
        "index_low_pct": 101.0, "is_special": flags.get("special", False),
        "is_sensitive": flags.get("sensitive", False),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("count", "words_of_count"),
    [(1, "1 человек"), (2, "2 человека"), (5, "5 человек"), (11, "11 человек"), (21, "21 человек"),
     (1003, "1 003 человека")],
)  # fmt: skip
def test_golden_paragraph_with_one_mark(count, words_of_count):
    lines = pd.DataFrame([line("place", "Поселение", "село", 45.0, 30.0)])
    text = words.image_text("Сельские жители", count, 12.5, lines, UNITS).replace("\u00a0", " ")
    assert text == (
        f"«Сельские жители» – {words_of_count}, 12,5 % всех клиентов группы. Сегмент отличает: "
        "поселение – село (45,0 % против 30,0 % среди всех)."
    )


def test_golden_paragraph_with_everything():
    lines = pd.DataFrame(
        [
            line("age", "Возраст", "75 и старше", 40.0, 10.0),
            line("age", "Возраст", "65–74", 60.0, 25.0) | {"value_code": 0},
            line("esia", "ЕСИА", "нет", 50.0, 20.0),
            line("family", "Состав семьи", "проживает один", 40.0, 20.0, special=True),
            line("health", "Инвалидность", "I группа, II группа", 30.0, 8.0, special=True, sensitive=True),
        ]
    )  # fmt: skip
    typical = pd.DataFrame(
        {"attribute_name": ["Возраст", "ЕСИА"], "value_name": ["65–74", "нет"], "share_pct": 60.0}
    )
    absences = pd.DataFrame([line("work", "Занятость", "учится", 0.0, 6.0)])
    text = words.image_text(
        "Пожилые", 842, 21.0, lines, UNITS,
        typical=typical, absences=absences, nearest="Ближе всего по признакам: «Соседи» (сходство 71 из 100).",
    ).replace("\u00a0", " ")  # fmt: skip
    assert text == (
        "«Пожилые» – 842 человека, 21,0 % всех клиентов группы. Сегмент отличают: возраст – 65–74 "
        "или 75 и старше (100,0 % против 35,0 % среди всех); ЕСИА – нет (50,0 % против 20,0 % среди "
        "всех); состав семьи – проживает один (40,0 % против 20,0 % среди всех); инвалидность – "
        "I группа, II группа (30,0 % против 8,0 % среди всех). Значение «75 и старше» здесь "
        "встречается в 4,0 раза чаще, чем среди всех. Типичный клиент: возраст – 65–74; ЕСИА – нет "
        "(каждое значение – у большинства в сегменте). Намного реже, чем среди всех, встречается "
        "значение «Занятость: учится» (0,0 % против 6,0 %). Ближе всего по признакам: «Соседи» "
        "(сходство 71 из 100). Описание затрагивает специальные признаки: «Состав семьи» и "
        "«Инвалидность». Сведения специальных категорий персональных данных показаны только сводно: "
        "«Инвалидность»."
    )


def test_a_single_segment_of_everybody_is_like_all():
    counts = {"all": {"place": [50, 70], "work": [60, 60]}}
    table = images.segment_values_table(counts_table(counts), values_table(), ATTRIBUTES)
    table = table[table["attribute_code"].isin(["place", "work"])]
    np.testing.assert_allclose(table.loc[table["clients_count"] > 0, "index_pct"], 100)
    assert images.image_absences_table(table, ATTRIBUTES, {}).empty
    assert len(images.image_lines_table(table, ATTRIBUTES, {})) == 4
