"""Cramér's V with Bergsma's correction, and its interval."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from scipy.stats.contingency import association as plain_association

from client_segments.attributes.association import association

TABLES = [
    [[10, 6], [5, 15]],
    [[20, 5, 3], [10, 30, 9], [2, 8, 40]],
    [[100, 1, 0, 7], [50, 50, 50, 50]],
    [[500, 480, 510, 530, 495], [1, 2, 0, 3, 1]],
]


@pytest.mark.parametrize("table", TABLES)
def test_v_is_bergsmas_correction_of_the_plain_one(table):
    """Bergsma 2013, equations for φ̃², r̃ and c̃, from scipy's uncorrected V and chi-square."""
    table = np.array(table)
    size, (rows, columns) = table.sum(), table.shape
    contingency = plain_association(table, method="cramer") ** 2 * (min(rows, columns) - 1)
    corrected = max(0, contingency - (rows - 1) * (columns - 1) / (size - 1))
    r = rows - (rows - 1) ** 2 / (size - 1)
    c = columns - (columns - 1) ** 2 / (size - 1)
    found = association(table)
    assert found.v == pytest.approx(np.sqrt(corrected / min(r - 1, c - 1)))
    test = chi2_contingency(table, correction=False)
    assert found.chi_square == pytest.approx(test.statistic)
    assert found.p_value == pytest.approx(test.pvalue)
    assert 0 <= found.low <= found.v <= found.high <= 1


def test_one_variable_that_tells_the_other_and_one_that_does_not():
    certain = association(np.diag([50, 30, 20]))
    assert certain.v == pytest.approx(1)
    assert certain.information == pytest.approx(1)
    assert 0.9 < certain.low < 1  # a hundred clients do not make it sure
    nothing = association(np.outer([50, 30, 20], [1, 2, 3]))
    assert (nothing.v, nothing.low, nothing.information) == (0, 0, pytest.approx(0, abs=1e-12))


@pytest.mark.parametrize("table", [[[5, 3]], [[5, 0], [3, 0]], [[0, 0], [0, 0]], [[1, 0], [0, 0]]])
def test_one_value_tells_nothing(table):
    found = association(table)
    assert np.isnan([found.v, found.low, found.high, found.p_value]).all()


def test_effective_size_widens_the_interval_and_keeps_the_association():
    table = np.array([[300, 200], [150, 350]])
    whole, tenth = association(table), association(table, size=100)
    assert tenth.high - tenth.low > 2.5 * (whole.high - whole.low)
    assert association(table / 10).v == pytest.approx(tenth.v)


def test_ten_million_clients_have_an_interval_too():
    table = np.array([[3_000_000, 2_000_000], [1_500_000, 3_500_000]])
    found = association(table)
    assert found.low < found.v < found.high
    assert found.high - found.low < 0.002


def planted(v: float, rows: int, columns: int, generator: np.random.Generator) -> np.ndarray:
    """Return cell probabilities whose V is known."""
    while True:
        across = generator.dirichlet(np.full(rows, 4.0))
        down = generator.dirichlet(np.full(columns, 4.0))
        pattern = generator.normal(size=(rows, columns))
        pattern -= across @ pattern
        pattern -= (pattern @ down)[:, None]
        shape = np.outer(across, down) * pattern
        unit = np.sum(shape**2 / np.outer(across, down))
        cells = np.outer(across, down) + shape * v * np.sqrt((min(rows, columns) - 1) / unit)
        if cells.min() > 0:
            return cells


@pytest.mark.parametrize(
    ("rows", "columns", "size", "v"),
    [(2, 2, 300, 0.2), (5, 2, 1000, 0.1), (7, 2, 2000, 0.3), (4, 4, 1500, 0.05), (6, 3, 800, 0.25)],
)
def test_the_interval_covers_95_times_of_100(rows, columns, size, v):
    generator = np.random.default_rng([rows, columns, size])
    cells = planted(v, rows, columns, generator)
    drawn = generator.multinomial(size, cells.ravel(), size=1000).reshape(-1, rows, columns)
    found = [association(table) for table in drawn]
    covered = np.mean([one.low <= v <= one.high for one in found])
    assert 0.93 <= covered <= 0.97


def test_where_nothing_goes_together_zero_is_inside():
    """One end alone can be wrong at the border: 97.5 of 100."""
    generator = np.random.default_rng(5)
    cells = np.outer([0.5, 0.3, 0.2], [0.7, 0.3])
    drawn = generator.multinomial(1000, cells.ravel(), size=1000).reshape(-1, 3, 2)
    assert np.mean([association(table).low == 0 for table in drawn]) > 0.96
