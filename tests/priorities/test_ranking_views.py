"""What is shown of a ranking: every chart and table with few, many and no segments."""

import numpy as np
import pandas as pd
import pytest

from client_segments import priorities
from client_segments.findings import Findings
from client_segments.priorities import CRITERIA_COLUMNS, default_weights, solve
from client_segments.priorities.checks import ranking_checks
from client_segments.priorities.contracts import PRIORITIES
from client_segments.priorities.ranking import (
    RANKING_CONTRACTS,
    DecidedWeights,
    priorities_table,
    ranking_tables,
)
from client_segments.priorities.ranking.shown import ranking_sentences
from client_segments.steps import Outcome, StepResult

CHARTS = (
    priorities.ranking_chart, priorities.acceptability_chart, priorities.contributions_chart,
    priorities.weight_chart,
)  # fmt: skip


def result_of(size, is_known=True, weights=None, **changed):
    generator = np.random.default_rng(size)
    codes = [f"s{number}" for number in range(size)]
    names = [f"Жители {number}-го района, получающие меры поддержки" for number in range(size)]
    numbers = generator.uniform(0.1, 0.9, (size, 4)) * [9000, 100, 1, 100]
    table = pd.DataFrame({"segment_code": codes, "segment_name": names})
    values = CRITERIA_COLUMNS[3:7]
    for place, name in enumerate(values):
        table[name] = numbers[:, place] if is_known else np.nan
    for name, low, high in zip(values, CRITERIA_COLUMNS[7:11], CRITERIA_COLUMNS[11:], strict=True):
        table[low], table[high] = 0.9 * table[name], 1.1 * table[name]
    table["satisfaction_pct"] = table["satisfaction_shrunk_pct"]
    for column, number in changed.items():
        table[column] = number
    weights = weights or default_weights()
    solution = solve(table[list(CRITERIA_COLUMNS)], weights, count=200)
    tables = {
        "priorities": priorities_table(solution).assign(is_chosen=False),
        **ranking_tables(solution, DecidedWeights(weights)),
    }
    contracts = {contract.name: contract for contract in (*RANKING_CONTRACTS, PRIORITIES)}
    return StepResult(None, contracts, tables, (), Findings(), dict(zip(codes, names, strict=True)))


@pytest.mark.parametrize("size", [0, 1, 3, 30])
@pytest.mark.parametrize("is_known", [True, False])
def test_everything_is_shown_whatever_the_number_of_segments(size, is_known):
    result = result_of(size, is_known)
    for chart in CHARTS:
        assert chart(result).layout.meta["description"].endswith(".")
    shown = priorities.show_ranking(result)
    assert "nan" not in shown.text.lower().replace("финанс", "")
    assert "<details>" in shown.html
    assert not any("{" in sentence for sentence in ranking_sentences(result))
    parts = [*priorities.view_ranking(result).parts, *priorities.view_weights(result).parts]
    assert len(parts) == 4


def test_a_chart_shows_the_first_places_and_says_so():
    result = result_of(30)
    assert len(priorities.acceptability_chart(result).data[0].y) == 10
    assert len(priorities.weight_chart(result).data) == 8
    assert len(priorities.ranking_chart(result).data[0].y) == 30


def test_sentences_tell_the_numbers_of_the_tables():
    result = result_of(5)
    text = " ".join(ranking_sentences(result))
    first = result.table("priorities").iloc[0]
    assert f"«{first['segment_name']}» на первом месте" in text
    assert "TOPSIS (близость к наилучшему) – порядок" in text
    assert "10 000" in text.replace("\u00a0", " ")


def test_weights_of_unknown_criteria_are_shared_in_what_is_told():
    result = result_of(5, blind_zone_pct=np.nan)
    rows = result.table("criterion_weights").set_index("criterion")
    assert rows.loc["capacity", "weight_pct"] == pytest.approx(35)
    assert rows.loc["capacity", "used_weight_pct"] == pytest.approx(35 / 0.85)
    assert rows.loc["blind_zone", ["used_weight_pct", "keeps_from_pct"]].isna().all()
    assert rows["segments_count"].tolist() == [5, 5, 5, 0]
    assert "нет данных" in priorities.show_ranking(result).text.lower()


def outcomes(result, chosen=(), **decided):
    frame = result.table("priorities")
    frame = frame.assign(is_chosen=frame["segment_code"].isin(chosen))
    checks = ranking_checks(
        frame, result.table("method_agreement"), DecidedWeights(default_weights(), **decided)
    )
    return {check.code: check for check in checks}


def test_a_departure_from_the_order_is_said_with_its_reason():
    result = result_of(6)
    order = result.table("priorities")["segment_code"].tolist()
    assert outcomes(result)["research_first"].outcome is Outcome.WARNING
    assert outcomes(result, order[:2])["research_first"].outcome is Outcome.MET
    departed = outcomes(result, [order[0], order[3]], why="так решил совет")["research_first"]
    assert departed.outcome is Outcome.WARNING
    assert "так решил совет" in departed.details
    names = result.table("priorities")["segment_name"]
    assert f"по расчёту раньше: «{names[1]}» и «{names[2]}»" in departed.details
    assert "напишите" in outcomes(result, [order[3]])["research_first"].remedy


def test_weights_and_comparisons_are_checked():
    result = result_of(4)
    found = outcomes(result, consistency_ratio=0.25)
    assert found["main_weights"].outcome is Outcome.MET
    assert found["comparisons_consistent"].outcome is Outcome.WARNING
    assert "0,25" in found["comparisons_consistent"].details
    equal = DecidedWeights(dict.fromkeys(default_weights(), 0.25), "given")
    checks = ranking_checks(result.table("priorities"), result.table("method_agreement"), equal)
    assert checks[0].outcome is Outcome.WARNING
    assert "Слепая зона" in checks[0].details


def test_methods_that_disagree_are_a_warning():
    """Half the weight on capacity: the usual criterion of PROMETHEE looks at order alone."""
    weights = {"capacity": 0.4, "satisfaction": 0.2, "problem_uniqueness": 0.2, "blind_zone": 0.2}
    result = result_of(
        3, weights=weights, capacity_count=[9000, 10, 5], satisfaction_shrunk_pct=[50, 49, 99],
        problem_uniqueness=[0.5, 0.51, 0], blind_zone_pct=[50, 51, 0],
    )  # fmt: skip
    check = outcomes(result)["methods_agree"]
    assert check.outcome is Outcome.WARNING
    assert "PROMETHEE II" in check.details
    assert outcomes(result_of(1))["methods_agree"].outcome is Outcome.NO_DATA
