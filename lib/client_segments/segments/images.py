"""Holistic images in numbers: what marks a segment among all clients (clause 6).

Values of sensitive attributes (152-FZ, article 10) are told only together, several values in one
line; where a single value would stand alone, the line names the attribute and not the value.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.attributes import MISSING_CODE
from client_segments.language import _
from client_segments.statistics import normal_quantile, wilson_interval

MARK_INDEX_PCT = 110.0
"""Own: a value marks a segment when it is at least a tenth more frequent than among all."""
MARK_SHARE_PCT = 5.0
"""Own: a value of fewer clients of the segment than this does not describe it."""
ABSENT_INDEX_PCT = 50.0
ABSENT_OVERALL_PCT = 5.0
"""Own: a value is absent when it is half as frequent as among all, and not rare there."""
ABSENT_MAXIMUM = 5
MAJORITY_PCT = 50.0
TYPICAL_PCT = 50.0
"""Own: the typical client has the values of more than half of the segment."""
_NUMBERS = [
    "share_pct", "share_low_pct", "share_high_pct", "overall_share_pct", "index_pct",
    "index_low_pct", "index_high_pct", "effect",
]  # fmt: skip


def segment_values_table(
    counts: pd.DataFrame,
    values: pd.DataFrame,
    attributes: pd.DataFrame,
    effective_ratio: float = 1.0,
) -> pd.DataFrame:
    """Turn counts into shares, with their intervals.

    Parameters
    ----------
    counts : DataFrame
        One row is one segment × attribute × value code that occurs (`Engine.segment_values`).
    values, attributes : DataFrame
        Tables `attribute_values` and `attributes`.
    effective_ratio
        Effective number of clients over their number: below 1 where weights differ.

    Returns
    -------
    DataFrame
        Table `segment_values`: every segment with every value of every attribute. Shares are
        among clients with a known value, weighted; the row of code 0 has the share without data.
        Further columns: `weight`; `size` and `others_size`, the effective numbers of clients
        behind the share in the segment and outside it.
    """
    segments = pd.DataFrame({"segment_code": counts["segment_code"].unique()})
    frame = segments.merge(values[["attribute_code", "value_code", "value_name"]], how="cross")
    frame = frame.merge(counts, how="left", on=["segment_code", "attribute_code", "value_code"])
    frame = frame.fillna({"clients_count": 0, "weight": 0.0})
    is_known = frame["value_code"] > MISSING_CODE
    of_segment, of_all = ["segment_code", "attribute_code"], ["attribute_code"]
    weight = _denominator(frame, "weight", is_known, of_segment)
    all_weight = _denominator(frame, "weight", is_known, of_all)
    frame["share_pct"] = 100 * frame["weight"] / weight.where(weight > 0)
    same_value = frame.groupby(["attribute_code", "value_code"])["weight"].transform("sum")
    frame["overall_share_pct"] = 100 * same_value / all_weight.where(all_weight > 0)
    clients = _denominator(frame, "clients_count", is_known, of_segment)
    all_clients = _denominator(frame, "clients_count", is_known, of_all)
    frame["size"] = effective_ratio * clients
    frame["others_size"] = effective_ratio * (all_clients - clients)
    others_weight = all_weight - weight
    others = ((same_value - frame["weight"]) / others_weight.where(others_weight > 0)).clip(0, 1)
    frame = _with_intervals(frame, others, weight / all_weight.where(all_weight > 0))
    return frame.merge(attributes[["attribute_code", "attribute_name"]], on="attribute_code")


def _denominator(
    frame: pd.DataFrame, column: str, is_known: pd.Series, keys: list[str]
) -> pd.Series:
    """Sum what is known by keys for known values, and everything for the row without data."""
    groups = [frame[key] for key in keys]
    known = frame[column].where(is_known, 0).groupby(groups).transform("sum")
    return known.where(is_known, frame.groupby(keys)[column].transform("sum"))


def _with_intervals(frame: pd.DataFrame, others: pd.Series, portion: pd.Series) -> pd.DataFrame:
    """Add the index, the intervals of share and index, and the effect.

    Parameters
    ----------
    frame
        `share_pct`, `overall_share_pct`, `size`, `others_size`.
    others
        Share of the value outside the segment (0-1).
    portion
        Share of the segment among all clients (0-1): the segment is a part of what it is
        compared with, so the index is 1 / (portion + (1 - portion) × others / share), and its
        interval that of the ratio of two independent shares.

    Notes
    -----
    Share: Wilson (1927). Ratio: Katz et al. (1978) Biometrics 34:469-474 with half a client added
    to each count (Walter 1975). Effect: Cohen's h (1988, ch. 6), the difference of shares on the
    arcsine scale; a p-value would call everything a difference where clients are many.
    """
    share, overall = frame["share_pct"] / 100, frame["overall_share_pct"] / 100
    frame["index_pct"] = 100 * share / overall.where(overall > 0)
    low, high = wilson_interval(share * frame["size"], frame["size"])
    frame["share_low_pct"], frame["share_high_pct"] = 100 * low, 100 * high
    size, others_size = frame["size"] + 0.5, frame["others_size"] + 0.5
    hits = share.fillna(0) * frame["size"] + 0.5
    others_hits = others.fillna(0) * frame["others_size"] + 0.5
    log_ratio = np.log(others_hits / others_size) - np.log(hits / size)
    error = np.sqrt(
        (1 / hits - 1 / size + 1 / others_hits - 1 / others_size).clip(lower=0)
    )  # fmt: skip
    half = normal_quantile() * error
    for name, bound in (("index_low_pct", log_ratio + half), ("index_high_pct", log_ratio - half)):
        index = 100 / (portion + (1 - portion) * np.exp(bound))
        frame[name] = index.where(frame["index_pct"].notna())
    # Half a client more moves the middle of a small count: the index itself stays inside.
    frame["index_low_pct"] = frame[["index_low_pct", "index_pct"]].min(axis=1, skipna=False)
    frame["index_high_pct"] = frame[["index_high_pct", "index_pct"]].max(axis=1, skipna=False)
    frame["effect"] = 2 * (np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(overall)))
    return frame


def image_lines_table(
    segment_values: pd.DataFrame, attributes: pd.DataFrame, describing_codes: dict[str, set[str]]
) -> pd.DataFrame:
    """Choose 5-15 attribute–value lines that mark each segment most.

    Lines of attributes in the segment's own rule come first; then values by their effect. A value
    marks the segment when it is more frequent there than among all beyond chance. Where fewer
    than five values stand out, those with the largest effect fill up.

    Parameters
    ----------
    segment_values
        What `segment_values_table` returns.
    describing_codes
        Codes of the attributes in each segment's rule.

    Returns
    -------
    DataFrame
        Table `image_lines`.
    """
    marks = attributes[["attribute_code", "is_special", "is_sensitive"]]
    frame = segment_values[
        (segment_values["value_code"] > MISSING_CODE) & (segment_values["clients_count"] > 0)
    ].merge(marks, on="attribute_code")
    frame["value_code"] = frame["value_code"].astype("Int64")
    frame["in_rule"] = _in_rule(frame, describing_codes)
    frame["stands_out"] = (
        (frame["index_pct"] >= MARK_INDEX_PCT)
        & (frame["index_low_pct"] > 100)
        & (frame["share_pct"] >= MARK_SHARE_PCT)
    )
    is_sensitive = frame["is_sensitive"].astype(bool)
    together = _sensitive_lines(frame[is_sensitive & frame["stands_out"]])
    frame = pd.concat([frame[~is_sensitive], together], ignore_index=True)
    # What fills up should at least not be rarer than among all.
    order = np.where(frame["stands_out"], ~frame["in_rule"], 2 + (frame["effect"] < 0))
    frame["order"] = order.astype(int)
    frame.loc[frame["share_pct"].isna(), "order"] = 4  # a line without a value stands last
    frame = frame.sort_values(
        ["segment_code", "order", "effect", "attribute_code", "value_code"],
        ascending=[True, True, False, True, True], kind="stable",
    )  # fmt: skip
    # Two values of an attribute are enough, unless the segment's own rule names more.
    of_attribute = frame.groupby(["segment_code", "attribute_code"]).cumcount()
    frame = frame[(of_attribute < 2) | (frame["order"] == 0)]
    frame["line_number"] = frame.groupby("segment_code").cumcount() + 1
    is_needed = (frame["line_number"] <= rec.ATTRIBUTES_MINIMUM) | ~frame["order"].isin([2, 3])
    frame = frame[is_needed]
    frame["line_number"] = frame.groupby("segment_code").cumcount() + 1
    frame = frame[frame["line_number"] <= rec.ATTRIBUTES_MAXIMUM]
    return frame[
        [
            "segment_code", "line_number", "attribute_code", "attribute_name", "value_code",
            "value_name", *_NUMBERS, "is_special", "is_sensitive",
        ]
    ].reset_index(drop=True)  # fmt: skip


def _in_rule(frame: pd.DataFrame, describing_codes: dict[str, set[str]]) -> np.ndarray:
    return np.array(
        [
            attribute in describing_codes.get(segment, set())
            for segment, attribute in zip(
                frame["segment_code"], frame["attribute_code"], strict=True
            )
        ],
        dtype=bool,
    )


def _sensitive_lines(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the values of a sensitive attribute that mark a segment into one line.

    The value of most clients («нет») is no news of them, and not naming it would only hint.
    """
    frame = frame[frame["overall_share_pct"] < MAJORITY_PCT]
    rows = []
    for _keys, values in frame.groupby(["segment_code", "attribute_code"]):
        row = values.iloc[0].copy()
        if len(values) > 1:
            share, overall = values["share_pct"].sum(), values["overall_share_pct"].sum()
            portion = row["size"] / (row["size"] + row["others_size"])
            others = (overall - share * portion) / 100 / max(1 - portion, 1e-12)
            together = pd.DataFrame(
                {
                    "share_pct": [share], "overall_share_pct": [overall], "size": [row["size"]],
                    "others_size": [row["others_size"]],
                }
            )  # fmt: skip
            numbers = _with_intervals(
                together, pd.Series([others]).clip(0, 1), pd.Series([portion])
            )
            row[_NUMBERS] = numbers.loc[0, _NUMBERS]
            row["value_name"] = ", ".join(values["value_name"])
        else:
            row[_NUMBERS] = np.nan
            row["value_name"] = _("значение не называется")
        row["value_code"] = pd.NA
        rows.append(row)
    lines = pd.DataFrame(rows, columns=frame.columns)
    return lines.astype(frame.dtypes.to_dict())


def image_absences_table(
    segment_values: pd.DataFrame, attributes: pd.DataFrame, describing_codes: dict[str, set[str]]
) -> pd.DataFrame:
    """Choose what a segment does not have: values rare in it and not rare among all.

    Attributes of the segment's own rule are left out (the rule says what it excludes), and so
    are sensitive ones.

    Returns
    -------
    DataFrame
        Table `image_absences`: one row is one segment × value, the strongest first.
    """
    plain = attributes.loc[~attributes["is_sensitive"].astype(bool), "attribute_code"]
    frame = segment_values[
        (segment_values["value_code"] > MISSING_CODE)
        & segment_values["attribute_code"].isin(plain)
        & (segment_values["overall_share_pct"] >= ABSENT_OVERALL_PCT)
        & (segment_values["index_pct"] <= ABSENT_INDEX_PCT)
        & (segment_values["index_high_pct"] < 100)
    ]
    frame = frame[~_in_rule(frame, describing_codes)]
    frame = frame.sort_values(
        ["segment_code", "effect", "attribute_code", "value_code"], kind="stable"
    )
    frame = frame.assign(line_number=frame.groupby("segment_code").cumcount() + 1)
    frame = frame[frame["line_number"] <= ABSENT_MAXIMUM]
    return frame[
        ["segment_code", "line_number", "attribute_code", "attribute_name", "value_name", *_NUMBERS]
    ].reset_index(drop=True)


def typical_values(segment_values: pd.DataFrame, attributes: pd.DataFrame) -> pd.DataFrame:
    """Return the values of the typical client of each segment: those of more than half of it.

    One row is one segment × attribute that has such a value, in order of the list; sensitive
    attributes are left out.
    """
    plain = attributes.loc[~attributes["is_sensitive"].astype(bool), "attribute_code"]
    order = {code: number for number, code in enumerate(plain)}
    frame = segment_values[
        (segment_values["value_code"] > MISSING_CODE)
        & segment_values["attribute_code"].isin(plain)
        & (segment_values["share_pct"] > TYPICAL_PCT)
    ]
    frame = frame.assign(order=frame["attribute_code"].map(order))
    frame = frame.sort_values(["segment_code", "order"], kind="stable")
    return frame[["segment_code", "attribute_name", "value_name", "share_pct"]]
