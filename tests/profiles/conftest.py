"""A small group of two segments and a rest, made by hand: every number is known."""

from __future__ import annotations

import pandas as pd
import pytest

from client_segments import attributes as attribute_step
from client_segments import hypotheses, priorities, segments, validation
from client_segments.decisions import GroupSettings
from client_segments.profiles import COMPOSERS, MEASURES, ProfileInputs

STEPS = (attribute_step, segments, priorities, hypotheses, validation)
CONTRACTS = {contract.name: contract for step in STEPS for contract in step.CONTRACTS}
RURAL, URBAN = "rural", "urban"


def table(name: str, rows: list[dict]) -> pd.DataFrame:
    """Return a table of an earlier step; columns that a row does not name are empty."""
    contract = CONTRACTS[name]
    frame = pd.DataFrame(rows, columns=contract.column_names)
    for column in contract.columns:
        if column.required and column.name in frame and frame[column.name].isna().any():
            default = next(iter(column.codes)) if column.codes else 0
            frame[column.name] = frame[column.name].astype(object).fillna(default)
    return contract.conform(frame)


def _tables() -> dict[str, pd.DataFrame]:
    rows = {
        "attributes": [
            dict(attribute_code="a1", attribute_name="Место жительства", role="forming",
                 source_types="1, 2", basis="Закон № 1", is_special=False, is_sensitive=False),
            dict(attribute_code="a2", attribute_name="Инвалидность", role="describing",
                 source_types="5", basis="Анализ", is_special=True, is_sensitive=True),
        ],
        "segments": [
            dict(segment_code=RURAL, segment_name="Сельские жители", is_rest=False,
                 is_proposed=False, rule_text="Место жительства: село", clients_count=1200,
                 share_pct=60.0),
            dict(segment_code=URBAN, segment_name="Горожане", is_rest=False, is_proposed=False,
                 rule_text="Место жительства: город", clients_count=600, share_pct=30.0),
            dict(segment_code="rest", segment_name="Остальные", is_rest=True, is_proposed=False,
                 rule_text="", clients_count=200, share_pct=10.0),
        ],
        "image_lines": [
            dict(segment_code=RURAL, line_number=1, attribute_code="a1",
                 attribute_name="Место жительства", value_name="село", share_pct=100.0,
                 overall_share_pct=60.0, index_pct=166.7, is_special=False),
            dict(segment_code=RURAL, line_number=2, attribute_code="a2",
                 attribute_name="Инвалидность", value_name="есть", share_pct=25.0,
                 overall_share_pct=12.5, index_pct=200.0, is_special=True),
        ],
        "images": [dict(segment_code=RURAL, image_text="Живут в селе."),
                   dict(segment_code=URBAN, image_text="Живут в городе.")],
        "capacity": [
            dict(segment_code=RURAL, clients_count=1200, population_count=4200,
                 population_low_count=3600, population_high_count=4900, method="взвешивание",
                 source="Росстат"),
            dict(segment_code=URBAN, clients_count=601, source="учёт органа", method="подсчёт"),
        ],
        "satisfaction": [
            dict(segment_code=RURAL, instrument="all", answers_count=100, satisfied_count=60,
                 unanswered_count=0, effective_count=100.0, satisfaction_pct=60.0, low_pct=50.2,
                 high_pct=69.1, mean_score=55.0, expectation_gap=-12.5),
            dict(segment_code=URBAN, instrument="all", answers_count=300, satisfied_count=240,
                 unanswered_count=0, effective_count=300.0, satisfaction_pct=80.0, low_pct=75.1,
                 high_pct=84.1),
        ],
        "problems": [
            dict(segment_code=RURAL, problem="Далеко ехать", problems_count=21, share_pct=70.0,
                 is_specific=True),
            dict(segment_code=RURAL, problem="Долгий ответ", problems_count=9, share_pct=30.0,
                 is_specific=False),
        ],
        "problem_uniqueness": [
            dict(segment_code=RURAL, problems_count=30, problem_uniqueness=0.42,
                 specific_problems="Далеко ехать"),
        ],
        "blind_zone": [
            dict(segment_code=RURAL, measure="Все меры", entitled_count=3100, entitled_low_count=2900,
                 entitled_high_count=3300, applied_count=1950, refused_count=150,
                 received_count=1800, blind_zone_count=1150, blind_zone_low_count=950,
                 blind_zone_high_count=1350, blind_zone_pct=37.1, low_pct=32.8, high_pct=40.9),
        ],
        "priorities": [
            dict(segment_code=RURAL, segment_name="Сельские жители", rank=1, score=0.81,
                 first_pct=97.0, rank_low=1, rank_high=1, is_stable=True, is_chosen=True,
                 missing_criteria=""),
            dict(segment_code=URBAN, segment_name="Горожане", rank=2, score=0.3, first_pct=3.0,
                 rank_low=1, rank_high=2, is_stable=False, is_chosen=False,
                 missing_criteria="Слепая зона"),
        ],
        "journey_stages": [
            dict(segment_code=code, stage_number=number, stage=stage, cases_count=cases,
                 reached_count=reached, reached_pct=100 * reached / cases,
                 median_days_to_next=days)
            for code, cases, reached_by in (("all", 100, (100, 80)), (RURAL, 40, (40, 20)))
            for number, stage, reached, days in (
                (1, "Подача", reached_by[0], 3.5), (2, "Решение", reached_by[1], None))
        ],
        "channel_shares": [
            dict(segment_code=RURAL, use=use, kind=kind, channel_code=code, channel_name=name,
                 answers_count=count, total_count=50, share_pct=2.0 * count)
            for use, kind, code, name, count in (
                ("informing", "preferred", "06", "Почта", 30),
                ("informing", "preferred", "01", "Госуслуги", 20),
                ("submitting", "preferred", "03", "МФЦ", 50),
                ("submitting", "used", "03", "МФЦ", 45),
            )
        ],
        "hypotheses": [
            dict(hypothesis_code="Г1", segment_code=RURAL, kind="channel",
                 hypothesis_text="Узнают о мере от почтальона", status="accepted",
                 proposal_code="channel.preferred.informing.06", criterion_pct=60.0,
                 method="survey", respondents_planned_count=30),
            dict(hypothesis_code="Г2", segment_code=RURAL, kind="journey",
                 hypothesis_text="Бросают дело до решения", status="accepted",
                 criterion_pct=50.0, method="interview", respondents_planned_count=5),
            dict(hypothesis_code="Г3", segment_code=RURAL, kind="problem",
                 hypothesis_text="Не доверяют", status="rejected"),
        ],
        "research_plan": [dict(segment_code=RURAL, method="survey", hypotheses_count=2,
                               respondents_count=30, reason="точность")],
        "respondents": [dict(segment_code=RURAL, instrument="survey", respondents_count=30,
                             consent_count=30)],
        "verdicts": [
            dict(hypothesis_code="Г1", segment_code=RURAL, kind="channel",
                 hypothesis_text="Узнают о мере от почтальона", criterion_pct=60.0,
                 survey_yes_count=25, survey_total_count=30, survey_pct=83.3,
                 verdict="confirmed", verdict_text="25 из 30 ответили «да»"),
            dict(hypothesis_code="Г2", segment_code=RURAL, kind="journey",
                 hypothesis_text="Бросают дело до решения", verdict="refuted",
                 verdict_text="ответы против"),
        ],
        "quotations": [],
    }  # fmt: skip
    return {name: table(name, records) for name, records in rows.items()}


@pytest.fixture
def group() -> GroupSettings:
    return GroupSettings(
        name="Социальная помощь", client_kind="person", direction="support",
        processes=("Социальный контракт",), sources=("Учёт органа, 01.11.2025",),
        unit="Отдел мер поддержки", limitations=("Опрошены только пришедшие",),
        authority_name="Министерство",
    )  # fmt: skip


@pytest.fixture
def measures() -> pd.DataFrame:
    row = dict(
        measure_code="М1", segment_code=RURAL, hypothesis_code="Г1", problem="далеко ехать",
        need="Как житель села мне нужно подать рядом с домом, чтобы не тратить день",
        measure="Выездной приём", stage="Подача", channel="МФЦ", responsible="Отдел",
        due_date=pd.Timestamp(2026, 9, 1), resources="1 автомобиль", indicator="Слепая зона, %",
        base_value=37.1, target_value=25.0, effect=5, feasibility=4, state="planned",
    )  # fmt: skip
    return MEASURES.conform(pd.DataFrame([row]).reindex(columns=MEASURES.column_names))


@pytest.fixture
def inputs(group, measures) -> ProfileInputs:
    return ProfileInputs(group=group, year=2025, measures=measures, **_tables())


@pytest.fixture
def form() -> pd.DataFrame:
    """Every key that has a composer, in the order of the code."""
    rows = [(number, "Раздел", key, f"Поле {key}", True) for number, key in enumerate(COMPOSERS, 1)]
    return pd.DataFrame(rows, columns=["number", "section", "key", "name", "is_core"])


@pytest.fixture
def contracts() -> dict:
    """Contracts of the earlier steps by name of the table."""
    return CONTRACTS
