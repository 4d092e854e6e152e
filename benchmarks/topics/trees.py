"""Trees, rules and subgroups on codes: time against scikit-learn, and what they recover."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from benchmarks.harness import Line, Settings, compare
from client_segments import recommendations as rec
from client_segments.attributes import Attribute, Coder
from client_segments.segments.statements import state_rule
from client_segments.segments.subgroup_choice import select_subgroups, with_q_values
from client_segments.segments.subgroups import search_subgroups
from client_segments.segments.trees import CategoricalTree

TITLE = "Trees, rules and subgroups"
LEVELS = (6, 7, 9, 10, 3, 4, 9, 10, 4, 5, 9, 6)
DEPTH, LEAF = 4, 0.001
PLACES, CODES = (0, 3, 5), (2, 1, 1)


def run(settings: Settings) -> Iterator[Line]:
    """Time a tree, a stated rule and the search of all subgroups; say what each finds."""
    rows = settings.size(10**6, 20_000)
    codes, inside, target = _clients(rows)
    yield Line("clients", rows, "")
    yield Line("attributes", len(LEVELS), "")
    yield from _tree(settings, codes, target)
    yield from _rule(settings, codes, inside)
    yield from _subgroups(settings, codes, target)


def _clients(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return codes with 5 % missing, the planted subgroup, and a target that is thick in it."""
    generator = np.random.default_rng(rec.SEED)
    codes = np.column_stack([generator.integers(1, count + 1, rows) for count in LEVELS])
    codes = codes.astype(np.int16)
    codes[generator.random(codes.shape) < 0.05] = 0
    inside = (codes[:, PLACES] == CODES).all(axis=1)
    mixed = 0.15 * np.isin(codes[:, 6], (2, 5, 9)) * np.isin(codes[:, 1], (1, 4, 6))
    target = generator.random(rows) < 0.2 + 0.4 * inside + mixed
    return codes, inside, target.astype(float)


def _tree(settings: Settings, codes: np.ndarray, target: np.ndarray) -> Iterator[Line]:
    from sklearn.tree import DecisionTreeClassifier

    fitted: dict[str, float] = {}
    least = max(1, round(LEAF * len(codes)))

    def ours() -> None:
        tree = CategoricalTree(DEPTH, least).fit(codes, target)
        fitted["ours"] = tree.r_squared_

    def theirs() -> None:
        tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=least).fit(codes, target)
        shares = tree.predict_proba(codes)[:, 1]
        fitted["scikit-learn"] = 1 - np.var(target - shares) / np.var(target)

    def patterns() -> None:
        frame = pd.DataFrame(codes).assign(hits=target, total=1.0)
        sums = frame.groupby(list(range(len(LEVELS))), as_index=False)[["hits", "total"]].sum()
        tree = CategoricalTree(DEPTH, least)
        tree.fit(sums[list(range(len(LEVELS)))], sums["hits"], sums["total"])
        fitted["patterns"] = tree.r_squared_

    cases = {"tree": ours, "tree, scikit-learn (with its predictions)": theirs}
    times = compare(cases, settings.repeats)
    bases = {"tree, scikit-learn (with its predictions)": "target under 0.5 s for ours"}
    yield from times.lines("tree", bases)
    patterns()
    yield Line("R², tree", fitted["ours"], "", "best subsets of categories, missing a level")
    yield Line("R², scikit-learn", fitted["scikit-learn"], "", "codes taken for numbers")
    difference = abs(fitted["patterns"] - fitted["ours"])
    yield Line("R² of raw rows less that of patterns with weights", difference, "", "0: one tree")


def _rule(settings: Settings, codes: np.ndarray, inside: np.ndarray) -> Iterator[Line]:
    coders = [
        Coder(Attribute(f"a{place}", f"a{place}"), tuple(map(str, range(1, count + 1))), {})
        for place, count in enumerate(LEVELS)
    ]
    total, found = np.ones(len(codes)), {}

    def state() -> None:
        found["rule"] = state_rule(codes, inside.astype(float), total, coders)

    times = compare({"a class stated as a rule": state}, settings.repeats)
    yield Line("a class stated as a rule", times.median("a class stated as a rule"), "s")
    yield Line("purity", 100 * found["rule"].purity, "%", "planted: 100")
    yield Line("coverage", 100 * found["rule"].coverage, "%", "planted: 100")


def _subgroups(settings: Settings, codes: np.ndarray, target: np.ndarray) -> Iterator[Line]:
    total, found = np.ones(len(codes)), {}

    def search() -> None:
        found["all"] = search_subgroups(codes, target, total)

    cases = {"all subgroups": search}
    if importlib.util.find_spec("pysubgroup"):
        cases["pysubgroup"] = _pysubgroup(codes, target)
    times = compare(cases, settings.repeats)
    yield from times.lines("all subgroups", dict.fromkeys(list(cases)[1:], "target ≤ 0.1"))
    yield Line("combinations tried", len(found["all"]), "", f"of {_possible()} possible")
    (frame,) = with_q_values([found["all"]])
    shown = select_subgroups(frame, codes, target, total)
    planted = [key == (PLACES, CODES) for key in zip(shown["places"], shown["codes"], strict=True)]
    yield Line("the planted subgroup is shown", float(any(planted)), "", f"{len(shown)} shown")


def _possible() -> int:
    return sum(
        int(np.prod([LEVELS[place] for place in places]))
        for size in (1, 2, 3)
        for places in combinations(range(len(LEVELS)), size)
    )


def _pysubgroup(codes: np.ndarray, target: np.ndarray):
    """Return the same search by pysubgroup, where it is at hand (it needs an older numpy)."""
    import pysubgroup

    frame = pd.DataFrame(codes.astype(str), columns=[f"a{place}" for place in range(len(LEVELS))])
    frame["target"] = target > 0
    wanted = pysubgroup.BinaryTarget("target", True)
    space = pysubgroup.create_nominal_selectors(frame, ignore=["target"])

    def search() -> None:
        task = pysubgroup.SubgroupDiscoveryTask(
            frame, wanted, space, result_set_size=10, depth=3, qf=pysubgroup.WRAccQF()
        )
        pysubgroup.Apriori().execute(task)

    return search
