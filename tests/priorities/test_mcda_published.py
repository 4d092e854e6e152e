"""Published answers of multi-criteria methods, by our functions and by the library behind them."""

import numpy as np
import pytest
import skcriteria
from pymcdm import methods as library
from pymcdm import weights as library_weights
from skcriteria.agg.simple import WeightedSumModel
from skcriteria.agg.topsis import TOPSIS

from client_segments.priorities.ranking.methods import promethee, topsis
from client_segments.priorities.ranking.scores import weighted


def ranks(scores):
    return (1 + (scores[None, :] > scores[:, None]).sum(axis=1)).tolist()


def test_topsis_of_tzeng_and_huang():
    """Tzeng & Huang (2011) Multiple Attribute Decision Making; vector normalisation."""
    matrix = np.array([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], dtype="float64")
    normal = matrix / np.linalg.norm(matrix, axis=0)
    closeness = topsis(normal, np.array([0.3, 0.4, 0.3]))
    assert closeness == pytest.approx([0.5037, 0.6581, 0.7482, 0.3340], abs=2e-4)
    assert ranks(closeness) == [3, 2, 1, 4]


def test_promethee_of_zhao():
    """Zhao, Peng & Li (2013) Procedia CS 17: 181-188; usual criterion."""
    flows = promethee(np.array([[4, 3, 2], [3, 2, 4], [5, 1, 3.0]]), np.array([0.5, 0.3, 0.2]))
    assert flows == pytest.approx([0.1, -0.3, 0.2])


def test_weighted_sum_of_kracka():
    """Kracka, Brauers & Zavadskas (2010): minimised criteria inverted, sums of 1, equal weights."""
    matrix = np.array([
        [33.95, 23.78, 11.45, 39.97, 29.44, 167.1, 3.852],
        [38.9, 4.17, 6.32, 0.01, 4.29, 132.52, 25.184],
        [37.59, 9.36, 8.23, 4.35, 10.22, 136.71, 10.845],
        [30.44, 37.59, 13.91, 74.08, 45.1, 198.34, 2.186],
        [36.21, 14.79, 9.17, 17.77, 17.06, 148.3, 6.61],
        [37.8, 8.55, 7.97, 2.35, 9.25, 134.83, 11.935],
    ])  # fmt: skip
    is_cost = np.array([True, True, True, True, False, True, False])
    normal = np.where(is_cost, 1 / matrix, matrix)
    scores = weighted(normal / normal.sum(axis=0), np.full(7, 1 / 7))
    expected = [0.12040426, 0.3458235, 0.13838192, 0.12841246, 0.12346084, 0.14351701]
    assert scores == pytest.approx(expected, abs=1e-8)
    assert ranks(scores) == [6, 1, 3, 4, 5, 2]


def test_weighted_sum_of_rizan():
    """Rizan et al. (2020) doi:10.1109/CITSM50537.2020.9268874: shares of the greatest."""
    matrix = np.array([
        [0.75, 0.5, 0.75, 0, 0, 0, 1], [0.75, 1, 0.75, 0, 0, 0, 0.75],
        [0.75, 0.75, 0.75, 0, 0.5, 0.25, 1], [0.5, 0.5, 0.75, 1, 0.5, 0, 0.75],
    ])  # fmt: skip
    weights = np.array([0.1, 0.1, 0.1, 0.15, 0.2, 0.25, 0.1])
    scores = weighted(matrix / matrix.max(axis=0), weights)
    assert scores == pytest.approx([0.35, 0.375, 0.825, 0.642], abs=5e-4)


def test_vikor_by_the_library():
    """Papathanasiou & Ploskas (2018) ch. 2; Opricovic & Tzeng (2007) EJOR 178(2): 514-529."""
    matrix = [[8, 7, 2, 1], [5, 3, 7, 5], [7, 5, 6, 4], [9, 9, 7, 3], [11, 10, 3, 7], [6, 9, 5, 4]]
    found = library.VIKOR(v=0.625)(matrix, [0.4, 0.3, 0.1, 0.2], np.ones(4))
    assert found == pytest.approx([0.64, 1, 0.693, 0.271, 0, 0.694], abs=5e-4)
    hydropower = [
        [4184.3, 2914.0, 407.2, 251.0, 195, 244, 15, 2.41],
        [5211.9, 3630.0, 501.7, 308.3, 282, 346, 21, 1.41],
        [5021.3, 3920.5, 504.0, 278.6, 12, 56, 3, 4.42],
        [5566.1, 3957.9, 559.5, 335.3, 167, 268, 16, 3.36],
        [5060.5, 3293.5, 514.1, 284.2, 69, 90, 7, 4.04],
        [4317.9, 2925.9, 432.8, 239.3, 12, 55, 3, 4.36],
    ]
    types = [1, -1, 1, 1, -1, -1, -1, 1]
    found = library.VIKOR(v=0.5)(hydropower, np.full(8, 1 / 8), types)
    assert found == pytest.approx([0.991, 1, 0.473, 0.67, 0, 0.578], abs=2e-3)


def test_critic_weights_by_the_library():
    """Tuş & Aytaç Adalı (2019) Opsearch 56(2): 528-538."""
    matrix = np.array([
        [5000, 3, 3, 4, 3, 2], [680, 5, 3, 2, 2, 1], [2000, 3, 2, 3, 4, 3],
        [600, 4, 3, 1, 2, 2], [800, 2, 4, 3, 3, 4.0],
    ])  # fmt: skip
    found = library_weights.critic_weights(matrix)
    assert found == pytest.approx([0.157, 0.249, 0.168, 0.121, 0.154, 0.151], abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_a_second_library_agrees(seed):
    generator = np.random.default_rng(seed)
    scores = generator.uniform(size=(12, 4))
    weights = generator.dirichlet(np.ones(4))
    problem = skcriteria.mkdm(scores, [max] * 4, weights=weights)
    second = TOPSIS().evaluate(problem)
    assert topsis(scores, weights) == pytest.approx(second.e_.similarity)
    second = WeightedSumModel().evaluate(problem)
    assert weighted(scores, weights) == pytest.approx(second.e_.score)


def test_alternatives_that_are_alike_are_half_way():
    assert topsis(np.full((3, 2), 0.4), np.array([0.5, 0.5])).tolist() == [0.5] * 3
    assert topsis(np.array([[0.4, 0.1]]), np.array([0.5, 0.5])).tolist() == [0.5]
    assert promethee(np.array([[0.4, 0.1]]), np.array([0.5, 0.5])).tolist() == [0.0]
