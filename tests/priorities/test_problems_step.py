"""Problems from files to tables: parts of a table, order of rows and names of segments change nothing."""

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, priorities, segments
from client_segments.findings import Findings
from client_segments.priorities.problem_measuring import measure_problems
from client_segments.segments import SEGMENTS

LIST = """\
attributes:
- {code: place, name: Место, role: forming, sources: ["1"], basis: заявление, values: [город, село]}
"""
DICTIONARY = """\
problems:
- {name: Далеко ехать, code: "7", stage: Подача заявления, phrases: [далеко … ехать, автобус*]}
- {name: Очередь, phrases: [очередь]}
"""


def rules(first, second):
    return f"""\
method: rules
segments:
- {{code: {first}, name: Сёла, rule: {{attribute: place, in: [село]}}}}
- {{code: {second}, name: Города, rule: {{attribute: place, in: [город]}}}}
"""


def clients():
    return pd.DataFrame(
        {"client_id": [f"К{number}" for number in range(120)], "place": ["село", "город"] * 60}
    )


def problems():
    generator = np.random.default_rng(6)
    rows = []
    for number in range(120):
        is_far = generator.random() < (0.8 if number % 2 == 0 else 0.15)
        text = "<p>Далеко нам ехать.</p>" if is_far else "Стоял в очереди, тел. 89136401234"
        code = ("7" if is_far else "Очередь") if number % 3 else None
        rows.append((f"К{number}", "жалоба", code, None if code else text))
    return pd.DataFrame(rows, columns=["client_id", "problem_source", "problem", "problem_text"])


@pytest.fixture
def measure(at_step, lay_out_study, tmp_path):
    def run(raw, first="villages", second="towns"):
        root = tmp_path / str(len(list(tmp_path.iterdir())))
        files = {"attributes": LIST, "segments": rules(first, second), "problems": DICTIONARY}
        study = lay_out_study(root, {"clients": clients(), **raw}, files)
        attributes.run(study)
        segments.run(at_step(study, "segments"))
        study = at_step(study, "priorities")
        findings = Findings()
        return measure_problems(study, study.read(SEGMENTS), findings), findings, study

    return run


def test_codes_and_texts_come_together(measure):
    tables, findings, _study = measure({"problems": problems()})
    assert set(tables["problems"]["problem"]) == {"Далеко ехать", "Очередь"}
    rates = tables["problems"].set_index(["segment_code", "problem"])
    assert rates["problems_count"].sum() == 120
    assert rates.loc[("villages", "Далеко ехать"), "is_specific"]
    assert rates.loc[("villages", "Далеко ехать"), "clients_share_pct"] == pytest.approx(
        rates.loc[("villages", "Далеко ехать"), "reporters_share_pct"]
    )
    stages = tables["problem_stages"]
    assert set(stages["stage"]) == {"Подача заявления"}
    assert not [finding for finding in findings if finding.rule == "problems_uncoded"]
    assert "89136401234" not in "".join(table.to_csv() for table in tables.values())


def test_parts_order_and_names_change_nothing(measure):
    whole = problems()
    first, _findings, _study = measure({"problems": whole})
    shuffled = whole.sample(frac=1, random_state=2)
    parts = {"problems_1": shuffled.iloc[:50], "problems_2": shuffled.iloc[50:]}
    again, _findings, _study = measure(parts, "zz", "aa")
    names = {"villages": "zz", "towns": "aa"}
    for name, keys in (
        ("problems", ["segment_code", "problem"]),
        ("problem_uniqueness", ["segment_code"]),
        ("problem_stages", ["segment_code", "stage"]),
    ):
        expected = first[name].assign(segment_code=first[name]["segment_code"].map(names))
        pd.testing.assert_frame_equal(
            expected.sort_values(keys).reset_index(drop=True).astype({"segment_code": "str"}),
            again[name].sort_values(keys).reset_index(drop=True),
        )


def test_later_steps_are_given_the_mentions_of_texts_too(measure):
    tables, _findings, study = measure({"problems": problems()})
    raw = pd.DataFrame({"problem": ["как в данных"]})
    assert priorities.coded_problems(study, raw) is raw
    study.write(priorities.PROBLEM_MENTIONS, tables["problem_mentions"])
    assert len(priorities.coded_problems(study, raw)) == 120
    assert "problem_text" not in priorities.coded_problems(study, raw)
