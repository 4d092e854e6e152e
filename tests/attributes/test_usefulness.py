"""What attributes tell: planted truth, a second computation, and which repeat."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from client_segments.attributes import outcomes, pairs, usefulness

NAMES = {"noise": "Шум", "driver": "Причина", "copy": "Копия", "weak": "Слабый"}
SIZE = 6000


@pytest.fixture(scope="module")
def coded() -> pd.DataFrame:
    generator = np.random.default_rng(3)
    driver = generator.integers(1, 5, SIZE)
    copied = np.where(generator.random(SIZE) < 0.06, generator.integers(1, 5, SIZE), driver)
    frame = pd.DataFrame(
        {
            "client_id": [f"c{number:05d}" for number in range(SIZE)],
            "clients_count": 1,
            "weight": 1.0,
            "noise": generator.integers(1, 4, SIZE),
            "driver": driver,
            "copy": copied,
            "weak": generator.integers(1, 3, SIZE),
        }
    )
    frame.loc[generator.random(SIZE) < 0.05, "driver"] = 0
    return frame


@pytest.fixture(scope="module")
def targets(coded) -> pd.DataFrame:
    """Who is dissatisfied depends on the driver, and a little on the weak attribute."""
    generator = np.random.default_rng(4)
    chance = np.array([0.3, 0.1, 0.25, 0.5, 0.75])[coded["driver"]] + 0.06 * (coded["weak"] - 1.5)
    unhappy = generator.random(SIZE) < chance
    problem = np.where(generator.random(SIZE) < chance, "far", "wait")
    parts = [("dissatisfied", "Неудовлетворённость", unhappy)]
    parts += [(f"problem.{name}", f"Проблема: {name}", problem == name) for name in ("far", "wait")]
    return pd.concat(
        pd.DataFrame(
            {
                "target_code": code, "target_name": name, "client_id": coded["client_id"],
                "hits_count": hits.astype("int64"), "total_count": 1,
                **dict.fromkeys(NAMES, np.int16(0)),
            }
        )
        for code, name, hits in parts
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(targets, coded):
    return outcomes.make_outcomes(targets, coded, list(NAMES))


def test_targets_become_outcomes_of_categories(found):
    assert [(one.code, one.counts.shape[1], one.clients_count) for one in found] == [
        ("dissatisfied", 2, SIZE), ("problem", 2, SIZE),
    ]  # fmt: skip


def test_the_preferred_channel_is_asked_for_and_the_used_one_where_it_is_not_known(coded, targets):
    codes = ["channel.informing.preferred.01", "channel.informing.used.01", "channel.feedback.used.01",
             "channel.feedback.unacceptable.01", "blind_zone", "blind_zone.мера"]  # fmt: skip
    base = targets[targets["target_code"] == "dissatisfied"]
    many = pd.concat([base.assign(target_code=code) for code in codes])
    found = outcomes.make_outcomes(many, coded, list(NAMES))
    assert [one.code for one in found] == [
        "blind_zone", "channel.feedback.used", "channel.informing.preferred",
    ]  # fmt: skip
    assert found[2].name == "Канал (предпочитаемый): информирование"
    assert {one.family for one in found} == {"blind_zone", "channel"}


def test_the_driver_comes_first_and_noise_tells_nothing(found):
    table = usefulness.usefulness_table(found, NAMES)
    place = table.drop_duplicates("attribute_code").set_index("attribute_code")["place_number"]
    assert place["driver"] == 1
    unhappy = table[table["target_code"] == "dissatisfied"].set_index("attribute_code")
    assert unhappy.loc["noise", "v_low"] == 0
    assert unhappy.loc["noise", "q_value"] > 0.05
    assert unhappy.loc["driver", "v_low"] > 0.4
    assert unhappy.loc["driver", "clients_count"] == pytest.approx(0.95 * SIZE, rel=0.02)
    assert unhappy.loc["weak", "v_low"] > 0
    # The copy tells nearly as much alone, and next to nothing beyond the driver.
    assert unhappy.loc["copy", "v"] > 0.35
    assert unhappy.loc["copy", "gain_pct"] < 0.02 * unhappy.loc["driver", "gain_pct"] + 1


def adjusted_r2(y: np.ndarray, columns: list[np.ndarray]) -> float:
    """Return adjusted R² of least squares on dummies: the second computation."""
    dummies = [pd.get_dummies(column, drop_first=True).to_numpy(dtype=float) for column in columns]
    design = np.column_stack([np.ones(len(y)), *dummies])
    fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    r2 = 1 - np.sum((y - fitted) ** 2) / np.sum((y - y.mean()) ** 2)
    return 1 - (1 - r2) * (len(y) - 1) / (len(y) - design.shape[1])


def test_gains_are_those_of_least_squares(found, coded, targets):
    gains, places = usefulness.forward_order(found, list(NAMES))
    y = targets.loc[targets["target_code"] == "dissatisfied", "hits_count"].to_numpy(dtype=float)
    order = sorted(places, key=places.get)
    before = 0.0
    for number in range(1, len(order) + 1):
        after = adjusted_r2(y, [coded[name].to_numpy() for name in order[:number]])
        assert gains[order[number - 1], "dissatisfied"] == pytest.approx(after - before, abs=1e-10)
        before = after


def test_sensitive_attributes_come_last_in_the_order(found):
    table = usefulness.usefulness_table(found, NAMES, last={"driver"})
    place = table.drop_duplicates("attribute_code").set_index("attribute_code")["place_number"]
    assert place["driver"] == 4
    assert place["copy"] == 1


def counter(coded: pd.DataFrame):
    """Count combinations as the engine does."""

    def count(names):
        mass = coded.assign(weight=coded["clients_count"] * coded["weight"])
        return mass.groupby(list(names), as_index=False)["weight"].sum()

    return count


def pairs_of(coded: pd.DataFrame, ratio: float = 1.0) -> pd.DataFrame:
    levels = {name: int(coded[name].max()) for name in NAMES}
    tables = pairs.pair_tables(counter(coded), levels)
    return pairs.pairs_table(tables, NAMES, ratio)


def test_the_copy_and_the_driver_are_one(coded):
    table = pairs_of(coded)
    assert table.iloc[0][["attribute_code", "other_attribute_code"]].tolist() == ["driver", "copy"]
    assert pairs.same_groups(table) == [{"driver", "copy"}]
    assert len(table) == 6


def test_order_of_rows_and_split_counts_change_nothing(found, coded, targets):
    table = usefulness.usefulness_table(found, NAMES)
    mixed = outcomes.make_outcomes(
        targets.sample(frac=1, random_state=1), coded.sample(frac=1, random_state=2), list(NAMES)
    )
    pd.testing.assert_frame_equal(table, usefulness.usefulness_table(mixed, NAMES))
    halves = pd.concat([coded.assign(clients_count=2), coded.assign(clients_count=3)])
    pd.testing.assert_frame_equal(pairs_of(halves), pairs_of(coded.assign(clients_count=5)))


def test_pairs_are_counted_as_a_crosstab_counts_them(coded):
    levels = {name: int(coded[name].max()) for name in NAMES}
    tables = pairs.pair_tables(counter(coded), levels)
    assert set(tables) == set(itertools.combinations(NAMES, 2))
    expected = pd.crosstab(coded["driver"], coded["copy"]).reindex(columns=range(5), fill_value=0)
    np.testing.assert_allclose(tables["driver", "copy"], expected)


def test_few_questions_answer_for_all_pairs():
    levels = dict(zip("abcdefghijkl", (3, 4, 5, 6, 7, 8, 9, 10, 3, 4, 5, 6), strict=True))
    blocks = pairs.pair_blocks({**levels, "many": 500, "more": 700})
    covered = {pair for block in blocks for pair in itertools.permutations(block, 2)}
    assert covered >= set(itertools.combinations([*levels, "many", "more"], 2))
    assert len(pairs.pair_blocks(levels)) <= 22  # of 66 pairs


def test_weights_make_the_clients_fewer(coded):
    whole, half = pairs_of(coded).iloc[0], pairs_of(coded, 0.5).iloc[0]
    assert half["clients_count"] == pytest.approx(whole["clients_count"] / 2, abs=1)
    assert half["v_high"] - half["v_low"] > 1.3 * (whole["v_high"] - whole["v_low"])


def test_hostile_attributes_are_measured_or_left_unknown(coded, targets):
    generator = np.random.default_rng(2)
    hostile = coded.assign(
        noise=generator.integers(1, 501, SIZE), driver=0, copy=1, weak=coded["weak"]
    )
    table = usefulness.usefulness_table(
        outcomes.make_outcomes(targets, hostile, list(NAMES)), NAMES
    ).set_index(["attribute_code", "target_code"])
    assert table.loc[("driver", "dissatisfied"), "v":"p_value"].isna().all()
    assert table.loc[("copy", "dissatisfied"), "v":"p_value"].isna().all()
    assert table.loc[("noise", "dissatisfied"), "v_low"] == 0
    assert not pairs_of(hostile)["is_same"].any()


def test_without_targets_nothing_is_told(coded, targets):
    assert outcomes.make_outcomes(targets.iloc[:0], coded, list(NAMES)) == []
    assert usefulness.usefulness_table([], NAMES).empty
