"""A group's tables as they may be shared: counts protected, everything else derived from them.

Each protected table has the columns of the step's own table, so that profiles, charts and
ranking are made by the same functions as inside the authority, from protected numbers. What
cannot be derived from protected counts (medians, means of scores) is left empty.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from client_segments import attributes, priorities
from client_segments import recommendations as rec
from client_segments.attributes import ATTRIBUTE_VALUES
from client_segments.disclosure import is_hidden, protect, share_pct
from client_segments.profiles import ProfileInputs
from client_segments.segments import REST_CODE, SEGMENT_VALUES, load_grouping
from client_segments.segments.images import (
    image_absences_table,
    image_lines_table,
    segment_values_table,
)
from client_segments.segments.likeness import segment_likeness_table
from client_segments.segments.words import image_texts
from client_segments.statistics import exact_interval, wilson_interval
from client_segments.study import Study


def protect_inputs(study: Study, inputs: ProfileInputs) -> ProfileInputs:
    """Return a group's tables with every number protected or derived from protected ones.

    Parameters
    ----------
    study
        The group, seen from the step of the report.
    inputs
        Its exact tables of steps 1-6.
    """
    segment_table, lines, images = _protected_images(study, inputs)
    capacity = _capacity(inputs.capacity)
    satisfaction = _satisfaction(inputs.satisfaction)
    problems, uniqueness = _problems(inputs.problems)
    blind_zone = _blind_zone(inputs.blind_zone)
    return replace(
        inputs,
        attributes=_attributes(inputs.attributes),
        segments=segment_table,
        image_lines=lines,
        images=images,
        capacity=capacity,
        satisfaction=satisfaction,
        problems=problems,
        problem_uniqueness=uniqueness,
        blind_zone=blind_zone,
        priorities=_priorities(
            study, inputs, segment_table, capacity, satisfaction, uniqueness, blind_zone
        ),
        journey_stages=_journey_stages(inputs.journey_stages),
        channel_shares=_channel_shares(inputs.channel_shares),
        research_plan=_research_plan(inputs.research_plan),
        hypotheses=_hypotheses(inputs.hypotheses),
        respondents=_respondents(inputs.respondents),
        verdicts=_verdicts(inputs.verdicts),
        quotations=inputs.quotations.iloc[:0],
        is_protected=True,
    )


def _attributes(attributes: pd.DataFrame) -> pd.DataFrame:
    protected = protect(attributes, ["attribute_code"], ["known_count", "missing_count"]).frame
    frame = attributes.copy()
    frame[["known_count", "missing_count"]] = protected[["known_count", "missing_count"]]
    frame["missing_pct"] = share_pct(frame["missing_count"], frame["known_count"]).astype("float64")
    return frame


def _protected_images(
    study: Study, inputs: ProfileInputs
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return tables `segments`, `image_lines` and `images` made from protected counts."""
    keys = ["segment_code", "attribute_code", "value_code"]
    exact = study.read(SEGMENT_VALUES)
    counts = protect(exact, keys, ["clients_count"]).frame
    counts = counts.assign(weight=counts["clients_count"].astype("float64"))
    values = study.read(ATTRIBUTE_VALUES)
    segment_values = segment_values_table(counts, values, inputs.attributes)
    likeness = segment_likeness_table(segment_values, inputs.attributes)
    segment_values = segment_values[~is_hidden(segment_values["clients_count"])]
    in_rule = _attributes_of_rules(study)
    lines = image_lines_table(segment_values, inputs.attributes, in_rule)
    absences = image_absences_table(segment_values, inputs.attributes, in_rule)
    capacity = protect(inputs.segments, ["segment_code"], ["clients_count"]).frame["clients_count"]
    table = inputs.segments.assign(clients_count=capacity)
    table["share_pct"] = (100 * capacity / capacity.sum()).astype("float64")
    by_segment = lines.groupby("segment_code")["attribute_code"]
    table["attributes_count"] = table["segment_code"].map(by_segment.nunique()).fillna(0)
    table["attribute_values_count"] = table["segment_code"].map(by_segment.size()).fillna(0)
    images = image_texts(
        table[~is_hidden(table["clients_count"])], segment_values, lines, absences, likeness,
        inputs.attributes, inputs.group.unit_forms,
    )  # fmt: skip
    return table, lines, images


def _attributes_of_rules(study: Study) -> dict[str, set[str]]:
    """Return the attributes that each segment's decided rule speaks of."""
    grouping, _findings = load_grouping(study, attributes.coders(study))
    return {
        segment.code: segment.rule.attributes()
        for segment in grouping.segments
        if segment.rule is not None
    }


def _capacity(capacity: pd.DataFrame) -> pd.DataFrame:
    counts = [name for name in capacity if name.endswith("_count")]
    protected = protect(capacity, ["segment_code"], counts).frame
    exact = [name for name in capacity if name.endswith("_pct")]
    return capacity.assign(
        **{name: protected[name] for name in counts}, **dict.fromkeys(exact, np.nan)
    )


def _satisfaction(satisfaction: pd.DataFrame) -> pd.DataFrame:
    """Protect the satisfied, the others and the unanswered; answers are the sum of the first two."""
    frame = satisfaction.assign(
        other_count=satisfaction["answers_count"] - satisfaction["satisfied_count"]
    )
    counts = ["satisfied_count", "other_count", "unanswered_count"]
    frame = protect(frame, ["segment_code", "instrument"], counts).frame
    told = ~(is_hidden(frame["satisfied_count"]) & is_hidden(frame["other_count"]))
    frame["answers_count"] = frame["satisfied_count"] + frame["other_count"]
    rates = priorities.satisfaction_rates(frame.drop(columns="other_count").loc[told])
    return rates.assign(mean_score=np.nan, expectation_gap=np.nan)


def _problems(problems: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Protect mentions by segment and problem; a hidden number of mentions is not listed."""
    counts = protect(problems, ["segment_code", "problem"], ["problems_count"]).frame
    counts = counts[~is_hidden(counts["problems_count"])]
    rates = priorities.problem_rates(counts)
    # The functions of the step complete the table with zeros; here those are hidden numbers.
    told = rates["problems_count"] > 0
    rates["others_share_pct"] = rates["others_share_pct"].where(rates["others_count"] > 0)
    return rates[told].reset_index(drop=True), priorities.uniqueness(counts, rec.SEED)


def _blind_zone(blind_zone: pd.DataFrame) -> pd.DataFrame:
    """Protect those who applied and those who did not; the entitled are their sum.

    Bands keep order, so a range stays a range around its estimate.
    """
    # A sum over measures is made anew from protected numbers; clients counted once are not one.
    is_sum = (blind_zone["measure"] == priorities.ALL_MEASURES) & (
        blind_zone["counting"] == priorities.SUMMED
    )
    told = blind_zone[~is_sum]
    sides = ("entitled_count", "entitled_low_count", "entitled_high_count")
    blind = ("blind_zone_count", "blind_zone_low_count", "blind_zone_high_count")
    counts = [*blind, "applied_count", "refused_count", "received_count"]
    frame = protect(told, ["segment_code", "measure"], counts, texts=["counting"]).frame
    for entitled, hidden in zip(sides, blind, strict=True):
        frame[entitled] = frame["applied_count"] + frame[hidden]
    return priorities.blind_zone_rates(frame.drop(columns=list(blind)))


def _priorities(
    study: Study,
    inputs: ProfileInputs,
    segment_table: pd.DataFrame,
    capacity: pd.DataFrame,
    satisfaction: pd.DataFrame,
    uniqueness: pd.DataFrame,
    blind_zone: pd.DataFrame,
) -> pd.DataFrame:
    """Rank the segments anew, from protected numbers and the decided weights."""
    named = segment_table[segment_table["segment_code"] != REST_CODE]
    criteria = priorities.criteria_table(named, capacity, satisfaction, uniqueness, blind_zone)
    weights, research_first, _findings = priorities.load_weights(study)
    ranked = priorities.rank_segments(criteria, weights, rec.SEED)
    return ranked.assign(is_chosen=ranked["segment_code"].isin(research_first))


def _hypotheses(hypotheses: pd.DataFrame) -> pd.DataFrame:
    """Protect the planned numbers of respondents: they follow from numbers of clients."""
    planned = protect(hypotheses, ["hypothesis_code"], ["respondents_planned_count"]).frame
    return hypotheses.assign(respondents_planned_count=planned["respondents_planned_count"])


def _research_plan(plan: pd.DataFrame) -> pd.DataFrame:
    """Protect the plan; its reasons speak of exact numbers and stay inside the authority."""
    planned = protect(plan, ["segment_code", "method"], ["respondents_count"]).frame
    reasons = planned["method"].map(rec.INSTRUMENTS)
    return plan.assign(respondents_count=planned["respondents_count"], reason=reasons)


def _journey_stages(stages: pd.DataFrame) -> pd.DataFrame:
    frame = stages.assign(lost_count=stages["cases_count"] - stages["reached_count"])
    categories = ["segment_code", "stage_number", "stage"]
    frame = protect(frame, categories, ["reached_count", "lost_count"]).frame
    told = ~(is_hidden(frame["reached_count"]) & is_hidden(frame["lost_count"]))
    frame["cases_count"] = frame["reached_count"] + frame["lost_count"]
    frame["reached_pct"] = share_pct(frame["reached_count"], frame["lost_count"]).astype("float64")
    frame["median_days_to_next"] = np.nan
    return frame.loc[told, stages.columns].reset_index(drop=True)


def _channel_shares(shares: pd.DataFrame) -> pd.DataFrame:
    frame = shares.assign(other_count=shares["total_count"] - shares["answers_count"])
    categories = ["segment_code", "use", "kind", "channel_code", "channel_name"]
    frame = protect(frame, categories, ["answers_count", "other_count"]).frame
    frame = frame[~is_hidden(frame["answers_count"])]
    frame["total_count"] = frame["answers_count"] + frame["other_count"]
    frame["share_pct"] = share_pct(frame["answers_count"], frame["other_count"]).astype("float64")
    low, high = wilson_interval(frame["answers_count"], frame["total_count"])
    frame["low_pct"], frame["high_pct"] = 100 * low, 100 * high
    # The step sorts by exact shares; that order within a band must not be told.
    order = frame["segment_code"].map(
        {code: n for n, code in enumerate(shares["segment_code"].unique())}
    )
    frame = frame.assign(order=order).sort_values(
        ["order", "use", "kind", "share_pct", "channel_code"],
        ascending=[True, True, True, False, True], kind="stable",
    )  # fmt: skip
    return frame[shares.columns].reset_index(drop=True)


def _respondents(respondents: pd.DataFrame) -> pd.DataFrame:
    counts = ["respondents_count", "consent_count"]
    return protect(respondents, ["segment_code", "instrument"], counts).frame


def _verdicts(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Protect the answers; the verdict itself is a conclusion, told as it is."""
    frame = verdicts.assign(
        survey_no_count=verdicts["survey_total_count"] - verdicts["survey_yes_count"]
    )
    counts = ["survey_yes_count", "survey_no_count", "talks_for_count", "talks_against_count"]
    categories = ["hypothesis_code", "segment_code", "kind", "criterion_pct", "verdict"]
    frame = protect(frame, categories, counts, texts=["hypothesis_text"]).frame
    told = ~(is_hidden(frame["survey_yes_count"]) & is_hidden(frame["survey_no_count"]))
    frame["survey_total_count"] = (frame["survey_yes_count"] + frame["survey_no_count"]).where(told)
    frame["survey_pct"] = share_pct(frame["survey_yes_count"], frame["survey_no_count"]).astype(
        "float64"
    )
    low, high = exact_interval(
        frame["survey_yes_count"], frame["survey_yes_count"] + frame["survey_no_count"]
    )
    frame["low_pct"] = np.where(told, 100 * low, np.nan)
    frame["high_pct"] = np.where(told, 100 * high, np.nan)
    frame["verdict_text"] = frame["verdict"].map(rec.VERDICTS)
    return frame[verdicts.columns]
