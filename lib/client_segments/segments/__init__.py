"""Step 2: clients grouped into segments, and a holistic image of each (clause 6)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from client_segments import attributes as attribute_step
from client_segments import charts, decisions, reading
from client_segments import recommendations as rec
from client_segments.attributes import (
    ATTRIBUTE_VALUES,
    ATTRIBUTES,
    CODED_CLIENTS,
    MISSING_CODE,
    Coder,
)
from client_segments.engine import Engine
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.labels import fold
from client_segments.language import _, counted, format_percent
from client_segments.reading import RawTable
from client_segments.segments.contracts import (
    CLASS_MODELS,
    CLIENT_SEGMENTS,
    CONTRACTS,
    IMAGE_LINES,
    IMAGES,
    PATTERN_SEGMENTS,
    REST_CODE,
    SEGMENT_RECORDS,
    SEGMENT_VALUES,
    SEGMENTS,
)
from client_segments.segments.grouping import (
    Grouping,
    SegmentPlan,
    compare_classes,
    fit_classes,
    group_patterns,
    load_grouping,
)
from client_segments.segments.images import (
    image_lines_table,
    image_text,
    proposed_name,
    segment_values_table,
)
from client_segments.segments.latent_classes import LatentClassModel, choose_classes
from client_segments.segments.rules import UNDECIDED, place_rows
from client_segments.steps import Check, Outcome, StepResult, finish
from client_segments.study import Study

__all__ = [
    "CLASS_MODELS",
    "CLIENT_SEGMENTS",
    "CONTRACTS",
    "IMAGES",
    "IMAGE_LINES",
    "PATTERN_SEGMENTS",
    "REST_CODE",
    "SEGMENTS",
    "SEGMENT_RECORDS",
    "SEGMENT_VALUES",
    "Grouping",
    "LatentClassModel",
    "SegmentPlan",
    "choose_classes",
    "classes_chart",
    "fit_classes",
    "load_grouping",
    "load_placed",
    "place",
    "run",
    "segment_of",
    "segment_patterns",
    "sizes_chart",
    "values_chart",
]

REST_MAXIMUM_PCT = 30.0
"""Own: a rest larger than this is named in the checks."""


def _forming(attributes: pd.DataFrame) -> list[str]:
    """Return codes of the forming attributes, or stop: without one nothing can be grouped."""
    forming = attributes.loc[attributes["role"] == "forming", "attribute_code"].tolist()
    if not forming:
        raise InputError(_("В перечне нет образующих признаков: отметьте их ролью forming."))
    return forming


def run(study: Study) -> StepResult:
    """Do step 2: group the clients, describe each segment, check.

    Raises
    ------
    InputError
        With every mistake of the decision that stops the step.
    """
    settings = decisions.load_group(study)
    attributes = study.read(ATTRIBUTES)
    values = study.read(ATTRIBUTE_VALUES)
    clients = study.read(CODED_CLIENTS)
    coders = attribute_step.coders(study)
    grouping, findings = load_grouping(study, coders)
    findings.raise_errors()
    forming = _forming(attributes)
    grouping_attributes = _grouping_attributes(grouping, attributes)
    levels = (values.groupby("attribute_code", sort=False)["value_code"].max()).to_dict()
    file = study.name_of(decisions.decision_path(study, "segments"))
    with Engine(clients, levels) as engine:
        class_models = compare_classes(engine.patterns(forming), forming)
        patterns = engine.patterns(grouping_attributes)
        grouped = group_patterns(grouping, patterns, grouping_attributes, class_models, file)
        segment_codes = engine.assign(
            grouping_attributes, grouped.patterns[["pattern_key", "segment_code"]]
        )
        counts = engine.segment_values()
    findings.extend(grouped.findings)
    client_segments = clients[["client_id", "clients_count", "weight"]].assign(
        segment_code=segment_codes
    )
    segment_values = segment_values_table(counts, values, attributes)
    described = {
        segment.code: segment.rule.attributes()
        for segment in grouping.segments
        if segment.rule is not None
    }
    lines = image_lines_table(segment_values, attributes, described)
    segments = _segments_table(grouping, client_segments, lines)
    images = pd.DataFrame(
        [
            (
                row.segment_code,
                image_text(
                    row.segment_name, row.clients_count, row.share_pct,
                    lines[lines["segment_code"] == row.segment_code], settings.unit_forms,
                ),
            )
            for row in segments.itertuples()
            if row.clients_count
        ],
        columns=IMAGES.column_names,
    )  # fmt: skip
    tables = {
        "segments": segments,
        "client_segments": client_segments,
        "pattern_segments": grouped.patterns[
            ["segment_code", "clients_count", *grouping_attributes]
        ],
        "segment_values": segment_values.drop(columns="weight"),
        "images": images,
        "image_lines": lines,
        "class_models": class_models,
    }
    return finish(study, CONTRACTS, tables, _checks(segments, grouping), findings, segments)


def _grouping_attributes(grouping: Grouping, attributes: pd.DataFrame) -> list[str]:
    """Return the attributes that patterns are made of: those of the rules, else the forming ones."""
    if grouping.method == "rules":
        used = set().union(*(rule.attributes() for rule in grouping.rules()))
        return [code for code in attributes["attribute_code"] if code in used]
    return _forming(attributes)


def _segments_table(grouping: Grouping, clients: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return table `segments`: decided segments in their order, then the rest."""
    counts = clients.groupby("segment_code")["clients_count"].sum()
    total = counts.sum()
    plans = list(grouping.segments)
    if grouping.is_proposed:
        codes = [code for code in counts.index if code != REST_CODE]
        numbers = sorted(int(code.rpartition("-")[2]) for code in codes)
        plans = [
            SegmentPlan(
                code,
                # One class of all clients has nothing of its own to be named by.
                proposed_name(lines[lines["segment_code"] == code])
                if len(numbers) > 1
                else _("Все клиенты"),
                class_number=number,
            )
            for number in numbers
            for code in [f"class-{number}"]
        ]
    rows = [
        (plan.code, plan.name, False, plan.rule.text if plan.rule else _class_text(plan))
        for plan in plans
    ]
    rows.append((REST_CODE, grouping.rest_name, True, _("не попали ни в один сегмент")))
    frame = pd.DataFrame(rows, columns=["segment_code", "segment_name", "is_rest", "rule_text"])
    frame["is_proposed"] = grouping.is_proposed
    frame["clients_count"] = frame["segment_code"].map(counts).fillna(0).astype(int)
    frame["share_pct"] = 100 * frame["clients_count"] / total if total else np.nan
    by_segment = lines.groupby("segment_code")["attribute_code"]
    frame["attributes_count"] = frame["segment_code"].map(by_segment.nunique()).fillna(0)
    frame["attribute_values_count"] = frame["segment_code"].map(by_segment.size()).fillna(0)
    return frame


def _class_text(plan: SegmentPlan) -> str:
    return _("скрытый класс № {number} модели").format(number=plan.class_number)


def _checks(segments: pd.DataFrame, grouping: Grouping) -> list[Check]:
    named = segments[~segments["is_rest"]]
    filled = named[named["clients_count"] > 0]
    empty = named.loc[named["clients_count"] == 0, "segment_name"]
    rest_pct = segments.loc[segments["is_rest"], "share_pct"].iloc[0]
    bounds = (rec.ATTRIBUTES_MINIMUM, rec.ATTRIBUTES_MAXIMUM)
    outside = filled.loc[~filled["attribute_values_count"].between(*bounds), "segment_name"]
    rest_fits = not rest_pct > REST_MAXIMUM_PCT
    return [
        Check(
            "described", _("Каждый сегмент описывают от 5 до 15 значений признаков"), "5",
            Outcome.MET if outside.empty else Outcome.WARNING, ", ".join(outside),
            "" if outside.empty else _("дополните перечень признаков: рекомендация, а не запрет."),
        ),
        Check(
            "imaged", _("Составлен целостный образ каждого сегмента"), "6",
            Outcome.MET if empty.empty else Outcome.WARNING,
            _("образов – {count}").format(count=len(filled)),
            "" if empty.empty else _("нет клиентов в сегментах: {names}.").format(names=", ".join(empty)),
        ),
        Check(
            "rest", _("Вне сегментов остаётся небольшая часть клиентов"), "6",
            Outcome.MET if rest_fits else Outcome.WARNING,
            _("остальных – {share}").format(share=format_percent(rest_pct)),
            "" if rest_fits else _("опишите сегменты и для этих клиентов."),
        ),
        Check(
            "segments_decided", _("Сегменты утверждены человеком"), "6",
            Outcome.WARNING if grouping.is_proposed else Outcome.MET, "",
            _("назовите сегменты и сохраните решение.") if grouping.is_proposed else "",
        ),
    ]  # fmt: skip


def place(study: Study, raw: RawTable, *, is_whole: bool = True) -> tuple[pd.DataFrame, Findings]:
    """Put the rows of a raw table into segments.

    A row that names a client goes where the client is; any other goes by its values of
    attributes, if they decide it. Where the clients themselves have no identifiers (ready
    counts), every row goes by its attributes. `is_whole` says that `raw` has all its rows.

    Returns
    -------
    frame : DataFrame
        The raw table's frame with `segment_code` (NaN where a row cannot be placed).
    findings : Findings
        How many rows could not be placed, and why.
    """
    frame = raw.frame.copy()
    clients = study.read(CLIENT_SEGMENTS)
    by_client = clients.dropna(subset=["client_id"]).set_index("client_id")["segment_code"]
    by_client = by_client[~by_client.index.duplicated()]
    names_client = (
        frame["client_id"].notna()
        if "client_id" in frame and len(by_client)
        else pd.Series(False, frame.index)
    )
    placed = pd.Series(np.nan, index=frame.index, dtype="str")
    if names_client.any():
        placed[names_client] = frame.loc[names_client, "client_id"].map(by_client)
    others = ~names_client
    findings = Findings()
    file = study.name_of(raw.files[0])
    if others.any():
        coders = attribute_step.coders(study)
        codes, findings = _code_rows(coders, raw, frame[others], file)
        placed[others] = _place_codes(study, coders, codes)
    unplaced = int((others & placed.isna()).sum())
    rows = (_("строка"), _("строки"), _("строк"))
    if names_client.any():
        unknown = reading.check_identifiers(
            frame["client_id"], by_client.index, file, is_whole=is_whole
        )
        findings.extend([unknown] if unknown else [])
    if unplaced:
        message = _("{count} нельзя отнести ни к одному сегменту: не хватает признаков.")
        remedy = _("добавьте client_id или столбцы признаков, по которым построены сегменты.")
        text = message.format(count=counted(unplaced, *rows))
        findings.add(Finding(Severity.WARNING, "unplaced_row", text, remedy, file=file))
    return frame.assign(segment_code=placed), findings


def load_placed(study: Study, name: str) -> tuple[pd.DataFrame | None, Findings]:
    """Read a raw table and put its rows into segments; None where there is no table.

    Raises
    ------
    InputError
        With every mistake of the table.
    """
    raw = reading.load_raw(study, name)
    if raw is None:
        return None, Findings()
    findings = Findings(raw.findings)
    findings.raise_errors()
    frame, place_findings = place(study, raw)
    findings.extend(place_findings)
    return frame, findings


def _code_rows(
    coders: list[Coder], raw: RawTable, frame: pd.DataFrame, file: str
) -> tuple[pd.DataFrame, Findings]:
    """Code the attribute columns that a raw table has."""
    columns, findings = {}, Findings()
    for coder in coders:
        column = coder.attribute.find_column(raw.attribute_columns)
        if column is None:
            continue
        columns[coder.attribute.code], unknown = coder.encode(frame[column])
        for text in unknown:
            message = _("значения нет в перечне признака «{name}».").format(
                name=coder.attribute.name
            )
            remedy = _("объявите код в decisions/columns.yml или добавьте значение в перечень.")
            findings.add(
                Finding(
                    Severity.WARNING,
                    "unknown_value",
                    message,
                    remedy,
                    file=file,
                    header=column,
                    found=text,
                )
            )
    return pd.DataFrame(columns, index=frame.index), findings


def segment_of(study: Study, client_ids: pd.Series) -> pd.Series:
    """Return the segment of each client by identifier; NaN where the clients do not have it.

    Raises
    ------
    InputError
        If step 2 has not been run.
    """
    clients = study.read(CLIENT_SEGMENTS).dropna(subset=["client_id"])
    by_client = clients.drop_duplicates("client_id").set_index("client_id")["segment_code"]
    return client_ids.map(by_client).astype("str")


def segment_patterns(study: Study, attribute_codes: Sequence[str]) -> pd.DataFrame:
    """Count clients by segment and combination of codes of some attributes.

    Returns
    -------
    DataFrame
        One row is one segment × pattern: `segment_code`, one column of codes an attribute
        (0 is missing), `rows_count`, `clients_count`, `weight` (sum of counts times weights);
        sorted by segment and codes.
    """
    coded = study.read(CODED_CLIENTS)
    # Both tables keep the order of the clients' rows.
    coded["segment_code"] = study.read(CLIENT_SEGMENTS)["segment_code"].to_numpy()
    coded["weight"] = coded["weight"] * coded["clients_count"]
    groups = coded.groupby(["segment_code", *attribute_codes], sort=True)
    return groups.agg(
        rows_count=("clients_count", "size"),
        clients_count=("clients_count", "sum"),
        weight=("weight", "sum"),
    ).reset_index()


def _place_codes(study: Study, coders: list[Coder], codes: pd.DataFrame) -> np.ndarray:
    grouping, _findings = load_grouping(study, coders)
    if grouping.method == "rules":
        chosen = place_rows(grouping.rules(), codes).chosen
        names = np.array(
            [*(segment.code for segment in grouping.segments), REST_CODE], dtype=object
        )
        return np.where(chosen == UNDECIDED, np.nan, names[np.maximum(chosen, -1)])
    patterns = study.read(PATTERN_SEGMENTS)
    forming = [name for name in patterns.columns if name not in PATTERN_SEGMENTS.column_names]
    if not set(forming) <= set(codes.columns):
        return np.full(len(codes), np.nan, dtype=object)
    known = patterns.set_index(forming)["segment_code"]
    return known.reindex(pd.MultiIndex.from_frame(codes[forming])).to_numpy()


def resolve_segment(segments: pd.DataFrame, text: str) -> str | None:
    """Return the code of the segment that a text names by code or by name, if any."""
    for column in ("segment_code", "segment_name"):
        index = {
            fold(value): code
            for value, code in zip(segments[column], segments["segment_code"], strict=True)
        }
        if fold(text) in index:
            return index[fold(text)]
    return None


def sizes_chart(result: StepResult) -> go.Figure:
    """Chart: number of clients of each segment."""
    frame = result.table("segments")
    named = frame[~frame["is_rest"]]
    largest = named.loc[named["clients_count"].idxmax()]
    description = _(
        "Число клиентов в каждом сегменте. Крупнейший – «{name}»: {count}, {share} всех."
    )
    return charts.bar_chart(
        frame,
        label="segment_name",
        value="clients_count",
        title=_("Ёмкость сегментов"),
        value_title=_("Число клиентов"),
        description=description.format(
            name=largest["segment_name"],
            count=counted(int(largest["clients_count"]), _("клиент"), _("клиента"), _("клиентов")),
            share=format_percent(largest["share_pct"]),
        ),
    )


def values_chart(result: StepResult) -> go.Figure:
    """Chart: share of each forming value in each segment, as a heat map."""
    attributes = result.study.read(ATTRIBUTES)
    frame = result.table("segment_values")
    frame = frame[
        (frame["value_code"] > MISSING_CODE) & frame["attribute_code"].isin(_forming(attributes))
    ]
    frame = frame.assign(line=frame["attribute_name"] + ": " + frame["value_name"])
    names = result.table("segments").set_index("segment_code")["segment_name"]
    frame["segment_name"] = frame["segment_code"].map(names)
    return charts.heat_map(
        frame,
        row="line",
        column="segment_name",
        value="share_pct",
        title=_("Значения образующих признаков по сегментам"),
        value_title=_("Доля клиентов сегмента, %"),
        description=_(
            "Тепловая карта: какую долю клиентов каждого сегмента составляет каждое значение."
        ),
    )


def classes_chart(result: StepResult) -> go.Figure:
    """Chart: BIC per client by the number of latent classes."""
    frame = result.table("class_models")
    proposed = int(frame.loc[frame["is_proposed"], "classes_count"].iloc[0])
    return charts.line_chart(
        frame,
        x="classes_count",
        value="bic_per_client",
        title=_("Число скрытых классов и BIC на клиента"),
        x_title=_("Число классов"),
        value_title=_("BIC на клиента"),
        marked=proposed,
        description=_("BIC на клиента падает с числом классов; излом – при {count}.").format(
            count=proposed
        ),
    )
