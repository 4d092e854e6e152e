"""From a group's folder to the tables of capacity, satisfaction and blind zone."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from client_segments import catalogue, decisions
from client_segments.attributes import CODED_CLIENTS, coders
from client_segments.findings import Findings
from client_segments.labels import fold
from client_segments.priorities.blind_zone import blind_zone_rates
from client_segments.priorities.blind_zone_counting import blind_zone_counts, put_together
from client_segments.priorities.blind_zone_estimates import (
    Entitlement,
    estimated_counts,
    estimated_entitled,
    load_entitlement,
    without_whole,
)
from client_segments.priorities.blind_zone_reasons import blind_zone_reasons
from client_segments.priorities.capacity import capacity_table, margins_table
from client_segments.priorities.capacity_bounds import SegmentRules
from client_segments.priorities.capacity_estimate import Estimate
from client_segments.priorities.capacity_population import Population, read_population
from client_segments.priorities.contracts import (
    BLIND_ZONE,
    BLIND_ZONE_REASONS,
    SATISFACTION,
    SATISFACTION_INDICES,
    SATISFACTION_QUESTIONS,
    SATISFACTION_STAGES,
)
from client_segments.priorities.previous import previous_capacity
from client_segments.priorities.raking import rake_patterns
from client_segments.priorities.satisfaction import satisfaction_counts, satisfaction_rates
from client_segments.priorities.satisfaction_details import (
    satisfaction_questions,
    satisfaction_stages,
)
from client_segments.priorities.satisfaction_indices import satisfaction_indices
from client_segments.priorities.satisfaction_weights import Composition
from client_segments.reading import load_raw
from client_segments.segments import (
    CLIENT_SEGMENTS,
    SEGMENT_VALUES,
    load_grouping,
    load_placed,
    segment_patterns,
)
from client_segments.study import Study

Tables = dict[str, pd.DataFrame]


def measure_capacity(
    study: Study, segment_codes: Sequence[str], findings: Findings
) -> tuple[Tables, Estimate]:
    """Measure the capacity of all segments, the rest too."""
    population = _population(study, findings)
    names = [] if population is None else population.attributes()
    previous, previous_findings = previous_capacity(study, segment_codes)
    findings.extend(previous_findings)
    patterns = segment_patterns(study, names)
    table, estimate, capacity_findings = capacity_table(
        patterns, segment_codes, population, _segment_rules(study),
        _effective_clients(study, patterns), decisions.load_group(study).unit_forms[2], previous,
    )  # fmt: skip
    findings.extend(capacity_findings)
    margins = margins_table(estimate, coders(study))
    return {"capacity": table, "capacity_margins": margins}, estimate


def _population(study: Study, findings: Findings) -> Population | None:
    raw = load_raw(study, "population")
    if raw is None:
        return None
    findings.extend(raw.findings)
    raw.findings.raise_errors()
    file = study.name_of(raw.files[0])
    population, population_findings = read_population(raw, coders(study), file)
    findings.extend(population_findings)
    return population


def _segment_rules(study: Study) -> SegmentRules | None:
    """Return the segments as rules; None where they are latent classes."""
    grouping, _findings = load_grouping(study, coders(study))
    if grouping.method != "rules":
        return None
    codes = tuple(segment.code for segment in grouping.segments)
    return SegmentRules(codes, tuple(grouping.rules()))


def _effective_clients(study: Study, patterns: pd.DataFrame) -> float | None:
    """Return Kish's effective number of clients; None where every client weighs 1."""
    if (patterns["weight"] == patterns["clients_count"]).all():
        return None
    columns = ["weight", "clients_count"]
    clients = pq.read_table(study.table_path(CLIENT_SEGMENTS), columns=columns).to_pandas()
    weights, counts = clients["weight"], clients["clients_count"]
    return float((weights * counts).sum()) ** 2 / float((weights**2 * counts).sum())


# -------------------------------------------------------------------------------- satisfaction


def measure_satisfaction(study: Study, segment_codes: Sequence[str], findings: Findings) -> Tables:
    """Measure satisfaction and the indices of experience of the named segments."""
    settings = decisions.load_group(study)
    feedback = load_filled(study, "feedback", findings)
    ratings = load_filled(study, "ratings", findings)
    asked = [frame for frame in (feedback, ratings) if frame is not None]
    composition = _composition(study, asked)
    tables = {
        "satisfaction": SATISFACTION.empty(),
        "satisfaction_indices": SATISFACTION_INDICES.empty(),
        "satisfaction_stages": SATISFACTION_STAGES.empty(),
        "satisfaction_questions": SATISFACTION_QUESTIONS.empty(),
    }
    if asked:
        tables["satisfaction_indices"] = satisfaction_indices(
            feedback, ratings, segment_codes, composition, settings.client_kind == "staff"
        )
    if feedback is not None:
        counts = satisfaction_counts(feedback, segment_codes, composition)
        stages = _stages(study, settings.direction, feedback["stage"])
        tables |= {
            "satisfaction": satisfaction_rates(counts),
            "satisfaction_stages": satisfaction_stages(
                feedback, stages, segment_codes, composition
            ),
            "satisfaction_questions": satisfaction_questions(feedback, segment_codes, composition),
        }
    return tables


def load_filled(study: Study, name: str, findings: Findings) -> pd.DataFrame | None:
    """Read a raw table with the segment of each row; None where there is no table or no row."""
    frame, found = load_placed(study, name)
    findings.extend(found)
    return frame if frame is not None and len(frame) else None


def _composition(study: Study, asked: Sequence[pd.DataFrame]) -> Composition | None:
    """Return what answers are weighted by; None where no answer names its client."""
    named = [frame["client_id"].dropna() for frame in asked]
    identifiers = pd.concat(named).unique() if named else []
    if not len(identifiers):
        return None
    is_asked = pc.field("client_id").isin(pa.array(identifiers, pa.string()))
    coded = pq.read_table(study.table_path(CODED_CLIENTS), filters=is_asked).to_pandas()
    codes = coded.drop_duplicates("client_id").set_index("client_id")
    codes = codes.drop(columns=["clients_count", "weight"])
    return Composition(codes, study.read(SEGMENT_VALUES))


def _stages(study: Study, direction: str, labels: pd.Series) -> pd.DataFrame:
    """Return the catalogue's stage of each label; own ones keep their name and have no number."""
    known = catalogue.stages(study.root, direction)
    numbers = known["number"].astype("str").str.zfill(2)
    matched = catalogue.match_channels(
        labels.dropna().unique().tolist(), known.assign(code=numbers)[["code", "name"]]
    )
    is_known = matched["item_code"].isin(numbers)
    return pd.DataFrame(
        {
            "stage": matched["channel"],
            "stage_number": pd.to_numeric(matched["item_code"].where(is_known)).astype("Int64"),
            "stage_name": matched["item_name"],
        }
    )


# -------------------------------------------------------------------------------- blind zone


def measure_blind_zone(study: Study, segment_codes: Sequence[str], findings: Findings) -> Tables:
    """Measure the blind zone of all segments; empty where the direction has no entitlement."""
    tables = {"blind_zone": BLIND_ZONE.empty(), "blind_zone_reasons": BLIND_ZONE_REASONS.empty()}
    if not decisions.load_group(study).has_entitlement:
        return tables
    eligibility = load_filled(study, "eligibility", findings)
    entitlements, decision_findings = load_entitlement(study, coders(study))
    findings.extend(decision_findings)
    decision_findings.raise_errors()
    if eligibility is None:
        return tables
    file = study.name_of(load_raw(study, "eligibility").files[0])
    is_estimated = _speaks_of(eligibility, entitlements)
    counts, zone_findings = blind_zone_counts(eligibility[~is_estimated], segment_codes, file)
    findings.extend(zone_findings)
    if entitlements:
        estimated, estimate_findings = _estimated(
            study, eligibility, entitlements, segment_codes, file
        )
        findings.extend(estimate_findings)
        counts = put_together([without_whole(counts), estimated], segment_codes)
    if len(counts):
        tables["blind_zone"] = blind_zone_rates(counts)
    tables["blind_zone_reasons"] = blind_zone_reasons(eligibility, segment_codes)
    return tables


def _speaks_of(eligibility: pd.DataFrame, entitlements: Sequence[Entitlement]) -> pd.Series:
    """Tell which rows are of measures whose entitled are estimated."""
    keys = [fold(item.measure) for item in entitlements]
    return eligibility["measure"].fillna("").map(fold).isin(keys)


def _estimated(
    study: Study,
    eligibility: pd.DataFrame,
    entitlements: Sequence[Entitlement],
    segment_codes: Sequence[str],
    file: str,
) -> tuple[pd.DataFrame, Findings]:
    # What is wrong with the population is told by the measuring of capacity.
    population = _population(study, Findings())
    needed = set().union(*(item.rule.attributes() for item in entitlements))
    if population is not None:
        needed |= set(population.attributes())
    patterns, raked = segment_patterns(study, sorted(needed)), None
    if population is not None:
        raked = rake_patterns(patterns, population.margins)
        patterns = raked.patterns
    estimates = {
        item.measure: estimated_entitled(item, patterns, raked, segment_codes)
        for item in entitlements
    }
    return estimated_counts(
        entitlements, estimates, eligibility, segment_codes, raked is not None, file
    )
