"""The order of research stays when rows are permuted, tables split in two, segments renamed."""

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, priorities, segments

ATTRIBUTES = """attributes:
  - {code: age, name: Возраст, role: forming, values: [дети, молодые, зрелые, пожилые], sources: 2, basis: форма}
  - {code: sex, name: Пол, role: describing, values: [мужской, женский], sources: 2, basis: форма}
"""
AGES = ("дети", "молодые", "зрелые", "пожилые")
CODES = ("a", "b", "c", "d")
WEIGHTS = "weights: {capacity: 3, satisfaction: 3, problem_uniqueness: 1, blind_zone: 1}\n"
COUNT = 1200


def raw_tables():
    """Four segments that differ a little in everything, so that no place is certain."""
    generator = np.random.default_rng(7)
    age = generator.choice(4, COUNT, p=[0.22, 0.24, 0.26, 0.28])
    ids = [f"c{number}" for number in range(COUNT)]
    clients = pd.DataFrame(
        {"client_id": ids, "Возраст": [AGES[place] for place in age],
         "Пол": generator.choice(["мужской", "женский"], COUNT)}
    )  # fmt: skip
    answered = generator.uniform(size=COUNT) < 0.4
    score = generator.integers(1, 6, COUNT) - (generator.uniform(size=COUNT) < 0.1 * age)
    feedback = pd.DataFrame({"client_id": ids, "instrument": "опрос", "score": score.clip(1, 5)})
    problem = np.where(
        generator.uniform(size=COUNT) < 0.2 + 0.1 * age, "Далеко ехать", "Долго ждать"
    )
    problems = pd.DataFrame({"client_id": ids, "problem_source": "жалоба", "problem": problem})
    applied = np.where(generator.uniform(size=COUNT) < 0.7 - 0.05 * age, "да", "нет")
    eligibility = pd.DataFrame(
        {"client_id": ids, "measure": "Выплата", "is_entitled": "да", "has_applied": applied}
    )
    return {
        "clients": clients, "feedback": feedback[answered], "problems": problems[::3],
        "eligibility": eligibility[::2],
    }  # fmt: skip


@pytest.fixture
def ranked(make_study, at_step):
    def rank(group, raw, names=CODES, order=(0, 1, 2, 3)):
        """Return the tables of step 3 with the segments' codes of the plain study."""
        rules = "".join(
            f"  - {{code: {names[place]}, name: Сегмент {names[place]}, "
            f"rule: {{attribute: age, in: [{AGES[place]}]}}}}\n"
            for place in order
        )
        files = {
            "attributes": ATTRIBUTES, "weights": WEIGHTS,
            "segments": f"method: rules\nsegments:\n{rules}",
        }  # fmt: skip
        study = make_study(raw, files, group=group)
        attributes.run(study)
        segments.run(at_step(study, "segments"))
        result = priorities.run(at_step(study, "priorities"))
        back = dict(zip(names, CODES, strict=True))
        tables = {}
        for name in ("priorities", "rank_acceptability", "score_contributions", "ranking_methods"):
            frame = result.table(name)
            frame = frame.assign(segment_code=frame["segment_code"].map(back))
            frame = frame.drop(columns=[c for c in ("segment_name",) if c in frame])
            keys = [c for c in ("weight_kind", "method", "criterion") if c in frame]
            rank = ["rank"] if name == "rank_acceptability" else []
            tables[name] = frame.sort_values([*keys, "segment_code", *rank], ignore_index=True)
        return tables

    return rank


def assert_alike(first, second):
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[name], rtol=1e-9)


def test_the_order_of_rows_changes_nothing(ranked):
    raw = raw_tables()
    plain = ranked("plain", raw)
    assert plain["priorities"]["first_pct"].max() < 100
    assert plain["priorities"]["missing_criteria"].isna().all()
    assert_alike(
        plain, ranked("mixed", {n: t.sample(frac=1, random_state=3) for n, t in raw.items()})
    )


def test_tables_in_two_files_are_one_table(ranked):
    raw = raw_tables()
    halves = {}
    for name, table in raw.items():
        halves[f"{name}_1"], halves[f"{name}_2"] = table.iloc[::2], table.iloc[1::2]
    assert_alike(ranked("plain", raw), ranked("halves", halves))


def test_names_and_order_of_segments_change_nothing(ranked):
    raw = raw_tables()
    renamed = ranked("renamed", raw, names=("z", "k", "y", "b"), order=(2, 0, 3, 1))
    assert_alike(ranked("plain", raw), renamed)
