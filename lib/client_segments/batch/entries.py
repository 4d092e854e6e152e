"""What the yearly batch runs: `data/batch.yml`, and every entry of it one after another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from client_segments import decisions
from client_segments import recommendations as rec
from client_segments.batch.running import run_year, say
from client_segments.batch.summary import BatchSummary, Row, Status
from client_segments.batch.workers import Progress
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _
from client_segments.study import REPOSITORY, check_code, check_year


@dataclass(frozen=True)
class BatchEntry:
    """One run that `data/batch.yml` names; no groups means all that have a folder."""

    authority: str
    year: int
    groups: tuple[str, ...] | None


_ENTRY_KEYS = ("authority", "year", "groups")


def read_batch(root: Path) -> list[BatchEntry]:
    """Read `data/batch.yml`: `runs`, a list of authority, year and, if need be, groups.

    Raises
    ------
    InputError
        With everything that is wrong with the file, and the lines.
    """
    path = Path(root) / "data" / "batch.yml"
    file = "data/batch.yml"
    if not path.is_file():
        message = _("Нет файла {file}.").format(file=file)
        remedy = _("создайте его: список runs с authority и year.")
        raise InputError([Finding(Severity.ERROR, "no_batch", message, remedy)])
    batch = decisions.read_yaml(path, file)
    findings = Findings(batch.findings)
    findings.extend(decisions.check_keys(batch, batch.data, ["runs"]))
    runs = batch.data.get("runs", [])
    if not isinstance(runs, list) or not runs:
        findings.add(_entry_error(batch, _("нужен список runs."), "runs"))
        runs = []
    entries = [_entry(batch, findings, number, run) for number, run in enumerate(runs)]
    findings.raise_errors()
    return [entry for entry in entries if entry is not None]


def _entry_error(
    batch: decisions.Decision, message: str, *keys: object, found: str = ""
) -> Finding:
    remedy = _("запишите так: «- authority: demo», ниже «year: 2025» и, если нужно, список groups.")
    return batch.finding(Severity.ERROR, "batch_entry", message, remedy, *keys, found=found)


def _entry(
    batch: decisions.Decision, findings: Findings, number: int, run: object
) -> BatchEntry | None:
    if not isinstance(run, dict):
        message = _("запись списка должна состоять из строк «ключ: значение».")
        findings.add(_entry_error(batch, message, "runs", number, found=str(run)))
        return None
    findings.extend(decisions.check_keys(batch, run, _ENTRY_KEYS, "runs", number))
    authority, year, groups = (run.get(key, "") for key in _ENTRY_KEYS)
    if not isinstance(year, str) or not (year.isascii() and year.isdigit() and len(year) == 4):
        findings.add(_entry_error(batch, _("год – четыре цифры."), "runs", number, "year",
                                  found=str(year)))  # fmt: skip
        return None
    if not isinstance(groups, list) and groups != "":
        findings.add(_entry_error(batch, _("группы – это список."), "runs", number, "groups",
                                  found=str(groups)))  # fmt: skip
        return None
    try:
        check_year(int(year))
        check_code(authority, _("Орган власти"))
        for group in groups:
            check_code(group, _("Группа процессов"))
    except InputError as error:
        keys = ("runs", number)
        place = batch.finding(Severity.ERROR, "code", "", "", *keys)
        findings.extend(
            replace(finding, file=place.file, cell=place.cell) for finding in error.findings
        )
        return None
    return BatchEntry(authority, int(year), tuple(groups) if groups else None)


def run_batch(
    root: Path,
    progress: Progress = say,
    workers: int = 2,
    notebooks: Path = REPOSITORY / "notebooks",
) -> BatchSummary:
    """Run every authority and year that `data/batch.yml` names, one after another.

    An entry that cannot be run at all gives a row with the reason; the others go on.

    Raises
    ------
    InputError
        If the file itself is wrong.
    """
    rows: list[Row] = []
    for entry in read_batch(root):
        progress(f"{entry.authority} {entry.year}")
        try:
            summary = run_year(
                root, entry.authority, entry.year, entry.groups, None, workers, progress, notebooks
            )
            rows.extend(summary.rows)
        except InputError as error:
            why = " ".join(str(error).split("\n"))
            progress(why)
            rows.append(
                Row(entry.authority, entry.year, "", rec.STEPS[0], Status.FAILED, why)
            )  # fmt: skip
    return BatchSummary(tuple(rows))
