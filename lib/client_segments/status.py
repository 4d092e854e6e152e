"""Where the work stands: which steps of which groups are done, and what comes next."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from client_segments import decisions
from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import InputError
from client_segments.language import _
from client_segments.steps import checks_contract
from client_segments.study import AuthorityYear, Study, check_code, check_year

STATES = {"done": _("выполнен"), "stale": _("данные новее"), "not_run": _("не выполнен")}

STATUS = TableContract(
    "status", _("Ход работы"), _("Одна строка – одна группа процессов."), "shared",
    (
        Column("authority", _("Орган"), Kind.CODE, _("Код органа власти."), required=True),
        Column("year", _("Год"), Kind.CODE, _("Год профилей."), required=True),
        Column("group", _("Группа"), Kind.CODE, _("Код группы процессов."), required=True),
        Column("group_name", _("Наименование"), Kind.TEXT, _("Название группы процессов.")),
        *(
            Column(step, rec.STEP_NAMES[step], Kind.CODE, _("Состояние шага."), codes=STATES)
            for step in rec.GROUP_STEPS
        ),
        Column("next_step", _("Что дальше"), Kind.TEXT, _("Следующий шаг.")),
    ),
)  # fmt: skip


def find_years(root: Path) -> list[AuthorityYear]:
    """Return every authority's year that has a group, in order of authorities and years."""
    found = []
    for path in sorted((root / "data").glob("*/[0-9][0-9][0-9][0-9]")):
        try:
            check_code(path.parent.name, "")
            check_year(int(path.name))
        except InputError:
            continue
        opened = AuthorityYear(path.parent.name, int(path.name), root)
        if opened.groups:
            found.append(opened)
    return found


def _newest(*places: Path) -> float:
    """Return when the newest file was changed, in these files and folders."""
    files = [path for place in places for path in (place, *place.rglob("*")) if path.is_file()]
    return max((path.stat().st_mtime for path in files), default=0.0)


def step_states(study: Study) -> dict[str, str]:
    """Return the state of each step of a group: done, stale (inputs are newer) or not run."""
    changed = _newest(study.raw_folder, study.decisions_folder, study.folder / "group.yml")
    states = {}
    for step in rec.GROUP_STEPS:
        path = study.work_folder / step / f"{checks_contract(step).name}.parquet"
        if not path.is_file():
            states[step] = "not_run"
        else:
            states[step] = "stale" if path.stat().st_mtime < changed else "done"
    return states


def next_step(states: dict[str, str]) -> str:
    """Say what to do next, in one phrase."""
    for number, (step, state) in enumerate(states.items(), start=1):
        if state != "done":
            return _("блокнот {number:02d}_{step}").format(number=number, step=step)
    return _("отчёт: блокнот 07_report")


def status_table(years: list[AuthorityYear]) -> pd.DataFrame:
    """Return table `status` of some authorities' years."""
    rows = []
    for opened in years:
        for group in opened.groups:
            study = opened.study(group, "attributes")
            try:
                name = decisions.load_group(study).name
            except InputError:
                name = _("паспорт группы с ошибками")
            states = step_states(study)
            rows.append(
                {
                    "authority": opened.authority,
                    "year": str(opened.year),
                    "group": group,
                    "group_name": name,
                    **states,
                    "next_step": next_step(states),
                }
            )
    return STATUS.conform(pd.DataFrame(rows, columns=STATUS.column_names))
