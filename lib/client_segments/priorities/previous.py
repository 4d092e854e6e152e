"""Last year's capacity of the same segments, from the register of profiles or last year's tables."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _
from client_segments.priorities.contracts import CAPACITY
from client_segments.study import Study

COLUMNS = ("segment_code", "previous_clients_count", "previous_population_count")
_NUMBER = re.compile(r"\d{4}-(\d{3,})\.json")


def previous_capacity(study: Study, segment_codes: Sequence[str]) -> tuple[pd.DataFrame, Findings]:
    """Return last year's numbers: one row is one segment that is known of, columns `COLUMNS`.

    The register of profiles comes first: it is kept when work tables are deleted, so the result
    does not depend on what has been run. Segments are the same where their codes are.
    """
    findings = Findings()
    rows = [_registered(study, code, findings) for code in segment_codes]
    frame = pd.DataFrame([row for row in rows if row], columns=list(COLUMNS))
    frame = frame.astype(dict.fromkeys(COLUMNS[1:], "Int64"))
    previous = study.previous
    if previous is None or not previous.has(CAPACITY):
        return frame, findings
    table = previous.read(CAPACITY)
    missing = table[~table["segment_code"].isin(frame["segment_code"])]
    own = missing[["segment_code", "clients_count", "population_count"]].set_axis(
        list(COLUMNS), axis=1
    )
    parts = [part.astype({COLUMNS[0]: "str"}) for part in (frame, own) if len(part)]
    return (pd.concat(parts, ignore_index=True) if parts else frame), findings


def _registered(study: Study, code: str, findings: Findings) -> tuple | None:
    """Return the numbers of last year's last version of a segment's profile."""
    folder = study.authority_year.register_folder / study.group / code
    paths = sorted(folder.glob(f"{study.year - 1}-*.json"), key=_version_number)
    if not paths:
        return None
    try:
        numbers = json.loads(paths[-1].read_bytes())["content"]["numbers"]["capacity"]
        return code, numbers["clients_count"], numbers["population_count"]
    except (ValueError, KeyError, TypeError):
        message = _("прошлогодняя версия профиля не читается: изменение ёмкости не показано.")
        remedy = _("восстановите файл реестра из резервной копии.")
        file = study.name_of(paths[-1])
        findings.add(Finding(Severity.WARNING, "previous_unreadable", message, remedy, file))
        return None


def _version_number(path: Path) -> int:
    match = _NUMBER.fullmatch(path.name)
    return int(match[1]) if match else -1
