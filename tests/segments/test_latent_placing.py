"""Super codes packed tightly, and rows placed by compiled code as NumPy places them."""

from __future__ import annotations

import numpy as np
import pytest

from client_segments.segments.latent_classes import LatentClassModel, placing
from client_segments.segments.latent_classes.super_codes import bundled


def products(sizes: list[int], bundles: list[tuple[int, ...]]) -> list[int]:
    return [int(np.prod([sizes[place] for place in bundle])) for bundle in bundles]


@pytest.mark.parametrize(
    ("sizes", "most", "count"),
    [
        # By hand: 5·4·11·8, 10·9·5·4 and 6·7·6·7 fit; 2,048² is less than the product of all.
        ([4, 5, 6, 7, 8, 9, 10, 11, 4, 5, 6, 7], 2048, 3),
        ([2] * 11, 2048, 1),
        ([3, 3, 3], 8, 3),
        ([5000, 2, 2], 16, 2),  # larger than a bundle may be: alone
        ([7], 16, 1),
    ],
)
def test_bundles_are_as_few_as_can_be(sizes, most, count):
    bundles = bundled(sizes, most)
    assert len(bundles) == count
    assert sorted(place for bundle in bundles for place in bundle) == list(range(len(sizes)))
    for product, bundle in zip(products(sizes, bundles), bundles, strict=True):
        assert product <= most or len(bundle) == 1


def test_rows_are_placed_alike_compiled_and_not(monkeypatch):
    pytest.importorskip("numba")
    generator = np.random.default_rng(5)
    member = generator.integers(0, 3, 4_000)
    codes = np.stack(
        [
            np.where(generator.random(4_000) < 0.7, member % levels, generator.integers(0, levels, 4_000)) + 1
            for levels in (2, 3, 4, 5, 9, 11)
        ],
        axis=1,
    )  # fmt: skip
    codes[generator.random(codes.shape) < 0.1] = 0
    model = LatentClassModel(3, n_starts=4).fit(codes)
    strange = codes.copy()
    strange[:50, 4] = 40  # a value that nobody had says nothing
    columns = list(strange.T)
    classes, probability = model.placing().placed(columns)
    monkeypatch.setattr(placing, "LARGE_TABLE", 1)
    compiled_classes, compiled = model.placing().placed(columns)
    assert (classes == compiled_classes).all()
    np.testing.assert_allclose(probability, compiled, rtol=1e-12)
    expected = model.placing().probabilities(columns)
    np.testing.assert_allclose(probability, expected.max(axis=1), rtol=1e-12)
    assert (classes == expected.argmax(axis=1)).all()
    strange[:50, 4] = 0
    again, same = model.placing().placed(list(strange.T))
    assert (again == classes).all()
    np.testing.assert_allclose(same, probability, rtol=1e-12)
