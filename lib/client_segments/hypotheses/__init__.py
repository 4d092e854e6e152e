"""Step 4: hypotheses on the journey, channels and problems of segments, and how to verify them (clause 7)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from client_segments import catalogue, decisions
from client_segments.attributes import ATTRIBUTE_USEFULNESS, ATTRIBUTES
from client_segments.findings import Findings
from client_segments.hypotheses.accepted import load_hypotheses
from client_segments.hypotheses.channel_charts import channel_gaps_chart, channel_ranks_chart
from client_segments.hypotheses.channel_contracts import CHANNEL_CONTRACTS
from client_segments.hypotheses.channel_ranks import (
    channel_gaps,
    channel_reasons,
    rank_channels,
)
from client_segments.hypotheses.channels import compute_channel_shares
from client_segments.hypotheses.charts import (
    channels_chart,
    journey_chart,
    proposals_chart,
)
from client_segments.hypotheses.checks import hypothesis_checks, source_checks
from client_segments.hypotheses.contracts import (
    ALL_CODE,
    CHANNEL_SHARES,
    CRITERION_DEFAULT_PCT,
    HYPOTHESES,
    HYPOTHESIS_RECORDS,
    HYPOTHESIS_STATUSES,
    JOURNEY_OUTCOMES,
    JOURNEY_STAGES,
)
from client_segments.hypotheses.contracts import CONTRACTS as HYPOTHESIS_CONTRACTS
from client_segments.hypotheses.criteria import keep_criteria
from client_segments.hypotheses.forms import (
    compose_forms,
    form_files,
    form_findings,
    write_forms,
)
from client_segments.hypotheses.journey import (
    ACTIVITY_RECORDS,
    EMOTIONS,
    JOURNEY_ACTIVITIES,
    JOURNEY_AMOUNTS,
    JOURNEY_CONTRACTS,
    JOURNEY_DESCRIBED,
    JOURNEY_EXPERIENCE,
    JOURNEY_FLOW,
    JOURNEY_RECORDS,
    JOURNEY_TIMES,
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
from client_segments.hypotheses.placed import (
    answer_evidence,
    channel_mentions,
    load_table,
    problem_mentions,
)
from client_segments.hypotheses.plan import (
    RESEARCH_PLAN,
    RESEARCH_QUOTAS,
    SegmentFacts,
    compute_quotas,
    compute_research_plan,
    offline_access,
    propose_method,
    size_check,
    survey_size,
)
from client_segments.hypotheses.proposals import (
    PROPOSALS,
    Evidence,
    channel_evidence,
    compute_proposals,
    journey_evidence,
    leading,
    problem_evidence,
    put_together,
    suggest_records,
    supported,
)
from client_segments.hypotheses.research_views import show_forms, show_plan
from client_segments.hypotheses.views import (
    show_proposals,
    view_channels,
    view_journey,
    view_proposal_charts,
)
from client_segments.language import _
from client_segments.priorities import PRIORITIES, coded_problems
from client_segments.segments import IMAGE_LINES, SEGMENT_VALUES, SEGMENTS
from client_segments.steps import StepResult, finish
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
    "JOURNEY_AMOUNTS",
    "JOURNEY_CONTRACTS",
    "JOURNEY_DESCRIBED",
    "JOURNEY_EXPERIENCE",
    "JOURNEY_FLOW",
    "JOURNEY_OUTCOMES",
    "JOURNEY_RECORDS",
    "JOURNEY_STAGES",
    "JOURNEY_TIMES",
    "PROPOSALS",
    "RESEARCH_PLAN",
    "RESEARCH_QUOTAS",
    "Evidence",
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
    "form_files",
    "form_findings",
    "journey_chart",
    "keep_criteria",
    "leading",
    "load_hypotheses",
    "lost_chart",
    "proposals_chart",
    "propose_method",
    "read_activities",
    "read_described",
    "run",
    "show_forms",
    "show_plan",
    "show_proposals",
    "stage_channels_chart",
    "suggest_activities",
    "suggest_records",
    "supported",
    "survey_size",
    "view_channels",
    "view_journey",
    "view_proposal_charts",
]

CONTRACTS = (
    *HYPOTHESIS_CONTRACTS,
    *JOURNEY_CONTRACTS,
    *CHANNEL_CONTRACTS,
    PROPOSALS,
    RESEARCH_PLAN,
    RESEARCH_QUOTAS,
)
_JOURNEY_CONTRACTS = (JOURNEY_STAGES, JOURNEY_OUTCOMES, *JOURNEY_CONTRACTS)


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


def run(study: Study) -> StepResult:
    """Do step 4: describe journeys and channels, propose hypotheses, read what people accepted.

    The plan of research and the forms to ask with follow from it.

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
    sources = {name: load_table(study, name) for name in ("channels", "problems")}
    log = load_log(study)
    findings = Findings(log.findings)
    findings.extend(finding for source in sources.values() for finding in source.findings)
    known = catalogue.stages(study.root, settings.direction)
    described, described_findings = read_described(
        decisions.load(study, "journey"), known, segments, catalogue.channels(study.root)
    )
    findings.extend(described_findings)

    evidence = answer_evidence(study, known, codes)
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
        evidence.append(journey_evidence(journey))
    mentions = None
    if sources["channels"].rows_count:
        mentions = channel_mentions(sources["channels"].frame, catalogue.channels(study.root))
        shares = compute_channel_shares(mentions, codes)
        channel_tables = {
            "channel_ranks": rank_channels(shares),
            "channel_gaps": channel_gaps(mentions, codes),
            "channel_reasons": channel_reasons(mentions, codes),
        }
        evidence.append(channel_evidence(mentions))
    if sources["problems"].rows_count:
        coded = coded_problems(study, sources["problems"].frame)
        evidence.append(problem_evidence(problem_mentions(coded, known)))
    proposals = compute_proposals(put_together(evidence), names)

    facts = segment_facts(study)
    decision = decisions.load(study, "hypotheses")
    hypotheses, decision_findings = load_hypotheses(decision, segments, proposals, facts)
    findings.extend([*(decision.findings if decision else ()), *decision_findings])
    findings.raise_errors()
    plan, quotas = _research(study, hypotheses, facts, mentions)
    findings.extend(write_forms(study, compose_forms(study, hypotheses, plan, quotas, names)))
    tables = {
        **journey_tables,
        "channel_shares": shares,
        **channel_tables,
        "proposals": proposals,
        "hypotheses": hypotheses,
        "research_plan": plan,
        "research_quotas": quotas,
    }
    checks = [
        *source_checks({"journey": log, **sources}),
        *hypothesis_checks(tables, names, decision is not None),
        size_check(plan, names),
    ]
    result = finish(study, CONTRACTS, tables, checks, findings, segments)
    return replace(result, segment_names={ALL_CODE: _("Все клиенты"), **result.segment_names})


def _research(
    study: Study,
    hypotheses: pd.DataFrame,
    facts: dict[str, SegmentFacts],
    mentions: pd.DataFrame | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the research plan and its quotas, with what earlier steps know of the segments."""
    values = study.read(SEGMENT_VALUES)
    offline = offline_access(mentions, catalogue.channels(study.root), values, list(facts))
    ranked = study.read(PRIORITIES) if study.has(PRIORITIES) else None
    plan = compute_research_plan(hypotheses, facts, ranked, offline)
    usefulness = study.read(ATTRIBUTE_USEFULNESS)
    return plan, compute_quotas(plan, values, study.read(ATTRIBUTES), usefulness, offline)
