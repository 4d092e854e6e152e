"""Step 3: capacity, satisfaction, problems and blind zone of segments, and their order (clause 6)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts, decisions
from client_segments import recommendations as rec
from client_segments.attributes import CODED_CLIENTS, coders
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, counted, format_count, format_number
from client_segments.priorities.blind_zone import blind_zone_counts, blind_zone_rates
from client_segments.priorities.capacity import Population, capacity_table, read_population
from client_segments.priorities.contracts import (
    ALL_INSTRUMENTS,
    ALL_MEASURES,
    BLIND_ZONE,
    CAPACITY,
    CONTRACTS,
    PRIORITIES,
    PROBLEM_UNIQUENESS,
    PROBLEMS,
    SATISFACTION,
)
from client_segments.priorities.problems import problem_counts, problem_rates, uniqueness
from client_segments.priorities.ranking import (
    CRITERIA_COLUMNS,
    check_weights,
    criteria_table,
    default_weights,
    load_weights,
    rank_segments,
)
from client_segments.priorities.satisfaction import satisfaction_counts, satisfaction_rates
from client_segments.reading import load_raw
from client_segments.segments import CLIENT_SEGMENTS, SEGMENTS, load_placed
from client_segments.steps import Check, Outcome, StepResult, finish
from client_segments.study import Study

__all__ = [
    "ALL_INSTRUMENTS",
    "ALL_MEASURES",
    "BLIND_ZONE",
    "CAPACITY",
    "CONTRACTS",
    "CRITERIA_COLUMNS",
    "PRIORITIES",
    "PROBLEMS",
    "PROBLEM_UNIQUENESS",
    "SATISFACTION",
    "Population",
    "blind_zone_chart",
    "blind_zone_counts",
    "blind_zone_rates",
    "capacity_table",
    "check_weights",
    "criteria_table",
    "default_weights",
    "load_weights",
    "problem_counts",
    "problem_rates",
    "problems_chart",
    "rank_segments",
    "ranking_chart",
    "read_population",
    "run",
    "satisfaction_chart",
    "satisfaction_counts",
    "satisfaction_rates",
    "uniqueness",
]

PROBLEMS_SHOWN = 15
"""Own: the most frequent problems that a chart can show at once."""


def _load(study: Study, name: str, findings: Findings) -> pd.DataFrame | None:
    """Read a raw table with the segment of each row; None where there is no table or no row."""
    frame, found = load_placed(study, name)
    findings.extend(found)
    return frame if frame is not None and len(frame) else None


def _capacity(study: Study, segment_codes: Sequence[str], findings: Findings) -> pd.DataFrame:
    clients = study.read(CLIENT_SEGMENTS)
    raw = load_raw(study, "population")
    population = None
    if raw is not None:
        findings.extend(raw.findings)
        raw.findings.raise_errors()
        file = study.name_of(raw.files[0])
        population, population_findings = read_population(raw, coders(study), file)
        findings.extend(population_findings)
        coded = study.read(CODED_CLIENTS)
        names = [name for name in coded.columns if name not in CODED_CLIENTS.column_names]
        # Both tables keep the order of the clients' rows.
        clients = clients.join(coded[names])
    table, capacity_findings = capacity_table(clients, segment_codes, population)
    findings.extend(capacity_findings)
    return table


def _problem_tables(study: Study, findings: Findings) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = _load(study, "problems", findings)
    if frame is None:
        return PROBLEMS.empty(), PROBLEM_UNIQUENESS.empty()
    counts, uncoded_count = problem_counts(frame)
    if uncoded_count:
        rows = counted(uncoded_count, _("строка"), _("строки"), _("строк"))
        message = _("{rows} с текстом, но без названной проблемы не учтены.").format(rows=rows)
        remedy = _("заполните столбец «Проблема»: программа не угадывает смысл текста.")
        findings.add(Finding(Severity.WARNING, "problems_uncoded", message, remedy, clause="6"))
    return problem_rates(counts), uniqueness(counts, rec.SEED)


def _blind_zone(
    study: Study, segment_codes: list[str], has_entitlement: bool, findings: Findings
) -> pd.DataFrame:
    frame = _load(study, "eligibility", findings) if has_entitlement else None
    if frame is None:
        return BLIND_ZONE.empty()
    file = study.name_of(load_raw(study, "eligibility").files[0])
    counts, zone_findings = blind_zone_counts(frame, segment_codes, file)
    findings.extend(zone_findings)
    return blind_zone_rates(counts) if len(counts) else BLIND_ZONE.empty()


def run(study: Study) -> StepResult:
    """Do step 3: measure the four parameters of clause 6 and rank the segments.

    Every source but the clients may be missing: its parameter is left out, and the checks say so.

    Raises
    ------
    InputError
        With every mistake of the tables and of the decision that stops the step.
    """
    has_entitlement = decisions.load_group(study).has_entitlement
    segments = study.read(SEGMENTS)
    named = segments[~segments["is_rest"].astype(bool)]
    codes = named["segment_code"].tolist()
    findings = Findings()
    weights, research_first, weight_findings = load_weights(study)
    findings.extend(weight_findings)
    feedback = _load(study, "feedback", findings)
    satisfaction = SATISFACTION.empty()
    if feedback is not None:
        satisfaction = satisfaction_rates(satisfaction_counts(feedback, codes))
    problems, problem_uniqueness = _problem_tables(study, findings)
    all_codes = segments["segment_code"].tolist()
    # The rest is not put in order, but the group's blind zone is a sum over everybody.
    blind_zone = _blind_zone(study, all_codes, has_entitlement, findings)
    capacity = _capacity(study, all_codes, findings)
    findings.raise_errors()
    criteria = criteria_table(named, capacity, satisfaction, problem_uniqueness, blind_zone)
    priorities = rank_segments(criteria, weights, rec.SEED)
    priorities["is_chosen"] = priorities["segment_code"].isin(research_first)
    tables = {
        "capacity": capacity,
        "satisfaction": satisfaction,
        "problems": problems,
        "problem_uniqueness": problem_uniqueness,
        "blind_zone": blind_zone,
        "priorities": priorities,
    }
    checks = [*_criterion_checks(priorities, has_entitlement), *_ranking_checks(priorities)]
    return finish(study, CONTRACTS, tables, checks, findings, segments)


# -------------------------------------------------------------------------------- checks

_SOURCE_TABLES = {
    "capacity": "clients, population",
    "satisfaction": "feedback",
    "problem_uniqueness": "problems",
    "blind_zone": "eligibility",
}


def _criterion_checks(priorities: pd.DataFrame, has_entitlement: bool) -> list[Check]:
    checks = []
    for criterion in rec.CRITERIA:
        rule = _("Параметр «{label}» рассчитан").format(label=criterion.label)
        code = f"{criterion.name}_data"
        known = int(priorities[f"{criterion.name}_score"].notna().sum())
        details = _("сегментов с данными – {known} из {total}").format(
            known=known, total=len(priorities)
        )
        if criterion.name == "blind_zone" and not has_entitlement:
            details = _("неприменимо: слепая зона бывает только у услуг и мер поддержки")
            checks.append(Check(code, rule, "2(8)", Outcome.MET, details))
            continue
        remedy = _("добавьте таблицу {table}; допустимые источники: {sources}.").format(
            table=_SOURCE_TABLES[criterion.name], sources=criterion.sources
        )
        outcome = Outcome.MET if known == len(priorities) else Outcome.WARNING
        outcome = outcome if known else Outcome.NO_DATA
        checks.append(
            Check(code, rule, "6", outcome, details, "" if outcome is Outcome.MET else remedy)
        )
    main = [criterion for criterion in rec.CRITERIA if criterion.is_main]
    lacking = [item.label for item in main if not priorities[f"{item.name}_score"].notna().any()]
    rule = _("Очерёдность учитывает оба основных параметра")
    remedy = _("соберите данные: {names}.").format(names=", ".join(lacking))
    outcome = Outcome.NOT_MET if lacking else Outcome.MET
    details = _("нет: {names}").format(names=", ".join(lacking)) if lacking else ""
    checks.append(Check("main_criteria", rule, "6", outcome, details, remedy if lacking else ""))
    return checks


def _ranking_checks(priorities: pd.DataFrame) -> list[Check]:
    unstable = priorities.loc[~priorities["is_stable"].astype(bool), "segment_name"].tolist()
    chosen = priorities[priorities["is_chosen"].astype(bool)]
    remedy = _("уточните данные или решите сами, какой из этих сегментов исследовать раньше.")
    stable = Check(
        "ranks_stable", _("Места сегментов устойчивы"), "6",
        Outcome.WARNING if unstable else Outcome.MET,
        _("неустойчивы: {names}").format(names=", ".join(unstable)) if unstable else "",
        remedy if unstable else "",
    )  # fmt: skip
    rule = _("Люди решили, какие сегменты исследовать первыми")
    if chosen.empty:
        remedy = _("выберите сегменты и сохраните решение (research_first).")
        decided = Check("research_first", rule, "6", Outcome.WARNING, _("решения нет"), remedy)
        return [stable, decided]
    names = _("выбраны: {names}").format(names=", ".join(chosen["segment_name"]))
    skipped = priorities[
        ~priorities["is_chosen"].astype(bool) & (priorities["rank"] < chosen["rank"].max())
    ]
    if skipped.empty:
        return [stable, Check("research_first", rule, "6", Outcome.MET, names)]
    details = _("{chosen}; по расчёту раньше: {skipped}").format(
        chosen=names, skipped=", ".join(skipped["segment_name"])
    )
    remedy = _("напишите в решении (why), почему порядок отличается от расчёта.")
    return [stable, Check("research_first", rule, "6", Outcome.WARNING, details, remedy)]


# -------------------------------------------------------------------------------- charts


def _with_names(result: StepResult, frame: pd.DataFrame) -> pd.DataFrame:
    names = frame["segment_code"].map(result.segment_names)
    return frame.assign(segment_name=names.astype("str"))


def satisfaction_chart(result: StepResult) -> go.Figure:
    """Chart: share of satisfied clients in each segment, with 95 % intervals."""
    frame = result.table("satisfaction")
    frame = _with_names(result, frame[frame["instrument"] == ALL_INSTRUMENTS])
    return charts.dot_interval_chart(
        frame,
        label="segment_name",
        value="satisfaction_pct",
        low="low_pct",
        high="high_pct",
        title=_("Удовлетворённость сегментов"),
        value_title=_("Доля удовлетворённых, %"),
        description=_("Доли удовлетворённых с 95 %-ми интервалами. {extremes}").format(
            extremes=charts.extremes_sentence(frame, "segment_name", "satisfaction_pct")
        ),
    )


def problems_chart(result: StepResult) -> go.Figure:
    """Chart: shares of the most frequent problems in each segment."""
    frame = _with_names(result, result.table("problems"))
    totals = frame.groupby("problem", sort=True)["problems_count"].sum()
    shown = totals.sort_values(ascending=False, kind="stable").index[:PROBLEMS_SHOWN].tolist()
    frame = frame[frame["problem"].isin(shown)]
    frame = frame.sort_values("problem", key=lambda names: names.map(shown.index), kind="stable")
    specific = frame[frame["is_specific"].astype(bool)]
    words = [f"{row.segment_name}: {row.problem}" for row in specific.itertuples()]
    text = _("Доли проблем в сегментах. Особые проблемы: {specific}.")
    description = text.format(specific="; ".join(words) or _("нет"))
    return charts.heat_map(
        frame,
        row="problem",
        column="segment_name",
        value="share_pct",
        title=_("Проблемы сегментов"),
        value_title=_("Доля упоминаний сегмента, %"),
        description=_("Проблемы: данных нет.") if frame.empty else description,
    )


def blind_zone_chart(result: StepResult) -> go.Figure:
    """Chart: share of the entitled who have not applied, by segment, with ranges."""
    frame = result.table("blind_zone")
    frame = _with_names(result, frame[frame["measure"] == ALL_MEASURES])
    return charts.dot_interval_chart(
        frame,
        label="segment_name",
        value="blind_zone_pct",
        low="low_pct",
        high="high_pct",
        title=_("Слепая зона сегментов"),
        value_title=_("Доля не обратившихся среди имеющих право, %"),
        description=_("Доли слепой зоны с границами оценки. {extremes}").format(
            extremes=charts.extremes_sentence(frame, "segment_name", "blind_zone_pct")
        ),
    )


def ranking_chart(result: StepResult) -> go.Figure:
    """Chart: segments in order of their scores, with the stability of each rank in words."""
    frame = result.table("priorities")
    hover = [_rank_words(row) for row in frame.to_dict("records")]
    labels = frame["rank"].astype("str") + ". " + frame["segment_name"]
    return charts.bar_chart(
        frame.assign(label=labels, words=hover),
        label="label",
        value="score",
        hover="words",
        title=_("Очерёдность исследования сегментов"),
        value_title=_("Балл, 0–1"),
        description=_ranking_words(frame),
    )


def _rank_words(row: dict) -> str:
    stable = _("место устойчиво") if row["is_stable"] else _("место неустойчиво")
    return _("{stable}; места с {low}-го по {high}-е").format(
        stable=stable, low=format_count(row["rank_low"] if pd.notna(row["rank_low"]) else None),
        high=format_count(row["rank_high"] if pd.notna(row["rank_high"]) else None),
    )  # fmt: skip


def _ranking_words(frame: pd.DataFrame) -> str:
    known = frame.dropna(subset=["score"])
    if known.empty:
        return _("Очерёдность: данных нет.")
    first = known.iloc[0]
    text = _("Сегменты по убыванию балла. Первым по расчёту исследуется «{name}»: балл {score}.")
    return text.format(name=first["segment_name"], score=format_number(first["score"], 2))
