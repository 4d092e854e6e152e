"""What is asked of whom: the content of the forms, whatever file they are written to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from client_segments.labels import fold

_MARK_LENGTH = 8
_SEPARATOR = "/"


def statement_mark(statement: str) -> str:
    """Return a short mark of a hypothesis's text: another text has another mark.

    Case, spaces and kinds of quotes make no difference (`labels.fold`).
    """
    return hashlib.sha256(fold(statement).encode("utf-8")).hexdigest()[:_MARK_LENGTH]


@dataclass(frozen=True)
class Question:
    """One question: `code` and `statement` of its hypothesis, the words to ask, and its kind."""

    code: str
    statement: str
    text: str
    kind: str
    method: str

    @property
    def mark(self) -> str:
        return statement_mark(self.statement)


@dataclass(frozen=True)
class FormOrigin:
    """Whose forms they are: codes of the authority, the year and the group."""

    authority: str
    year: int
    group: str

    def text(self) -> str:
        return _SEPARATOR.join((self.authority, str(self.year), self.group))


@dataclass(frozen=True)
class SegmentForm:
    """What is asked in one segment.

    Attributes
    ----------
    respondents
        Method → how many respondents the plan asks for, in the order of methods.
    places
        Method → whom to invite outside the digital channels and where; empty where nobody.
    quotas
        Method → lines of the quotas in words.
    """

    code: str
    name: str
    questions: tuple[Question, ...]
    respondents: Mapping[str, int]
    places: Mapping[str, str]
    quotas: Mapping[str, tuple[str, ...]]

    def asked_by(self, method: str) -> tuple[Question, ...]:
        """Return the questions whose hypotheses are verified by a method."""
        return tuple(question for question in self.questions if question.method == method)


@dataclass(frozen=True)
class Forms:
    """All forms of a group: names to be shown, segments in the order of research, stages."""

    origin: FormOrigin
    authority_name: str
    group_name: str
    segments: tuple[SegmentForm, ...]
    stages: tuple[str, ...]
