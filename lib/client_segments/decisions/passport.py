"""The passport of a group: `group.yml`."""

from __future__ import annotations

from dataclasses import dataclass

from client_segments import recommendations as rec
from client_segments.catalogue import authority_name
from client_segments.contracts import Column, Kind, TableContract
from client_segments.decisions.files import check_keys, read_yaml
from client_segments.decisions.records import read_record
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _
from client_segments.study import Study

GROUP_SETTINGS = TableContract(
    "group", _("Паспорт группы"), _("Одна запись – одна группа процессов."), "raw",
    (
        Column("name", _("Наименование группы процессов"), Kind.TEXT, _("Как группа названа в отчёте."), required=True),
        Column("client_kind", _("Вид клиента"), Kind.CODE, _("Внешний или внутренний клиент."), codes=rec.CLIENT_KINDS, required=True),
        Column("direction", _("Направление деятельности"), Kind.CODE, _("Одно из семи направлений пункта 5."), codes=rec.DIRECTIONS, required=True, clause="5"),
        Column("processes", _("Процессы"), Kind.TEXT, _("Услуги, меры, виды контроля, процессы."), is_list=True),
        Column("sources", _("Источники данных"), Kind.TEXT, _("Откуда получены данные, с датами."), is_list=True),
        Column("unit", _("Ответственное подразделение"), Kind.TEXT, _("Кто отвечает за профили.")),
        Column("limitations", _("Ограничения"), Kind.TEXT, _("Известные смещения и пробелы."), is_list=True),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class GroupSettings:
    """What `group.yml` says of a group of processes; one object is one group."""

    name: str
    client_kind: str
    direction: str
    processes: tuple[str, ...]
    sources: tuple[str, ...]
    unit: str
    limitations: tuple[str, ...]
    authority_name: str

    @property
    def has_entitlement(self) -> bool:
        """Whether a blind zone can exist at all: clause 2(8) speaks of services and support."""
        return self.direction in rec.DIRECTIONS_WITH_ENTITLEMENT

    @property
    def unit_forms(self) -> tuple[str, str, str]:
        """Forms of the unit of capacity for 1, 2 and 5."""
        return rec.CAPACITY_UNITS[self.client_kind]


def load_group(study: Study) -> GroupSettings:
    """Read a group's `group.yml`.

    Raises
    ------
    InputError
        With every mistake in it, or if the file does not exist.
    """
    path = study.folder / "group.yml"
    file = study.name_of(path)
    if not path.is_file():
        message = _("нет паспорта группы.")
        remedy = _("создайте файл по образцу из README или командой new.")
        raise InputError([Finding(Severity.ERROR, "no_group_file", message, remedy, file)])
    decision = read_yaml(path, file, "group")
    findings = Findings(decision.findings)
    findings.extend(check_keys(decision, decision.data, GROUP_SETTINGS.column_names))
    settings, problems = read_record(decision, decision.data, GROUP_SETTINGS, ())
    findings.extend(problems)
    findings.raise_errors()
    settings["unit"] = settings["unit"] or ""
    return GroupSettings(**settings, authority_name=authority_name(study.root, study.authority))


def group_name(study: Study) -> str:
    """Return a group's name, or its code where its `group.yml` cannot be read."""
    try:
        return load_group(study).name
    except InputError:
        return study.group
