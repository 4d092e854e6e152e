"""The data dictionary `data/README.md`, made from the contracts in the code."""

from __future__ import annotations

from client_segments import (
    attributes,
    hypotheses,
    priorities,
    profiles,
    segments,
    updates,
    validation,
)
from client_segments import recommendations as rec
from client_segments.contracts import Column, TableContract
from client_segments.decisions import CLIENTS_PLACE, GROUP_SETTINGS
from client_segments.language import _
from client_segments.raw_tables import RAW_TABLES
from client_segments.steps import checks_contract

STEP_CONTRACTS = {
    "attributes": attributes.CONTRACTS,
    "segments": segments.CONTRACTS,
    "priorities": priorities.CONTRACTS,
    "hypotheses": hypotheses.CONTRACTS,
    "validation": validation.CONTRACTS,
    "profiles": profiles.CONTRACTS,
    "updates": updates.CONTRACTS,
}
DECISION_CONTRACTS = {
    "attributes.yml → attributes": attributes.ATTRIBUTE_RECORDS,
    "segments.yml → segments": segments.SEGMENT_RECORDS,
    "weights.yml → comparisons": priorities.COMPARISON_RECORDS,
    "entitlement.yml → measures": priorities.ENTITLEMENT_RECORDS,
    "stages.yml → activities": hypotheses.ACTIVITY_RECORDS,
    "journey.yml → described": hypotheses.JOURNEY_RECORDS,
    "hypotheses.yml → hypotheses": hypotheses.HYPOTHESIS_RECORDS,
    "plan.yml → measures": profiles.MEASURE_RECORDS,
    "plan.yml → follow_up": profiles.FOLLOW_UP_RECORDS,
    "profiles.yml → fields": profiles.PROFILE_FIELD_RECORDS,
    "profiles.yml → legal_acts": profiles.LEGAL_ACT_RECORDS,
}

_INTRODUCTION = _("""\
# Словарь данных

Файл составлен по описаниям таблиц в коде командой `python -m client_segments dictionary`;
правьте не его, а описания. Проверка в `tests/` следит, чтобы он не устарел.

```
data/
  catalogue/                    справочники: органы, примерные признаки, этапы, каналы, форма профиля
  batch.yml                     что выполняет команда batch
  <орган>/<год>/<группа>/
      group.yml                 паспорт группы
      raw/                      исходные таблицы, как получены; код сюда не пишет
      decisions/                решения людей
      work/                     промежуточные таблицы; можно удалить, будут составлены снова
  <орган>/profiles/             реестр версий профилей; только пополняется
```

Файл исходной таблицы называется по таблице: `clients.xlsx`, `clients.csv`, `clients.csv.gz` или
`clients.parquet`; части одной таблицы – `clients_2024.csv`, `clients_2025.csv`. Столбцы узнаются по
русскому заголовку или по имени. Если заголовки и коды свои, их называет `decisions/columns.yml`:

```yaml
who: ведущий аналитик
when: 2025-02-10
why: выгрузка информационной системы
tables:
  feedback:
    file: Анкета 2025.xlsx                      # если файл назван иначе
    columns: {client_id: Номер дела, score: Q1}  # наше имя: их заголовок
    codes: {instrument: {"1": опрос}}            # их значение: наше значение
    no_answer: {score: ["9", "99"]}              # значения, которые значат «нет ответа»
    ignore: [Примечание]
```

Строка любой таблицы, кроме клиентов, указывает клиента (`client_id`) или значения признаков в
столбцах, названных как признаки.
""")

_SEGMENTS_EXAMPLE = _("""\
Правила сегментов – дерево условий; побеждает первое подходящее:

```yaml
method: rules                # или latent_classes и classes: 4, или rules_and_classes: правила, затем классы
segments:
  - code: elderly_rural
    name: Пожилые сельские жители
    rule:
      all:
        - attribute: age
          at_least: 65–74
        - attribute: settlement
          in: [село, отдалённый]
        - not: {attribute: household, in: [несколько поколений]}
rest: {name: Остальные}
```
""")

_WEIGHTS_EXAMPLE = _("""\
Веса параметров пункта 6 называют числами или получают из попарных сравнений:

```yaml
method: comparisons          # или given: веса названы числами; без этой строки считаются числа
weights: {capacity: 35, satisfaction: 35, problem_uniqueness: 15, blind_zone: 15}
comparisons:                 # каждая пара один раз; 1 – равно важны, 9 – несравнимо важнее
  - {first: capacity, second: satisfaction, times: 1}
  - {first: capacity, second: blind_zone, times: 3}
  - {first: satisfaction, second: blind_zone, times: 3}
research_first: [elderly_rural]
```
""")


def _allowed(column: Column) -> str:
    if column.codes:
        return "; ".join(f"`{code}` – {label}" for code, label in column.codes.items())
    bounds = []
    if column.minimum is not None:
        bounds.append(_("от {limit:g}").format(limit=column.minimum))
    if column.maximum is not None:
        bounds.append(_("до {limit:g}").format(limit=column.maximum))
    return " ".join(bounds)


def _table(contract: TableContract, title: str) -> list[str]:
    lines = [f"### {title}", "", contract.grain, ""]
    if contract.clause:
        lines[2] += " " + _("Пункт {clause} Рекомендаций.").format(clause=contract.clause)
    head = [_("столбец"), _("название"), _("вид"), _("обязателен"), _("допустимо"), _("пояснение")]
    lines += ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for column in contract.columns:
        label = f"{column.label}, {column.unit}" if column.unit else column.label
        kind = (
            _("список: {kind}").format(kind=column.kind.label)
            if column.is_list
            else column.kind.label
        )
        required = _("да") if column.required else ""
        cells = [f"`{column.name}`", label, kind, required, _allowed(column), column.description]
        lines.append("| " + " | ".join(cells) + " |")
    if contract.has_attribute_columns:
        lines += ["", _("Остальные столбцы – признаки клиентов.")]
    return [*lines, ""]


def data_dictionary() -> str:
    """Return the data dictionary as Markdown text."""
    lines = [_INTRODUCTION, "## " + _("Исходные таблицы (raw)"), ""]
    for contract in RAW_TABLES:
        lines += _table(contract, f"`{contract.name}` – {contract.label}")
    lines += ["## " + _("Паспорт группы и решения людей (decisions)"), ""]
    lines += [_("В каждом файле решений: `who` – кто, `when` – когда, `why` – почему."), ""]
    lines += _table(GROUP_SETTINGS, f"`group.yml` – {GROUP_SETTINGS.label}")
    lines += _table(CLIENTS_PLACE, f"`group.yml: clients` – {CLIENTS_PLACE.label}")
    for title, contract in DECISION_CONTRACTS.items():
        lines += _table(contract, f"`{title}` – {contract.label}")
    lines += [_SEGMENTS_EXAMPLE, _WEIGHTS_EXAMPLE, "## " + _("Таблицы шагов (work)"), ""]
    for step, contracts in STEP_CONTRACTS.items():
        for contract in (*contracts, checks_contract(step)):
            lines += _table(
                contract,
                f"`{step}/{contract.name}` – {rec.STEP_NAMES[step]}: {contract.label.lower()}",
            )
    return "\n".join(lines).rstrip("\n") + "\n"
