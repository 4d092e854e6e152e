"""Targets: what is worth knowing of clients by their attributes, counted client by client.

Whether a client is dissatisfied, stands in the blind zone, names a problem or a channel comes
from the raw tables, which any step may read; steps 1 and 2 ask which attributes tell it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from client_segments import catalogue, decisions, reading
from client_segments import recommendations as rec
from client_segments.attributes.coding import MISSING_CODE, Coder
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.reading import RawTable
from client_segments.scales import is_satisfied, rescale
from client_segments.study import Study

TARGET_COLUMNS = ("target_code", "target_name", "client_id", "hits_count", "total_count")
DISSATISFIED = "dissatisfied"
BLIND_ZONE = "blind_zone"
PROBLEM, CHANNEL = "problem", "channel"
"""First words of the codes of the four kinds of target."""
TARGET_KINDS = (DISSATISFIED, PROBLEM, CHANNEL, BLIND_ZONE)
PROBLEMS_MAXIMUM = 15
"""Own: the problems that most clients name."""
MENTIONS_MINIMUM = 5
"""Own: mentions below which nothing is said of a problem or a channel."""
_ROW = "row_number"


def target_kind(target_code: str) -> str:
    """Return the kind of a target: dissatisfied, blind_zone, problem or channel."""
    return target_code.partition(".")[0]


def load_targets(
    study: Study, coders: Sequence[Coder] = (), kinds: Collection[str] = TARGET_KINDS
) -> tuple[pd.DataFrame, Findings]:
    """Count the targets of each client from the raw tables.

    A table that is absent gives no targets; neither does one with errors, and a finding says so:
    the step that owns the table stops at them.

    Parameters
    ----------
    coders
        Coders of the attributes: with them rows that name no client but give values of
        attributes (ready counts) are taken too; without them they are left out.

    kinds
        Kinds of target to load; only their tables are read.

    Returns
    -------
    targets : DataFrame
        One row is one target × client (or row of ready counts): `target_code`, `target_name`,
        `client_id` (NaN in ready counts), `hits_count` (dissatisfied answers, measures not
        applied for, mentions of this problem or channel), `total_count` (answers, measures the
        client is entitled to, 1 for one who names any problem or channel of the kind). With
        `coders` also one column of codes an attribute: what the row itself says, 0 elsewhere.
    findings : Findings
        Tables that could not be taken.
    """
    findings = Findings()
    readers = {
        DISSATISFIED: ("feedback", _dissatisfied),
        PROBLEM: ("problems", _problems),
        CHANNEL: ("channels", _channels),
    }
    if decisions.load_group(study).has_entitlement:
        readers[BLIND_ZONE] = ("eligibility", _blind_zone)
    parts = []
    for kind, (name, read) in readers.items():
        if kind not in kinds:
            continue
        raw = reading.load_raw(study, name)
        if raw is None or raw.frame.empty:
            continue
        if raw.findings.errors:
            message = _("таблица прочитана с ошибками и при выборе признаков не учтена.")
            remedy = _("исправьте ошибки таблицы: они перечислены в шаге, который её использует.")
            file = study.name_of(raw.files[0])
            findings.add(Finding(Severity.WARNING, "target_errors", message, remedy, file=file))
            continue
        frame, codes = _speakers(raw, coders)
        counts = read(frame, study)
        parts.append(counts.join(codes, on=_ROW) if coders else counts)
    names = [*TARGET_COLUMNS, *(coder.attribute.code for coder in coders)]
    if not parts:
        return pd.DataFrame(columns=names), findings
    targets = pd.concat([part[names] for part in parts], ignore_index=True)
    counts = dict.fromkeys(("hits_count", "total_count"), "int64")
    return targets.astype(counts), findings


def target_patterns(
    targets: pd.DataFrame, coded: pd.DataFrame, attribute_codes: Sequence[str]
) -> pd.DataFrame:
    """Count the targets by combination of codes of some attributes.

    Parameters
    ----------
    targets
        What `load_targets` returns with coders.
    coded
        Clients with `client_id` and codes (table `coded_clients`, or its rows that are asked
        for). Clients that it does not have are left out; where no client has an identifier,
        every row goes by its own values of attributes.
    attribute_codes
        Attributes of the combinations.

    Returns
    -------
    DataFrame
        One row is one target × pattern: `target_code`, `target_name`, one column of codes an
        attribute (0 is missing), `clients_count` (clients, or occasions of ready counts),
        `hits_count`, `total_count`, and the sums over clients `hits_square`, `hits_total` and
        `total_square`, from which the variance of a share of answers of the same clients comes.
    """
    names = list(attribute_codes)
    known = coded.dropna(subset=["client_id"]).drop_duplicates("client_id")
    by_client = known.set_index("client_id")[names]
    is_named = targets["client_id"].notna() & bool(len(known))
    plain = targets.loc[is_named, list(TARGET_COLUMNS)]
    named = plain.join(by_client, on="client_id", how="inner")
    ready = targets[~is_named]
    # An occasion of ready counts is a client of its own: nothing else is known of it.
    parts = [
        named.assign(
            clients_count=1,
            hits_square=named["hits_count"] ** 2,
            hits_total=named["hits_count"] * named["total_count"],
            total_square=named["total_count"] ** 2,
        ),
        ready.assign(
            clients_count=ready["total_count"],
            hits_square=ready["hits_count"],
            hits_total=ready["hits_count"],
            total_square=ready["total_count"],
        ),
    ]
    sums = [
        "clients_count", "hits_count", "total_count", "hits_square", "hits_total", "total_square",
    ]  # fmt: skip
    whole = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    keys = ["target_code", "target_name", *names]
    return whole.groupby(keys, as_index=False, observed=True)[sums].sum()


def _speakers(raw: RawTable, coders: Sequence[Coder]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that say whom they speak of, and the codes of attributes they give."""
    frame = raw.frame.reset_index(drop=True)
    frame = frame.assign(**{_ROW: np.arange(len(frame))})
    is_named = frame["client_id"].notna()
    columns = {
        coder.attribute.code: coder.attribute.find_column(raw.attribute_columns) for coder in coders
    }
    given = [column for column in columns.values() if column is not None]
    says_something = is_named | frame[given].notna().any(axis=1) if given else is_named
    codes = pd.DataFrame(
        {
            coder.attribute.code: np.int16(MISSING_CODE)
            if columns[coder.attribute.code] is None
            else coder.encode(frame[columns[coder.attribute.code]])[0].astype("int16")
            for coder in coders
        },
        index=frame.index,
    )
    frame["speaker"] = ("client " + frame["client_id"].astype("str")).where(
        is_named, "row " + frame[_ROW].astype("str")
    )
    return frame[says_something], codes


def _summed(frame: pd.DataFrame, keys: Sequence[str] = ()) -> pd.DataFrame:
    """Sum hits and totals of each client (or row of ready counts)."""
    sums = {_ROW: "first", "client_id": "first", "hits_count": "sum", "total_count": "sum"}
    summed = frame.groupby([*keys, "speaker"], as_index=False, observed=True).agg(sums)
    return summed[summed["total_count"] > 0]


def _named(frame: pd.DataFrame, code: str, name: str) -> pd.DataFrame:
    return frame.assign(target_code=code, target_name=name)


def _count(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return the count of a row of ready counts; a named client is one."""
    counts = frame[column].fillna(1).astype("int64")
    return counts.where(frame["client_id"].isna(), 1)


def _dissatisfied(frame: pd.DataFrame, _study: Study) -> pd.DataFrame:
    """Count the answers below the satisfied ones, of all valid answers."""
    rescaled = rescale(frame["score"], frame["scale_min"], frame["scale_max"])
    count = _count(frame, "answers_count").where(rescaled.notna(), 0)
    hits = count.where(~is_satisfied(rescaled), 0)
    counts = _summed(frame.assign(hits_count=hits, total_count=count))
    return _named(counts, DISSATISFIED, _("Неудовлетворённость"))


def _mentions(frame: pd.DataFrame, item: str, count: str) -> pd.DataFrame:
    """Count who names each item among those who name any; one client names an item once."""
    total = frame.assign(total_count=_count(frame, count)).drop_duplicates("speaker")
    total = total[[_ROW, "client_id", "speaker", "total_count"]]
    named = frame.drop_duplicates(["speaker", item])
    often = named.assign(n=_count(named, count)).groupby(item)["n"].sum()
    often = (
        often[often >= MENTIONS_MINIMUM].sort_index().sort_values(ascending=False, kind="stable")
    )
    parts = []
    for label in often.index[:PROBLEMS_MAXIMUM]:
        speakers = named.loc[named[item] == label, "speaker"]
        is_hit = total["speaker"].isin(speakers)
        parts.append(total.assign(hits_count=total["total_count"].where(is_hit, 0), item=label))
    columns = [_ROW, "client_id", "speaker", "total_count", "hits_count", "item"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _problems(frame: pd.DataFrame, _study: Study) -> pd.DataFrame:
    """Count who names each problem, of those who name any."""
    frame = frame.dropna(subset=["problem"])
    frame = frame.assign(key=frame["problem"].map(fold))
    spelt = frame.groupby("key")["problem"].min()
    counts = _mentions(frame, "key", "problems_count")
    name = _("Проблема: {problem}")
    names = {key: name.format(problem=text) for key, text in spelt.items()}
    return counts.assign(
        target_code=PROBLEM + "." + counts["item"].astype("str"),
        target_name=counts["item"].map(names).astype("str"),
    )


def _channels(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Count who names each channel, of those who name any for the same use and attitude."""
    frame = frame.dropna(subset=["use", "kind", "channel"])
    matched = catalogue.match_channels(
        frame["channel"].unique().tolist(), catalogue.channels(study.root)
    )
    frame = frame.merge(matched, on="channel", how="left")
    if frame.empty:
        return frame.assign(**dict.fromkeys(TARGET_COLUMNS))
    titles = matched.drop_duplicates("item_code").set_index("item_code")["item_name"]
    name = _("Канал: {channel} ({use}, {kind})")
    parts = []
    for (use, kind), group in frame.groupby(["use", "kind"]):
        counts = _mentions(group, "item_code", "answers_count")
        words = {"use": rec.CHANNEL_USES[use], "kind": rec.CHANNEL_KINDS[kind]}
        names = {code: name.format(channel=title, **words) for code, title in titles.items()}
        parts.append(
            counts.assign(
                target_code=f"{CHANNEL}.{use}.{kind}." + counts["item"].astype("str"),
                target_name=counts["item"].map(names).astype("str"),
            )
        )
    return pd.concat(parts, ignore_index=True)


def _blind_zone(frame: pd.DataFrame, _study: Study) -> pd.DataFrame:
    """Count the measures a client is entitled to and has not applied for; in all and by measure.

    A refused client did apply (clause 2(8)). Unknown entitlement or application counts nowhere.
    """
    flags = {
        name: frame[name].fillna(False).astype(bool)
        for name in ("is_entitled", "has_applied", "is_refused", "has_received")
    }
    applied = flags["has_applied"] | flags["is_refused"] | flags["has_received"]
    answered = frame[["has_applied", "is_refused", "has_received"]].notna().any(axis=1)
    is_ready = frame["entitled_count"].notna() & frame["applied_count"].notna()
    entitled = frame["entitled_count"].fillna(0).astype("int64")
    missed = (entitled - frame["applied_count"].fillna(0).astype("int64")).clip(lower=0)
    frame = frame.assign(
        measure=frame["measure"].fillna("").map(fold), spelt=frame["measure"],
        is_entitled=flags["is_entitled"], is_applied=applied, is_answered=answered,
        ready_total=entitled.where(is_ready, 0), ready_hits=missed.where(is_ready, 0),
    )  # fmt: skip
    clients = frame.groupby(["measure", "speaker"], as_index=False).agg(
        {
            _ROW: "first", "client_id": "first", "is_entitled": "any", "is_applied": "any",
            "is_answered": "any", "ready_total": "sum", "ready_hits": "sum",
        }
    )  # fmt: skip
    total = (clients["is_entitled"] & clients["is_answered"]).astype("int64")
    hits = total.where(~clients["is_applied"], 0)
    is_ready = clients["ready_total"] > 0
    counts = clients.assign(
        total_count=total.where(~is_ready, clients["ready_total"]),
        hits_count=hits.where(~is_ready, clients["ready_hits"]),
    )
    parts = [_named(_summed(counts), BLIND_ZONE, _("Слепая зона"))]
    names = frame.dropna(subset=["spelt"]).groupby("measure")["spelt"].min()
    name = _("Слепая зона: {measure}")
    if len(names) > 1:
        for key, spelt in names.items():
            part = counts[(counts["measure"] == key) & (counts["total_count"] > 0)]
            parts.append(_named(part, f"{BLIND_ZONE}.{key}", name.format(measure=spelt)))
    return pd.concat(parts, ignore_index=True)
