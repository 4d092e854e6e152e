"""What an ordered log says of each segment, of all cases, and of the other segments' cases."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd

from client_segments.hypotheses.contracts import ALL_CODE
from client_segments.hypotheses.journey.aggregate_queries import (
    AMOUNTS,
    BANDS,
    LAST,
    REACHED,
    RETURNED,
    SHARES,
    STAGE_CHANNELS,
    STAGE_TIMES,
    TOTALS,
    VARIANTS,
)
from client_segments.hypotheses.journey.contracts import (
    CASE_AMOUNTS,
    CASE_SHARES,
    JOURNEY_AMOUNTS,
    JOURNEY_CHANNELS,
    JOURNEY_DURATIONS,
    JOURNEY_FLOW,
    JOURNEY_SHARES,
    JOURNEY_TIMES,
    JOURNEY_TOTALS,
    JOURNEY_VARIANTS,
    TIME_MEASURES,
)
from client_segments.hypotheses.journey.words import (
    BAND_DAYS,
    band_labels,
    variant_names,
    variant_text,
)
from client_segments.statistics import difference_interval

VARIANTS_SHOWN = 10
"""Own: the most frequent variants of a segment that are told."""


def _with_others(frame: pd.DataFrame, keys: list[str], counts: list[str]) -> pd.DataFrame:
    """Add `others_…`: the same counts of all other segments; missing for all clients."""
    placed = frame[frame["segment_code"] != ALL_CODE]
    sums = placed.groupby(keys, dropna=False)[counts].sum() if keys else placed[counts].sum()
    others = frame[keys].join(sums, on=keys)[counts] if keys else pd.DataFrame(
        {name: sums[name] for name in counts}, index=frame.index
    )  # fmt: skip
    is_all = frame["segment_code"] == ALL_CODE
    for name in counts:
        frame[f"others_{name}"] = (others[name] - frame[name]).mask(is_all).astype("Int64")
    return frame


def _complete(frame: pd.DataFrame, sizes: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Add the zeros: every item in every segment; `sizes` has one row a segment."""
    keys = ["segment_code", *[name for name in items if name in frame]]
    whole = sizes.merge(items, how="cross").merge(frame, how="left", on=keys)
    counts = [name for name in frame if name.endswith("_count")]
    whole[counts] = whole[counts].fillna(0).astype("int64")
    return whole


def _share(hits: pd.Series, total: pd.Series) -> pd.Series:
    total = total.astype("float64")
    return 100 * hits.astype("float64") / total.where(total > 0)


def _differences(frame: pd.DataFrame, hits: str, total: str) -> dict[str, np.ndarray]:
    """Return the difference of shares from the others', with Newcombe's interval."""
    sides = [
        frame[name].astype("float64").fillna(0).to_numpy()
        for name in (hits, total, f"others_{hits}", f"others_{total}")
    ]
    low, high = difference_interval(*sides)
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = 100 * (sides[0] / sides[1] - sides[2] / sides[3])
    return {
        "difference_pct": np.where(np.isfinite(difference), difference, np.nan),
        "low_pct": 100 * low, "high_pct": 100 * high,
    }  # fmt: skip


class Aggregator:
    """Asks an ordered log (`events.order_events`, `events.sum_cases`) for the tables of step 4.

    Parameters
    ----------
    connection
        The engine with the tables `fates`, `steps`, `first_events`, `stages` and `members`.
    codes
        Segments in the order in which they are shown, all clients first.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, codes: list[str]) -> None:
        self._connection = connection
        self._ranks = {code: rank for rank, code in enumerate(codes)}
        self._totals = self._read(TOTALS)
        self._sizes = self._totals[["segment_code", "cases_count"]]
        self._stages = connection.execute(
            "SELECT stage_id, stage_number, name AS stage FROM stages ORDER BY stage_number"
        ).df()

    def _read(self, sql: str) -> pd.DataFrame:
        return self._order(self._connection.execute(sql).df(), [])

    def _order(self, frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
        ranked = frame.assign(rank=frame["segment_code"].map(self._ranks))
        ranked = ranked.sort_values(["rank", *keys], kind="stable")
        return ranked.drop(columns="rank").reset_index(drop=True)

    def _each_against_others(self, sql: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Ask of every segment and all cases, then of all cases of other segments."""
        own = [
            sql.format(segment="segment_code", condition="segment_code IS NOT NULL"),
            sql.format(segment=f"'{ALL_CODE}'", condition="TRUE"),
        ]
        frame = pd.concat([self._connection.execute(text).df() for text in own])
        parts = []
        for code in self._sizes["segment_code"]:
            if code == ALL_CODE:
                continue
            text = sql.format(segment="$code", condition="segment_code <> $code")
            parts.append(self._connection.execute(text, {"code": code}).df())
        return frame, pd.concat(parts) if parts else frame.head(0)

    def totals(self) -> pd.DataFrame:
        """Table `JOURNEY_TOTALS`."""
        return JOURNEY_TOTALS.conform(self._totals)

    def flow(self) -> pd.DataFrame:
        """Table `JOURNEY_FLOW`: reached, lost, open, returned by stage."""
        frame = _complete(self._read(REACHED), self._sizes, self._stages)
        for sql in (LAST, RETURNED):
            part = self._read(sql)
            frame = frame.merge(part, how="left", on=["segment_code", "stage_id"])
            counts = [name for name in part if name.endswith("_count")]
            frame[counts] = frame[counts].fillna(0).astype("int64")
        frame["settled_count"] = frame["reached_count"] - frame["open_count"]
        counts = ["cases_count", "reached_count", "settled_count", "lost_count", "returned_count"]
        frame = _with_others(frame, ["stage_id"], counts)
        for side in ("", "others_"):
            reached, settled = frame[f"{side}reached_count"], frame[f"{side}settled_count"]
            frame[f"{side}reached_pct"] = _share(reached, frame[f"{side}cases_count"])
            frame[f"{side}lost_pct"] = _share(frame[f"{side}lost_count"], settled)
            frame[f"{side}returned_pct"] = _share(frame[f"{side}returned_count"], reached)
        frame = frame.assign(**_differences(frame, "reached_count", "cases_count"))
        if not self._has_outcomes():
            lost = ["lost_count", "lost_pct", "others_lost_pct"]
            frame[lost] = np.nan
        frame = self._order(frame, ["stage_number"])
        return JOURNEY_FLOW.conform(frame[JOURNEY_FLOW.column_names])

    def _has_outcomes(self) -> bool:
        return bool(self._connection.execute("SELECT COUNT(is_lost) FROM fates").fetchone()[0])

    def times(self) -> pd.DataFrame:
        """Table `JOURNEY_TIMES`: quartiles of the time of stages, in days."""
        own, others = self._each_against_others(STAGE_TIMES)
        frame = self._stages.merge(_unfolded(own), on="stage_id")
        rest = _unfolded(others).rename(columns=lambda name: f"others_{name}")
        frame = frame.merge(
            rest, how="left", left_on=["segment_code", "stage_id", "measure"],
            right_on=["others_segment_code", "others_stage_id", "others_measure"],
        )  # fmt: skip
        frame = frame[(frame["cases_count"] > 0) | (frame["others_cases_count"].fillna(0) > 0)]
        ranks = {name: number for number, name in enumerate(TIME_MEASURES)}
        frame = frame.assign(place=frame["measure"].map(ranks))
        frame = self._order(frame, ["stage_number", "place"])
        return JOURNEY_TIMES.conform(frame[JOURNEY_TIMES.column_names])

    def amounts(self) -> pd.DataFrame:
        """Table `JOURNEY_AMOUNTS`: duration, contacts, returns of cases."""
        own, others = self._each_against_others(AMOUNTS)
        frame = _amounts(own)
        rest = _amounts(others).rename(columns=lambda name: f"others_{name}")
        frame = frame.merge(
            rest, how="left", left_on=["segment_code", "measure"],
            right_on=["others_segment_code", "others_measure"],
        )  # fmt: skip
        ranks = {name: number for number, name in enumerate(CASE_AMOUNTS)}
        frame = frame[frame["cases_count"] > 0].assign(place=frame["measure"].map(ranks))
        frame = self._order(frame, ["place"])
        return JOURNEY_AMOUNTS.conform(frame[JOURNEY_AMOUNTS.column_names])

    def shares(self) -> pd.DataFrame:
        """Table `JOURNEY_SHARES`: cases with returns, refusals and the like."""
        wide = self._read(SHARES)
        frame = pd.concat(
            [
                pd.DataFrame(
                    {
                        "segment_code": wide["segment_code"], "measure": name, "place": place,
                        "hits_count": wide[f"{name}_hits"], "cases_count": wide[f"{name}_known"],
                    }
                )
                for place, name in enumerate(CASE_SHARES)
            ]
        )  # fmt: skip
        frame = _with_others(
            frame.reset_index(drop=True), ["measure"], ["hits_count", "cases_count"]
        )
        frame["share_pct"] = _share(frame["hits_count"], frame["cases_count"])
        frame["others_share_pct"] = _share(frame["others_hits_count"], frame["others_cases_count"])
        frame = frame.assign(**_differences(frame, "hits_count", "cases_count"))
        frame = self._order(frame[frame["cases_count"] > 0], ["place"])
        return JOURNEY_SHARES.conform(frame[JOURNEY_SHARES.column_names])

    def variants(self) -> pd.DataFrame:
        """Table `JOURNEY_VARIANTS`: the most frequent sequences of stages."""
        frame = self._read(VARIANTS).merge(self._sizes, on="segment_code")
        frame["variant"] = frame["variant"].map(tuple)
        frame = _with_others(frame, ["variant"], ["variant_count"])
        placed = self._sizes.loc[self._sizes["segment_code"] != ALL_CODE, "cases_count"].sum()
        others = (placed - frame["cases_count"]).where(frame["segment_code"] != ALL_CODE)
        frame["others_share_pct"] = _share(frame["others_variant_count"], others)
        frame["share_pct"] = _share(frame["variant_count"], frame["cases_count"])
        frame["rank"] = frame["segment_code"].map(self._ranks)
        frame = frame.sort_values(
            ["rank", "variant_count", "variant"], ascending=[True, False, True]
        )
        frame["variant_number"] = frame.groupby("segment_code").cumcount() + 1
        frame = frame[frame["variant_number"] <= VARIANTS_SHOWN]
        names = dict(zip(self._stages["stage_number"], self._stages["stage"], strict=True))
        frame["stages"] = [variant_names(variant, names) for variant in frame["variant"]]
        frame["variant"] = [variant_text(variant) for variant in frame["variant"]]
        return JOURNEY_VARIANTS.conform(frame[JOURNEY_VARIANTS.column_names])

    def durations(self) -> pd.DataFrame:
        """Table `JOURNEY_DURATIONS`: how many cases last how long, in bands."""
        labels = band_labels()
        cases = " ".join(
            f"WHEN duration_days < {days} THEN {number}"
            for number, days in enumerate(BAND_DAYS, start=1)
        )
        counts = self._read(BANDS.format(cases=f"{cases} ELSE {len(labels)}"))
        bands = pd.DataFrame({"band_number": range(1, len(labels) + 1), "band": labels})
        frame = _complete(counts, self._sizes, bands)
        frame = _with_others(frame, ["band_number"], ["band_count", "cases_count"])
        frame["share_pct"] = _share(frame["band_count"], frame["cases_count"])
        frame["others_share_pct"] = _share(frame["others_band_count"], frame["others_cases_count"])
        frame = self._order(frame, ["band_number"])
        return JOURNEY_DURATIONS.conform(frame[JOURNEY_DURATIONS.column_names])

    def channels(self) -> pd.DataFrame:
        """Table `JOURNEY_CHANNELS`: channels of the events of each stage."""
        counts = self._read(STAGE_CHANNELS).merge(self._stages, on="stage_id")
        if counts.empty:
            return JOURNEY_CHANNELS.empty()
        key = ["segment_code", "stage_number"]
        totals = counts.groupby(key)["events_count"].sum().rename("total_count").reset_index()
        whole = ["stage_number", "stage", "channel_code", "channel_name"]
        items = counts.groupby(whole)["events_count"].sum().rename("overall").reset_index()
        frame = totals.merge(items, on="stage_number")
        columns = [*key, "channel_code", "events_count"]
        frame = frame.merge(counts[columns], how="left", on=columns[:3])
        frame["events_count"] = frame["events_count"].fillna(0).astype("int64")
        keys = ["stage_number", "channel_code"]
        frame = _with_others(frame, keys, ["events_count", "total_count"])
        frame["share_pct"] = _share(frame["events_count"], frame["total_count"])
        frame["others_share_pct"] = _share(
            frame["others_events_count"], frame["others_total_count"]
        )
        frame["overall"] = -frame["overall"]
        frame = self._order(frame, ["stage_number", "overall", "channel_code"])
        return JOURNEY_CHANNELS.conform(frame[JOURNEY_CHANNELS.column_names])

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name."""
        return {
            "journey_totals": self.totals(), "journey_flow": self.flow(),
            "journey_times": self.times(), "journey_shares": self.shares(),
            "journey_amounts": self.amounts(), "journey_variants": self.variants(),
            "journey_durations": self.durations(), "journey_channels": self.channels(),
        }  # fmt: skip


def _quartiles(values: pd.Series, unit: float = 1.0) -> np.ndarray:
    """Return three columns from lists of three; missing where nothing was measured."""
    missing = np.full(3, np.nan)
    rows = [missing if np.ndim(value) == 0 else np.asarray(value, float) / unit for value in values]
    return np.vstack(rows) if rows else np.empty((0, 3))


_MICROSECONDS_A_DAY = 86_400e6


def _unfolded(frame: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for name in TIME_MEASURES:
        days = _quartiles(frame[f"{name}_times"], _MICROSECONDS_A_DAY)
        part = frame[["segment_code", "stage_id"]].assign(
            measure=name, cases_count=frame[f"{name}_count"],
            q1_days=days[:, 0], median_days=days[:, 1], q3_days=days[:, 2],
        )  # fmt: skip
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _amounts(frame: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for name in CASE_AMOUNTS:
        values = _quartiles(frame[f"{name}_quartiles"])
        part = frame[["segment_code"]].assign(
            measure=name, cases_count=frame[f"{name}_known"], mean=frame[f"{name}_mean"],
            q1=values[:, 0], median=values[:, 1], q3=values[:, 2],
        )  # fmt: skip
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
