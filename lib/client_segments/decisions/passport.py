"""The passport of a group: `group.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from client_segments import recommendations as rec
from client_segments.catalogue import authority_name
from client_segments.contracts import Column, Kind, TableContract
from client_segments.decisions.files import Decision, check_keys, read_yaml
from client_segments.decisions.records import read_record
from client_segments.engine import ENGINES, ClientsPlace
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

CLIENTS_PLACE = TableContract(
    "clients_place", _("Таблица клиентов в другой системе"), _("Одна запись – где лежит таблица клиентов, если не в папке raw."), "raw",
    (
        Column("engine", _("Система"), Kind.CODE, _("Где лежит таблица."), codes=ENGINES, required=True),
        Column("table", _("Таблица"), Kind.TEXT, _("Имя таблицы: «схема.таблица».")),
        Column("parquet", _("Файлы Parquet"), Kind.TEXT, _("Только для Spark: путь к файлам вместо имени таблицы.")),
        Column("url_variable", _("Переменная с адресом"), Kind.CODE, _("Имя переменной окружения, в которой записан адрес; сам адрес и пароль в файлы не пишут. Для Spark можно не указывать: тогда он запускается на этом компьютере.")),
        Column("segments_table", _("Таблица сегментов"), Kind.TEXT, _("Имя таблицы, куда записать клиентов с их сегментами; пусто – не записывать.")),
    ),
)  # fmt: skip
CLIENTS_KEY = "clients"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME_PARTS = {"postgresql": 2, "spark": 3}


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
    clients: ClientsPlace | None = None

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
    findings.extend(
        check_keys(decision, decision.data, [*GROUP_SETTINGS.column_names, CLIENTS_KEY])
    )
    settings, problems = read_record(decision, decision.data, GROUP_SETTINGS, ())
    findings.extend(problems)
    place, problems = _read_place(decision)
    findings.extend(problems)
    findings.raise_errors()
    settings["unit"] = settings["unit"] or ""
    name = authority_name(study.root, study.authority)
    return GroupSettings(**settings, authority_name=name, clients=place)


def _read_place(decision: Decision) -> tuple[ClientsPlace | None, Findings]:
    """Read where the clients' table lies, if `group.yml` says that it is not in `raw/`."""
    tree = decision.data.get(CLIENTS_KEY, "")
    if tree == "":
        return None, Findings()
    if not isinstance(tree, dict):
        message = _("ожидаются строки «ключ: значение».")
        remedy = _("ключи записи: {keys}.").format(keys=", ".join(CLIENTS_PLACE.column_names))
        finding = decision.finding(Severity.ERROR, "clients_place", message, remedy, CLIENTS_KEY)
        return None, Findings([finding])
    findings = Findings(check_keys(decision, tree, CLIENTS_PLACE.column_names, CLIENTS_KEY))
    record, problems = read_record(decision, tree, CLIENTS_PLACE, (CLIENTS_KEY,))
    findings.extend(problems)
    texts = {name: value or "" for name, value in record.items()}
    place = ClientsPlace(**texts)
    findings.extend(_place_problems(decision, place))
    return place, findings


def _place_problems(decision: Decision, place: ClientsPlace) -> list[Finding]:
    found = []

    def refuse(key: str, message: str, remedy: str) -> None:
        # What was found is not shown: it may be an address with a password.
        found.append(
            decision.finding(Severity.ERROR, "clients_place", message, remedy, CLIENTS_KEY, key)
        )

    if place.url_variable and not _VARIABLE.fullmatch(place.url_variable):
        message = _("в url_variable нужно имя переменной окружения, а не сам адрес.")
        refuse("url_variable", message, _("уберите адрес из файла и смените пароль, если он был."))
    if place.engine == "postgresql" and not place.url_variable:
        message = _("не указано, в какой переменной окружения адрес базы.")
        refuse("engine", message, _("добавьте строку «url_variable: ИМЯ»."))
    if bool(place.table) == bool(place.parquet and place.engine == "spark"):
        message = _("укажите одно: имя таблицы (table) или, для Spark, файлы (parquet).")
        refuse("table", message, _("исправьте clients в group.yml."))
    for key, name in (("table", place.table), ("segments_table", place.segments_table)):
        parts = name.split(".")
        is_short = key == "segments_table" and place.engine == "postgresql" and len(parts) != 2
        too_many = len(parts) > _NAME_PARTS.get(place.engine, 2)
        if name and (is_short or too_many or not all(parts) or "\0" in name):
            refuse(key, _("имя таблицы записано неверно."), _("нужно имя вида «схема.таблица»."))
    if place.segments_table and place.segments_table == place.table:
        message = _("таблица сегментов не может быть самой таблицей клиентов.")
        refuse("segments_table", message, _("назовите другую таблицу."))
    return found


def group_name(study: Study) -> str:
    """Return a group's name, or its code where its `group.yml` cannot be read."""
    try:
        return load_group(study).name
    except InputError:
        return study.group
