"""How the segments of a group have shifted since last year (clause 10).

Three views, each where its data are there: shares of segments; the same clients in both years, by
their identifiers; and this year's clients put into segments by last year's decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments import attributes as attribute_step
from client_segments.attributes import CODED_CLIENTS
from client_segments.engine import count_moves
from client_segments.language import _
from client_segments.segments import (
    CLIENT_SEGMENTS,
    REST_CODE,
    SEGMENTS,
    load_grouping,
    segment_patterns,
)
from client_segments.segments.grouping import place_by_stored_model
from client_segments.segments.rules import place_rows
from client_segments.statistics import difference_interval
from client_segments.study import Study
from client_segments.updates.contracts import SEGMENT_DRIFT, SEGMENT_MOVES

SAME_PEOPLE_MINIMUM = 0.2
"""Own: agreement of two years' segments (Cohen's kappa) below which identifiers do not stand for
the same clients: the authority numbers its clients anew every year."""
_MATCHED = ("stayed_count", "arrived_count", "new_count", "moved_count", "left_count")


@dataclass(frozen=True)
class Drift:
    """How a group's segments have shifted.

    Attributes
    ----------
    segments, moves
        Tables `SEGMENT_DRIFT` and `SEGMENT_MOVES`.
    notes
        What could not be compared, and why: one sentence each.
    shifted_pct
        Least share of clients that would have to change segment to turn the one year's shares
        into the other's (total variation); NaN without last year.
    """

    segments: pd.DataFrame
    moves: pd.DataFrame
    notes: tuple[str, ...] = ()
    shifted_pct: float = float("nan")

    @classmethod
    def unknown(cls) -> Drift:
        """Return the drift of a group that has nothing to compare."""
        return cls(SEGMENT_DRIFT.empty(), SEGMENT_MOVES.empty())


def segment_drift(
    study: Study, previous_counts: Mapping[str, int], previous_names: Mapping[str, str]
) -> Drift:
    """Compare the segments of a group with last year's.

    Parameters
    ----------
    previous_counts, previous_names
        Clients and name by code of last year's segments, the rest included; empty where there is
        no last year.
    """
    segments = study.read(SEGMENTS)
    names = dict(zip(segments["segment_code"], segments["segment_name"], strict=True))
    counts = dict(zip(segments["segment_code"], segments["clients_count"], strict=True))
    if not previous_counts:
        return Drift.unknown()
    all_names = dict(previous_names) | names
    notes: list[str] = []
    matched = _matched_clients(study, notes)
    ruled = _by_last_years_decision(study, notes)
    moves = pd.concat([_moves(matched, "clients", all_names), _moves(ruled, "rules", all_names)])
    table = shares_table(counts, previous_counts, all_names)
    shifted = float(table["difference"].abs().sum() / 2)
    table = _with_moves(table, matched)
    return Drift(table, SEGMENT_MOVES.conform(moves.reset_index(drop=True)), tuple(notes), shifted)


def shares_table(
    counts: Mapping[str, int], previous: Mapping[str, int], names: Mapping[str, str]
) -> pd.DataFrame:
    """Return shares of segments in two years with Newcombe's interval of each shift.

    One row is one segment of either year, this year's first (`SEGMENT_DRIFT` without moves).
    """
    codes = [*counts, *(code for code in previous if code not in counts)]
    now = np.array([counts.get(code, 0) for code in codes], dtype=float)
    before = np.array([previous.get(code, 0) for code in codes], dtype=float)
    low, high = difference_interval(now, now.sum(), before, before.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        now_pct, before_pct = 100 * now / now.sum(), 100 * before / before.sum()
    frame = pd.DataFrame(
        {
            "segment_code": codes, "segment_name": [names[code] for code in codes],
            "previous_count": before, "current_count": now, "previous_pct": before_pct,
            "current_pct": now_pct, "difference": now_pct - before_pct,
            "low": 100 * low, "high": 100 * high,
        }
    )  # fmt: skip
    return SEGMENT_DRIFT.conform(frame.assign(**dict.fromkeys(_MATCHED, np.nan)))


def _matched_clients(study: Study, notes: list[str]) -> pd.DataFrame:
    """Count the clients of both years by their two segments; empty where they cannot be matched."""
    previous = study.previous
    if previous is None or not previous.has(CLIENT_SEGMENTS):
        notes.append(
            _(
                "Клиенты двух лет не сопоставлены: шаги прошлого года не выполнены на этом компьютере."
            )
        )
        return _NOBODY
    pairs = count_moves(previous.table_path(CLIENT_SEGMENTS), study.table_path(CLIENT_SEGMENTS))
    both = pairs.dropna()
    if both.empty:
        notes.append(_("Клиенты двух лет не сопоставлены: общих кодов клиентов нет."))
        return _NOBODY
    if kappa(both) < SAME_PEOPLE_MINIMUM:
        notes.append(
            _("Клиенты двух лет не сопоставлены: одинаковые коды, похоже, обозначают разных клиентов – "
              "сегменты совпадают не чаще случайного.")
        )  # fmt: skip
        return _NOBODY
    return pairs


_NOBODY = pd.DataFrame({"from_code": [], "to_code": [], "clients_count": []})


def kappa(pairs: pd.DataFrame) -> float:
    """Return the agreement of two placements beyond chance: 1 the same, 0 as by chance.

    Parameters
    ----------
    pairs
        One row is one pair of segments: `from_code`, `to_code`, `clients_count`.

    Notes
    -----
    Source: Cohen (1960) Educ Psychol Meas 20:37-46. 1 where all are in one and the same segment.
    """
    total = pairs["clients_count"].sum()
    before = pairs.groupby("from_code")["clients_count"].sum() / total
    after = pairs.groupby("to_code")["clients_count"].sum() / total
    is_same = pairs["from_code"] == pairs["to_code"]
    agreed = pairs.loc[is_same, "clients_count"].sum() / total
    chance = before.mul(after, fill_value=0).sum()
    return float((agreed - chance) / (1 - chance)) if chance < 1 else 1.0


def _by_last_years_decision(study: Study, notes: list[str]) -> pd.DataFrame:
    """Count this year's clients by the segment that last year's decision gives them, and theirs."""
    previous = study.previous
    if previous is None:
        return _NOBODY
    coders = attribute_step.coders(study)
    grouping, findings = load_grouping(previous, coders)
    is_ready = grouping.method == "rules" or grouping.model is not None
    if findings.errors or grouping.is_proposed or not is_ready:
        notes.append(
            _("Решение прошлого года к клиентам этого года не приложить: в нём значения, которых "
              "в перечне признаков больше нет, или оно не утверждено.")
        )  # fmt: skip
        return _NOBODY
    if not study.has(CODED_CLIENTS):
        notes.append(
            _("Решение прошлого года не приложено: таблица клиентов лежит в другой системе.")
        )
        return _NOBODY
    used = set().union(*(rule.attributes() for rule in grouping.rules()))
    if grouping.model is not None:
        used |= set(grouping.model.attribute_codes)
    patterns = segment_patterns(study, sorted(used))
    placed = _placed(grouping, patterns, coders)
    pairs = patterns.assign(from_code=placed, to_code=patterns["segment_code"])
    pairs = pairs[pairs["clients_count"] > 0].dropna(subset=["from_code"])
    return pairs.groupby(["from_code", "to_code"], as_index=False)["clients_count"].sum()


def _placed(grouping, patterns: pd.DataFrame, coders) -> np.ndarray:
    """Return the segment of each pattern: by the rules, and by the model where none takes it."""
    codes = np.full(len(patterns), REST_CODE, dtype=object)
    rules = grouping.ruled()
    if rules:
        chosen = place_rows(grouping.rules(), patterns).chosen
        names = np.array([segment.code for segment in rules], dtype=object)
        codes = np.where(chosen >= 0, names[np.maximum(chosen, 0)], codes)
    if grouping.model is not None:
        by_model = place_by_stored_model(grouping, patterns, coders)
        codes = np.where(codes == REST_CODE, by_model, codes)
    return codes


def _moves(pairs: pd.DataFrame, way: str, names: Mapping[str, str]) -> pd.DataFrame:
    """Return rows of `SEGMENT_MOVES`: clients that both placements know."""
    both = pairs.dropna()
    total = both.groupby("from_code")["clients_count"].transform("sum")
    return both.assign(
        way=way, from_name=both["from_code"].map(names), to_name=both["to_code"].map(names),
        share_pct=100 * both["clients_count"] / total,
    )[SEGMENT_MOVES.column_names]  # fmt: skip


def _with_moves(table: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Fill in who stayed, came and went, where clients are matched."""
    if pairs.empty:
        return table
    came, gone = pairs["from_code"], pairs["to_code"]
    is_same = (came == gone).fillna(False).astype(bool)
    moved = came.notna() & gone.notna() & ~is_same
    kinds = {
        "stayed_count": (is_same, gone), "arrived_count": (moved, gone),
        "new_count": (came.isna(), gone), "moved_count": (moved, came),
        "left_count": (gone.isna(), came),
    }  # fmt: skip
    columns = {
        name: table["segment_code"]
        .map(pairs[rows].groupby(side[rows])["clients_count"].sum())
        .fillna(0)
        for name, (rows, side) in kinds.items()
    }
    return SEGMENT_DRIFT.conform(table.assign(**columns))
