"""The batch: all groups of an authority's year, step by step, each in a kernel of its own.

Every group runs its notebooks in order and stops at its first failure; the others go on. Then
the notebooks of the whole authority run once. What was made, or in one sentence why not, is in
the summary and in `run.json`.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from client_segments import recommendations as rec
from client_segments import storage
from client_segments.batch import provenance
from client_segments.batch.parameters import checked_parameters
from client_segments.findings import Finding, InputError, Severity
from client_segments.language import _, counted, format_number
from client_segments.study import (
    REPOSITORY,
    AuthorityYear,
    check_code,
    missing_part,
    open_study,
)

Progress = Callable[[str], None]
say = partial(print, flush=True)  # at once, also where the output goes to a file or to make


class Status(StrEnum):
    """What became of one notebook."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def label(self) -> str:
        return {
            "done": _("готово"),
            "failed": _("не выполнено"),
            "skipped": _("не запускалось"),
        }[self]


@dataclass(frozen=True)
class Row:
    """One notebook of the batch: whose, which step, what became of it.

    `group` is empty for the steps of the whole authority; `message` is one Russian sentence or
    more that says why not.
    """

    authority: str
    year: int
    group: str
    step: str
    status: Status
    message: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class BatchSummary:
    """What a batch made: one row is one notebook."""

    rows: tuple[Row, ...]

    @property
    def ok(self) -> bool:
        return bool(self.rows) and all(row.status is Status.DONE for row in self.rows)

    @property
    def exit_code(self) -> int:
        return 0 if self.ok else 1

    def text(self) -> str:
        """Return the summary in Russian: for each group what was made, or why not."""
        parts: dict[tuple[str, int, str], list[Row]] = {}
        for row in self.rows:
            parts.setdefault((row.authority, row.year, row.group), []).append(row)
        lines = [_part_line(*key, rows) for key, rows in parts.items()]
        done = sum(row.status is Status.DONE for row in self.rows)
        total = counted(len(self.rows), _("блокнота"), _("блокнотов"), _("блокнотов"))
        lines.append(_("Выполнено {done} из {total}.").format(done=done, total=total))
        return "\n".join(lines)


def _step_title(step: str) -> str:
    return f"{rec.STEPS.index(step) + 1:02d} {rec.STEP_NAMES[step]}"


def _part_line(authority: str, year: int, group: str, rows: Sequence[Row]) -> str:
    """Return the line of one group, or of the steps of the whole authority."""
    whose = group or _("весь орган")
    done = [_step_title(row.step) for row in rows if row.status is Status.DONE]
    head = f"{authority} {year}, {whose}: "
    failed = next((row for row in rows if row.status is not Status.DONE), None)
    if failed is None:
        seconds = format_number(sum(row.seconds for row in rows), 1)
        return head + _("готово – {steps} ({seconds} с).").format(
            steps=", ".join(done), seconds=seconds
        )
    why = _("«{step}» – {status}: {message}").format(
        step=_step_title(failed.step), status=failed.status.label, message=failed.message
    )
    if done:
        return head + _("готово – {steps}; {why}").format(steps=", ".join(done), why=why)
    return head + why


# ----------------------------------------------------------------------- one notebook


@dataclass(frozen=True)
class _Task:
    opened: AuthorityYear
    group: str
    step: str
    source: Path

    @property
    def file_stem(self) -> str:
        return self.source.stem

    @property
    def folder(self) -> Path:
        return self.opened.reports_folder / "steps" / self.group

    @property
    def parameters(self) -> dict[str, object]:
        given: dict[str, object] = {"authority": self.opened.authority, "year": self.opened.year}
        if self.group:
            given["group"] = self.group
        return given | {"interactive": False}

    @property
    def title(self) -> str:
        whose = self.group or self.opened.authority
        return f"{_step_title(self.step)} – {whose}, {self.opened.year}"

    def row(self, status: Status, message: str = "", seconds: float = 0.0) -> Row:
        opened = self.opened
        return Row(
            opened.authority, opened.year, self.group, self.step, status, message, seconds
        )  # fmt: skip


def _stop_worker(_signal: int, _frame: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)  # unwinds, so that the kernel is shut down as well


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, which then ends its workers one by one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop_worker)


def _run_task(task: _Task) -> Row:
    """Run one notebook and write it and its page; runs in a worker process."""
    # papermill and nbconvert take a second to import and serve the workers only.
    import nbformat

    from client_segments.batch.execution import execute
    from client_segments.pages.notebooks import render_notebook

    started = time.perf_counter()
    try:
        execution = execute(task.source, task.parameters, task.opened.root)
    except InputError as error:
        return task.row(Status.FAILED, " ".join(str(error).split("\n")))
    message = execution.problem
    if execution.notebook is not None:
        path = task.folder / f"{task.file_stem}.ipynb"
        storage.write_text(path, nbformat.writes(execution.notebook) + "\n")
        page = path.with_suffix(".html")
        render_notebook(execution.notebook, page, task.title, task.opened.root)
        if message and not execution.is_input:
            place = path.relative_to(task.opened.root).as_posix()
            message = _("внутренняя ошибка: {problem}; см. блокнот {place}.").format(
                problem=message, place=place
            )
    elif message:
        message = _("внутренняя ошибка: {problem}.").format(problem=message)
    seconds = time.perf_counter() - started
    return task.row(Status.FAILED if message else Status.DONE, message, seconds)


# -------------------------------------------------------------------------- the order


class _Board:
    """Keeps the rows of finished notebooks and says each aloud."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self._total = total
        self._progress = progress

    def add(self, row: Row) -> None:
        self.rows[row.group, row.step] = row
        told = row.status.label
        if row.status is Status.DONE:
            told = _("{status}, {seconds} с").format(
                status=told, seconds=format_number(row.seconds, 1)
            )
        elif row.message:
            told = f"{told}: {row.message}"
        whose = row.group or row.authority
        number = f"[{len(self.rows)}/{self._total}]"
        self._progress(f"{number} {whose}: {_step_title(row.step)} … {told}")


class _Workers:
    """Worker processes that are replaced when one of them is killed, and ended on Ctrl-C."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._others = set(multiprocessing.active_children())
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        # "spawn" is the same on every system, and safe where the parent has threads (Jupyter).
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._count, mp_context=context, initializer=_start_worker)

    def submit(self, task: _Task) -> Future:
        try:
            return self._pool.submit(_run_task, task)
        except BrokenProcessPool:
            self._pool.shutdown(wait=False)
            self._pool = self._new_pool()
            return self._pool.submit(_run_task, task)

    def close(self) -> None:
        self._pool.shutdown()

    def stop(self) -> None:
        """End the workers now; each shuts its kernel down."""
        for child in set(multiprocessing.active_children()) - self._others:
            child.terminate()
        self._pool.shutdown(cancel_futures=True)


def _result(future: Future, task: _Task) -> Row:
    try:
        return future.result()
    except BrokenProcessPool:
        problem = _("внутренняя ошибка: рабочий процесс остановлен; возможно, не хватило памяти.")
        return task.row(Status.FAILED, problem)
    except InputError as error:  # the folder of the reports cannot be written
        return task.row(Status.FAILED, " ".join(str(error).split("\n")))
    except Exception as error:  # what the worker raised is our mistake; other groups go on
        # Imported here, where it is needed once: nbformat is slow to import.
        from client_segments.pages.cleaning import without_machine_paths

        told = without_machine_paths(f"{type(error).__name__}: {error}", task.opened.root)
        problem = _("внутренняя ошибка при подготовке страницы шага ({told}).")
        return task.row(Status.FAILED, problem.format(told=told))


def _run_chains(chains: Iterable[Sequence[_Task]], workers: _Workers, board: _Board) -> None:
    """Run chains side by side; within a chain each task waits for the one before."""
    waiting: dict[Future, tuple[_Task, list[_Task]]] = {}

    def advance(chain: list[_Task]) -> None:
        if chain:
            waiting[workers.submit(chain[0])] = (chain[0], chain[1:])

    for chain in chains:
        advance(list(chain))
    while waiting:
        finished, _others = wait(waiting, return_when=FIRST_COMPLETED)
        for future in sorted(finished, key=lambda future: waiting[future][0].group):
            task, rest = waiting.pop(future)
            row = _result(future, task)
            board.add(row)
            if row.status is Status.DONE:
                advance(rest)
            else:
                _skip(rest, _("остановлено на шаге «{step}».").format(
                    step=_step_title(task.step)), board)  # fmt: skip


def _skip(tasks: Iterable[_Task], why: str, board: _Board) -> None:
    for task in tasks:
        board.add(task.row(Status.SKIPPED, why))


# --------------------------------------------------------------------------- one year


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


def _forget(task: _Task) -> None:
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
        [_Task(opened, group, step, _notebook(notebooks, step)) for step in chosen
         if step in rec.GROUP_STEPS]
        for group in chosen_groups
    ]  # fmt: skip
    closing = [
        _Task(opened, "", step, _notebook(notebooks, step))
        for step in chosen
        if step not in rec.GROUP_STEPS
    ]
    tasks = [*(task for chain in chains for task in chain), *closing]
    for task in tasks:
        checked_parameters(task.source, task.parameters)
    started_at, started = datetime.now(UTC), time.perf_counter()
    inputs = provenance.checksums(opened, chosen_groups)
    board = _Board(len(tasks), progress)
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
    chains: Sequence[Sequence[_Task]], closing: Sequence[_Task], count: int, board: _Board
) -> None:
    ready = []
    for chain in chains:
        for task in chain:
            _forget(task)
        problem = _no_group(chain)
        if problem:
            board.add(chain[0].row(Status.FAILED, problem))
            _skip(chain[1:], problem, board)
        else:
            ready.append(chain)
    for task in closing:
        _forget(task)
    workers = _Workers(max(1, min(count, len(chains), os.cpu_count() or 1)))
    try:
        _run_chains(ready, workers, board)
        rows = board.rows.values()
        if rows and all(row.status is not Status.DONE for row in rows):
            _skip(closing, _("ни один шаг групп не выполнен."), board)
        else:
            # Neither reads what the other writes; the failure of one does not stop the other.
            _run_chains([[task] for task in closing], workers, board)
    except BaseException:
        workers.stop()
        raise
    workers.close()


def _no_group(chain: Sequence[_Task]) -> str:
    """Return why a group cannot be opened, or nothing."""
    if not chain:
        return ""
    task = chain[0]
    try:
        open_study(task.opened.authority, task.opened.year, task.group, task.step, task.opened.root)
    except InputError as error:
        return " ".join(str(error).split("\n"))
    return ""
