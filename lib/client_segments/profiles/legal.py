"""Changes of legal acts as a reason to revise profiles (clause 10): decided, or seen in the data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from client_segments import decisions
from client_segments.attributes import REGULATION_ATTRIBUTES, REGULATION_COMBINATIONS
from client_segments.decisions import Decision
from client_segments.findings import Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.profiles.contracts import LEGAL_ACT_RECORDS
from client_segments.profiles.inputs import LegalAct
from client_segments.study import Study


def legal_acts(
    decision: Decision | None, index: Mapping[str, str]
) -> tuple[tuple[LegalAct, ...], Findings]:
    """Read `legal_acts` of `decisions/profiles.yml`, oldest first.

    Parameters
    ----------
    index
        Code of each segment by its folded code and name.
    """
    if decision is None:
        return (), Findings()
    written, findings = decisions.records(decision, "legal_acts", LEGAL_ACT_RECORDS)
    acts = []
    for number, record in enumerate(written):
        if record["act"] is None or record["date"] is None:
            continue  # the contract's own finding says so
        codes = []
        for label in record["segments"]:
            code = index.get(fold(label))
            if code is None:
                message = _("акт отнесён к сегменту, которого нет.")
                remedy = _(
                    "укажите код или название сегмента или уберите ключ: тогда акт – для всех."
                )
                findings.add(
                    decision.finding(
                        Severity.WARNING, "legal_act_segment", message, remedy, "legal_acts",
                        number, "segments", found=label, clause="10",
                    )
                )  # fmt: skip
            else:
                codes.append(code)
        if codes or not record["segments"]:
            acts.append(LegalAct(record["act"], _day(record["date"]), tuple(sorted(set(codes)))))
    return tuple(sorted(acts, key=lambda item: (item.day, item.act))), findings


def _day(value):
    return value.date() if hasattr(value, "date") else value


_REGULATION_TEXTS = (
    (REGULATION_ATTRIBUTES, ["attribute_name", "values_text", "source_types", "basis"]),
    (REGULATION_COMBINATIONS, ["variant_code", "result", "combination_text"]),
)
"""What the regulation itself says: no column that speaks of clients."""


def regulation_hash(study: Study) -> str | None:
    """Return a fingerprint of what step 1 read from the regulation's table; None without one."""
    tables = [
        study.read(contract)[columns]
        for contract, columns in _REGULATION_TEXTS
        if study.has(contract)
    ]
    if all(table.empty for table in tables):
        return None
    text = "\n".join(table.to_csv(index=False) for table in tables)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
