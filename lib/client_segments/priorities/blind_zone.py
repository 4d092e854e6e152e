"""Blind zone: clients entitled to a service or measure who have not applied (clause 2(8))."""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _, counted
from client_segments.priorities.contracts import ALL_MEASURES, BLIND_ZONE

COUNT_COLUMNS = (
    "entitled_count", "entitled_low_count", "entitled_high_count",
    "applied_count", "refused_count", "received_count",
)  # fmt: skip
UNNAMED_MEASURE = _("Мера не названа")
_KEYS = ["segment_code", "measure"]


def blind_zone_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Turn counts into table `blind_zone`, with the sum of all measures of each segment.

    Parameters
    ----------
    counts
        One row is one segment × measure: segment_code, measure, entitled_count,
        entitled_low_count and entitled_high_count (missing: the number is exact),
        applied_count, refused_count, received_count.

    Notes
    -----
    B = E - A. A refused client has applied: refusals stand beside B and never in it. Where a
    lower bound of E lies under A, no less than nobody is in the zone.
    """
    frame = counts[[*_KEYS, *COUNT_COLUMNS]].reset_index(drop=True)
    frame = frame[frame["measure"] != ALL_MEASURES]
    frame = frame.astype(dict.fromkeys(COUNT_COLUMNS, "Int64"))
    for side in ("low", "high"):
        name = f"entitled_{side}_count"
        frame[name] = frame[name].fillna(frame["entitled_count"])
    sums = frame.groupby("segment_code", sort=False, as_index=False)[list(COUNT_COLUMNS)]
    whole = sums.sum(min_count=1).assign(measure=ALL_MEASURES)
    frame = pd.concat([whole, frame], ignore_index=True)
    order = {code: place for place, code in enumerate(dict.fromkeys(frame["segment_code"]))}
    frame = frame.sort_values(
        "segment_code", key=lambda codes: codes.map(order), kind="stable", ignore_index=True
    )
    applied = frame["applied_count"]
    shares = {"": "blind_zone_pct", "low_": "low_pct", "high_": "high_pct"}
    for side, share in shares.items():
        entitled = frame[f"entitled_{side}count"]
        zone = (entitled - applied).clip(lower=0)
        frame[f"blind_zone_{side}count"] = zone
        frame[share] = 100 * zone.astype("float64") / entitled.where(entitled > 0).astype("float64")
    return BLIND_ZONE.conform(frame)


def blind_zone_counts(
    eligibility: pd.DataFrame, segment_codes: list[str], file: str = ""
) -> tuple[pd.DataFrame, Findings]:
    """Count the entitled and the applied by segment and measure.

    Parameters
    ----------
    eligibility
        Raw table `eligibility` with segment_code: flags of a client, or counts. Rows in no known
        segment are left out.
    segment_codes
        Segments in their order.
    file
        Where the table stands, for the findings.

    Returns
    -------
    counts : DataFrame
        What `blind_zone_rates` takes.
    findings : Findings
        Unknown entitlement (left out), applications without entitlement (never counted), and
        errors where more applied than are entitled.
    """
    findings = Findings()
    placed = eligibility[eligibility["segment_code"].isin(segment_codes)]
    keys = placed["measure"].fillna(UNNAMED_MEASURE).map(fold)
    names = placed["measure"].fillna(UNNAMED_MEASURE).groupby(keys).min()
    placed = placed.assign(measure=keys.map(names).astype("str"))
    is_ready = placed["entitled_count"].notna() | (
        placed["is_entitled"].isna() & placed["applied_count"].notna()
    )
    ready = _ready_counts(placed[is_ready], findings, file)
    flagged = _counts_of_flags(placed[~is_ready], findings, file)
    parts = [part for part in (ready, flagged) if len(part)]
    if not parts:
        return pd.DataFrame(columns=[*_KEYS, *COUNT_COLUMNS]), findings
    counts = pd.concat(parts, ignore_index=True)
    counts = counts.groupby(_KEYS, as_index=False)[list(COUNT_COLUMNS)].sum(min_count=1)
    order = {code: place for place, code in enumerate(segment_codes)}
    counts = counts.sort_values("segment_code", key=lambda codes: codes.map(order), kind="stable")
    return counts.reset_index(drop=True), findings


def _ready_counts(rows: pd.DataFrame, findings: Findings, file: str) -> pd.DataFrame:
    """Take counts as they are given; where only a range is known, its middle stands for it."""
    middle = (rows["entitled_low_count"] + rows["entitled_high_count"]) // 2
    rows = rows.assign(entitled_count=rows["entitled_count"].fillna(middle))
    _report(
        findings, "blind_zone_unknown_entitled",
        int((rows["entitled_count"].isna() | rows["applied_count"].isna()).sum()),
        _("{rows} с числом обратившихся без числа имеющих право (или наоборот) не учтены."),
        _("укажите оба числа: без любого из них слепая зона неизвестна."), file,
    )  # fmt: skip
    rows = rows.dropna(subset=["entitled_count", "applied_count"]).copy()
    for side in ("low", "high"):
        name = f"entitled_{side}_count"
        rows[name] = rows[name].fillna(rows["entitled_count"])
    for row in rows[rows["entitled_count"] < rows["applied_count"]].itertuples():
        findings.add(_impossible(row, file))
    wrong = (rows["entitled_low_count"] > rows["entitled_count"]) | (
        rows["entitled_high_count"] < rows["entitled_count"]
    )
    _report(
        findings, "blind_zone_range", int(wrong.sum()),
        _("{rows}: число имеющих право лежит вне своих границ."),
        _("исправьте границы: «не менее» ≤ число ≤ «не более»."), file, Severity.ERROR,
    )  # fmt: skip
    return rows[[*_KEYS, *COUNT_COLUMNS]]


def _impossible(row, file: str) -> Finding:
    message = _("обратившихся больше, чем имеющих право: «{measure}», сегмент {segment}.").format(
        measure=row.measure, segment=row.segment_code
    )
    return Finding(
        Severity.ERROR, "blind_zone_negative", message,
        _("проверьте оба числа: обратившиеся – это только те, кто имеет право."), file=file,
        found=f"{row.applied_count} > {row.entitled_count}", clause="2(8)",
    )  # fmt: skip


def _counts_of_flags(rows: pd.DataFrame, findings: Findings, file: str) -> pd.DataFrame:
    """Count clients by their flags; a client named several times for one measure counts once."""
    applied = _is_true(rows["has_applied"]) | _is_true(rows["is_refused"])
    flags = pd.DataFrame(
        {
            **{name: rows[name] for name in _KEYS},
            "speaker": _speaker(rows),
            "is_known": rows["is_entitled"].notna(),
            "is_answered": rows[["has_applied", "is_refused", "has_received"]].notna().any(axis=1),
            "is_entitled": _is_true(rows["is_entitled"]),
            "has_applied": applied | _is_true(rows["has_received"]),
            "is_refused": _is_true(rows["is_refused"]),
            "has_received": _is_true(rows["has_received"]),
        }
    )
    clients = flags.groupby([*_KEYS, "speaker"], as_index=False).any()
    _report(
        findings, "blind_zone_unknown", int((~clients["is_known"]).sum()),
        _("{rows} без сведений о праве не учтены в слепой зоне."),
        _("заполните «Имеет право», если право можно установить."), file,
    )  # fmt: skip
    stray = clients["is_known"] & ~clients["is_entitled"] & clients["has_applied"]
    _report(
        findings, "blind_zone_not_entitled", int(stray.sum()),
        _("{rows}: обратились, не имея права; в слепую зону и в число обратившихся не входят."),
        _("проверьте, верно ли отмечено право."), file, Severity.NOTE,
    )  # fmt: skip
    silent = clients["is_entitled"] & ~clients["is_answered"]
    _report(
        findings, "blind_zone_silent", int(silent.sum()),
        _("{rows}: имеют право, но неизвестно, обращались ли; в слепой зоне не учтены."),
        _("заполните «Обратился»: пустое значение – не отказ от обращения."), file,
    )  # fmt: skip
    entitled = clients[clients["is_entitled"] & clients["is_answered"]]
    sums = entitled.groupby(_KEYS, as_index=False).agg(
        entitled_count=("is_entitled", "sum"),
        applied_count=("has_applied", "sum"),
        refused_count=("is_refused", "sum"),
        received_count=("has_received", "sum"),
    )
    sums["entitled_low_count"] = sums["entitled_high_count"] = sums["entitled_count"]
    counts = sums[[*_KEYS, *COUNT_COLUMNS]].astype(dict.fromkeys(COUNT_COLUMNS, "Int64"))
    # What nobody recorded is not known to be none.
    for flag, count in (("is_refused", "refused_count"), ("has_received", "received_count")):
        if rows[flag].isna().all():
            counts[count] = pd.NA
    return counts


def _speaker(rows: pd.DataFrame) -> pd.Series:
    """Return who a row speaks of: its client, or the row itself where none is named."""
    named = rows["client_id"].notna()
    numbers = pd.Series(np.arange(len(rows)), index=rows.index).astype("str")
    return ("client " + rows["client_id"].astype("str")).where(named, "row " + numbers)


def _is_true(flags: pd.Series) -> pd.Series:
    return flags.fillna(False).astype(bool)


def _report(
    findings: Findings, rule: str, count: int, message: str, remedy: str, file: str,
    severity: Severity = Severity.WARNING,
) -> None:  # fmt: skip
    if count:
        rows = counted(count, _("строка"), _("строки"), _("строк"))
        findings.add(
            Finding(severity, rule, message.format(rows=rows), remedy, file=file, clause="2(8)")
        )
