"""The batch: all groups of an authority's year, step by step, each in a kernel of its own.

Every group runs its notebooks in order and stops at its first failure; the others go on. Then
the notebooks of the whole authority run once. What was made, or in one sentence why not, is in
the summary and in `run.json`.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from client_segments import recommendations as rec
from client_segments import storage
from client_segments.batch import provenance
from client_segments.batch.parameters import checked_parameters
from client_segments.batch.summary import BatchSummary, Row, Status
from client_segments.batch.workers import Board, Progress, Task, Workers, run_chains, skip
from client_segments.findings import Finding, InputError, Severity
from client_segments.language import _
from client_segments.study import REPOSITORY, AuthorityYear, check_code, missing_part, open_study

say = partial(print, flush=True)  # at once, also where the output goes to a file or to make


def _chosen_steps(steps: Sequence[str] | None) -> list[str]:
    unknown = [step for step in steps or () if step not in rec.STEPS]
    if unknown:
        message = _("Нет шагов с именами: {names}.").format(names=", ".join(map(str, unknown)))
        remedy = _("известные шаги: {steps}.").format(steps=", ".join(rec.STEPS))
        raise InputError([Finding(Severity.ERROR, "unknown_step", message, remedy)])
    return [step for step in rec.STEPS if steps is None or step in steps]


def _chosen_groups(opened: AuthorityYear, groups: Sequence[str] | None) -> list[str]:
    """Return codes of the groups, each once.

    Raises
    ------
    InputError
        If a code cannot name a folder, or there is no group at all.
    """
    chosen = list(dict.fromkeys(opened.groups if groups is None else groups))
    for group in chosen:
        check_code(group, _("Группа процессов"))
    if not chosen:
        place = opened.folder.relative_to(opened.root).as_posix()
        message = _("Нет ни одной группы процессов: {place}.").format(place=place)
        remedy = _("проверьте орган и год (команда list) или создайте группу командой new.")
        raise InputError([Finding(Severity.ERROR, "no_groups", message, remedy)])
    return chosen


def _notebook(notebooks: Path, step: str) -> Path:
    path = notebooks / f"{rec.STEPS.index(step) + 1:02d}_{step}.ipynb"
    if not path.is_file():
        raise missing_part(path)
    return path


def _forget(task: Task) -> None:
    """Delete what an earlier run left of a step, so that nothing old passes for this run's."""
    stale = [task.folder / f"{task.file_stem}{suffix}" for suffix in (".ipynb", ".html")]
    if task.step == "report":
        stale += task.opened.shared_files
    for path in stale:
        path.unlink(missing_ok=True)
    for group in [task.group] if task.group else task.opened.groups:
        work_folder = task.opened.study(group, task.step).work_folder
        shutil.rmtree(work_folder / task.step, ignore_errors=True)


def run_year(
    root: Path,
    authority: str,
    year: int,
    groups: Sequence[str] | None = None,
    steps: Sequence[str] | None = None,
    workers: int = 2,
    progress: Progress = say,
    notebooks: Path = REPOSITORY / "notebooks",
) -> BatchSummary:
    """Run an authority's year: its groups side by side, then the steps of the whole authority.

    Executed notebooks and their pages go to `reports/<authority>/<year>/steps/`, the record of
    the run to `run.json` beside it.

    Parameters
    ----------
    root
        The folder that holds `data/` and `reports/`.
    authority, year, groups, steps
        What to run; by default all groups that have a folder and all steps.
    workers
        How many groups run at once.
    progress
        Called with a line of text after every notebook.
    notebooks
        The folder of the notebooks.

    Raises
    ------
    InputError
        If a code, the year, a step or a parameter is not fit, before any kernel starts.
    """
    root = Path(root).resolve()
    opened = AuthorityYear(authority, year, root)
    chosen = _chosen_steps(steps)
    chosen_groups = _chosen_groups(opened, groups)
    chains = [
        [Task(opened, group, step, _notebook(notebooks, step)) for step in chosen
         if step in rec.GROUP_STEPS]
        for group in chosen_groups
    ]  # fmt: skip
    closing = [
        Task(opened, "", step, _notebook(notebooks, step))
        for step in chosen
        if step not in rec.GROUP_STEPS
    ]
    tasks = [*(task for chain in chains for task in chain), *closing]
    for task in tasks:
        checked_parameters(task.source, task.parameters)
    started_at, started = datetime.now(UTC), time.perf_counter()
    inputs = provenance.checksums(opened, chosen_groups)
    board = Board(len(tasks), progress)
    try:
        _run_all(chains, closing, workers, board)
    finally:
        for task in tasks:
            if (task.group, task.step) not in board.rows:
                board.rows[task.group, task.step] = task.row(Status.SKIPPED, _("прервано."))
        rows = tuple(board.rows[task.group, task.step] for task in tasks)
        record = provenance.record(
            opened,
            parameters={"groups": chosen_groups, "steps": chosen, "workers": workers},
            inputs=inputs,
            notebooks=[_row_record(row) for row in rows],
            started_at=started_at,
            seconds=time.perf_counter() - started,
        )
        storage.write_json(opened.reports_folder / "run.json", record)
    return BatchSummary(rows)


def _row_record(row: Row) -> dict[str, object]:
    return {
        "group": row.group or None,
        "step": row.step,
        "status": row.status.value,
        "message": row.message,
        "seconds": round(row.seconds, 1),
    }


def _run_all(
    chains: Sequence[Sequence[Task]], closing: Sequence[Task], count: int, board: Board
) -> None:
    ready = []
    for chain in chains:
        for task in chain:
            _forget(task)
        problem = _no_group(chain)
        if problem:
            board.add(chain[0].row(Status.FAILED, problem))
            skip(chain[1:], problem, board)
        else:
            ready.append(chain)
    for task in closing:
        _forget(task)
    workers = Workers(max(1, min(count, len(chains), os.cpu_count() or 1)))
    try:
        run_chains(ready, workers, board)
        rows = board.rows.values()
        if rows and all(row.status is not Status.DONE for row in rows):
            skip(closing, _("ни один шаг групп не выполнен."), board)
        else:
            # Neither reads what the other writes; the failure of one does not stop the other.
            run_chains([[task] for task in closing], workers, board)
    except BaseException:
        workers.stop()
        raise
    workers.close()


def _no_group(chain: Sequence[Task]) -> str:
    """Return why a group cannot be opened, or nothing."""
    if not chain:
        return ""
    task = chain[0]
    try:
        open_study(task.opened.authority, task.opened.year, task.group, task.step, task.opened.root)
    except InputError as error:
        return " ".join(str(error).split("\n"))
    return ""
