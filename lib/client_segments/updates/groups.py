"""What one group brings to the comparison: versions, segments and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from client_segments import decisions
from client_segments import recommendations as rec
from client_segments.contracts import TableContract
from client_segments.hypotheses import HYPOTHESES, PROPOSALS
from client_segments.language import _
from client_segments.profiles import PROFILE_FIELDS, PROFILE_SOURCES, PROFILES, register
from client_segments.profiles.comparison import Comparison, compare_versions
from client_segments.profiles.register import Version
from client_segments.reading import read_columns_decision
from client_segments.segments import REST_CODE, SEGMENTS
from client_segments.segments.contracts import MODEL_FIT
from client_segments.study import Study
from client_segments.updates.affected import sections_of
from client_segments.updates.ages import outdated_kinds
from client_segments.updates.contracts import CHANGED_FILES, FIELD_CHANGES, SEGMENT_CHANGES
from client_segments.updates.drift import Drift, segment_drift
from client_segments.updates.fields import field_change_table
from client_segments.updates.grounds import GroundInputs, PreviousHypothesis
from client_segments.validation import VERDICTS


@dataclass(frozen=True)
class GroupUpdate:
    """What is found for one group before anything is judged.

    Attributes
    ----------
    comparisons
        Indicators of the segments that both years have.
    segment_changes, changed_files, field_changes, model_fit
        Tables of these names; what is judged is not in them yet.
    grounds
        What the group's hypotheses are judged by.
    drift
        How its segments have shifted.
    """

    study: Study
    name: str
    comparisons: tuple[Comparison, ...]
    segment_changes: pd.DataFrame
    changed_files: pd.DataFrame
    field_changes: pd.DataFrame
    grounds: GroundInputs
    drift: Drift
    model_fit: pd.DataFrame

    @property
    def outdated_model(self) -> list[str]:
        """Measures by which the stored model of latent classes no longer fits this year's clients."""
        fit = self.model_fit
        is_outside = fit["current_value"].lt(fit["low"]) | fit["current_value"].gt(fit["high"])
        is_size = fit["measure_code"].isin(JUDGED_MEASURES)
        return fit.loc[is_outside & is_size, "measure"].tolist()


JUDGED_MEASURES = ("explained_pct", "agreement", "unknown_pct")
"""Measures of size, by which step 2 judges a model; with many clients the likelihood always differs."""


def segment_changes(
    current: Mapping[str, str],
    previous: Mapping[str, str],
    versions: Mapping[str, Sequence[Version]],
    field_counts: Mapping[str, int],
) -> pd.DataFrame:
    """Match segments of two years by code: one row is one segment, this year's first.

    Parameters
    ----------
    current, previous
        Name of each segment by its code; `previous` is empty where there is no last year.
    versions
        Versions of this year by segment.
    field_counts
        How many fields of each segment differ from last year's.
    """
    rows = [
        (code, name, ("continued" if code in previous else "new") if previous else "first")
        for code, name in current.items()
    ]
    rows += [(code, name, "vanished") for code, name in previous.items() if code not in current]
    frame = pd.DataFrame(rows, columns=SEGMENT_CHANGES.column_names[:3])
    recorded = [versions.get(code, ()) for code in frame["segment_code"]]
    return SEGMENT_CHANGES.conform(
        frame.assign(
            versions_count=[len(found) for found in recorded],
            reasons=[_reasons(found) for found in recorded],
            fields_count=frame["segment_code"].map(field_counts).fillna(0),
            changes_count=0, hypotheses_count=0,
        )
    )  # fmt: skip


def _reasons(versions: Sequence[Version]) -> str:
    """Return the reasons of a segment's versions, each once, in the order of `rec`."""
    found = {reason for version in versions for reason in version.reasons}
    return "; ".join(label for code, label in rec.UPDATE_REASONS.items() if code in found)


def changed_files(
    now: Mapping[str, str],
    processed: Mapping[str, str],
    recorded: Sequence[Mapping[str, str]],
    tables: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the files that differ from what the last recorded versions were made from.

    Parameters
    ----------
    now, processed
        SHA-256 by file: as the files are, and as step 6 last saw them.
    recorded
        The same as stored with the last version of each segment.
    tables
        Name of the raw table by file, where people have said which file holds it.
    """
    rows, tables = [], tables or {}
    for file in sorted({*now, *processed, *(name for hashes in recorded for name in hashes)}):
        known = {hashes[file] for hashes in recorded if file in hashes}
        is_processed = now.get(file) == processed.get(file)
        if file not in now:
            is_recorded_without = any(file not in hashes for hashes in recorded)
            if not is_recorded_without or not is_processed:
                rows.append((file, "removed", is_processed, sections_of(file, tables)))
        elif now[file] not in known or not is_processed:
            state = "changed" if known else "new"
            rows.append((file, state, is_processed, sections_of(file, tables)))
    return CHANGED_FILES.conform(pd.DataFrame(rows, columns=CHANGED_FILES.column_names))


def group_update(study: Study) -> GroupUpdate:
    """Compare the last versions of a group's segments in this year and the last."""
    authority_year, last_year = study.authority_year, study.year - 1
    group = decisions.load_group(study)
    profiles = study.read(PROFILES)
    versions = {
        code: register.versions_of_year(authority_year, study.group, code, study.year)
        for code in profiles["segment_code"]
    }
    current = {code: found[-1] for code, found in versions.items() if found}
    previous = {
        code: register.last_version(authority_year, study.group, code, last_year)
        for code in register.segments_of(authority_year, study.group, last_year)
    }
    processed = dict(study.read(PROFILE_SOURCES).itertuples(index=False, name=None))
    files = changed_files(
        register.input_hashes(study), processed, [version.inputs for version in current.values()],
        _decided_files(study),
    )  # fmt: skip
    field_changes = _field_changes(study, versions, current, previous)
    yearly = field_changes.loc[field_changes["compared"] == "year", "segment_code"].value_counts()
    matched = segment_changes(
        dict(zip(profiles["segment_code"], profiles["segment_name"], strict=True)),
        {code: version.segment_name for code, version in previous.items()},
        versions, yearly.to_dict(),
    )  # fmt: skip
    return GroupUpdate(
        study, group.name, _comparisons(study, previous, current, group.unit_forms), matched, files,
        field_changes, _ground_inputs(study, previous), _drift(study, previous),
        _read(study, MODEL_FIT),
    )  # fmt: skip


def _comparisons(
    study: Study,
    previous: Mapping[str, Version],
    current: Mapping[str, Version],
    unit_forms: tuple[str, str, str],
) -> tuple[Comparison, ...]:
    return tuple(
        comparison
        for code, version in current.items()
        if code in previous
        for comparison in compare_versions(study.group, previous[code], version, unit_forms)
    )


def _read(study: Study, contract: TableContract) -> pd.DataFrame:
    """Read a table of an earlier step; one that was deleted since step 6 was run is empty."""
    return study.read(contract) if study.has(contract) else contract.empty()


def _decided_files(study: Study) -> dict[str, str]:
    """Return the raw table that each file holds, where `decisions/columns.yml` says it."""
    mappings, _findings = read_columns_decision(study)  # their findings are step 1's
    return {
        f"raw/{name}": table for table, mapping in mappings.items() for name in mapping.files or ()
    }


def _field_changes(
    study: Study,
    versions: Mapping[str, Sequence[Version]],
    current: Mapping[str, Version],
    previous: Mapping[str, Version],
) -> pd.DataFrame:
    """Return table `field_changes`: against last year, and against the version before."""
    fields = _read(study, PROFILE_FIELDS).drop_duplicates("field_key")
    labels = dict(zip(fields["field_key"], fields["field"], strict=True))
    before = {code: found[-2] if len(found) > 1 else None for code, found in versions.items()}
    parts = [
        field_change_table(
            {code: (earlier.get(code), version) for code, version in current.items()}, name, labels
        )
        for name, earlier in (("year", previous), ("version", before))
    ]
    return FIELD_CHANGES.conform(pd.concat(parts, ignore_index=True))


def _ground_inputs(study: Study, previous: Mapping[str, Version]) -> GroundInputs:
    proposals = _read(study, PROPOSALS)
    hypotheses = _read(study, HYPOTHESES)
    segments = hypotheses["segment_code"].unique()
    histories = {
        code: register.history(study.authority_year, study.group, code) for code in segments
    }
    return GroundInputs(
        hypotheses, proposals, _read(study, VERDICTS),
        tuple(item for code, version in previous.items() for item in _hypotheses(code, version)),
        _unsupported(study), {code: outdated_kinds(study, found) for code, found in histories.items()},
    )  # fmt: skip


def _hypotheses(segment: str, version: Version) -> list[PreviousHypothesis]:
    numbers = version.content["numbers"]
    return [
        PreviousHypothesis(
            item["code"], segment, item["text"], item["proposal"],
            numbers["verdicts"].get(item["code"], "not_verified"),
        )
        for item in numbers["hypotheses"]
    ]  # fmt: skip


def _unsupported(study: Study) -> frozenset[tuple[str, str]]:
    """Return the comparisons that last year's data did not support, where they are still known."""
    if study.previous is None:
        return frozenset()
    proposals = _read(study.previous, PROPOSALS)
    rows = proposals[~proposals["is_supported"].astype(bool)]
    return frozenset(zip(rows["segment_code"], rows["proposal_code"], strict=True))


def _drift(study: Study, previous: Mapping[str, Version]) -> Drift:
    if not study.has(SEGMENTS):
        return Drift.unknown()
    counts = {code: _capacity(version, "clients_count") for code, version in previous.items()}
    totals = {_capacity(version, "all_clients_count") for version in previous.values()}
    if None in counts.values() or None in totals or len(totals) != 1:
        return segment_drift(study, {}, {})
    names = {code: version.segment_name for code, version in previous.items()}
    counts[REST_CODE] = max(totals.pop() - sum(counts.values()), 0)
    return segment_drift(study, counts, names | {REST_CODE: _("Остальные клиенты")})


def _capacity(version: Version, name: str) -> int | None:
    return version.content["numbers"]["capacity"][name]
