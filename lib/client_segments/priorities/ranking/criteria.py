"""The table of criteria: what the measures of step 3 say of each segment, with intervals."""

from __future__ import annotations

import pandas as pd

from client_segments.priorities.contracts import ALL_INSTRUMENTS, ALL_MEASURES
from client_segments.priorities.ranking.draws import Estimates
from client_segments.segments import REST_CODE

VALUES = ("capacity_count", "satisfaction_shrunk_pct", "problem_uniqueness", "blind_zone_pct")
LOWS = (
    "capacity_low_count", "satisfaction_low_pct", "problem_uniqueness_low", "blind_zone_low_pct",
)  # fmt: skip
HIGHS = (
    "capacity_high_count", "satisfaction_high_pct", "problem_uniqueness_high",
    "blind_zone_high_pct",
)  # fmt: skip
CRITERIA_COLUMNS = ("segment_code", "segment_name", "satisfaction_pct", *VALUES, *LOWS, *HIGHS)


def criteria_table(
    segments: pd.DataFrame,
    capacity: pd.DataFrame,
    satisfaction: pd.DataFrame,
    problem_uniqueness: pd.DataFrame,
    blind_zone: pd.DataFrame,
) -> pd.DataFrame:
    """Put the step's tables together: one row is one segment (without the rest).

    Columns `CRITERIA_COLUMNS`: the estimate of each criterion with its 95 % interval; without
    an interval an estimate is taken as exact. Segments are ranked by the share of satisfied
    shrunk towards the whole, so that a few answers do not decide; the plain share stands beside
    it. Capacity is the population where it is known for
    every segment, otherwise the clients of the data: numbers of two kinds are not compared.
    """
    table = segments.loc[segments["segment_code"] != REST_CODE, ["segment_code", "segment_name"]]
    codes = table["segment_code"]
    sizes = capacity.set_index("segment_code").reindex(codes)
    whole = satisfaction[satisfaction["instrument"] == ALL_INSTRUMENTS].set_index("segment_code")
    zones = blind_zone[blind_zone["measure"] == ALL_MEASURES].set_index("segment_code")
    unique = problem_uniqueness.set_index("segment_code")
    sources = (
        _sizes(sizes),
        whole[["shrunk_pct", "shrunk_low_pct", "shrunk_high_pct"]],
        unique[["problem_uniqueness", "uniqueness_low", "uniqueness_high"]],
        zones[["blind_zone_pct", "low_pct", "high_pct"]],
    )
    for names, source in zip(zip(VALUES, LOWS, HIGHS, strict=True), sources, strict=True):
        known = source.astype("float64").reindex(codes).to_numpy()
        table = table.assign(**dict(zip(names, known.T, strict=True)))
    plain = whole["satisfaction_pct"].astype("float64").reindex(codes).to_numpy()
    return table.assign(satisfaction_pct=plain)[list(CRITERIA_COLUMNS)].reset_index(drop=True)


def _sizes(sizes: pd.DataFrame) -> pd.DataFrame:
    """Return the capacity of each segment with its bounds: no fewer people than are counted."""
    columns = ["population_count", "population_low_count", "population_high_count"]
    clients = sizes["clients_count"].astype("float64")
    if sizes.empty or sizes["population_count"].isna().any():
        return pd.DataFrame(dict.fromkeys(columns, clients))
    known = sizes[columns].astype("float64")
    least = known["population_low_count"].clip(lower=clients.clip(lower=1))
    known["population_low_count"] = least.clip(upper=known["population_count"])
    return known


def estimates_of(criteria: pd.DataFrame) -> Estimates:
    """Return the numbers of a table of criteria."""
    parts = (criteria[list(names)].astype("float64").to_numpy() for names in (VALUES, LOWS, HIGHS))
    return Estimates(*parts)
