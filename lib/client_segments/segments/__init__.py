"""Step 2: clients grouped into segments, and a holistic image of each (clause 6)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments import attributes as attribute_step
from client_segments import decisions, reading
from client_segments import recommendations as rec
from client_segments.attributes import (
    ATTRIBUTE_VALUES,
    ATTRIBUTES,
    CODED_CLIENTS,
    Coder,
)
from client_segments.engine import count_patterns, known_identifiers, segments_of
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.labels import fold
from client_segments.language import _, counted, format_percent
from client_segments.reading import RawTable
from client_segments.segments.classes import Counted, compare_classes, fit_classes, fit_model
from client_segments.segments.contracts import (
    CLASS_MODELS,
    CLASS_RULES,
    CLIENT_SEGMENTS,
    CONTRACTS,
    IMAGE_ABSENCES,
    IMAGE_LINES,
    IMAGES,
    PATTERN_SEGMENTS,
    REST_CODE,
    SEGMENT_LIKENESS,
    SEGMENT_RECORDS,
    SEGMENT_VALUES,
    SEGMENTS,
    SUBGROUPS,
)
from client_segments.segments.explanations import explain
from client_segments.segments.grouping import (
    Grouping,
    SegmentPlan,
    group_patterns,
    load_grouping,
    place_by_stored_model,
)
from client_segments.segments.images import (
    image_absences_table,
    image_lines_table,
    segment_values_table,
)
from client_segments.segments.latent_classes import LatentClassModel, choose_classes
from client_segments.segments.likeness import segment_likeness_table
from client_segments.segments.rules import UNDECIDED, place_rows
from client_segments.segments.rules_shown import show_rules, show_subgroups
from client_segments.segments.shown import (
    images_chart,
    likeness_chart,
    show_images,
    sizes_chart,
    values_chart,
)
from client_segments.segments.shown_classes import (
    classes_chart,
    show_class_models,
    show_model_fit,
)
from client_segments.segments.stored_model import model_to_store
from client_segments.segments.words import image_texts, proposed_names
from client_segments.steps import Check, Outcome, StepResult, finish
from client_segments.study import Study

__all__ = [
    "CLASS_MODELS",
    "CLASS_RULES",
    "CLIENT_SEGMENTS",
    "CONTRACTS",
    "IMAGES",
    "IMAGE_ABSENCES",
    "IMAGE_LINES",
    "PATTERN_SEGMENTS",
    "REST_CODE",
    "SEGMENTS",
    "SEGMENT_LIKENESS",
    "SEGMENT_RECORDS",
    "SEGMENT_VALUES",
    "SUBGROUPS",
    "Grouping",
    "LatentClassModel",
    "SegmentPlan",
    "choose_classes",
    "classes_chart",
    "fit_classes",
    "images_chart",
    "likeness_chart",
    "load_grouping",
    "load_placed",
    "model_to_store",
    "place",
    "run",
    "segment_of",
    "segment_patterns",
    "show_class_models",
    "show_images",
    "show_model_fit",
    "show_rules",
    "show_subgroups",
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
    coders = attribute_step.coders(study)
    grouping, findings = load_grouping(study, coders)
    findings.raise_errors()
    forming = _forming(attributes)
    grouping_attributes = _grouping_attributes(grouping, attributes)
    file = study.name_of(decisions.decision_path(study, "segments"))
    with attribute_step.open_coded(study) as engine:
        counted = Counted.of(engine.patterns_or_rows(forming), forming)
        class_models = compare_classes(counted)
        patterns = engine.patterns_or_rows(grouping_attributes)
        grouped = group_patterns(
            grouping, patterns, grouping_attributes, class_models, coders, file
        )
        engine.assign(grouping_attributes, grouped.patterns)
        counts = engine.segment_values()
        explained, notes = explain(
            study, grouping, grouped.patterns, _proposed(grouping, counted, class_models), coders,
            engine.rows_of, engine.patterns, file,
        )  # fmt: skip
        pattern_segments = engine.pattern_segments(
            study.new_table_path(PATTERN_SEGMENTS), grouping_attributes, grouped.patterns
        )
        segment_counts, effective_ratio = engine.segment_counts(), engine.effective_ratio()
        client_segments = engine.client_segments(study.new_table_path(CLIENT_SEGMENTS))
        if settings.clients is not None and settings.clients.segments_table:
            engine.export_segments()
    findings.extend(notes)
    findings.extend(grouped.findings)
    segment_values = segment_values_table(counts, values, attributes, effective_ratio)
    described = {
        segment.code: segment.rule.attributes()
        for segment in grouping.segments
        if segment.rule is not None
    }
    lines = image_lines_table(segment_values, attributes, described)
    absences = image_absences_table(segment_values, attributes, described)
    likeness = segment_likeness_table(segment_values, attributes)
    segments = _segments_table(grouping, segment_counts, lines)
    tables = {
        "segments": segments,
        "client_segments": client_segments,
        "pattern_segments": pattern_segments,
        "segment_values": segment_values[SEGMENT_VALUES.column_names],
        "images": image_texts(
            segments, segment_values, lines, absences, likeness, attributes, settings.unit_forms
        ),
        "image_lines": lines,
        "image_absences": absences,
        "segment_likeness": likeness,
        "class_models": class_models,
        "class_values": grouped.class_values,
        "model_fit": grouped.model_fit,
        **explained,
    }
    return finish(study, CONTRACTS, tables, _checks(segments, grouping), findings, segments)


def _proposed(
    grouping: Grouping, counted: Counted, class_models: pd.DataFrame
) -> pd.DataFrame | None:
    """Return the rows with the class that the model proposes, where the segments are rules."""
    if grouping.method != "rules":
        return None
    count = int(class_models.loc[class_models["is_proposed"], "classes_count"].iloc[0])
    classes = fit_model(counted, count).placing().classes(counted.codes())
    names = [f"class-{number}" for number in range(1, count + 1)]
    return counted.rows.assign(segment_code=pd.Categorical.from_codes(classes, names))


def _grouping_attributes(grouping: Grouping, attributes: pd.DataFrame) -> list[str]:
    """Return the attributes that patterns are made of: those of the rules and of the classes."""
    used = set().union(*(rule.attributes() for rule in grouping.rules()))
    if grouping.method != "rules":
        model = grouping.model
        used |= set(_forming(attributes) if model is None else model.attribute_codes)
    return [code for code in attributes["attribute_code"] if code in used]


def _segments_table(grouping: Grouping, counts: pd.Series, lines: pd.DataFrame) -> pd.DataFrame:
    """Return table `segments`: decided segments in their order, then the rest.

    `counts` gives the number of clients by code of the segment.
    """
    total = counts.sum()
    plans = list(grouping.segments)
    if grouping.is_proposed:
        codes = [code for code in counts.index if code != REST_CODE]
        numbers = sorted(int(code.rpartition("-")[2]) for code in codes)
        names = proposed_names(lines, codes)
        plans = [
            SegmentPlan(
                code,
                # One class of all clients has nothing of its own to be named by.
                names[code] if len(numbers) > 1 else _("Все клиенты"),
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
    clients = study.table_path(CLIENT_SEGMENTS)
    known = known_identifiers(clients, frame["client_id"]) if "client_id" in frame else ()
    names_client = frame["client_id"].notna() if len(known) else pd.Series(False, frame.index)
    placed = pd.Series(np.nan, index=frame.index, dtype="str")
    if names_client.any():
        placed[names_client] = segments_of(clients, frame.loc[names_client, "client_id"])
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
        unknown = reading.check_identifiers(frame["client_id"], known, file, is_whole=is_whole)
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
    return segments_of(study.table_path(CLIENT_SEGMENTS), client_ids)


def segment_patterns(study: Study, attribute_codes: Sequence[str]) -> pd.DataFrame:
    """Count clients by segment and combination of codes of some attributes.

    Returns
    -------
    DataFrame
        One row is one segment × pattern: `segment_code`, one column of codes an attribute
        (0 is missing), `rows_count`, `clients_count`, `weight` (sum of counts times weights);
        sorted by segment and codes.
    """
    paths = study.table_path(CODED_CLIENTS), study.table_path(CLIENT_SEGMENTS)
    return count_patterns(*paths, attribute_codes)


def _place_codes(study: Study, coders: list[Coder], codes: pd.DataFrame) -> np.ndarray:
    grouping, _findings = load_grouping(study, coders)
    if grouping.method == "rules":
        chosen = place_rows(grouping.rules(), codes).chosen
        names = np.array(
            [*(segment.code for segment in grouping.segments), REST_CODE], dtype=object
        )
        return np.where(chosen == UNDECIDED, np.nan, names[np.maximum(chosen, -1)])
    if grouping.method == "latent_classes" and grouping.model is not None:
        return place_by_stored_model(grouping, codes, coders)
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
