"""What became of the notebooks of a batch, and how people are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from client_segments import recommendations as rec
from client_segments.language import _, counted, format_number


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


def step_title(step: str) -> str:
    """Return a step's number and name, as people are told it."""
    return f"{rec.STEPS.index(step) + 1:02d} {rec.STEP_NAMES[step]}"


def _part_line(authority: str, year: int, group: str, rows: Sequence[Row]) -> str:
    """Return the line of one group, or of the steps of the whole authority."""
    whose = group or _("весь орган")
    done = [step_title(row.step) for row in rows if row.status is Status.DONE]
    head = f"{authority} {year}, {whose}: "
    failed = next((row for row in rows if row.status is not Status.DONE), None)
    if failed is None:
        seconds = format_number(sum(row.seconds for row in rows), 1)
        return head + _("готово – {steps} ({seconds} с).").format(
            steps=", ".join(done), seconds=seconds
        )
    why = _("«{step}» – {status}: {message}").format(
        step=step_title(failed.step), status=failed.status.label, message=failed.message
    )
    if done:
        return head + _("готово – {steps}; {why}").format(steps=", ".join(done), why=why)
    return head + why
