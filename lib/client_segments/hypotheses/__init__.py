"""Step 4: hypotheses on the journey, channels and problems of segments, and how to verify them (clause 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
import plotly.graph_objects as go

from client_segments import catalogue, charts, decisions
from client_segments import recommendations as rec
from client_segments.attributes import ATTRIBUTES
from client_segments.findings import Findings
from client_segments.hypotheses.accepted import load_hypotheses
from client_segments.hypotheses.channel_charts import channel_gaps_chart, channel_ranks_chart
from client_segments.hypotheses.channel_contracts import CHANNEL_CONTRACTS
from client_segments.hypotheses.channel_ranks import (
    channel_gaps,
    channel_reasons,
    rank_channels,
)
from client_segments.hypotheses.channels import (
    compute_channel_shares,
    match_problems,
    name_clients,
)
from client_segments.hypotheses.contracts import (
    ALL_CODE,
    CHANNEL_SHARES,
    CRITERION_DEFAULT_PCT,
    HYPOTHESES,
    HYPOTHESIS_RECORDS,
    HYPOTHESIS_STATUSES,
    JOURNEY_OUTCOMES,
    JOURNEY_STAGES,
    PROPOSALS,
    RESEARCH_PLAN,
)
from client_segments.hypotheses.contracts import CONTRACTS as HYPOTHESIS_CONTRACTS
from client_segments.hypotheses.journey import (
    ACTIVITY_RECORDS,
    EMOTIONS,
    JOURNEY_ACTIVITIES,
    JOURNEY_CONTRACTS,
    JOURNEY_DESCRIBED,
    JOURNEY_RECORDS,
    EventLog,
    Journey,
    case_measures,
    compute_journey,
    load_log,
    read_activities,
    read_described,
    stage_experience,
    study_journey,
    suggest_activities,
)
from client_segments.hypotheses.journey.charts import (
    bands_chart,
    durations_chart,
    flow_chart,
    lost_chart,
    stage_channels_chart,
)
from client_segments.hypotheses.plan import (
    SegmentFacts,
    compute_research_plan,
    propose_method,
    survey_size,
)
from client_segments.hypotheses.proposals import (
    COUNT_COLUMNS,
    channel_counts,
    compute_proposals,
    journey_counts,
    problem_counts,
    suggest_records,
    supported,
)
from client_segments.language import _, counted, format_count, format_percent
from client_segments.priorities import coded_problems
from client_segments.segments import IMAGE_LINES, SEGMENTS, load_placed
from client_segments.steps import Check, Outcome, StepResult, finish
from client_segments.study import Study

__all__ = [
    "ACTIVITY_RECORDS",
    "ALL_CODE",
    "CHANNEL_SHARES",
    "CONTRACTS",
    "CRITERION_DEFAULT_PCT",
    "EMOTIONS",
    "HYPOTHESES",
    "HYPOTHESIS_RECORDS",
    "HYPOTHESIS_STATUSES",
    "JOURNEY_ACTIVITIES",
    "JOURNEY_CONTRACTS",
    "JOURNEY_DESCRIBED",
    "JOURNEY_OUTCOMES",
    "JOURNEY_RECORDS",
    "JOURNEY_STAGES",
    "PROPOSALS",
    "RESEARCH_PLAN",
    "Journey",
    "SegmentFacts",
    "bands_chart",
    "case_measures",
    "channel_gaps_chart",
    "channel_ranks_chart",
    "channels_chart",
    "compute_channel_shares",
    "compute_journey",
    "compute_proposals",
    "compute_research_plan",
    "durations_chart",
    "flow_chart",
    "journey_chart",
    "load_hypotheses",
    "lost_chart",
    "proposals_chart",
    "propose_method",
    "read_activities",
    "read_described",
    "run",
    "stage_channels_chart",
    "suggest_activities",
    "suggest_records",
    "supported",
    "survey_size",
]

CONTRACTS = (*HYPOTHESIS_CONTRACTS, *JOURNEY_CONTRACTS, *CHANNEL_CONTRACTS)
_JOURNEY_CONTRACTS = (JOURNEY_STAGES, JOURNEY_OUTCOMES, *JOURNEY_CONTRACTS)

PROPOSALS_SHOWN = 20
"""Own: the largest differences that a chart can show at once."""


@dataclass(frozen=True)
class _Source:
    """A raw table put into segments; `frame` is None where there is no such table."""

    frame: pd.DataFrame | None
    findings: Findings

    @property
    def rows_count(self) -> int:
        return 0 if self.frame is None else len(self.frame)

    @property
    def unplaced_count(self) -> int:
        return 0 if self.frame is None else int(self.frame["segment_code"].isna().sum())

    @property
    def is_placed(self) -> bool:
        return self.unplaced_count < self.rows_count

    @property
    def details(self) -> str:
        return _("строк – {rows}, из них вне сегментов – {unplaced}").format(
            rows=format_count(self.rows_count), unplaced=format_count(self.unplaced_count)
        )


def _load(study: Study, name: str) -> _Source:
    """Read a raw table and place its rows.

    Raises
    ------
    InputError
        With every mistake of the table.
    """
    return _Source(*load_placed(study, name))


def segment_facts(study: Study) -> dict[str, SegmentFacts]:
    """Return what the research plan asks about each segment, in their order, without the rest."""
    segments = study.read(SEGMENTS)
    attributes = study.read(ATTRIBUTES)
    sensitive = set(attributes.loc[attributes["is_sensitive"].astype(bool), "attribute_code"])
    lines = study.read(IMAGE_LINES)
    marked = set(lines.loc[lines["attribute_code"].isin(sensitive), "segment_code"])
    named = segments[~segments["is_rest"].astype(bool)]
    return {
        row.segment_code: SegmentFacts(int(row.clients_count), row.segment_code in marked)
        for row in named.itertuples(index=False)
    }


def channel_mentions(frame: pd.DataFrame, channels: pd.DataFrame) -> pd.DataFrame:
    """Return mentions of channels: one row is one row of table `channels` with its channel's code."""
    frame = frame.dropna(subset=["use", "kind", "channel"])
    matched = catalogue.match_channels(frame["channel"].unique().tolist(), channels)
    return name_clients(frame, "answers_count").merge(matched, on="channel", how="left")


def problem_mentions(frame: pd.DataFrame) -> pd.DataFrame:
    """Return mentions of problems: one row is one row of table `problems` that names a problem."""
    frame = frame.dropna(subset=["problem"])
    matched = match_problems(frame["problem"].unique().tolist())
    return name_clients(frame, "problems_count").merge(matched, on="problem", how="left")


def run(study: Study) -> StepResult:
    """Do step 4: describe journeys and channels, propose hypotheses, read what people accepted.

    Every source may be missing: the checks then say so, and the step goes on.

    Raises
    ------
    InputError
        With every mistake of the tables and of the decision that stops the step.
    """
    settings = decisions.load_group(study)
    segments = study.read(SEGMENTS)
    codes = segments["segment_code"].tolist()
    named = segments[~segments["is_rest"].astype(bool)]
    names = dict(zip(named["segment_code"], named["segment_name"], strict=True))
    sources = {name: _load(study, name) for name in ("channels", "problems")}
    log = load_log(study)
    findings = Findings(log.findings)
    findings.extend(finding for source in sources.values() for finding in source.findings)
    known = catalogue.stages(study.root, settings.direction)
    described, described_findings = read_described(
        decisions.load(study, "journey"), known, segments, catalogue.channels(study.root)
    )
    findings.extend(described_findings)

    counts = [pd.DataFrame(columns=COUNT_COLUMNS)]
    journey_tables = {contract.name: contract.empty() for contract in _JOURNEY_CONTRACTS}
    journey_tables["journey_described"] = described
    journey_tables["journey_experience"] = stage_experience(study)
    shares = CHANNEL_SHARES.empty()
    channel_tables = {contract.name: contract.empty() for contract in CHANNEL_CONTRACTS}
    if log.rows_count:
        journey, log_findings = study_journey(study, log, codes)
        findings.extend(log_findings)
        journey_tables |= {
            "journey_stages": journey.stages, "journey_outcomes": journey.outcomes,
            **journey.tables,
        }  # fmt: skip
        counts.append(journey_counts(journey))
    if sources["channels"].rows_count:
        mentions = channel_mentions(sources["channels"].frame, catalogue.channels(study.root))
        shares = compute_channel_shares(mentions, codes)
        channel_tables = {
            "channel_ranks": rank_channels(shares),
            "channel_gaps": channel_gaps(mentions, codes),
            "channel_reasons": channel_reasons(mentions, codes),
        }
        counts.append(channel_counts(mentions))
    if sources["problems"].rows_count:
        coded = coded_problems(study, sources["problems"].frame)
        counts.append(problem_counts(problem_mentions(coded)))
    proposals = compute_proposals(pd.concat(counts[1:] or counts, ignore_index=True), names)

    facts = segment_facts(study)
    decision = decisions.load(study, "hypotheses")
    hypotheses, decision_findings = load_hypotheses(decision, segments, proposals, facts)
    findings.extend([*(decision.findings if decision else ()), *decision_findings])
    findings.raise_errors()
    plan = compute_research_plan(hypotheses, facts)
    tables = {
        **journey_tables,
        "channel_shares": shares,
        **channel_tables,
        "proposals": proposals,
        "hypotheses": hypotheses,
        "research_plan": plan,
    }
    checks = [
        *_source_checks({"journey": log, **sources}),
        *_hypothesis_checks(tables, names, decision is not None),
    ]
    result = finish(study, CONTRACTS, tables, checks, findings, segments)
    return replace(result, segment_names={ALL_CODE: _("Все клиенты"), **result.segment_names})


_SOURCE_RULES = {
    "journey": _("Клиентский путь описан по данным"),
    "channels": _("Предпочитаемые каналы описаны по данным"),
    "problems": _("Проблемы клиентов учтены в гипотезах"),
}


def _source_checks(sources: dict[str, _Source | EventLog]) -> list[Check]:
    """Check what each source gave; a missing one is named with the file to add."""
    checks = []
    for name, rule in _SOURCE_RULES.items():
        source = sources[name]
        if not source.rows_count:
            remedy = _("положите таблицу {name} в raw или опишите гипотезы по итогам бесед.")
            checks.append(
                Check(f"{name}_data", rule, "7", Outcome.NO_DATA, _("таблицы нет или она пуста"),
                      remedy.format(name=name))
            )  # fmt: skip
            continue
        is_met, details = source.is_placed, source.details
        remedy = _("добавьте client_id или признаки, по которым построены сегменты.")
        outcome = Outcome.MET if is_met else Outcome.WARNING
        checks.append(Check(f"{name}_data", rule, "7", outcome, details, "" if is_met else remedy))
    return checks


def _hypothesis_checks(
    tables: dict[str, pd.DataFrame], names: dict[str, str], is_decided: bool
) -> list[Check]:
    proposals, hypotheses, plan = (
        tables[name] for name in ("proposals", "hypotheses", "research_plan")
    )
    accepted = hypotheses[hypotheses["status"] == "accepted"]
    lacking = {
        kind: [
            name
            for code, name in names.items()
            if not ((accepted["segment_code"] == code) & (accepted["kind"] == kind)).any()
        ]
        for kind in ("journey", "channel")
    }
    respondents = plan.groupby("segment_code")["respondents_count"].sum()
    unasked = [
        name for code, name in names.items() if respondents.get(code, 0) < rec.RESPONDENTS_MINIMUM
    ]
    compared = _("сравнений – {tried}, поддержано данными – {supported}").format(
        tried=format_count(len(proposals)), supported=format_count(len(supported(proposals)))
    )
    decided = _("принято – {accepted}, отклонено – {rejected}").format(
        accepted=len(accepted), rejected=len(hypotheses) - len(accepted)
    )
    planned = counted(
        int(plan["respondents_count"].sum()),
        _("респондент"), _("респондента"), _("респондентов"),
    )  # fmt: skip
    return [
        Check(
            "proposals", _("Доля ложных находок среди всех сравнений ограничена"), "7",
            Outcome.MET if len(proposals) else Outcome.NO_DATA, compared,
            "" if len(proposals) else _("для сравнений нужны данные о пути, каналах или проблемах."),
        ),
        Check(
            "hypotheses_decided", _("Гипотезы приняты человеком"), "7",
            Outcome.MET if is_decided else Outcome.WARNING, decided,
            "" if is_decided else _("примите или отклоните предложения и сохраните решение."),
        ),
        _lack_check("journey_hypotheses", _("У каждого сегмента есть гипотеза о клиентском пути"),
                    lacking["journey"]),
        _lack_check("channel_hypotheses", _("У каждого сегмента есть гипотеза о каналах"),
                    lacking["channel"]),
        Check(
            "respondents_planned", _("В плане есть хотя бы один респондент от каждого сегмента"), "7",
            Outcome.MET if not unasked else Outcome.NOT_MET, planned,
            "" if not unasked else _("добавьте респондентов: {names}.").format(names=", ".join(unasked)),
        ),
    ]  # fmt: skip


def _lack_check(code: str, rule: str, lacking: list[str]) -> Check:
    if not lacking:
        return Check(code, rule, "7", Outcome.MET, "")
    details = _("нет у сегментов: {names}").format(names=", ".join(lacking))
    remedy = _("примите предложение программы или сформулируйте гипотезу сами.")
    return Check(code, rule, "7", Outcome.WARNING, details, remedy)


# -------------------------------------------------------------------------------- charts


def _segment_names(study: Study) -> dict[str, str]:
    segments = study.read(SEGMENTS)
    names = dict(zip(segments["segment_code"], segments["segment_name"], strict=True))
    return {ALL_CODE: _("Все клиенты"), **names}


def journey_chart(result: StepResult, segment_code: str | None = None) -> go.Figure:
    """Chart: share of cases that reach each stage, in segments (or one of them) and in all."""
    frame = result.table("journey_stages")
    names = _segment_names(result.study)
    if segment_code is not None:
        frame = frame[frame["segment_code"].isin([ALL_CODE, segment_code])]
    frame = frame.assign(segment_name=frame["segment_code"].map(names))
    labels = frame["stage_number"].astype("str") + ". " + frame["stage"]
    return charts.heat_map(
        frame.assign(label=labels),
        row="label",
        column="segment_name",
        value="reached_pct",
        title=_("Сколько дел доходит до этапа"),
        value_title=_("Доля дел, %"),
        description=_journey_words(frame),
    )


def _journey_words(frame: pd.DataFrame) -> str:
    if frame.empty:
        return _("Данных о клиентском пути нет.")
    whole = frame[frame["segment_code"] == ALL_CODE]
    least = whole.loc[whole["reached_pct"].idxmin()]
    text = _("Доли дел по этапам пути. Реже всего отмечен этап «{stage}»: {share} всех дел.")
    return text.format(stage=least["stage"], share=format_percent(least["reached_pct"]))


def channels_chart(
    result: StepResult, use: str = "submitting", kind: str = "preferred"
) -> go.Figure:
    """Chart: shares of channels in each segment and in all, for one use and one attitude."""
    frame = result.table("channel_shares")
    frame = frame[(frame["use"] == use) & (frame["kind"] == kind)]
    frame = frame.assign(segment_name=frame["segment_code"].map(_segment_names(result.study)))
    title = _("Каналы: {use}, {kind}").format(
        use=rec.CHANNEL_USES[use], kind=rec.CHANNEL_KINDS[kind]
    )
    return charts.heat_map(
        frame,
        row="channel_name",
        column="segment_name",
        value="share_pct",
        title=title,
        value_title=_("Доля назвавших канал, %"),
        description=_channel_words(frame, title),
    )


def _channel_words(frame: pd.DataFrame, title: str) -> str:
    whole = frame[frame["segment_code"] == ALL_CODE]
    if whole.empty:
        return _("{title}: данных нет.").format(title=title)
    first = whole.iloc[0]
    text = _("{title}. Чаще всего назван канал «{channel}»: {share} всех ответивших.")
    return text.format(
        title=title, channel=first["channel_name"], share=format_percent(first["share_pct"])
    )


def proposals_chart(result: StepResult) -> go.Figure:
    """Chart: the largest supported differences between a segment and the others, with intervals."""
    frame = supported(result.table("proposals"))
    order = frame["difference_pct"].abs().sort_values(ascending=False, kind="stable").index
    shown = frame.loc[order[:PROPOSALS_SHOWN]]
    names = _segment_names(result.study)
    labels = [
        f"{names[row.segment_code]}: {_proposal_label(row.proposal_code, row.subject)}"
        for row in shown.itertuples(index=False)
    ]
    description = _("Поддержанных данными различий – {count}; показаны наибольшие – {shown}.")
    return charts.dot_interval_chart(
        shown.assign(label=labels),
        label="label",
        value="difference_pct",
        low="low_pct",
        high="high_pct",
        title=_("Чем сегменты отличаются от остальных клиентов"),
        value_title=_("Разница долей, п. п."),
        description=description.format(count=len(frame), shown=len(shown)),
        reference=0.0,
        reference_label=_("как у остальных"),
        hover="hypothesis_text",
    )


def _proposal_label(code: str, subject: str) -> str:
    """Return what a comparison is about in a few words, different for different comparisons."""
    parts = code.split(".")
    if parts[0] == "channel":
        kind, use = rec.CHANNEL_KINDS[parts[1]], rec.CHANNEL_USES[parts[2]]
        return _("{subject} – {use}, {kind}").format(subject=subject, use=use, kind=kind)
    if parts[0] == "problem":
        return _("проблема «{subject}»").format(subject=subject)
    word = _("исход") if parts[1] == "outcome" else _("этап")
    return f"{word} «{subject}»"
