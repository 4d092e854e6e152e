"""Notebooks in worker processes: side by side over groups, one after another within a group."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from client_segments import storage
from client_segments.batch.summary import Row, Status, step_title
from client_segments.findings import InputError
from client_segments.language import _, format_number
from client_segments.study import AuthorityYear

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """One notebook to run for one group, or for the whole authority where `group` is empty."""

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
        return f"{step_title(self.step)} – {whose}, {self.opened.year}"

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


def _run_task(task: Task) -> Row:
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


class Board:
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
        self._progress(f"{number} {whose}: {step_title(row.step)} … {told}")


class Workers:
    """Worker processes that are replaced when one of them is killed, and ended on Ctrl-C."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._others = set(multiprocessing.active_children())
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        # "spawn" is the same on every system, and safe where the parent has threads (Jupyter).
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._count, mp_context=context, initializer=_start_worker)

    def submit(self, task: Task) -> Future:
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


def _result(future: Future, task: Task) -> Row:
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


def run_chains(chains: Iterable[Sequence[Task]], workers: Workers, board: Board) -> None:
    """Run chains side by side; within a chain each task waits for the one before."""
    waiting: dict[Future, tuple[Task, list[Task]]] = {}

    def advance(chain: list[Task]) -> None:
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
                skip(rest, _("остановлено на шаге «{step}».").format(
                    step=step_title(task.step)), board)  # fmt: skip


def skip(tasks: Iterable[Task], why: str, board: Board) -> None:
    """Note on the board that tasks are not run, and why."""
    for task in tasks:
        board.add(task.row(Status.SKIPPED, why))
