"""What is to be said of a set of rules: overlaps, rules that find nobody, clients whom none finds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments.attributes import MISSING_CODE, Coder
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import NO_DATA, _, counted, format_percent, quoted_list
from client_segments.segments.rules import REST, Placement, Rule

REST_PATTERNS_MAXIMUM = 10
"""Own: combinations of the rest that are worth reading."""
_PATTERNS_NAMED = 2  # combinations that a finding tells
_NAMED_MAXIMUM = 3  # attributes that a finding names


def overlaps_table(codes: Sequence[str], placement: Placement, clients: np.ndarray) -> pd.DataFrame:
    """Count the clients of each rule that an earlier one took: table `rule_overlaps`.

    Parameters
    ----------
    codes
        Codes of the segments, in the order of their rules.
    placement
        Where each row falls.
    clients
        Number of clients of each row.

    Returns
    -------
    DataFrame
        One row is one segment × earlier segment that took clients of its rule: segment_code,
        taken_by_code, clients_count, matched_count (all clients of the rule), share_pct.
    """
    rows = []
    for later in range(len(codes)):
        inside = placement.matches[:, later]
        matched = int(clients[inside].sum())
        for earlier in range(later):
            taken = int(clients[inside & (placement.chosen == earlier)].sum())
            if taken:
                rows.append((codes[later], codes[earlier], taken, matched, 100 * taken / matched))
    columns = ["segment_code", "taken_by_code", "clients_count", "matched_count", "share_pct"]
    return pd.DataFrame(rows, columns=columns)


def constant_findings(
    names: Sequence[str],
    rules: Sequence[Rule],
    patterns: pd.DataFrame,
    coders: Sequence[Coder],
    file: str,
) -> list[Finding]:
    """Tell of rules on an attribute that is the same, or unknown, for all clients.

    Parameters
    ----------
    names, rules
        Segments and their rules.
    patterns
        One row is one pattern of codes of the rules' attributes, with clients_count.
    """
    titles = {coder.attribute.code: coder for coder in coders}
    findings = []
    somebody = patterns[patterns["clients_count"] > 0]
    for attribute in sorted(set().union(*(rule.attributes() for rule in rules))):
        found = somebody[attribute].unique()
        if len(found) != 1:
            continue
        coder = titles[attribute]
        using = [
            name for name, rule in zip(names, rules, strict=True) if attribute in rule.attributes()
        ]
        if found[0] == MISSING_CODE:
            message = _(
                "признак «{name}» не известен ни у одного клиента, а на нём стоят правила: {segments}."
            )
            remedy = _("дополните данные или уберите условие из правил.")
        else:
            message = _(
                "признак «{name}» у всех клиентов одинаков, а на нём стоят правила: {segments}."
            )
            remedy = _("такое условие никого не отличает: уберите его.")
        text = message.format(name=coder.attribute.name, segments=quoted_list(using))
        value = (NO_DATA, *coder.names)[found[0]]
        findings.append(
            Finding(
                Severity.WARNING,
                "constant_in_rule",
                text,
                remedy,
                file=file,
                found=value,
                clause="6",
            )
        )
    return findings


def rest_table(
    rules: Sequence[Rule], placement: Placement, patterns: pd.DataFrame, coders: Sequence[Coder]
) -> pd.DataFrame:
    """Return whom the rules forgot: table `rest_patterns`.

    Returns
    -------
    DataFrame
        One row is one combination of values in the rest, the commonest first: line_number,
        pattern_text, clients_count, share_pct (of the rest), is_undecided (a value that is not
        known could put these clients into a segment), missing_names (which attributes).
    """
    rest = patterns[placement.chosen == REST]
    total = rest["clients_count"].sum()
    possible = _possible(rules, rest)
    titles = {coder.attribute.code: coder for coder in coders}
    attributes = [name for name in titles if name in patterns.columns]
    rest = rest.assign(is_undecided=possible)
    rest = rest[rest["clients_count"] > 0].sort_values(
        ["clients_count", *attributes], ascending=[False, *[True] * len(attributes)]
    )
    rows = []
    for number, row in enumerate(rest.head(REST_PATTERNS_MAXIMUM).to_dict("records"), start=1):
        told = [
            f"{titles[name].attribute.name}: {(NO_DATA, *titles[name].names)[row[name]]}"
            for name in attributes
        ]
        missing = [titles[name].attribute.name for name in attributes if not row[name]]
        rows.append(
            {
                "line_number": number,
                "pattern_text": "; ".join(told),
                "clients_count": int(row["clients_count"]),
                "share_pct": 100 * row["clients_count"] / total,
                "is_undecided": bool(row["is_undecided"]),
                "missing_names": ", ".join(missing) if row["is_undecided"] else None,
            }
        )
    columns = [
        "line_number", "pattern_text", "clients_count", "share_pct", "is_undecided", "missing_names",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def rest_findings(
    rules: Sequence[Rule],
    placement: Placement,
    patterns: pd.DataFrame,
    coders: Sequence[Coder],
    table: pd.DataFrame,
    file: str,
) -> Findings:
    """Tell how many clients no rule finds, who they are, and who is there for want of a value."""
    findings = Findings()
    rest = patterns[placement.chosen == REST]
    count, total = int(rest["clients_count"].sum()), int(patterns["clients_count"].sum())
    if not count:
        return findings
    told = _("{text} – {share}")
    commonest = [
        told.format(text=row.pattern_text, share=format_percent(row.share_pct))
        for row in table.head(_PATTERNS_NAMED).itertuples()
    ]
    message = _("ни одно правило не нашло {clients} ({share} всех). Чаще всего это: {patterns}.")
    text = message.format(
        clients=_accusative(count), share=format_percent(100 * count / total),
        patterns=" · ".join(commonest),
    )  # fmt: skip
    remedy = _(
        "если это не случайные клиенты, опишите для них сегмент: таблица «Кого не нашли правила»."
    )
    findings.add(Finding(Severity.NOTE, "rest", text, remedy, file=file, clause="6"))
    undecided = rest[_possible(rules, rest)]
    waiting = int(undecided["clients_count"].sum())
    if waiting:
        unknown = {
            coder.attribute.name: int(
                undecided.loc[
                    undecided[coder.attribute.code] == MISSING_CODE, "clients_count"
                ].sum()
            )
            for coder in coders
            if coder.attribute.code in patterns.columns
        }
        worst = sorted((name for name in unknown if unknown[name]), key=lambda name: -unknown[name])
        clients = counted(waiting, _("клиент"), _("клиента"), _("клиентов"))
        message = _(
            "{clients} в остальных только потому, что значение признака неизвестно: {names}."
        )
        text = message.format(clients=clients, names=quoted_list(worst[:_NAMED_MAXIMUM]))
        remedy = _("дополните данные или назовите «нет данных» среди значений правила.")
        findings.add(Finding(Severity.WARNING, "rest_missing", text, remedy, file=file, clause="6"))
    return findings


def _possible(rules: Sequence[Rule], rows: pd.DataFrame) -> np.ndarray:
    """Tell which rows of the rest a rule might take if more were known of them."""
    return np.logical_or.reduce([~rule.evaluate(rows).false for rule in rules])


def _accusative(count: int) -> str:
    """Return «1 клиента», «2 клиентов»: the number of whom somebody did not find."""
    return counted(count, _("клиента"), _("клиентов"), _("клиентов"))
