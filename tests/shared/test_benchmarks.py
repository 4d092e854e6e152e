"""The benchmarks run, and their ratios are what they say; no test asserts a time."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from client_segments.study import REPOSITORY


def run_benchmarks(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The cheapest topics done quickly: what was printed, and the JSON file."""
    path = tmp_path_factory.mktemp("benchmarks") / "numbers.json"
    done = run_benchmarks("reading", "engine", "classes", "journey", "--quick", "--json", str(path))
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(path.read_text("utf-8"))


def values(numbers: dict, topic: str) -> dict[str, float]:
    return {line["label"]: line["value"] for line in numbers["topics"][topic]}


def test_every_topic_prints_its_ratios(quick):
    printed, numbers = quick
    assert list(numbers["topics"]) == ["reading", "engine", "classes", "journey"]
    assert numbers["is_quick"] is True
    for lines in numbers["topics"].values():
        ratios = [line for line in lines if "÷" in line["label"]]
        assert ratios
        for line in ratios:
            assert line["unit"] == "×"
            assert line["value"] > 0
            assert line["label"] in printed


def test_a_ratio_of_a_single_round_is_that_of_its_times(quick):
    _printed, numbers = quick
    found = values(numbers, "reading")
    ours, theirs = found["strict reader, CSV"], found["pandas.read_csv"]
    assert found["strict reader, CSV ÷ pandas.read_csv"] == pytest.approx(ours / theirs)


def test_nobody_is_lost(quick):
    _printed, numbers = quick
    assert values(numbers, "engine")["clients assigned ÷ clients read"] == 1
    assert values(numbers, "journey")["events counted ÷ events in the log"] == 1


def test_list_names_every_topic_and_an_unknown_one_is_refused():
    listed = run_benchmarks("--list").stdout.splitlines()
    names = [line.split()[0] for line in listed]
    folder = REPOSITORY / "benchmarks" / "topics"
    assert sorted(names) == sorted(path.stem for path in folder.glob("[a-z]*.py"))
    refused = run_benchmarks("speed")
    assert refused.returncode == 2
    assert "unknown topic speed" in refused.stderr
