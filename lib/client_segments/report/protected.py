"""A group's tables as they may be shared: counts protected, everything else derived from them.

Each protected table has the columns of the step's own table, so that profiles, charts and
ranking are made by the same functions as inside the authority, from protected numbers. What
cannot be derived from protected counts (medians, means of scores) is left empty.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from client_segments import attributes, priorities
from client_segments import recommendations as rec
from client_segments.attributes import ATTRIBUTE_VALUES
from client_segments.disclosure import BAND, is_hidden, protect, share_pct
from client_segments.profiles import ProfileInputs
from client_segments.report.masking import Masker
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


def protect_inputs(study: Study, inputs: ProfileInputs, masker: Masker) -> ProfileInputs:
    """Return a group's tables with every number protected or derived from protected ones.

    Parameters
    ----------
    study
        The group, seen from the step of the report.
    inputs
        Its exact tables of steps 1-6.
    masker
        Masks personal data in names of values.
    """
    inputs = without_kept_back(inputs)
    segment_table, lines, images = _protected_images(study, inputs, masker)
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
        problem_places=_problem_places(inputs.problem_places, problems),
        priorities=_priorities(
            study, inputs, segment_table, capacity, satisfaction, uniqueness, blind_zone
        ),
        journey_stages=_journey_stages(inputs.journey_stages),
        channel_shares=_channel_shares(inputs.channel_shares),
        research_plan=_research_plan(inputs.research_plan),
        hypotheses=_hypotheses(inputs.hypotheses),
        respondents=_respondents(inputs.respondents),
        verdicts=_verdicts(inputs.verdicts),
        is_protected=True,
    )


_KEPT_BACK = (
    # Words of single clients: nobody has approved their publication.
    "quotations", "journey_described",
    # Medians, means and tests have no counts behind them that could be protected.
    "journey_experience", "journey_flow", "journey_times", "journey_amounts",
    "satisfaction_indices", "proposals",
)  # fmt: skip


def without_kept_back(inputs: ProfileInputs) -> ProfileInputs:
    """Return a group's tables, those of which nothing may be shared without their rows."""
    return replace(inputs, **{name: getattr(inputs, name).iloc[:0] for name in _KEPT_BACK})


def _attributes(attributes: pd.DataFrame) -> pd.DataFrame:
    protected = protect(attributes, ["attribute_code"], ["known_count", "missing_count"]).frame
    frame = attributes.copy()
    frame[["known_count", "missing_count"]] = protected[["known_count", "missing_count"]]
    frame["missing_pct"] = share_pct(frame["missing_count"], frame["known_count"]).astype("float64")
    return frame


def _protected_images(
    study: Study, inputs: ProfileInputs, masker: Masker
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return tables `segments`, `image_lines` and `images` made from protected counts."""
    keys = ["segment_code", "attribute_code", "value_code"]
    exact = study.read(SEGMENT_VALUES)
    counts = protect(exact, keys, ["clients_count"]).frame
    counts = counts.assign(weight=counts["clients_count"].astype("float64"))
    values = masker.frame(study.read(ATTRIBUTE_VALUES), study.group)
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


_ESTIMATES = ("population_count", "population_low_count", "population_high_count")


def _capacity(capacity: pd.DataFrame) -> pd.DataFrame:
    """Protect clients by their bands, and estimates of the population by wider ones.

    One client stands for several people, so that a band of six clients is as many times wider
    among people: estimates are told in round steps that are no narrower.
    """
    counts = [name for name in capacity if name.endswith("_count") and name not in _ESTIMATES]
    protected = protect(capacity, ["segment_code"], counts).frame
    exact = [name for name in capacity if name.endswith("_pct")]
    frame = capacity.assign(
        **{name: protected[name] for name in counts}, **dict.fromkeys(exact, np.nan)
    )
    step = estimate_step(capacity["population_count"], capacity["clients_count"])
    for name in _ESTIMATES:
        told = capacity[name].astype("Float64") / step
        told = (told.round() * step).astype("Int64").mask(told.round() < 1)
        is_counted = capacity["population_count"].eq(capacity["clients_count"]).fillna(False)
        frame[name] = told.mask(is_counted.astype(bool), frame["clients_count"])
    return frame.assign(
        # Bounds of margins follow from exact numbers of clients in their corners.
        **{name: pd.NA for name in frame if name.startswith("bound_")},
        **{name: pd.NA for name in frame if name.startswith("previous_population")},
    )


def estimate_step(population: pd.Series, clients: pd.Series) -> int:
    """Return the round step in which estimates are told: no narrower than a band of clients.

    A step is 1, 2 or 5 times a power of ten.
    """
    known = population.notna() & clients.notna()
    people, counted = float(population[known].sum()), float(clients[known].sum())
    width = BAND * max(people / counted, 1.0) if counted else float(BAND)
    power = 10 ** math.floor(math.log10(width))
    return int(next(part * power for part in (1, 2, 5, 10) if part * power >= width))


def _satisfaction(satisfaction: pd.DataFrame) -> pd.DataFrame:
    """Protect the satisfied, the others and the unanswered; answers are the sum of the first two.

    What all instruments come to is the sum of their protected parts, never protected anew.
    """
    frame = satisfaction.assign(
        other_count=satisfaction["answers_count"] - satisfaction["satisfied_count"]
    )
    counts = ["satisfied_count", "other_count", "unanswered_count"]
    frame = protect(frame, ["segment_code", "instrument"], counts).frame
    is_sum = frame["instrument"] == priorities.ALL_INSTRUMENTS
    sums = frame[~is_sum].groupby("segment_code")[counts].sum(min_count=1)
    for name in counts:
        whole = frame["segment_code"].map(sums[name]).astype("Int64")
        frame[name] = frame[name].mask(is_sum & whole.notna(), whole)
    told = ~(is_hidden(frame["satisfied_count"]) & is_hidden(frame["other_count"]))
    frame["answers_count"] = frame["satisfied_count"] + frame["other_count"]
    rates = priorities.satisfaction_rates(frame.drop(columns="other_count").loc[told])
    return rates.assign(
        mean_score=np.nan, mean_low_score=np.nan, mean_high_score=np.nan, expectation_gap=np.nan
    )


def _problems(problems: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Protect mentions by segment and problem; a hidden number of mentions is not listed."""
    counts = protect(problems, ["segment_code", "problem"], ["problems_count"]).frame
    counts = counts[~is_hidden(counts["problems_count"])]
    rates = priorities.problem_rates(counts)
    # The functions of the step complete the table with zeros; here those are hidden numbers.
    told = rates["problems_count"] > 0
    rates["others_share_pct"] = rates["others_share_pct"].where(rates["others_count"] > 0)
    return rates[told].reset_index(drop=True), priorities.uniqueness(counts, rec.SEED)


def _problem_places(places: pd.DataFrame, problems: pd.DataFrame) -> pd.DataFrame:
    """Protect mentions by stage; hidden ones, and those of a problem that is hidden, are left out."""
    names = ["segment_code", "stage_number", "stage", "problem"]
    frame = protect(places, names, ["problems_count"]).frame
    told = set(zip(problems["segment_code"], problems["problem"], strict=True))
    keys = zip(frame["segment_code"], frame["problem"], strict=True)
    is_told = pd.Series([key in told for key in keys], index=frame.index, dtype="bool")
    frame = frame[is_told & ~is_hidden(frame["problems_count"]).fillna(False)]
    # The step sorts by exact counts; that order within a band must not be told.
    return frame.sort_values(
        ["segment_code", "stage_number", "stage", "problems_count", "problem"],
        ascending=[True, True, True, False, True], kind="stable",
    ).reset_index(drop=True)  # fmt: skip


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
    # A measure of which every number is hidden would be told by its name alone.
    is_told = ~(is_hidden(frame["applied_count"]) & is_hidden(frame["blind_zone_count"]))
    frame = frame[is_told.fillna(True).groupby(frame["measure"]).transform("any")]
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
    told = plan.assign(respondents_count=planned["respondents_count"], reason=reasons)
    return told[["segment_code", "method", "hypotheses_count", "respondents_count", "reason"]]


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
    categories = ["hypothesis_code", "segment_code", "kind", "criterion_pct", "verdict", "strength",
                  "is_criterion_late"]  # fmt: skip
    texts = ["hypothesis_text", "unverified_text"]  # the second is a conclusion without a number
    frame = protect(frame, categories, counts, texts).frame
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
    # A p-value would tell the exact answers.
    frame[["p_value", "adjusted_p_value"]] = np.nan
    return frame[verdicts.columns]
