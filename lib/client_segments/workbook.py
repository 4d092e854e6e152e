"""What the notebooks call around a step: opening, inputs, decisions, outputs, what comes next."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from client_segments import (
    attributes,
    decisions,
    presentation,
    priorities,
    reading,
    segments,
    status,
)
from client_segments import recommendations as rec
from client_segments.catalogue import authority_name
from client_segments.checking import DECISION_RECORDS, check_group
from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _, counted, format_count, format_date
from client_segments.presentation import Shown
from client_segments.raw_tables import RAW_TABLES_BY_NAME
from client_segments.status import STATUS
from client_segments.steps import StepResult
from client_segments.study import AuthorityYear, Study, open_study, open_year

RAW_OF_STEP = {
    "attributes": ("clients", "regulation"),
    "segments": (),
    "priorities": ("population", "feedback", "problems", "eligibility"),
    "hypotheses": ("journey", "channels", "problems", "feedback", "ratings"),
    "validation": ("answers",),
    "profiles": (),
}
"""Raw tables that each step reads."""

KEY_LABELS = {
    **{criterion.name: criterion.label.lower() for criterion in rec.CRITERIA},
    "weights": _("Веса параметров"),
    "research_first": _("Исследовать первыми"),
    "signatory": _("Подписывает"),
    "summary": _("Вводное слово"),
}
"""What keys of decisions are called where they are not records."""

_INPUTS = TableContract(
    "inputs", _("Вход"), _("Одна строка – одна исходная таблица."), "shared",
    (
        Column("table", _("Таблица"), Kind.TEXT, _("Что в ней.")),
        Column("files", _("Файлы"), Kind.TEXT, _("Имена файлов в raw.")),
        Column("rows_count", _("Строк"), Kind.INTEGER, _("Число строк без заголовка.")),
        Column("columns", _("Признаки и свои столбцы"), Kind.TEXT, _("Столбцы сверх описания таблицы.")),
        Column("state", _("Состояние"), Kind.TEXT, _("Можно ли читать.")),
    ),
)  # fmt: skip


def open_step(authority: str, year: int, group: str, step: str) -> tuple[Study, Shown]:
    """Open a group for a step; return the study, and its header to show."""
    study = open_study(authority, year, group, step)
    settings = decisions.load_group(study)
    rows = [
        (_("Название органа"), settings.authority_name),
        (_("Название группы"), settings.name),
        (_("Вид клиента"), rec.CLIENT_KINDS[settings.client_kind]),
        (_("Направление деятельности"), rec.DIRECTIONS[settings.direction]),
        (_("Ответственное подразделение"), settings.unit),
    ]
    return study, presentation.show_study(study, rows)


def open_authority(authority: str, year: int) -> tuple[AuthorityYear, Shown]:
    """Open an authority's year; return it, and its header to show."""
    opened = open_year(authority, year)
    deadline = format_date(rec.report_deadline(year))
    names = [decisions.group_name(opened.study(group, rec.STEPS[-1])) for group in opened.groups]
    rows = [
        (_("Орган власти"), authority_name(opened.root, authority)),
        (_("Год профилей"), str(year)),
        (_("Срок отчёта (пункт 9)"), deadline),
        (_("Группы процессов"), "; ".join(names)),
    ]
    return opened, presentation.show_card(_("Орган власти и год"), rows)


def show_inputs(study: Study) -> Shown:
    """Show the raw tables that the step reads: files, rows, and whether they can be read."""
    rows = []
    for name in RAW_OF_STEP[study.step]:
        raw = reading.load_raw(study, name)
        label = RAW_TABLES_BY_NAME[name].label
        if raw is None:
            rows.append((label, "", None, "", _("нет данных: шаг обойдётся без них")))
            continue
        errors = len(raw.findings.errors)
        state = counted(errors, _("ошибка"), _("ошибки"), _("ошибок")) if errors else _("прочитана")
        files = ", ".join(path.name for path in raw.files)
        rows.append((label, files, len(raw.frame), ", ".join(raw.attribute_columns), state))
    if not rows:
        return presentation.show_note(_("Шаг читает только таблицы предыдущих шагов."))
    frame = _INPUTS.conform(pd.DataFrame(rows, columns=_INPUTS.column_names))
    if not frame["columns"].any():
        frame = frame.drop(columns="columns")
    return presentation.show_table(frame, _INPUTS, _("Исходные таблицы шага"))


def show_decision(study: Study | AuthorityYear, name: str) -> Shown:
    """Show a decision as it stands in its file: the signature, and its records as a table."""
    decision = decisions.load(study, name)
    title = decisions.DECISION_NAMES[name]
    if decision is None:
        file = study.name_of(decisions.decision_path(study, name))
        message = _("Решения нет («{title}»): файл {file} ещё не создан.")
        note = presentation.show_note(message.format(title=title, file=file))
        if name != "weights":
            return note
        used = priorities.show_weights(study)
        return Shown(note.html + used.html, f"{note.text}\n{used.text}")
    signature = _("решение: {who}, {when}; обоснование: {why}").format(
        who=decision.who or _("подпись не указана"),
        when=format_date(decision.when),
        why=decision.why.rstrip(".") or _("не указано"),
    )
    if name == "weights":
        return priorities.show_weights(study, signature)
    if name not in DECISION_RECORDS:
        rows = [
            (KEY_LABELS.get(key, key), _flat(value))
            for key, value in decision.data.items()
            if key not in decisions.SIGNATURE_KEYS
        ]
        return presentation.show_card(f"{title.capitalize()} – {signature}", rows)
    key, contract, nested = DECISION_RECORDS[name]
    records, findings = decisions.records(decision, key, contract, nested)
    if findings.errors:
        return presentation.show_findings(findings)
    frame = pd.DataFrame(
        [
            {column.name: _cell(record[column.name]) for column in contract.columns}
            for record in records
        ],
        columns=contract.column_names,
    )
    if "segment" in frame:
        frame["segment"] = frame["segment"].replace(_segment_names(study))
    frame = frame.loc[:, frame.notna().any()]
    for label, texts in _nested_texts(study, name, records).items():
        frame = frame.assign(**{label: texts})
    return presentation.show_table(
        frame, contract, f"{title.capitalize()} – {signature}", limit=None
    )


def _can_read(study: Study | AuthorityYear, contract: TableContract) -> bool:
    """Return whether a table of an earlier step is there to be read."""
    if not isinstance(study, Study):
        return False
    return rec.STEPS.index(contract.owner) < rec.STEPS.index(study.step) and study.has(contract)


def _segment_names(study: Study | AuthorityYear) -> dict[str, str]:
    if not _can_read(study, segments.SEGMENTS):
        return {}
    table = study.read(segments.SEGMENTS)
    return dict(zip(table["segment_code"], table["segment_name"], strict=True))


def _nested_texts(
    study: Study | AuthorityYear, name: str, records: Sequence[dict[str, object]]
) -> dict[str, list[str | None]]:
    """Return, by heading, the parts of records that are trees: what each says in words."""
    told: dict[str, list[str | None]] = {}
    if name == "segments" and _can_read(study, attributes.ATTRIBUTE_VALUES):
        grouping, _findings = segments.load_grouping(study, attributes.coders(study))
        rules = {segment.code: segment.rule.text for segment in grouping.ruled()}
        told[_("Правило")] = [rules.get(str(record["code"])) for record in records]
    if name == "attributes":
        told[_("Объединены значения")] = [_flat(record.get("groups") or "") for record in records]
    return {label: texts for label, texts in told.items() if any(texts)}


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(
            f"{KEY_LABELS.get(key, key)} – {_flat(item)}" for key, item in value.items()
        )
    if isinstance(value, list):
        return ", ".join(_flat(item) for item in value)
    return str(value)


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return (
            ", ".join(f"{item:g}" if isinstance(item, float) else str(item) for item in value)
            or None
        )
    return value


def show_findings(result: StepResult) -> Shown:
    """Show what the step found in data and decisions."""
    return presentation.show_findings(result.findings)


def show_outputs(result: StepResult) -> Shown:
    """Show the tables that the step wrote, with their grain and number of rows."""
    rows = [
        (contract.label, contract.grain, format_count(len(result.tables[name])))
        for name, contract in result.contracts.items()
    ]
    frame = pd.DataFrame(rows, columns=[_("Таблица"), _("Что в строке"), _("Строк")])
    folder = result.study.name_of(result.study.work_folder / result.study.step)
    return presentation.show_table(frame, caption=_("Записано в {folder}").format(folder=folder))


def show_next(study: Study) -> Shown:
    """Say which notebook comes next."""
    number = rec.STEPS.index(study.step) + 1
    if study.step == rec.GROUP_STEPS[-1]:
        text = _(
            "Профили этой группы готовы. Когда готовы все группы органа, откройте 07_report: "
            "отчёт нужен не позднее {deadline}."
        ).format(deadline=format_date(rec.report_deadline(study.year)))
    else:
        following = rec.STEPS[number]
        text = _(
            "Откройте {next:02d}_{step}: «{name}». Если решение изменилось, выполните этот блокнот ещё раз."
        ).format(next=number + 1, step=following, name=rec.STEP_NAMES[following])
    return presentation.show_note(text)


def show_status(opened: AuthorityYear) -> Shown:
    """Show where the work of each group stands."""
    table = status.status_table([opened]).drop(columns=["authority", "year"])
    return presentation.show_table(
        table,
        STATUS,
        _("Ход работы по группам процессов"),
    )


def show_years(opened: AuthorityYear) -> Shown:
    """Show every authority's year that has data, beside the one that is open."""
    table = status.status_table(status.find_years(opened.root))
    shown = table[["authority", "year", "group", "group_name", "next_step"]]
    return presentation.show_table(
        shown, STATUS, _("Органы власти, годы и группы, для которых есть данные")
    )


def show_group_findings(opened: AuthorityYear, group: str) -> Shown:
    """Show everything there is to mend in a group's raw tables and decisions."""
    study = open_study(opened.authority, opened.year, group, rec.GROUP_STEPS[-1], opened.root)
    return presentation.show_findings(check_group(study), _("Замечания к данным и решениям группы"))


def show_first(opened: AuthorityYear, group: str) -> Shown:
    """Say with which notebook to go on for a group."""
    study = open_study(opened.authority, opened.year, group, rec.GROUP_STEPS[0], opened.root)
    return presentation.show_note(
        _("Группа «{group}»: {step}.").format(
            group=group, step=status.next_step(status.step_states(study))
        )
    )


def show_segments(result: StepResult) -> Shown:
    """Show the segments: name, rule, capacity, and how many values describe each."""
    columns = [
        "segment_name",
        "rule_text",
        "clients_count",
        "share_pct",
        "attributes_count",
        "attribute_values_count",
    ]
    return presentation.show_result(result, "segments", columns=columns)


def show_verdicts(result: StepResult) -> Shown:
    """Show the verdict on each hypothesis with what it rests on and what it leaves open."""
    columns = [
        "hypothesis_code", "segment_code", "hypothesis_text", "verdict", "strength",
        "verdict_text", "unverified_text",
    ]  # fmt: skip
    return presentation.show_result(result, "verdicts", columns=columns, limit=None)


def show_measures(result: StepResult) -> Shown:
    """Show the plan: what is done for whom, by whom, when, and by which indicator."""
    columns = [
        "measure_code", "segment_code", "measure", "responsible", "due_date", "indicator", "base_value",
        "target_value", "state",
    ]  # fmt: skip
    return presentation.show_result(result, "measures", columns=columns, limit=None)


def show_links(result: StepResult) -> Shown:
    """Show what each measure stands on, the highest priority first."""
    return presentation.show_result(result, "measure_links", limit=None)


def show_follow_up(result: StepResult) -> Shown:
    """Show what became of last year's measures."""
    columns = [
        "measure_code", "segment_code", "measure", "indicator", "base_value", "target_value",
        "actual_value", "low_value", "high_value", "result", "state", "is_overdue", "text",
    ]  # fmt: skip
    return presentation.show_result(result, "follow_up", columns=columns, limit=None)


def show_profiles(result: StepResult) -> Shown:
    """Show the profile of each segment, unfolded by a click: fields that are core or filled."""
    fields = result.table("profile_fields")
    fields = fields[fields["is_core"] | fields["is_filled"]]
    statuses = result.table("profiles").set_index("segment_code")
    columns = ["section", "field", "value_text"]
    parts = []
    for code, own in fields.groupby("segment_code", sort=False):
        name = statuses.loc[code, "segment_name"]
        status_name = rec.PROFILE_STATUSES[statuses.loc[code, "status"]]
        caption = _("Профиль: {name}").format(name=name)
        shown = presentation.show_table(
            own[columns], result.contracts["profile_fields"], caption, limit=None
        )
        parts.append((f"{name} – {status_name}", shown))
    return presentation.show_folded(parts)


def show_decisions(study: Study, names: Sequence[str]) -> Shown:
    """Show several decisions, each folded under its name."""
    return presentation.show_folded(
        (decisions.DECISION_NAMES[name].capitalize(), show_decision(study, name)) for name in names
    )
