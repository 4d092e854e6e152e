"""Counting of the entitled and of those who applied, from ready counts and from clients' flags."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _, counted
from client_segments.priorities.blind_zone import (
    COUNT_COLUMNS,
    COUNTED_CLIENTS,
    COUNTED_ONCE,
    EXTRA_COLUMNS,
    READY_COUNTS,
    WEIGHED_SAMPLE,
)
from client_segments.priorities.contracts import ALL_MEASURES
from client_segments.priorities.raking import sample_interval
from client_segments.statistics import effective_size

UNNAMED_MEASURE = _("Мера не названа")
_KEYS = ["segment_code", "measure"]


def blind_zone_counts(
    eligibility: pd.DataFrame, segment_codes: Sequence[str], file: str = ""
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
        What `blind_zone_rates` takes; a row of `ALL_MEASURES` where every row of a segment names
        its client, so that nobody counts twice.
    findings : Findings
        Unknown entitlement (left out), applications without entitlement (never counted), and
        errors where more applied than are entitled.
    """
    findings = Findings()
    placed = named_measures(eligibility, segment_codes)
    is_ready = ready_rows(placed)
    ready = _ready_counts(placed[is_ready], findings, file)
    flagged = _counts_of_flags(placed[~is_ready], findings, file)
    mixed = set(ready["segment_code"])
    flagged = flagged[
        (flagged["measure"] != ALL_MEASURES) | ~flagged["segment_code"].isin(list(mixed))
    ]
    return put_together([ready, flagged], segment_codes), findings


def put_together(parts: Sequence[pd.DataFrame], segment_codes: Sequence[str]) -> pd.DataFrame:
    """Add up counts of the same segment and measure, in the order of the segments."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=[*_KEYS, *COUNT_COLUMNS, *EXTRA_COLUMNS])
    counts = pd.concat(parts, ignore_index=True)
    groups = counts.groupby(_KEYS, as_index=False)
    sums = groups[[*COUNT_COLUMNS, "effective_count"]].sum(min_count=1)
    sums["average_sum"] = groups["average_sum"].mean()["average_sum"]
    sums["counting"] = groups["counting"].min()["counting"]
    order = {code: place for place, code in enumerate(segment_codes)}
    sums = sums.sort_values("segment_code", key=lambda codes: codes.map(order), kind="stable")
    return sums.reset_index(drop=True)


def named_measures(eligibility: pd.DataFrame, segment_codes: Sequence[str]) -> pd.DataFrame:
    """Keep the rows of known segments, and name each measure in one way."""
    placed = eligibility[eligibility["segment_code"].isin(list(segment_codes))]
    keys = placed["measure"].fillna(UNNAMED_MEASURE).map(fold)
    names = placed["measure"].fillna(UNNAMED_MEASURE).groupby(keys).min()
    return placed.assign(measure=keys.map(names).astype("str"))


def ready_rows(placed: pd.DataFrame) -> pd.Series:
    """Tell which rows hold counts and not a client's flags."""
    has_range = placed[["entitled_low_count", "entitled_high_count"]].notna().all(axis=1)
    has_count = placed["entitled_count"].notna() | has_range
    return has_count | (placed["is_entitled"].isna() & placed["applied_count"].notna())


# -------------------------------------------------------------------------------- ready counts


def _ready_counts(rows: pd.DataFrame, findings: Findings, file: str) -> pd.DataFrame:
    """Take counts as they are given; where only a range is known, its middle stands for it."""
    middle = (rows["entitled_low_count"] + rows["entitled_high_count"]) // 2
    rows = rows.assign(entitled_count=rows["entitled_count"].fillna(middle))
    _report(
        findings, "blind_zone_unknown_entitled",
        int((rows["entitled_count"].isna() | rows["applied_count"].isna()).sum()),
        _("{rows} с числом обратившихся без числа имеющих право (или наоборот) не учтены."),
        _("укажите оба числа или правило о праве (decisions/entitlement.yml): без любого из них "
          "слепая зона неизвестна."), file,
    )  # fmt: skip
    rows = rows.dropna(subset=["entitled_count", "applied_count"]).copy()
    for side in ("low", "high"):
        name = f"entitled_{side}_count"
        rows[name] = rows[name].fillna(rows["entitled_count"])
    for row in rows[rows["entitled_count"] < rows["applied_count"]].itertuples():
        findings.add(_impossible(row, file))
    report_impossible_parts(rows, findings, file)
    wrong = (rows["entitled_low_count"] > rows["entitled_count"]) | (
        rows["entitled_high_count"] < rows["entitled_count"]
    )
    _report(
        findings, "blind_zone_range", int(wrong.sum()),
        _("{rows}: число имеющих право лежит вне своих границ."),
        _("исправьте границы: «не менее» ≤ число ≤ «не более»."), file, Severity.ERROR,
    )  # fmt: skip
    rows = rows.assign(effective_count=np.nan, counting=READY_COUNTS)
    return rows[[*_KEYS, *COUNT_COLUMNS, *EXTRA_COLUMNS]]


def report_impossible_parts(rows: pd.DataFrame, findings: Findings, file: str) -> None:
    """Tell of rows where more are refused, or have received, than applied."""
    for name, message in (
        ("refused_count", _("{rows}: отказано больше, чем обратилось.")),
        ("received_count", _("{rows}: получили больше, чем обратилось.")),
    ):
        _report(
            findings, f"blind_zone_{name}", int((rows[name] > rows["applied_count"]).sum()), message,
            _("проверьте оба числа: отказ и получение – части обратившихся."), file, Severity.ERROR,
        )  # fmt: skip
    both = rows["refused_count"] + rows["received_count"] > rows["applied_count"]
    _report(
        findings, "blind_zone_outcomes", int(both.sum()),
        _("{rows}: отказов и получивших вместе больше, чем обратившихся."),
        _("так бывает при повторных обращениях; если людей считали не один раз, исправьте."), file,
    )  # fmt: skip


def _impossible(row, file: str) -> Finding:
    message = _("обратившихся больше, чем имеющих право: «{measure}», сегмент {segment}.").format(
        measure=row.measure, segment=row.segment_code
    )
    return Finding(
        Severity.ERROR, "blind_zone_negative", message,
        _("проверьте оба числа: обратившиеся – это только те, кто имеет право."), file=file,
        found=f"{row.applied_count} > {row.entitled_count}", clause="2(8)",
    )  # fmt: skip


# -------------------------------------------------------------------------------- flags of clients


def _counts_of_flags(rows: pd.DataFrame, findings: Findings, file: str) -> pd.DataFrame:
    """Count clients by their flags; a client named several times for one measure counts once."""
    clients = client_flags(rows)
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
    counts = [
        _flag_counts(part, code, measure)
        for (code, measure), part in clients.groupby(_KEYS, sort=True)
        if (part["is_entitled"] & part["is_answered"]).any()
    ]
    counts += [
        _flag_counts(_whole_clients(part), code, ALL_MEASURES)
        for code, part in clients.groupby("segment_code", sort=True)
        if part["is_named"].all() and (part["is_entitled"] & part["is_answered"]).any()
    ]
    frame = pd.DataFrame(counts, columns=[*_KEYS, *COUNT_COLUMNS, *EXTRA_COLUMNS])
    frame = frame.astype(dict.fromkeys(COUNT_COLUMNS, "Int64"))
    # What nobody recorded is not known to be none.
    for flag, count in (("is_refused", "refused_count"), ("has_received", "received_count")):
        if rows[flag].isna().all():
            frame[count] = pd.NA
    return frame


def client_flags(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the flags of each client and measure together: one row is one of both.

    Whoever was refused, or has received, has applied. A row without a client speaks of somebody
    of its own. `weight` and `average_sum` are means of what the rows say.
    """
    applied = _is_true(rows["has_applied"]) | _is_true(rows["is_refused"])
    flags = pd.DataFrame(
        {
            **{name: rows[name] for name in _KEYS},
            "speaker": speakers(rows),
            "is_named": rows["client_id"].notna(),
            "is_known": rows["is_entitled"].notna(),
            "is_answered": rows[["has_applied", "is_refused", "has_received"]].notna().any(axis=1),
            "is_entitled": _is_true(rows["is_entitled"]),
            "has_applied": applied | _is_true(rows["has_received"]),
            "is_refused": _is_true(rows["is_refused"]),
            "has_received": _is_true(rows["has_received"]),
        }
    )
    keys = [*_KEYS, "speaker"]
    clients = flags.groupby(keys, as_index=False).any()
    numbers = flags[keys].assign(weight=rows["weight"].fillna(1.0), average_sum=rows["average_sum"])
    means = numbers.groupby(keys, as_index=False)[["weight", "average_sum"]].mean()
    return clients.assign(weight=means["weight"], average_sum=means["average_sum"])


def _whole_clients(clients: pd.DataFrame) -> pd.DataFrame:
    """Put a client's measures together: applied is who applied for all that are due to him."""
    known = clients[clients["is_entitled"] & clients["is_answered"]]
    others = clients[~clients["speaker"].isin(known["speaker"])]
    whole = known.groupby("speaker", as_index=False).agg(
        is_known=("is_known", "all"), is_entitled=("is_entitled", "all"),
        is_answered=("is_answered", "all"), has_applied=("has_applied", "all"),
        is_refused=("is_refused", "any"), has_received=("has_received", "any"),
        weight=("weight", "mean"),
    )  # fmt: skip
    rest = others.drop_duplicates("speaker")[whole.columns]
    parts = [part for part in (whole, rest) if len(part)]
    return pd.concat(parts, ignore_index=True).assign(average_sum=np.nan, is_named=True)


def _flag_counts(clients: pd.DataFrame, code: str, measure: str) -> dict[str, object]:
    inside = clients[clients["is_entitled"] & clients["is_answered"]]
    weights = inside["weight"]
    is_sample = bool((clients["weight"] != 1).any())
    applied = inside["has_applied"]
    entitled = round(float(weights.sum()))
    low, high = _entitled_range(clients, weights) if is_sample else (entitled, entitled)
    # Parts of those who applied, so that their shares are shares.
    sums = {
        "applied_count": applied,
        "refused_count": applied & inside["is_refused"],
        "received_count": applied & inside["has_received"],
    }
    once = COUNTED_ONCE if measure == ALL_MEASURES else COUNTED_CLIENTS
    return {
        "segment_code": code,
        "measure": measure,
        "entitled_count": entitled,
        "entitled_low_count": min(low, entitled),
        "entitled_high_count": max(high, entitled),
        **{name: round(float(weights[chosen].sum())) for name, chosen in sums.items()},
        "effective_count": effective_size(weights) if is_sample else np.nan,
        "average_sum": float(clients["average_sum"].mean()),
        "counting": f"{WEIGHED_SAMPLE}; {once}" if is_sample else once,
    }


def _entitled_range(clients: pd.DataFrame, entitled: pd.Series) -> tuple[int, int]:
    """Return the 95 % interval of the entitled, where those without entitlement were asked too."""
    asked = clients.loc[clients["is_known"], "weight"]
    total, own = float(asked.sum()), float(entitled.sum())
    if own >= total:
        return round(own), round(own)
    low, high = sample_interval(own, total, effective_size(asked))
    return int(np.floor(low)), int(np.ceil(high))


def speakers(rows: pd.DataFrame) -> pd.Series:
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
