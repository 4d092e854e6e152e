"""The dictionary of problems that people keep: names, codes, stages, and phrases that tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from client_segments import decisions
from client_segments.decisions import Decision
from client_segments.findings import Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.priorities.problem_contracts import PROBLEM_RECORDS
from client_segments.texts import Phrase, PhraseFinder, PhraseRefusedError, compile_phrase


@dataclass(frozen=True)
class ProblemEntry:
    """One problem of the dictionary; one object is one problem."""

    name: str
    code: str | None = None
    stage: str | None = None
    phrases: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class ProblemDictionary:
    """All problems that people named, in the order of their file."""

    entries: tuple[ProblemEntry, ...] = ()
    _owners: list[int] = field(init=False, repr=False, compare=False, default_factory=list)

    @cached_property
    def names(self) -> dict[str, str]:
        """Folded names and codes of problems in data, and the name that stands for each."""
        known = {fold(entry.code): entry.name for entry in self.entries if entry.code}
        return known | {fold(entry.name): entry.name for entry in self.entries}

    @cached_property
    def stages(self) -> dict[str, str]:
        """Folded names of problems, and the stage of each where it is decided."""
        return {fold(entry.name): entry.stage for entry in self.entries if entry.stage}

    @cached_property
    def _finder(self) -> PhraseFinder:
        self._owners.extend(
            number for number, entry in enumerate(self.entries) for _phrase in entry.phrases
        )
        return PhraseFinder([phrase for entry in self.entries for phrase in entry.phrases])

    def problems_in(self, words: Sequence[str]) -> list[str]:
        """Return the names of the problems that a text speaks of, in the order of the file."""
        found = self._finder.find(words)
        return [
            self.entries[owner].name for owner in sorted({self._owners[number] for number in found})
        ]


def load_dictionary(
    decision: Decision | None, stages: Sequence[str]
) -> tuple[ProblemDictionary, Findings]:
    """Read the dictionary of problems; an empty one where nobody has decided.

    Parameters
    ----------
    stages
        Names of the stages of the group's direction.
    """
    findings = Findings()
    if decision is None:
        return ProblemDictionary(), findings
    records, problems = decisions.records(decision, "problems", PROBLEM_RECORDS)
    findings.extend([*decision.findings, *problems])
    known_stages = {fold(stage): stage for stage in stages}
    entries: list[ProblemEntry] = []
    labels: dict[str, int] = {}
    owners: dict[Phrase, str] = {}
    for number, record in enumerate(records):
        if not record["name"]:
            continue
        findings.extend(_label_findings(decision, number, record, labels))
        phrases, found = _phrases(decision, number, record, owners)
        findings.extend(found)
        stage = record["stage"]
        if stage and known_stages and fold(stage) not in known_stages:
            message = _("этапа «{stage}» нет в справочнике этапов этого направления.")
            remedy = _("этапы: {stages}.").format(stages="; ".join(stages))
            findings.add(
                decision.finding(
                    Severity.WARNING, "problem_stage", message.format(stage=stage), remedy,
                    "problems", number, "stage",
                )
            )  # fmt: skip
        stage = known_stages.get(fold(stage), stage) if stage else None
        entries.append(ProblemEntry(record["name"], record["code"], stage, phrases))
    return ProblemDictionary(tuple(entries)), findings


def _label_findings(
    decision: Decision, number: int, record: dict, labels: dict[str, int]
) -> Findings:
    """Refuse a name or a code that another problem has."""
    findings = Findings()
    for key in ("name", "code"):
        label = fold(record[key]) if record[key] else ""
        if label and labels.setdefault(label, number) != number:
            message = _("«{label}» – название или код уже другой проблемы словаря.")
            remedy = _("объедините записи или назовите проблемы по-разному.")
            findings.add(
                decision.finding(
                    Severity.ERROR, "problem_repeated", message.format(label=record[key]), remedy,
                    "problems", number, key,
                )
            )  # fmt: skip
    return findings


def _phrases(
    decision: Decision, number: int, record: dict, owners: dict[Phrase, str]
) -> tuple[tuple[Phrase, ...], Findings]:
    """Compile a problem's phrases; one that another problem has too finds both, and is told."""
    findings = Findings()
    compiled: list[Phrase] = []
    for place, text in enumerate(record["phrases"]):
        path = ("problems", number, "phrases", place)
        try:
            phrase = compile_phrase(text)
        except PhraseRefusedError as error:
            message = _("фраза «{text}» не учтена: {reason}.").format(text=text, reason=error)
            remedy = _("напишите слова, по которым проблему узнают в тексте.")
            findings.add(
                decision.finding(Severity.WARNING, "problem_phrase", message, remedy, *path)
            )
            continue
        owner = owners.setdefault(phrase, record["name"])
        if owner != record["name"]:
            message = _("фраза «{text}» есть и у проблемы «{owner}»: текст получит обе.")
            remedy = _("оставьте фразу у одной проблемы или уточните её.")
            findings.add(
                decision.finding(
                    Severity.WARNING, "problem_phrase_shared",
                    message.format(text=text, owner=owner), remedy, *path,
                )
            )  # fmt: skip
        compiled.append(phrase)
    return tuple(dict.fromkeys(compiled)), findings
