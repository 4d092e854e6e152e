"""Weights from pairwise comparisons: published answers, closed forms, and the decision's mistakes."""

import numpy as np
import pytest

from client_segments import decisions
from client_segments.priorities import check_weights
from client_segments.priorities.ranking.ahp import RANDOM_INDEX, comparison_matrix, weights_of
from client_segments.priorities.ranking.weights import _read

# Papathanasiou & Ploskas (2018) Multiple Criteria Decision Aid, ch. 5: 4 criteria, 6 sites.
# Upper triangles, row by row; a negative number n stands for 1/|n|.
CRITERIA = [1, 5, 3, 5, 3, -3]
SITES = (
    [5, 1, 1, -3, 3, -3, -5, -7, 1, -3, -5, 1, -3, 3, 7],
    [7, 3, -3, -3, -3, -3, -7, -9, -7, -5, -5, -5, 1, 1, 1],
    [-9, -7, -9, 1, -5, 1, 1, 5, 3, 1, 5, 1, 7, 3, -3],
    [-5, -5, -3, -7, -5, 1, 3, -3, 1, 1, -3, 1, -7, 1, 5],
)
PRIORITIES = [0.117, 0.071, 0.095, 0.212, 0.350, 0.155]


def matrix_of(triangle, size):
    matrix = np.eye(size)
    rows, columns = np.triu_indices(size, 1)
    for row, column, written in zip(rows, columns, triangle, strict=True):
        value = written if written > 0 else -1 / written
        matrix[row, column], matrix[column, row] = value, 1 / value
    return matrix


def test_a_published_hierarchy():
    weights, ratio = weights_of(matrix_of(CRITERIA, 4))
    by_criterion = np.array([weights_of(matrix_of(triangle, 6))[0] for triangle in SITES])
    assert weights @ by_criterion == pytest.approx(PRIORITIES, abs=0.002)
    assert ratio < 0.1


def test_a_textbook_matrix():
    """The usual 3 × 3 example of tutorials on the process: λ = 3.0385, CR = 0.033."""
    weights, ratio = weights_of(np.array([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]]))
    assert weights == pytest.approx([0.637, 0.258, 0.105], abs=0.0005)
    assert ratio == pytest.approx((3.0385 - 3) / 2 / 0.58, abs=1e-4)


def test_consistent_comparisons_give_back_their_weights():
    planted = np.array([0.5, 0.25, 0.15, 0.1])
    weights, ratio = weights_of(planted[:, None] / planted[None, :])
    assert weights == pytest.approx(planted)
    assert ratio == pytest.approx(0, abs=1e-12)


def test_circular_comparisons_contradict():
    """A over B over C over A, 9 times each: λ = 1 + 9 + 1/9, a circulant matrix."""
    circular = np.array([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]])
    weights, ratio = weights_of(circular)
    assert weights == pytest.approx([1 / 3] * 3)
    assert ratio == pytest.approx((1 + 9 + 1 / 9 - 3) / 2 / RANDOM_INDEX[2])


def test_two_items_cannot_contradict():
    weights, ratio = weights_of(comparison_matrix("ab", {("b", "a"): 4}))
    assert weights == pytest.approx([0.2, 0.8])
    assert ratio == 0


def test_a_pair_left_out_is_an_error_of_the_caller():
    with pytest.raises(KeyError):
        comparison_matrix("abc", {("a", "b"): 1, ("b", "c"): 1})


# ------------------------------------------------------------------------- the decision

PAIRS = (
    ("capacity", "satisfaction", 1), ("capacity", "problem_uniqueness", 3),
    ("capacity", "blind_zone", 3), ("satisfaction", "problem_uniqueness", 3),
    ("satisfaction", "blind_zone", 3), ("blind_zone", "problem_uniqueness", 1),
)  # fmt: skip


def written(pairs=PAIRS, extra=""):
    lines = "".join(f"  - {{first: {a}, second: {b}, times: '{n}'}}\n" for a, b, n in pairs)
    return f"{extra}comparisons:\n{lines}"


@pytest.fixture
def read(make_study):
    def read_decision(text):
        study = make_study({}, {"weights": text})
        decision = decisions.load(study, "weights")
        findings = check_weights(decision)
        decided = _read(decision, findings.__class__())
        return decided, {finding.rule: finding for finding in findings}

    return read_decision


def test_comparisons_set_the_weights(read):
    decided, found = read(written())
    assert not found
    assert decided.source == "comparisons"
    assert list(decided.weights.values()) == pytest.approx([3 / 8, 3 / 8, 1 / 8, 1 / 8])
    assert decided.consistency_ratio == pytest.approx(0, abs=1e-12)
    assert decided.why == "проверка"


def test_the_person_chooses_which_weights_count(read):
    weights = "weights: {capacity: 4, satisfaction: 4, problem_uniqueness: 1, blind_zone: 1}\n"
    decided, found = read(written(extra=weights))
    assert (decided.source, decided.weights["capacity"]) == ("given", 0.4)
    assert found["weights_twice"].severity == "note"
    decided, found = read(written(extra=f"{weights}method: comparisons\n"))
    assert decided.source == "comparisons"
    assert not found
    assert decided.compared_weights == decided.weights


def test_labels_may_be_written_in_russian_with_a_decimal_comma(read):
    pairs = [("Ёмкость", "Слепая зона", "2,5")]
    decided, found = read(written(pairs))
    assert decided.weights["capacity"] == pytest.approx(2.5 / 3.5)
    # Satisfaction, which no pair names, weighs nothing: less than the blind zone.
    assert set(found) == {"main_below_additional"}


def test_contradicting_comparisons_are_a_finding(read):
    circle = [("capacity", "satisfaction", 9), ("satisfaction", "blind_zone", 9),
              ("blind_zone", "capacity", 9)]  # fmt: skip
    decided, found = read(written(circle))
    assert found["comparisons_inconsistent"].severity == "warning"
    assert "6,13" in found["comparisons_inconsistent"].message
    assert decided.consistency_ratio > 0.1


@pytest.mark.parametrize(
    ("pairs", "rule"),
    [
        (PAIRS[:5], "comparisons_missing"),
        ([*PAIRS, ("satisfaction", "capacity", 2)], "comparison_pair"),
        ([("capacity", "capacity", 1)], "comparison_pair"),
        ([("capacity", "satisfaction", 10)], None),
        ([("capacity", "satisfaction", "__import__(os)")], None),
        ([("capacity", "beauty", 2)], None),
    ],
)
def test_mistakes_of_comparisons(read, pairs, rule):
    decided, found = read(written(pairs))
    assert any(finding.severity == "error" for finding in found.values())
    assert rule is None or rule in found
    assert decided.source == "default"
    assert decided.consistency_ratio is None


@pytest.mark.parametrize("extra", ["method: magic\n", "method: [given]\n"])
def test_an_unknown_way_of_setting_weights(read, extra):
    assert read(written(extra=extra))[1]["weight_method"].severity == "error"


def test_comparisons_chosen_and_not_made(read):
    found = read("method: comparisons\n")[1]
    assert found["comparisons_none"].severity == "error"
