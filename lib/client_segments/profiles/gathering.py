"""Gathering what profiles are composed from: tables of steps 1-5 and what people decided."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from client_segments import attributes, decisions, hypotheses, priorities, segments, validation
from client_segments.contracts import TableContract
from client_segments.findings import Findings
from client_segments.profiles.contracts import PROFILES
from client_segments.profiles.follow_up import previous_measures, told_results
from client_segments.profiles.inputs import TABLE_NAMES, ProfileInputs
from client_segments.profiles.legal import legal_acts, regulation_hash
from client_segments.profiles.problem_places import problem_places
from client_segments.study import Study

_EARLIER_STEPS = (attributes, segments, priorities, hypotheses, validation)


def _input_contracts() -> dict[str, TableContract]:
    """Return the contracts of the tables that profiles are composed from, by name."""
    found = {contract.name: contract for step in _EARLIER_STEPS for contract in step.CONTRACTS}
    return {name: found[name] for name in TABLE_NAMES if name != "measures"}


def read_inputs(study: Study, measures: pd.DataFrame) -> ProfileInputs:
    """Read the tables of steps 1-5 of a group, and what people decided of its profiles and plan.

    A later step gets the statuses that step 6 found.

    Raises
    ------
    InputError
        If one of the steps has not been run.
    """
    tables = {name: study.read(contract) for name, contract in _input_contracts().items()}
    inputs = ProfileInputs(
        group=decisions.load_group(study), year=study.year, measures=measures, **tables
    )
    told, _findings = with_decisions(study, inputs)
    if study.step == PROFILES.owner:
        return told
    statuses = study.read(PROFILES).set_index("segment_code")["status"].to_dict()
    return replace(told, statuses=statuses)


def with_decisions(study: Study, inputs: ProfileInputs) -> tuple[ProfileInputs, Findings]:
    """Add last year's plan with what became of it, and the legal acts."""
    previous, findings = previous_measures(study)
    results, problems = told_results(decisions.load(study, "plan"), previous)
    findings.extend(problems)
    acts, problems = legal_acts(decisions.load(study, "profiles"), inputs.segment_index())
    findings.extend(problems)
    told = replace(
        inputs, previous_measures=previous, follow_up=results, legal_acts=acts,
        regulation=regulation_hash(study), problem_places=problem_places(study),
    )  # fmt: skip
    return told, findings
