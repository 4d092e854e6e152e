"""The folder of the made-up authority: raw files, decisions, and the truth beside them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from client_segments import recommendations as rec
from client_segments import storage
from client_segments.demo import control, staff, support
from client_segments.demo.appeals import dictionary_records, draw_appeals
from client_segments.demo.done import FOLLOW_UPS
from client_segments.demo.files import with_words, write_csv, write_parquet, write_workbook
from client_segments.demo.plans import AuthorityPlan, GroupPlan, SegmentPlan
from client_segments.demo.regulation import write_regulation
from client_segments.demo.tables import draw_segments, make_tables
from client_segments.demo.talks import JOURNEYS
from client_segments.raw_tables import RAW_TABLES_BY_NAME

NO_ANSWER_CODE = 9
"""«Затрудняюсь ответить» in the raw files of feedback."""

ANALYST = "начальник отдела анализа"
HEAD = "заместитель министра"

Writer = Callable[[Path, pd.DataFrame], None]


def plan_authority() -> AuthorityPlan:
    """Return what is planted: three groups in 2024 and in 2025."""
    groups = [plan for module in (support, control, staff) for plan in module.plan_years()]
    name = "Министерство демонстрационных примеров (вымышленный орган власти)"
    return AuthorityPlan("demo", name, tuple(groups))


def write_authority(folder: Path, seed: int = rec.SEED) -> None:
    """Write the whole authority: the same seed gives the same bytes."""
    plans = plan_authority().groups
    for plan in plans:
        write_group(folder / str(plan.year) / plan.code, plan, seed)
    for year in sorted({plan.year for plan in plans}):
        _write_yaml(folder / str(year) / "report.yml", _report(year))


def write_group(folder: Path, plan: GroupPlan, seed: int = rec.SEED) -> None:
    """Write one group: passport, raw files, decisions and the planted truth."""
    tables = make_tables(plan, seed=seed)
    tables["problems"] = draw_appeals(plan, tables["problems"], seed)
    _write_raw(folder / "raw", plan, tables)
    if plan.code == "support":
        write_regulation(folder / "raw", plan)
    _write_yaml(
        folder / "group.yml",
        {
            "name": plan.name,
            "client_kind": plan.client_kind,
            "direction": plan.direction,
            "processes": list(plan.processes),
            "sources": list(plan.sources),
            "unit": plan.unit,
            "limitations": list(plan.limitations),
        },
    )
    for name, content in (_decisions(plan) | _talks(plan)).items():
        _write_yaml(folder / "decisions" / f"{name}.yml", content)
    _write_truth(folder, plan, seed)


# -------------------------------------------------------------------------------- raw files


def _title(plan: GroupPlan) -> str:
    return f"{plan.name}: выгрузка из реестра за {plan.year} год (вымышленные данные)"


def _titled(plan: GroupPlan) -> Writer:
    return lambda path, frame: write_workbook(path, frame, _title(plan))


def _csv_1251(path: Path, frame: pd.DataFrame) -> None:
    write_csv(path, frame, "cp1251")


def _formats(plan: GroupPlan) -> dict[str, tuple[str, Writer]]:
    """Return ending and writer of each table: every group sends its own mixture."""
    workbook, text, parquet = (".xlsx", write_workbook), (".csv", write_csv), (
        ".parquet", write_parquet,
    )  # fmt: skip
    old_text, titled = (".csv", _csv_1251), (".xlsx", _titled(plan))
    common = {
        "population": workbook, "eligibility": parquet, "journey": parquet, "channels": text,
        "answers": workbook, "ratings": text,
    }  # fmt: skip
    own = {
        "support": {"clients": old_text, "feedback": old_text, "problems": workbook},
        "control": {"clients": titled, "feedback": workbook, "problems": text, "journey": text},
        "staff": {"clients": workbook, "feedback": text, "problems": workbook, "answers": text},
    }
    return common | own[plan.code]


def _write_raw(folder: Path, plan: GroupPlan, tables: Mapping[str, pd.DataFrame]) -> None:
    formats = _formats(plan)
    tables = dict(tables)
    tables["feedback"] = pd.concat(
        [tables["feedback"].astype({"instrument": "str"}), tables.pop("criteria")],
        ignore_index=True,
    )
    for name, table in tables.items():
        contract = RAW_TABLES_BY_NAME[name]
        labels = {column.name: column.codes for column in contract.columns if column.codes}
        frame = with_words(table, labels)
        if name == "feedback":
            frame["score"] = frame["score"].fillna(NO_ANSWER_CODE).astype("int64")
        if name == "clients" and plan.code == "control":
            frame["Дата внесения в реестр"] = _register_dates(plan, len(frame))
        headers = {column.name: column.label for column in contract.columns}
        ending, writer = formats[name]
        if name == "feedback" and plan.code == "support":
            headers |= _EXPORT_HEADERS
            frame["instrument"] = frame["instrument"].map(_EXPORT_CODES)
        writer(folder / f"{name}{ending}", frame.rename(columns=headers))


_EXPORT_HEADERS = {
    "client_id": "НОМ_ЗАЯВ", "instrument": "ВИД", "score": "ОЦ_ОПЫТ", "expectation": "ОЦ_ОЖИД",
    "answer_date": "ДАТА_ОТВ",
}  # fmt: skip
"""Headers of the export of the survey system, as columns.yml explains them."""
_EXPORT_CODES = {
    "опрос": "ОПР", "глубинное интервью": "ИНТ", "отзыв": "ОТЗ",
}  # fmt: skip


def _register_dates(plan: GroupPlan, count: int) -> pd.Series:
    """Return dates of entry in the register: a column that is no attribute."""
    days = (np.arange(count) * 37) % 2000
    return pd.Series(pd.Timestamp(plan.year - 6, 1, 1) + pd.to_timedelta(days, unit="D"))


# -------------------------------------------------------------------------------- decisions


def _signed(plan: GroupPlan, month: int, day: int, who: str, why: str, **content: Any) -> dict:
    return {"who": who, "when": date(plan.year, month, day).isoformat(), "why": why, **content}


def _report(year: int) -> dict:
    return {
        "who": "начальник отдела анализа",
        "when": date(year, 12, 15).isoformat(),
        "why": "профили сформированы в течение года",
        "signatory": "министр (вымышленный)",
        "summary": (
            "Орган власти и все данные отчёта вымышлены: он показывает, каким получается отчёт. "
            "В него вошли три группы процессов; выводы каждой – ниже, планы – в её разделе."
        ),
    }


def _decisions(plan: GroupPlan) -> dict[str, dict]:
    return {
        "columns": _signed(
            plan, 10, 1, ANALYST, "описание выгрузок от подразделений", tables=_columns(plan)
        ),
        "attributes": _signed(
            plan, 10, 2, ANALYST, "перечень согласован с подразделениями",
            attributes=[_attribute_record(plan, number) for number in range(len(plan.attributes))],
        ),
        "segments": _signed(
            plan, 10, 6, ANALYST, "правила понятны специалистам и проверяются по документам",
            method="rules",
            segments=[
                {"code": segment.code, "name": segment.name, "rule": rule_of(segment)}
                for segment in plan.named_segments
            ],
            rest={"code": "rest", "name": "Остальные"},
        ),
        "problems": _signed(
            plan, 10, 9, ANALYST, "фразы выбраны по текстам обращений",
            problems=dictionary_records(plan),
        ),
        "weights": _signed(
            plan, 10, 13, HEAD, "основные параметры важнее дополнительных (пункт 6)",
            weights={
                "capacity": 0.35, "satisfaction": 0.35, "problem_uniqueness": 0.15,
                "blind_zone": 0.15,
            },
            research_first=list(plan.research_first),
        ),
        "hypotheses": _signed(
            plan, 10, 20, ANALYST, "критерии заданы до начала исследования",
            hypotheses=[
                _hypothesis_record(plan, segment.code, hypothesis)
                for segment in plan.named_segments
                for hypothesis in segment.hypotheses
            ],
        ),
        "plan": _signed(
            plan, 12, 10, HEAD, "по итогам проверки гипотез",
            measures=[_action_record(plan, action) for action in plan.actions],
            **_follow_up(plan),
        ),
        "profiles": _signed(
            plan, 12, 12, ANALYST, "потребности записаны со слов респондентов",
            fields=[
                {"segment": segment.code, "field": 23, "text": segment.need}
                for segment in plan.named_segments
            ],
        ),
    }  # fmt: skip


def _talks(plan: GroupPlan) -> dict[str, dict]:
    """Return the journey that respondents told, where they were asked."""
    records = JOURNEYS.get((plan.code, plan.year))
    if records is None:
        return {}
    why = "путь записан со слов сотрудников, без имён и подразделений"
    return {"journey": _signed(plan, 10, 24, ANALYST, why, described=[*map(dict, records)])}


def _follow_up(plan: GroupPlan) -> dict[str, list[dict]]:
    """Return what became of last year's measures, where there was a last year."""
    records = FOLLOW_UPS.get((plan.code, plan.year))
    return {"follow_up": [dict(record) for record in records]} if records else {}


def _columns(plan: GroupPlan) -> dict:
    feedback: dict[str, Any] = {"no_answer": {"score": [str(NO_ANSWER_CODE)]}}
    if plan.code == "support":
        instruments = {label: code for code, label in rec.INSTRUMENTS.items()}
        feedback = {
            "columns": dict(_EXPORT_HEADERS),
            "codes": {
                "instrument": {own: instruments[label] for label, own in _EXPORT_CODES.items()}
            },
            **feedback,
        }
    tables: dict[str, Any] = {"feedback": feedback}
    if plan.code == "control":
        tables["clients"] = {"ignore": ["Дата внесения в реестр"]}
    return tables


def _attribute_record(plan: GroupPlan, number: int) -> dict:
    attribute = plan.attributes[number]
    record = {
        "code": attribute.code,
        "name": attribute.name,
        "role": attribute.role,
        "sources": list(attribute.sources),
        "basis": attribute.basis,
        "special": "да" if attribute.is_special else "нет",
        "sensitive": "да" if attribute.is_sensitive else "нет",
        "ordered": "да" if attribute.is_ordered else "нет",
    }
    if attribute.bounds:
        return record | {"bins": list(attribute.bounds)}
    return record | {"values": list(attribute.shares)}


def rule_of(segment: SegmentPlan) -> dict:
    """Return the segment's rule as `decisions/segments.yml` writes it."""
    conditions = segment.conditions.items()
    return {"all": [{"attribute": code, "in": list(values)} for code, values in conditions]}


def _hypothesis_record(plan: GroupPlan, segment: str, hypothesis) -> dict:
    record = {
        "code": hypothesis.code,
        "segment": segment,
        "kind": hypothesis.kind,
        "text": hypothesis.text,
    }
    if hypothesis.proposal:
        record["proposal"] = hypothesis.proposal
    return record | {
        "status": "accepted",
        "criterion_pct": round(hypothesis.criterion_share * 100),
        "method": hypothesis.method,
        "decided": date(plan.year, 10, 20).isoformat(),
    }


_AFTER_DUE = (
    "resources", "indicator", "metric", "metric_subject", "base", "target", "effect", "feasibility",
)  # fmt: skip
"""Keys of a measure that its record has after the term."""


def _action_record(plan: GroupPlan, action) -> dict:
    record = asdict(action)
    return {
        **{key: value for key, value in record.items() if key not in _AFTER_DUE},
        "due": date(plan.year + 1, 9, 1).isoformat(),
        **{key: record[key] for key in _AFTER_DUE if record[key] != ""},
        "state": "planned",
    }  # fmt: skip


def _write_yaml(path: Path, content: Mapping[str, object]) -> None:
    yaml = YAML()
    yaml.width = 100
    yaml.allow_unicode = True
    text = io.StringIO()
    yaml.dump(dict(content), text)
    storage.write_text(path, text.getvalue())


# -------------------------------------------------------------------------------- truth


def _write_truth(folder: Path, plan: GroupPlan, seed: int) -> None:
    """Write the planted parameters, and the planted segment of each client in raw order."""
    drawn = draw_segments(plan, plan.clients_count, seed)
    counts = np.bincount(drawn, minlength=len(plan.segments))
    storage.write_json(folder / "truth" / "truth.json", truth_of(plan, counts))
    clients = make_tables(plan, seed=seed, names=("clients",))["clients"]
    codes = np.array([segment.code for segment in plan.segments])
    frame = pd.DataFrame({"client_id": clients["client_id"], "segment_code": codes[drawn]})
    storage.write_table(folder / "truth" / "truth_clients.parquet", frame)


def truth_of(plan: GroupPlan, counts: np.ndarray) -> dict:
    """Return what is planted: by segment its parameters (shares 0-1) and its number of clients."""
    return {
        "group": plan.code,
        "year": plan.year,
        "clients_count": plan.clients_count,
        "segments": [
            asdict(segment)
            | {"clients_count": int(count)}
            | {
                "measures": {
                    name: asdict(measure) | {"blind_zone_share": round(measure.blind_zone_share, 6)}
                    for name, measure in segment.measures.items()
                },
                "hypotheses": [
                    {
                        "code": hypothesis.code,
                        "yes_share": hypothesis.yes_share,
                        "criterion_share": hypothesis.criterion_share,
                        "is_true": hypothesis.is_true,
                    }
                    for hypothesis in segment.hypotheses
                ],
            }
            for segment, count in zip(plan.segments, counts, strict=True)
        ],
    }
