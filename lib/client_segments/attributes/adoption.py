"""A regulation beside the clients: what the data have of it, and how its list is adopted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from client_segments import decisions
from client_segments.attributes.coding import MISSING_CODE, Attribute, Coder
from client_segments.attributes.contracts import (
    ATTRIBUTE_RECORDS,
    REGULATION_ATTRIBUTES,
    REGULATION_COMBINATIONS,
)
from client_segments.attributes.proposals import attribute_record
from client_segments.attributes.regulation import Regulation, RegulationAttribute, Variant
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.labels import fold
from client_segments.language import _, shortened
from client_segments.study import Study

_NAME_LENGTH = 80

CountPatterns = Callable[[Sequence[str]], pd.DataFrame]
"""Counts clients by combination of codes of some attributes: codes and `clients_count`."""


def regulation_tables(
    regulation: Regulation | None,
    coders: Sequence[Coder],
    counts: pd.DataFrame,
    count_patterns: CountPatterns,
) -> tuple[pd.DataFrame, pd.DataFrame, Findings]:
    """Compare a regulation with the clients.

    Parameters
    ----------
    regulation
        What it says; None gives empty tables.
    coders
        Everything that was coded, of the list and beyond it.
    counts
        Table `attribute_values` of the same.
    count_patterns
        Counts clients by combination of codes.

    Returns
    -------
    attributes, combinations : DataFrame
        Tables `regulation_attributes` and `regulation_combinations`.
    findings : Findings
        What is not in the data.
    """
    if regulation is None:
        return REGULATION_ATTRIBUTES.empty(), REGULATION_COMBINATIONS.empty(), Findings()
    matches = {
        attribute.name: _find_coder(attribute.name, coders) for attribute in regulation.attributes
    }
    findings, file = Findings(regulation.findings), regulation.file
    rows = [
        _attribute_row(attribute, matches[attribute.name], counts, file, findings)
        for attribute in regulation.attributes
    ]
    variants = [_variant_row(variant, matches, findings, file) for variant in regulation.variants]
    _count_variants(variants, count_patterns)
    return (
        pd.DataFrame(rows, columns=REGULATION_ATTRIBUTES.column_names),
        pd.DataFrame(variants, columns=REGULATION_COMBINATIONS.column_names),
        findings,
    )


def _find_coder(name: str, coders: Sequence[Coder]) -> Coder | None:
    key = fold(name)
    return next((coder for coder in coders if key in coder.attribute.headers), None)


def _value_codes(coder: Coder) -> dict[str, int]:
    """Return codes by folded spelling: of values, and of those that a group unites."""
    codes = {fold(name): code for code, name in enumerate(coder.names, start=1)}
    for new, members in (coder.attribute.groups or {}).items():
        for old in members:
            codes.setdefault(fold(old), codes[fold(new)])
    return codes


def _attribute_row(
    attribute: RegulationAttribute,
    coder: Coder | None,
    counts: pd.DataFrame,
    file: str,
    findings: Findings,
) -> dict[str, object]:
    row = {
        "attribute_name": attribute.name,
        "values_text": "; ".join(attribute.values),
        "source_types": attribute.source_type,
        "basis": attribute.basis or None,
        "attribute_code": None,
        "is_in_data": coder is not None,
        "missing_values": None,
        "extra_values": None,
    }
    if coder is None:
        message = _("признака регламента «{name}» нет среди столбцов таблицы клиентов.")
        remedy = _(
            "добавьте столбец в таблицу клиентов или назовите его в attributes.yml (column)."
        )
        findings.add(
            Finding(
                Severity.NOTE, "regulation_attribute", message.format(name=attribute.name), remedy,
                file, clause="5",
            )
        )  # fmt: skip
        return row
    codes = _value_codes(coder)
    own = counts[counts["attribute_code"] == coder.attribute.code]
    met = set(own.loc[own["clients_count"] > 0, "value_code"]) - {MISSING_CODE}
    named = {codes.get(fold(value)) for value in attribute.values}
    missing = [value for value in attribute.values if codes.get(fold(value)) not in met]
    extra = [name for code, name in enumerate(coder.names, start=1) if code in met - named]
    if coder.attribute.bins:  # classes of a number have names of their own
        missing, extra = [], []
    return row | {
        "attribute_code": coder.attribute.code,
        "missing_values": "; ".join(missing) or None,
        "extra_values": "; ".join(extra) or None,
    }


def _variant_row(
    variant: Variant, matches: Mapping[str, Coder | None], findings: Findings, file: str
) -> dict[str, object]:
    parts, words, problems, codes = [], [], [], {}
    for name, values in variant.conditions.items():
        coder = matches.get(name)
        if coder is None:
            problems.append(_("признака «{name}» нет в данных").format(name=name))
            continue
        known = _value_codes(coder)
        unknown = [value for value in values if fold(value) not in known]
        if unknown:
            text = _("у признака «{name}» в данных нет значений: {values}")
            problems.append(text.format(name=name, values=", ".join(unknown)))
            continue
        chosen = list(dict.fromkeys(known[fold(value)] for value in values))
        names = [coder.names[code - 1] for code in chosen]
        codes[coder.attribute.code] = chosen
        parts.append({"attribute": coder.attribute.code, "in": names})
        words.append(f"{coder.attribute.name}: {_(' или ').join(names)}")
    rule = parts[0] if len(parts) == 1 else {"all": parts}
    if problems:
        message = _("вариант {code} регламента не становится правилом: {problems}.")
        remedy = _("дополните таблицу клиентов или исправьте написание значений.")
        findings.add(
            Finding(
                Severity.NOTE, "regulation_variant",
                message.format(code=variant.code, problems="; ".join(problems)), remedy, file,
                clause="5",
            )
        )  # fmt: skip
    return {
        "variant_code": variant.code,
        "result": variant.result or None,
        "combination_text": variant.text,
        "rule_text": None if problems else "; ".join(words),
        "rule": None if problems else json.dumps(rule, ensure_ascii=False),
        "clients_count": None,
        "share_pct": None,
        "problem": "; ".join(problems) or None,
        "codes": None if problems else codes,
    }


def _count_variants(variants: list[dict[str, object]], count_patterns: CountPatterns) -> None:
    """Count the clients whom each variant fits, in one pass over the attributes of all variants."""
    used = [variant for variant in variants if variant["codes"]]
    names = sorted({name for variant in used for name in variant["codes"]})
    if not names:
        return
    patterns = count_patterns(names)
    total = int(patterns["clients_count"].sum())
    for variant in used:
        fits = pd.Series(True, index=patterns.index)
        for name, codes in variant["codes"].items():
            fits &= patterns[name].isin(codes)
        count = int(patterns.loc[fits, "clients_count"].sum())
        variant["clients_count"] = count
        variant["share_pct"] = 100 * count / total if total else None


# -------------------------------------------------------------------------------- adoption


def segment_records(combinations: pd.DataFrame) -> list[dict[str, object]]:
    """Return segments that the variants propose, as `segments.yml` writes them.

    Parameters
    ----------
    combinations
        Table `regulation_combinations`; variants without a rule are left out.
    """
    return [
        {
            "code": f"variant-{_code_of(row.variant_code, number)}",
            "name": shortened(_("Вариант {code}: {text}").format(
                code=row.variant_code, text=row.combination_text), _NAME_LENGTH),
            "rule": json.loads(row.rule),
        }
        for number, row in enumerate(combinations.dropna(subset=["rule"]).itertuples(), start=1)
    ]  # fmt: skip


def _code_of(variant: str, number: int) -> str:
    clean = "-".join(part for part in variant.rstrip(".").split(".") if part.isdigit())
    return clean or str(number)


def attribute_records(
    attributes: pd.DataFrame, listed: Sequence[Attribute]
) -> list[dict[str, object]]:
    """Return the regulation's attributes that the data have, as `attributes.yml` writes them.

    Parameters
    ----------
    attributes
        Table `regulation_attributes`.
    listed
        Attributes by which the clients were coded: a record keeps what is known of its own, and
        adds the regulation's source, its basis and the order of its values.
    """
    known = {attribute.code: attribute for attribute in listed}
    records = []
    for row in attributes.dropna(subset=["attribute_code"]).itertuples():
        attribute = known[row.attribute_code]
        basis = row.basis if isinstance(row.basis, str) else ""
        values = tuple(row.values_text.split("; "))
        extra = tuple(row.extra_values.split("; ")) if isinstance(row.extra_values, str) else ()
        is_given = bool(attribute.bins or attribute.groups)
        adopted = replace(
            attribute,
            role="describing" if attribute.is_sensitive else "forming",
            sources=tuple(sorted({*_decided(attribute.sources, attribute), row.source_types})),
            basis=attribute.basis if attribute.basis and not attribute.is_proposed else basis,
            values=attribute.values if is_given else (*values, *extra),
        )
        records.append(attribute_record(adopted))
    return records


def _decided(sources: tuple[str, ...], attribute: Attribute) -> tuple[str, ...]:
    """Return sources that people gave; the program's own guess gives way to the regulation."""
    return () if attribute.is_proposed else sources


def adopt_regulation(
    study: Study, listed: Sequence[Attribute], who: str, when: date, why: str
) -> Path:
    """Write the regulation's attributes into `decisions/attributes.yml`.

    Attributes that stand there already keep their place and role, and get the source, the basis
    where they have none, and the order of values; the others are added at the end.

    Parameters
    ----------
    listed
        Attributes by which the clients were coded, of the list and beyond it.

    Raises
    ------
    InputError
        If nobody signs, step 1 has not been run, or no attribute of the regulation is in the
        data.
    """
    records = attribute_records(study.read(REGULATION_ATTRIBUTES), listed)
    if not records:
        raise InputError(_("В данных нет ни одного признака регламента: принимать нечего."))
    decision = decisions.load(study, "attributes")
    own = (
        decisions.records(decision, "attributes", ATTRIBUTE_RECORDS, ("groups",))[0]
        if decision
        else []
    )
    merged = merge_records(own, records)
    return decisions.save(study, "attributes", {"attributes": merged}, who, when, why)


def merge_records(
    own: Sequence[Mapping[str, object]], adopted: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    """Put adopted records into a list: its own order and roles stay, new ones come last."""
    new = {record["code"]: dict(record) for record in adopted}
    merged = []
    for record in own:
        kept = {key: value for key, value in record.items() if value not in (None, (), "")}
        found = new.pop(record["code"], None)
        if found:
            sources = tuple(sorted({*kept.get("sources", ()), *found["sources"]}))
            kept = {**found, **kept, "sources": sources}
            kept |= {
                key: found[key] for key in ("values",) if key in found and "groups" not in kept
            }
        merged.append(kept)
    return [*merged, *new.values()]
