"""The editor of who is entitled: shown, filled in, saved, and read by step 3."""

from __future__ import annotations

import pandas as pd
import pytest

from client_segments import attributes, decisions, priorities, workbook
from client_segments.widgets import editor
from client_segments.widgets.editors import DecisionEditor

ATTRIBUTES = """\
attributes:
  - {code: place, name: Место, role: forming, sources: [2], basis: анкета, values: [село, город]}
"""
ENTITLEMENT = """\
measures:
  - measure: Компенсация
    share_pct: 80
    average_sum: 9600
    basis: закон
    rule: {attribute: place, in: [село]}
"""


@pytest.fixture
def study(make_study, at_step):
    clients = pd.DataFrame({"client_id": ["1", "2"], "place": ["село", "город"]})
    study = make_study({"clients": clients}, {"attributes": ATTRIBUTES, "entitlement": ENTITLEMENT})
    attributes.run(study)
    return at_step(study, "priorities")


def test_the_decision_is_shown_as_a_table(study):
    text = workbook.show_decision(study, "entitlement").text
    assert "Компенсация" in text and "закон" in text


def test_in_batch_only_the_place_is_told(study):
    assert "entitlement.yml" in editor(study, "entitlement", interactive=False).text


def test_what_is_saved_is_what_step_3_reads(study):
    shown = editor(study, "entitlement", interactive=True)
    assert isinstance(shown, DecisionEditor)
    shown.save()
    coders = attributes.coders(study)
    (item,), findings = priorities.load_entitlement(study, coders)
    assert not list(findings)
    assert (item.measure, item.share, item.average_sum) == ("Компенсация", 0.8, 9600.0)
    truth = item.rule.evaluate(pd.DataFrame({"place": [1, 2]}))
    assert truth.true.tolist() == [True, False]
    assert decisions.load(study, "entitlement").who == "проверяющий"


def test_a_share_outside_its_bounds_is_not_saved(study):
    path = decisions.decision_path(study, "entitlement")
    path.write_text(
        path.read_text("utf-8").replace("share_pct: 80", "share_pct: 80\n    share_low_pct: 90"),
        "utf-8",
    )
    before = path.read_bytes()
    shown = editor(study, "entitlement", interactive=True)
    shown.save()
    assert path.read_bytes() == before
