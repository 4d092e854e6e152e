"""What every step returns: its tables, its checks and its findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import Finding, Findings
from client_segments.language import _
from client_segments.study import Study


class Outcome(StrEnum):
    """What a check came to."""

    MET = "met"
    WARNING = "warning"
    NOT_MET = "not_met"
    NO_DATA = "no_data"

    @property
    def label(self) -> str:
        return OUTCOME_LABELS[self]


OUTCOME_LABELS = {
    "met": _("выполнено"),
    "warning": _("обратите внимание"),
    "not_met": _("не выполнено"),
    "no_data": _("нет данных"),
}


@dataclass(frozen=True)
class Check:
    """One check of a step: the rule, its clause, what it came to and what to do."""

    code: str
    rule: str
    clause: str
    outcome: Outcome
    details: str
    remedy: str = ""


def checks_contract(step: str) -> TableContract:
    """Return the contract of a step's table of checks: one row is one check."""
    return TableContract(
        "checks", _("Проверки"), _("Одна строка – одна проверка."), step,
        (
            Column("check_code", _("Код"), Kind.CODE, _("Код проверки."), required=True),
            Column("rule", _("Правило"), Kind.TEXT, _("Что требуется."), required=True),
            Column("clause", _("Пункт"), Kind.CODE, _("Пункт Рекомендаций.")),
            Column("outcome", _("Итог"), Kind.CODE, _("Чем закончилась проверка."),
                   codes=OUTCOME_LABELS, required=True),
            Column("details", _("Что найдено"), Kind.TEXT, _("Числа и имена.")),
            Column("remedy", _("Что сделать"), Kind.TEXT, _("Действие человека.")),
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class StepResult:
    """Tables of a finished step by name, its contracts, checks and findings.

    `segment_names` tells what a segment's code stands for, where the step knows segments.
    """

    study: Study
    contracts: Mapping[str, TableContract]
    tables: Mapping[str, pd.DataFrame]
    checks: tuple[Check, ...]
    findings: Findings
    segment_names: Mapping[str, str] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table; one that the engine has written is read, however large."""
        if name in self.tables:
            return self.tables[name]
        return self.study.read(self.contracts[name])

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with `segment_name` beside its `segment_code`."""
        names = frame["segment_code"].map(self.segment_names)
        return frame.assign(segment_name=names.astype("str"))


def finish(
    study: Study,
    contracts: Iterable[TableContract],
    tables: Mapping[str, pd.DataFrame | None],
    checks: Iterable[Check] = (),
    findings: Iterable[Finding] = (),
    segments: pd.DataFrame | None = None,
) -> StepResult:
    """Check a step's tables against their contracts, write them, and return the result.

    Every contract must have its table; None says that the engine has written it, being too large
    to pass through here. The checks are written as one more. `segments` is the
    table of step 2, from which tables are shown with names of segments and not their codes.
    """
    checks = tuple(checks)
    contracts_by_name = {contract.name: contract for contract in contracts}
    if set(contracts_by_name) != set(tables):
        raise ValueError(f"tables {sorted(tables)} for contracts {sorted(contracts_by_name)}")
    written = {
        name: study.write(contract, table)
        for name, contract in contracts_by_name.items()
        if (table := tables[name]) is not None
    }
    contract = checks_contract(study.step)
    frame = pd.DataFrame(
        [
            (check.code, check.rule, check.clause, check.outcome.value, check.details, check.remedy)
            for check in checks
        ],
        columns=contract.column_names,
    )
    written["checks"] = study.write(contract, frame)
    contracts_by_name["checks"] = contract
    names = (
        {}
        if segments is None
        else dict(zip(segments["segment_code"], segments["segment_name"], strict=True))
    )
    return StepResult(study, contracts_by_name, written, checks, Findings(findings), names)
