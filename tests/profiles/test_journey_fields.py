"""Fields of the journey in a profile: from the log, from answers, and from what data propose."""

from dataclasses import replace

import pandas as pd
import pytest

from client_segments.hypotheses import (
    JOURNEY_AMOUNTS,
    JOURNEY_EXPERIENCE,
    JOURNEY_FLOW,
    JOURNEY_STAGES,
    JOURNEY_TIMES,
    PROPOSALS,
)
from client_segments.profiles.composers import COMPOSERS
from client_segments.profiles.inputs import SegmentView

SEGMENT = "rural"


def table(contract, *rows):
    """Rows of a table; what is required and not given is a zero or a dash."""
    frame = pd.DataFrame(rows).reindex(columns=contract.column_names)
    for column in contract.columns:
        if column.required:
            blank = "—" if column.kind.dtype == "str" else 0
            frame = frame.astype({column.name: column.kind.dtype})
            frame[column.name] = frame[column.name].fillna(blank)
    return contract.conform(frame.assign(segment_code=SEGMENT))


@pytest.fixture
def view(inputs):
    tables = {
        "journey_stages": table(
            JOURNEY_STAGES,
            dict(stage_number=1, stage="Подача", cases_count=40, reached_count=40, reached_pct=100,
                 median_days_to_next=12),
            dict(stage_number=2, stage="Решение", cases_count=40, reached_count=20, reached_pct=50),
        ),
        "journey_times": table(
            JOURNEY_TIMES,
            dict(stage_number=1, stage="Подача", measure="to_next", others_median_days=8),
        ),
        "journey_experience": table(
            JOURNEY_EXPERIENCE,
            dict(stage_number=1, stage="Подача", answers_count=156, satisfaction_pct=48),
            dict(stage=None, answers_count=3) | {"stage": "Совет соседа", "satisfaction_pct": 70},
        ),
        "journey_flow": table(
            JOURNEY_FLOW,
            dict(stage_number=1, stage="Подача", returned_count=3, returned_pct=7.5, lost_pct=50,
                 others_lost_pct=20),
            dict(stage_number=2, stage="Решение", returned_count=0, returned_pct=0),
        ),
        "journey_amounts": table(
            JOURNEY_AMOUNTS,
            dict(measure="duration_days", median=30, others_median=21),
            dict(measure="contacts_count", mean=5.12, others_mean=3.9),
        ),
    }  # fmt: skip
    return SegmentView(replace(inputs, **tables), SEGMENT, "Сельские жители")


def text(view, key):
    return COMPOSERS[key](view).text.replace("\xa0", " ")


def test_satisfaction_time_and_returns_stand_by_stage(view):
    assert text(view, "stage_times").splitlines() == [
        "Подача: удовлетворены 48,0 % (оценок: 156); до следующего этапа 12,0 дн., у остальных "
        "8,0 дн. (половина дел быстрее); возвращались на этап 7,5 % дел",
        "Совет соседа: удовлетворены 70,0 % (оценок: 3)",
        "весь путь: половина дел – до 30,0 дн., у остальных – до 21,0 дн.",
        "обращений за одно дело: в среднем 5,1, у остальных 3,9",
    ]


def test_losses_stand_beside_the_shares_that_reach_a_stage(view):
    assert text(view, "stage_shares").splitlines() == [
        "Подача: 100,0 % (40 из 40); после этапа потеряно 50,0 % дел, у остальных – 20,0 %",
        "Решение: 50,0 % (20 из 40)",
    ]


def test_what_data_propose_and_nobody_decided_is_a_feature_not_yet_verified(view):
    proposals = table(
        PROPOSALS,
        dict(proposal_code="journey.lost.1", kind="journey", source="log", test="shares",
             hypothesis_text="Дела чаще теряются: 50 % против 20 %", strength=3.0,
             is_supported=True, is_leading=True),
        dict(proposal_code="journey.time", kind="journey", source="log", test="times",
             hypothesis_text="Дела медленнее идут", strength=4.0, is_supported=True,
             is_leading=False),
        dict(proposal_code="problem.x", kind="problem", source="problems", test="shares",
             hypothesis_text="Клиенты чаще называют", strength=5.0, is_supported=True,
             is_leading=True),
    )  # fmt: skip
    told = replace(view, inputs=replace(view.inputs, proposals=proposals), _cache={})
    lines = text(told, "journey_features").splitlines()
    assert lines[-1] == "Дела чаще теряются: 50 % против 20 % (по данным, не проверено)"
    assert not [line for line in lines if "медленнее" in line or "называют" in line]


def test_without_a_log_the_fields_say_why(inputs):
    blank = {
        name: getattr(inputs, name).iloc[:0]
        for name in ("journey_stages", "journey_experience", "journey_flow", "journey_amounts")
    }
    empty = SegmentView(replace(inputs, **blank), SEGMENT, "Сельские жители")
    field = COMPOSERS["stage_times"](empty)
    assert not field.is_filled
    assert field.text.startswith("нет данных")
