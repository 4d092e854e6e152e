"""How well the steps recover the truth that the demo plants, group by group."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.demo_copy import demo_root, run_steps
from benchmarks.harness import Line, Settings
from client_segments import attributes, priorities, segments, validation
from client_segments.engine import Engine
from client_segments.segments.classes import fit_classes
from client_segments.segments.latent_classes import adjusted_rand_index
from client_segments.study import AuthorityYear, Study

TITLE = "Recovery of the planted truth"
_INSIDE = "inside the 95 % interval"


def run(settings: Settings) -> Iterator[Line]:
    """Compare the results of every group of both years with what was planted."""
    years = [2025] if settings.is_quick else [2024, 2025]
    with demo_root() as root:
        for year in years:
            opened = AuthorityYear("demo", year, root)
            for group in ["staff"] if settings.is_quick else opened.groups:
                run_steps(opened, group, last="validation")
                study = opened.study(group, "validation")
                for line in _group(study):
                    yield Line(f"{group} {year}: {line.label}", line.value, line.unit, line.note)


def _group(study: Study) -> Iterator[Line]:
    truth = json.loads((study.folder / "truth" / "truth.json").read_text("utf-8"))
    yield from _segments(study, len(truth["segments"]))
    yield from _hypotheses(study, truth)
    yield from _satisfaction(study, truth)
    yield from _blind_zone(study, truth)


def _segments(study: Study, planted_count: int) -> Iterator[Line]:
    planted = pd.read_parquet(study.folder / "truth" / "truth_clients.parquet")
    found = study.read(segments.CLIENT_SEGMENTS)
    both = found.merge(
        planted.rename(columns={"segment_code": "planted_code"}), on="client_id", validate="1:1"
    )
    if len(both) != len(planted):
        raise AssertionError(f"{len(both)} clients of {len(planted)} found again")
    by_rules = adjusted_rand_index(both["segment_code"], both["planted_code"])
    right = 100 * float((both["segment_code"] == both["planted_code"]).mean())
    yield Line("adjusted Rand index, rules", by_rules, "", f"{right:.1f} % in their segment")
    classes = _classes(study, planted_count)
    by_client = study.read(attributes.CODED_CLIENTS)[["client_id"]].assign(found=classes)
    both = by_client.merge(planted, on="client_id", validate="1:1")
    by_classes = adjusted_rand_index(both["found"], both["segment_code"])
    models = study.read(segments.CLASS_MODELS)
    proposed = int(models.loc[models["is_proposed"], "classes_count"].iloc[0])
    note = f"{planted_count} classes given; proposed {proposed}"
    yield Line("adjusted Rand index, latent classes", by_classes, "", note)


def _classes(study: Study, count: int) -> np.ndarray:
    """Return the latent class of each client, knowing the planted number but no rule."""
    coded = study.read(attributes.CODED_CLIENTS)
    table = study.read(attributes.ATTRIBUTES)
    values = study.read(attributes.ATTRIBUTE_VALUES)
    forming = table.loc[table["role"] == "forming", "attribute_code"].tolist()
    levels = values.groupby("attribute_code", sort=False)["value_code"].max().to_dict()
    with Engine(coded, levels) as engine:
        patterns = engine.patterns(forming)
        classes = fit_classes(patterns, forming, count)
        by_pattern = patterns[["pattern_key"]].assign(segment_code=classes.astype(str))
        engine.assign(forming, by_pattern)
        return engine.segment_codes().to_numpy()


def _hypotheses(study: Study, truth: dict) -> Iterator[Line]:
    is_true = {
        item["code"]: item["is_true"]
        for segment in truth["segments"]
        for item in segment["hypotheses"]
    }
    verdicts = study.read(validation.VERDICTS).set_index("hypothesis_code")["verdict"]
    for label, wanted, verdict in (
        ("true hypotheses confirmed", True, "confirmed"),
        ("false hypotheses refuted", False, "refuted"),
    ):
        codes = [code for code, value in is_true.items() if value is wanted]
        given = [verdicts.get(code, "absent") for code in codes]
        others = ", ".join(sorted({other for other in given if other != verdict}))
        if codes:
            yield _share(label, [other == verdict for other in given], others)


def _satisfaction(study: Study, truth: dict) -> Iterator[Line]:
    found = study.read(priorities.SATISFACTION)
    found = found[found["instrument"] == "all"].set_index("segment_code")
    planted = {item["code"]: 100 * item["satisfied_share"] for item in truth["segments"]}
    hits = [
        found.loc[code, "low_pct"] <= share <= found.loc[code, "high_pct"]
        for code, share in planted.items()
        if code in found.index
    ]
    yield _share(f"satisfaction {_INSIDE}", hits)


def _blind_zone(study: Study, truth: dict) -> Iterator[Line]:
    found = study.read(priorities.BLIND_ZONE).set_index(["segment_code", "measure"])
    hits = [
        found.loc[key, "low_pct"] <= 100 * measure["blind_zone_share"] <= found.loc[key, "high_pct"]
        for item in truth["segments"]
        for name, measure in item["measures"].items()
        if (key := (item["code"], name)) in found.index
    ]
    if hits:
        yield _share(f"blind zone {_INSIDE}", hits)


def _share(label: str, hits: list[bool], note: str = "") -> Line:
    counted = f"{sum(map(bool, hits))} of {len(hits)}"
    return Line(label, 100 * float(np.mean(hits)), "%", f"{counted}; {note}" if note else counted)
