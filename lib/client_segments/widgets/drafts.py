"""Drafts: a decision is written aside and read as its step reads it, before it becomes the file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from client_segments import (
    attributes,
    catalogue,
    decisions,
    hypotheses,
    priorities,
    profiles,
    segments,
    updates,
)
from client_segments.checking import DECISION_RECORDS
from client_segments.findings import Findings
from client_segments.labels import fold
from client_segments.study import AuthorityYear, Study

Place = Study | AuthorityYear


@dataclass(frozen=True)
class _DraftStudy(Study):
    """A study that reads its decisions from another folder, and names the real files."""

    drafts: Path

    @property
    def decisions_folder(self) -> Path:
        return self.drafts

    def name_of(self, path: Path) -> str:
        if path.is_relative_to(self.drafts):
            path = self.folder / "decisions" / path.relative_to(self.drafts)
        return super().name_of(path)


@dataclass(frozen=True)
class _DraftYear(AuthorityYear):
    """An authority's year that reads its decisions from another folder, likewise."""

    drafts: Path

    @property
    def decisions_folder(self) -> Path:
        return self.drafts

    def name_of(self, path: Path) -> str:
        if path.is_relative_to(self.drafts):
            path = self.folder / path.relative_to(self.drafts)
        return super().name_of(path)


@contextmanager
def draft_of(place: Place) -> Iterator[Place]:
    """Yield the place with a temporary copy of its decisions."""
    with TemporaryDirectory() as folder:
        drafts = Path(folder)
        for path in place.decisions_folder.glob("*.yml"):
            shutil.copyfile(path, drafts / path.name)
        if isinstance(place, Study):
            yield _DraftStudy(
                place.authority, place.year, place.group, place.step, place.root, drafts
            )
        else:
            yield _DraftYear(place.authority, place.year, place.root, drafts)


def check_decision(place: Place, name: str) -> Findings:
    """Read a decision as its step will, as far as the tables of earlier steps allow."""
    decision = decisions.load(place, name)
    if decision is None:
        return Findings()
    findings = Findings(decision.findings)
    if name in DECISION_RECORDS:
        findings.extend(decisions.records(decision, *DECISION_RECORDS[name])[1])
    if not findings.errors and name in _READERS:
        findings.extend(_READERS[name](place, decision))
    return Findings(dict.fromkeys(findings))


def _read_attributes(study: Study, _decision: decisions.Decision) -> Findings:
    return attributes.decided_list(study)[1]


def _read_segments(study: Study, _decision: decisions.Decision) -> Findings:
    if not study.has(attributes.ATTRIBUTE_VALUES):
        return Findings()
    return segments.load_grouping(study, attributes.coders(study))[1]


def _read_problems(study: Study, _decision: decisions.Decision) -> Findings:
    return priorities.decided_dictionary(study)[1]


def _read_entitlement(study: Study, _decision: decisions.Decision) -> Findings:
    if not study.has(attributes.ATTRIBUTE_VALUES):
        return Findings()
    return priorities.load_entitlement(study, attributes.coders(study))[1]


def _read_weights(study: Study, _decision: decisions.Decision) -> Findings:
    return priorities.load_weights(study)[2]


def _read_hypotheses(study: Study, decision: decisions.Decision) -> Findings:
    if not study.has(segments.SEGMENTS):
        return Findings()
    known = study.has(hypotheses.PROPOSALS)
    proposals = study.read(hypotheses.PROPOSALS) if known else hypotheses.PROPOSALS.empty()
    facts = hypotheses.segment_facts(study)
    table = study.read(segments.SEGMENTS)
    findings = hypotheses.load_hypotheses(decision, table, proposals, facts)[1]
    if known:
        return findings
    # Before the step has run nothing has been compared yet: no code of a proposal is wrong.
    return Findings(found for found in findings if found.rule != "unknown_proposal")


def _read_stages(study: Study, decision: decisions.Decision) -> Findings:
    stages = catalogue.stages(study.root, decisions.load_group(study).direction)
    known = study.has(hypotheses.JOURNEY_ACTIVITIES)
    names = study.read(hypotheses.JOURNEY_ACTIVITIES)["activity"].tolist() if known else []
    return hypotheses.read_activities(decision, stages, names if known else None)[1]


def _read_journey(study: Study, decision: decisions.Decision) -> Findings:
    if not study.has(segments.SEGMENTS):
        return Findings()
    stages = catalogue.stages(study.root, decisions.load_group(study).direction)
    channels = catalogue.channels(study.root)
    table = study.read(segments.SEGMENTS)
    return hypotheses.read_described(decision, stages, table, channels)[1]


def _read_plan(study: Study, decision: decisions.Decision) -> Findings:
    profiles.measures_table(decision)
    return profiles.told_results(decision, profiles.previous_measures(study)[0])[1]


def _read_profiles(study: Study, decision: decisions.Decision) -> Findings:
    if not study.has(segments.SEGMENTS):
        return Findings()
    table = study.read(segments.SEGMENTS)
    form = profiles.load_form(study.root, profiles.COMPOSERS, study.authority)[0]
    table = table[~table["is_rest"]]
    codes = table["segment_code"].tolist()
    findings = profiles.read_edits(decision, form, codes)[1]
    index = {fold(row.segment_name): row.segment_code for row in table.itertuples()}
    index |= {fold(code): code for code in codes}
    findings.extend(profiles.legal_acts(decision, index)[1])
    return findings


def _read_updates(opened: AuthorityYear, _decision: decisions.Decision) -> Findings:
    return updates.reviewed_changes(opened)[1]


_READERS = {
    "attributes": _read_attributes,
    "segments": _read_segments,
    "problems": _read_problems,
    "entitlement": _read_entitlement,
    "weights": _read_weights,
    "stages": _read_stages,
    "journey": _read_journey,
    "hypotheses": _read_hypotheses,
    "plan": _read_plan,
    "profiles": _read_profiles,
    "updates": _read_updates,
}
