"""Compiled passes give what NumPy gives, and only large work waits for them."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose

from client_segments.segments import LatentClassModel
from client_segments.segments.latent_classes import passes
from client_segments.segments.latent_classes.layout import Layout
from client_segments.segments.latent_classes.patterns import Patterns
from client_segments.segments.latent_classes.starts import make_starts

compiled = pytest.importorskip("client_segments.segments.latent_classes.compiled")


@pytest.mark.parametrize("is_weighted", [False, True])
def test_a_pass_is_the_same_to_the_last_digits(planted, is_weighted):
    codes, _truth = planted(1, clients=9000, attributes=9, levels=5, missing=0.1)
    rng = np.random.default_rng(1)
    patterns = Patterns.of(list(codes.T), rng.uniform(0.1, 5, len(codes)) if is_weighted else None)
    layout = Layout.of(patterns)
    theta = make_starts(patterns, layout, 4, 6, rng)
    weights = rng.poisson(1.0, (len(patterns), 6)).astype(float) if is_weighted else None
    ours = passes.NumpyPasses(patterns, layout, weights)(theta)
    theirs = compiled.CompiledPasses(patterns, layout, weights)(theta)
    assert_allclose(theirs[0], ours[0], rtol=1e-12)
    assert_allclose(theirs[1], ours[1], rtol=1e-9, atol=1e-13)


def test_a_fit_is_the_same(planted, monkeypatch):
    codes, _truth = planted(2, clients=4000, classes=4)
    plain = LatentClassModel(4, n_starts=6).fit(codes)
    monkeypatch.setattr(passes, "LARGE_WORK", 0)
    fast = LatentClassModel(4, n_starts=6).fit(codes)
    assert fast.log_likelihood_ == pytest.approx(plain.log_likelihood_, rel=1e-12)
    assert_allclose(fast.class_shares_, plain.class_shares_, atol=1e-9)


def test_without_the_extra_large_work_goes_by_numpy(planted, monkeypatch):
    codes, _truth = planted(2, clients=500)
    patterns = Patterns.of(list(codes.T), None)
    layout = Layout.of(patterns)
    monkeypatch.setattr(passes, "LARGE_WORK", 0)
    assert isinstance(passes.make_passes(patterns, layout, 1), compiled.CompiledPasses)
    monkeypatch.setattr(passes.importlib.util, "find_spec", lambda _name: None)
    assert isinstance(passes.make_passes(patterns, layout, 1), passes.NumpyPasses)


def test_small_data_do_not_load_the_compiler():
    code = (
        "import sys, numpy as np\n"
        "from client_segments.segments import LatentClassModel, choose_classes\n"
        "codes = np.random.default_rng(1).integers(1, 4, size=(2000, 5))\n"
        "LatentClassModel(3).fit(codes)\n"
        "choose_classes(codes, maximum=3, replicates=5)\n"
        "print('numba' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
