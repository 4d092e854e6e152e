"""Statistics against published answers and scipy."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from scipy.spatial.distance import jensenshannon

from client_segments import statistics as st


def test_wilson_matches_newcombe_1998_table_1_method_3():
    low, high = st.wilson_interval([81, 15, 0, 1], [263, 148, 20, 29], 0.95)
    assert_allclose(low, [0.2553, 0.0624, 0, 0.0061], atol=5e-5)
    assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


def test_wilson_edges_and_effective_sizes():
    low, high = st.wilson_interval([0, 7, 0, 2.5, np.nan], [0, 7, 9, 6.25, np.nan])
    assert np.isnan([low[0], high[0], low[4], high[4]]).all()
    assert high[1] == 1.0 and low[2] == 0.0
    assert low[3] < 0.4 < high[3]
    with pytest.raises(ValueError):
        st.wilson_interval(5, 4)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_intervals_match_scipy(confidence):
    for hits, total in [(0, 5), (1, 5), (5, 5), (40, 100), (1, 1)]:
        result = stats.binomtest(hits, total)
        for ours, method in ((st.exact_interval, "exact"), (st.wilson_interval, "wilson")):
            theirs = result.proportion_ci(confidence, method=method)
            assert_allclose(ours(hits, total, confidence), (theirs.low, theirs.high), atol=1e-12)
    assert np.isnan(st.exact_interval(0, 0)).all()


def test_difference_interval_matches_newcombe_1998_table_2_method_10():
    # Newcombe (1998) Stat Med 17:873-890, Table II: cases a, b, d, g, h.
    low, high = st.difference_interval(
        [56, 9, 5, 0, 0], [70, 10, 56, 10, 10], [48, 3, 0, 0, 0], [80, 10, 29, 20, 10]
    )
    assert_allclose(low, [0.0524, 0.1705, -0.0381, -0.1611, -0.2775], atol=5e-5)
    assert_allclose(high, [0.3339, 0.8090, 0.1926, 0.2775, 0.2775], atol=5e-5)
    assert np.isnan(st.difference_interval(0, 0, 1, 2)).all()


def test_difference_test_is_pearson_or_fisher():
    large = [[40, 60], [55, 45]]
    small = [[1, 8], [11, 3]]
    p_values = st.difference_test([40, 1, 0, 0], [100, 9, 0, 10], [55, 11, 3, 0], [100, 14, 5, 10])
    assert_allclose(p_values[0], stats.chi2_contingency(large, correction=False).pvalue)
    assert_allclose(p_values[1], stats.fisher_exact(small).pvalue)
    assert np.isnan(p_values[2])
    assert p_values[3] == 1.0
    assert st.difference_test(1, 9, 11, 14) == p_values[1]


def test_false_discovery_matches_benjamini_hochberg_1995():
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0]  # fmt: skip
    expected = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857, 0.063857, 0.0645,
                0.0765, 0.486, 0.581182, 0.714875, 0.753231, 0.813214, 1]  # fmt: skip
    q_values = st.false_discovery(p_values)
    assert_allclose(q_values, expected, atol=5e-7)
    assert (q_values <= 0.05).sum() == 4
    shuffled = st.false_discovery([np.nan, *p_values[::-1]])
    assert np.isnan(shuffled[0])
    assert_allclose(shuffled[1:], q_values[::-1])
    assert np.isnan(st.false_discovery([np.nan])).all()


def test_effective_size():
    assert st.effective_size([2, 2, 2]) == pytest.approx(3)
    assert st.effective_size([3, 1]) == pytest.approx(1.6)
    assert st.effective_size([]) == 0


@pytest.fixture
def ardilly_tille() -> pd.DataFrame:
    seed = [80, 170, 150, 90, 80, 210, 10, 80, 130]
    return pd.DataFrame({"row": list("aaabbbccc"), "column": list("xyz") * 3, "weight": seed})


def margin(column: str, labels: str, counts: list[float]) -> pd.Series:
    return pd.Series(counts, index=pd.Index(list(labels), name=column))


def test_rake_ardilly_tille(ardilly_tille):
    before = ardilly_tille.copy()
    rows = margin("row", "abc", [430, 360, 210])
    columns = margin("column", "xyz", [150, 300, 550]).to_frame("count")
    result = st.rake(ardilly_tille, [rows, columns])
    expected = [73.008, 167.641, 189.351, 69.39, 66.649, 223.96, 7.601, 65.71, 136.688]
    assert_allclose(result.weights, expected, atol=1e-3)
    assert result.is_converged and result.largest_error < 1e-8 and not result.unreachable
    pd.testing.assert_frame_equal(ardilly_tille, before)


def test_rake_margin_over_two_columns_is_post_stratification(ardilly_tille):
    joint = ardilly_tille.set_index(["column", "row"])["weight"].sort_index() * 3
    result = st.rake(ardilly_tille, [joint])
    assert_allclose(result.weights, ardilly_tille["weight"] * 3)


def test_rake_rounded_margins_meet_the_last(ardilly_tille):
    rows = margin("row", "abc", [431, 360, 211])
    columns = margin("column", "xyz", [150, 300, 550])
    result = st.rake(ardilly_tille, [rows, columns])
    reached = result.weights.groupby(ardilly_tille["column"]).sum()
    assert_allclose(reached, [150, 300, 550])
    assert result.is_converged
    assert 1e-4 < result.largest_error < 1e-2


def test_rake_zero_cells_unreachable_targets_and_foreign_categories():
    cells = pd.DataFrame({"kind": ["a", "b", "b", None], "weight": [0.0, 1.0, 3.0, 7.0]})
    result = st.rake(cells, [margin("kind", "abc", [5, 8, 0])])
    assert_allclose(result.weights, [0, 2, 6, 7])
    assert result.largest_error == 1.0
    assert result.unreachable == ("kind=a",)


@pytest.mark.parametrize(
    "bad", [margin("other", "a", [1]), margin("row", "aa", [1, 2]), margin("row", "a", [-1])]
)
def test_rake_refuses(ardilly_tille, bad):
    with pytest.raises(ValueError, match="rake"):
        st.rake(ardilly_tille, [bad])


def test_jensen_shannon():
    assert st.jensen_shannon([1, 0], [0, 5]) == 1.0
    assert st.jensen_shannon([1, 2, 0], [2, 4, 0]) == 0.0
    first, second = np.array([[1, 5, 2], [3, 3, 0]]), np.array([[2, 2, 2], [0, 1, 9]])
    assert_allclose(
        st.jensen_shannon(first, second), jensenshannon(first, second, base=2, axis=1) ** 2
    )
    assert np.isnan(st.jensen_shannon([0, 0], [1, 1]))
