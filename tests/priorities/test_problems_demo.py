"""The demo's appeals: planted numbers are recovered, and no personal datum is in any output."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon

from client_segments import priorities
from client_segments.demo.appeals import SURNAMES
from client_segments.reading import load_raw
from client_segments.study import open_study

GROUPS = ("control", "staff", "support")
CANARIES = (*(surname[:6] for surname in SURNAMES), "made.up", "(900) 000-", "+7900000", "Заречная")


def texts_of(path: Path) -> str:
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    if path.suffix in {".xlsx", ".docx"}:
        with zipfile.ZipFile(path) as archive:
            return "".join(
                archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
            )
    return path.read_text("utf-8", errors="replace")


def test_the_demo_has_personal_data_to_lose(demo_by_hand):
    raw = load_raw(open_study("demo", 2025, "support", "priorities", demo_by_hand), "problems")
    everything = "".join(raw.frame["problem_text"].dropna())
    for canary in CANARIES:
        assert canary in everything, canary


def test_no_personal_datum_of_a_text_is_in_any_output(demo_by_hand):
    outputs = [
        path
        for folder in [*demo_by_hand.glob("data/demo/*/*/work"), demo_by_hand / "reports"]
        for path in folder.rglob("*")
        if path.is_file()
    ]
    assert len(outputs) > 50
    for path in outputs:
        told = texts_of(path)
        for canary in CANARIES:
            assert canary not in told, (path.name, canary)


@pytest.mark.parametrize("group", GROUPS)
def test_the_planted_uniqueness_lies_in_its_interval(demo_by_hand, group):
    study = open_study("demo", 2025, group, "priorities", demo_by_hand)
    truth = json.loads((study.folder / "truth" / "truth.json").read_text("utf-8"))["segments"]
    names = sorted({name for item in truth for name in item["problems"]})
    shares = {
        item["code"]: np.array([item["problems"].get(name, 0.0) for name in names])
        for item in truth
    }
    sizes = {item["code"]: item["clients_count"] for item in truth}
    table = study.read(priorities.PROBLEM_UNIQUENESS).set_index("segment_code")
    inside = []
    for code, row in table.iterrows():
        others = sum(sizes[other] * shares[other] for other in shares if other != code)
        distance = jensenshannon(shares[code], others, base=2)
        assert row["problem_uniqueness"] == pytest.approx(distance, abs=0.12)
        # Some clients lack an attribute and stand among the rest: a little wider than chance.
        inside.append(row["uniqueness_low"] - 0.02 <= distance <= row["uniqueness_high"] + 0.02)
    assert np.mean(inside) >= 0.75


@pytest.mark.parametrize("group", GROUPS)
def test_the_dictionary_codes_the_demo_and_topics_are_proposed(demo_by_hand, group):
    study = open_study("demo", 2025, group, "priorities", demo_by_hand)
    ways = study.read(priorities.PROBLEM_CODING).groupby("way")["rows_count"].sum()
    assert ways["text"] > 1.5 * ways.get("topic", 0)
    topics = study.read(priorities.PROBLEM_TOPICS)
    assert (topics["topic_number"] > 0).any()
    assert topics.loc[topics["topic_number"] > 0, "texts"].str.len().gt(10).all()
