"""The folder of a group: where everything of an authority, a year and a group lies.

data/<authority>/<year>/<group>/{group.yml, raw/, decisions/, work/}
data/<authority>/profiles/       append-only register of profile versions
reports/<authority>/<year>/      everything rendered
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from client_segments import recommendations as rec
from client_segments import storage
from client_segments.contracts import TableContract
from client_segments.findings import Finding, InputError, Severity
from client_segments.language import _

ROOT_VARIABLE = "CLIENT_SEGMENTS_ROOT"
REPOSITORY = Path(__file__).resolve().parents[2]
_CODE = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,58}[a-z0-9])?")
_RESERVED = {"profiles", "catalogue", "con", "prn", "aux", "nul"}


def missing_part(place: Path) -> InputError:
    """Return the error of a workbook that was installed without its notebooks or catalogue."""
    message = _("Нет файла {name}: тетрадь установлена без блокнотов и справочников.")
    remedy = _("возьмите папку проекта целиком и установите её: pip install --editable .")
    return InputError([Finding(Severity.ERROR, "no_part", message.format(name=place.name), remedy)])


def default_root() -> Path:
    """Return the folder that holds `data/` and `reports/`: of the batch, or the repository."""
    return Path(os.environ.get(ROOT_VARIABLE) or REPOSITORY).resolve()


def check_code(code: str, what: str) -> str:
    """Return `code` if it can name a folder: Latin small letters, digits, `-` and `_`.

    Raises
    ------
    InputError
        Otherwise: paths are built from checked codes only.
    """
    if not isinstance(code, str) or not _CODE.fullmatch(code) or code in _RESERVED:
        message = _("{what}: код «{code}» не подходит для имени папки.").format(
            what=what, code=code
        )
        remedy = _("используйте строчные латинские буквы, цифры, «-» и «_» (не более 60 знаков).")
        raise InputError([Finding(Severity.ERROR, "code", message, remedy)])
    return code


def check_year(year: int) -> int:
    """Return `year` if it is a whole number of four digits."""
    if isinstance(year, bool) or not isinstance(year, int) or not 2000 <= year <= 2100:
        message = _("год «{year}» не подходит: нужно целое число от 2000 до 2100.")
        raise InputError(message.format(year=year))
    return year


@dataclass(frozen=True)
class AuthorityYear:
    """An authority's year: its groups, its register of profiles and its reports."""

    authority: str
    year: int
    root: Path

    def __post_init__(self) -> None:
        check_code(self.authority, _("Орган власти"))
        check_year(self.year)

    @property
    def data_folder(self) -> Path:
        return self.root / "data"

    @property
    def folder(self) -> Path:
        return self.data_folder / self.authority / str(self.year)

    @property
    def register_folder(self) -> Path:
        return self.data_folder / self.authority / "profiles"

    @property
    def decisions_folder(self) -> Path:
        """Decisions on the whole year lie beside its groups: `report.yml`, `updates.yml`."""
        return self.folder

    @property
    def reports_folder(self) -> Path:
        return self.root / "reports" / self.authority / str(self.year)

    @property
    def shared_files(self) -> tuple[Path, ...]:
        """The report in its three forms: page, document, workbook."""
        names = ("report.html", "report.docx", "tables.xlsx")
        return tuple(self.reports_folder / name for name in names)

    def name_of(self, path: Path) -> str:
        """Return a path as findings show it: below the root, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    @property
    def groups(self) -> list[str]:
        """Codes of the groups that have a folder, in alphabetical order."""
        if not self.folder.is_dir():
            return []
        return sorted(
            path.name
            for path in self.folder.iterdir()
            if path.is_dir() and _CODE.fullmatch(path.name)
        )

    @property
    def unfit_folders(self) -> list[str]:
        """Names of folders that hold a group but cannot be one's code: «Меры поддержки»."""
        if not self.folder.is_dir():
            return []
        return sorted(
            path.name
            for path in self.folder.iterdir()
            if path.is_dir()
            and not _CODE.fullmatch(path.name)
            and ((path / "raw").is_dir() or (path / "group.yml").is_file())
        )

    def unfit_findings(self) -> list[Finding]:
        """Tell of folders that are left out for their names."""
        message = _("папка группы не учтена: её имя не подходит.")
        remedy = _(
            "переименуйте её: строчные латинские буквы, цифры, «-» и «_» (не более 60 знаков)."
        )
        return [
            Finding(
                Severity.ERROR, "unfit_folder", message, remedy, self.name_of(self.folder / name)
            )
            for name in self.unfit_folders
        ]  # fmt: skip

    def study(self, group: str, step: str) -> Study:
        return Study(self.authority, self.year, group, step, self.root)


@dataclass(frozen=True)
class Study:
    """One group of processes with one kind of client, seen from one step.

    Parameters
    ----------
    authority, year, group
        What is studied; they name the folder.
    step
        The step that is at work: it may read tables of earlier steps and write its own.
    root
        The folder that holds `data/` and `reports/`.
    """

    authority: str
    year: int
    group: str
    step: str
    root: Path

    def __post_init__(self) -> None:
        check_code(self.authority, _("Орган власти"))
        check_year(self.year)
        check_code(self.group, _("Группа процессов"))

    @property
    def authority_year(self) -> AuthorityYear:
        return AuthorityYear(self.authority, self.year, self.root)

    @property
    def folder(self) -> Path:
        return self.authority_year.folder / self.group

    @property
    def raw_folder(self) -> Path:
        return self.folder / "raw"

    @property
    def decisions_folder(self) -> Path:
        return self.folder / "decisions"

    @property
    def work_folder(self) -> Path:
        return self.folder / "work"

    def name_of(self, path: Path) -> str:
        """Return a path as findings show it: below the root, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    @cached_property
    def previous(self) -> Study | None:
        """The same group a year before, if it has a folder."""
        study = Study(self.authority, self.year - 1, self.group, self.step, self.root)
        return study if study.folder.is_dir() else None

    def _path(self, contract: TableContract) -> Path:
        return self.work_folder / contract.owner / f"{contract.name}.parquet"

    def table_path(self, contract: TableContract) -> Path:
        """Return the file of a table of this step or an earlier one, for the engine to read.

        Raises
        ------
        InputError
            If a later step owns the table, or its step has not been run.
        """
        if not self.has(contract):
            raise self._not_run(contract)
        return self._path(contract)

    def new_table_path(self, contract: TableContract) -> Path:
        """Return the file of a table of this step, for the engine to write."""
        if contract.owner != self.step:
            raise ValueError(f"step {self.step} does not own table {contract.name}")
        return self._path(contract)

    def _not_run(self, contract: TableContract) -> InputError:
        message = _("Нет таблицы «{table}»: шаг «{owner}» ещё не выполнен.")
        remedy = _("выполните блокнот {number:02d}_{step} или команду run.")
        finding = Finding(
            Severity.ERROR,
            "step_not_run",
            message.format(table=contract.label, owner=rec.STEP_NAMES[contract.owner]),
            remedy.format(number=rec.STEPS.index(contract.owner) + 1, step=contract.owner),
            file=self.name_of(self.work_folder),
        )
        return InputError([finding])

    def _check_order(self, contract: TableContract) -> None:
        if rec.STEPS.index(contract.owner) > rec.STEPS.index(self.step):
            message = _(
                "Шаг «{step}» не читает таблицу «{table}»: её пишет более поздний шаг «{owner}»."
            )
            raise InputError(
                message.format(
                    step=rec.STEP_NAMES[self.step],
                    table=contract.label,
                    owner=rec.STEP_NAMES[contract.owner],
                )
            )

    def has(self, contract: TableContract) -> bool:
        """Tell whether the table has been written."""
        self._check_order(contract)
        return self._path(contract).is_file()

    def read(self, contract: TableContract) -> pd.DataFrame:
        """Read a table of this step or an earlier one.

        Raises
        ------
        InputError
            If a later step owns the table, or its step has not been run.
        """
        path = self.table_path(contract)
        try:
            frame = pq.read_table(path).to_pandas()
        except (pa.ArrowException, OSError) as error:
            message = _("промежуточная таблица не читается: файл повреждён или недописан.")
            remedy = _("удалите папку work этой группы и выполните шаги снова (команда run).")
            file = self.name_of(path)
            finding = Finding(Severity.ERROR, "work_broken", message, remedy, file=file)
            raise InputError([finding]) from error
        try:
            return contract.conform(frame)
        except ValueError as error:
            # Written under another contract: by an earlier version of the workbook.
            message = _("промежуточная таблица составлена другой версией тетради.")
            remedy = _("удалите папку work этой группы и выполните шаги снова (команда run).")
            file = self.name_of(path)
            finding = Finding(Severity.ERROR, "work_outdated", message, remedy, file=file)
            raise InputError([finding]) from error

    def write(self, contract: TableContract, frame: pd.DataFrame) -> pd.DataFrame:
        """Check a table of this step against its contract and write it."""
        if contract.owner != self.step:
            raise ValueError(f"step {self.step} does not own table {contract.name}")
        frame = contract.conform(frame)
        storage.write_table(self._path(contract), frame)
        return frame


def open_year(authority: str, year: int, root: Path | str | None = None) -> AuthorityYear:
    """Open an authority's year.

    Raises
    ------
    InputError
        If a code is not fit for a path, or there is no group.
    """
    opened = AuthorityYear(authority, year, Path(root).resolve() if root else default_root())
    if not opened.groups:
        message = _("Нет ни одной группы процессов: {folder}.")
        remedy = _(
            "проверьте орган и год (команда list показывает, что есть) или создайте группу командой new."
        )
        text = message.format(folder=opened.name_of(opened.folder))
        finding = Finding(Severity.ERROR, "no_group", text, remedy)
        raise InputError([finding, *opened.unfit_findings()])
    return opened


def open_study(
    authority: str, year: int, group: str, step: str, root: Path | str | None = None
) -> Study:
    """Open a group's folder for a step.

    Raises
    ------
    InputError
        If a code is not fit for a path, or the folder does not exist.
    """
    study = Study(authority, year, group, step, Path(root).resolve() if root else default_root())
    if not study.folder.is_dir():
        message = _("Папки группы нет: {folder}.").format(folder=study.name_of(study.folder))
        remedy = _(
            "проверьте орган, год и группу (команда list показывает, что есть) "
            "или создайте папку командой new."
        )
        raise InputError([Finding(Severity.ERROR, "no_group", message, remedy)])
    return study
