"""Rules and subgroups of the last run, offered as segments: a person names, orders and signs them."""

from __future__ import annotations

from collections.abc import Collection

import ipywidgets as ipw
import pandas as pd

from client_segments.language import _, counted, format_percent, shortened
from client_segments.segments import CLASS_RULES, SUBGROUPS
from client_segments.study import Study
from client_segments.widgets.editors import RecordsForm
from client_segments.widgets.offers import Offer, offer_list
from client_segments.widgets.rules import parse_tree

_NAME_LENGTH = 80


def rule_offers(
    class_rules: pd.DataFrame, subgroups: pd.DataFrame, taken: Collection[str] = ()
) -> list[Offer]:
    """Return what may become a segment: stated classes, the rest and targets, then subgroups.

    Parameters
    ----------
    class_rules, subgroups
        The tables of step 2.
    taken
        Codes that segments have already; an offer gets the next free one.
    """
    told_class = _("{name}: {rule} ({clients}; чистота {purity}, полнота {coverage})")
    told_target = _("{name} {share} против {overall}: {rule} ({clients})")
    told = []
    for row in class_rules.itertuples():
        is_target = row.subject_kind == "target"
        text = (told_target if is_target else told_class).format(
            name=row.subject_name, rule=row.rule_text, clients=_clients(row.clients_count),
            purity=format_percent(row.purity_pct), coverage=format_percent(row.coverage_pct),
            share=format_percent(row.purity_pct), overall=format_percent(row.overall_pct),
        )  # fmt: skip
        told.append((text, row.rule_text if is_target else row.subject_name, row.rule_tree))
    for row in subgroups.itertuples():
        text = told_target.format(
            name=row.target_name, share=format_percent(row.share_pct), rule=row.rule_text,
            overall=format_percent(row.others_share_pct), clients=_clients(row.clients_count),
        )  # fmt: skip
        told.append((text, row.rule_text, row.rule_tree))
    numbers = range(1, len(told) + len(taken) + 1)
    codes = [code for number in numbers if (code := f"rule-{number}") not in taken]
    return [
        (text, {"code": code, "name": shortened(name, _NAME_LENGTH), "rule": parse_tree(tree)})
        for code, (text, name, tree) in zip(codes, told, strict=False)
    ]


def adoption_controls(place: Study, form: RecordsForm) -> list[ipw.Widget]:
    """Offer the rules and subgroups of the last run; nothing where there has been none.

    Nothing is written: a chosen rule goes to the end of the form's records, to be named, moved
    before the rules that take its clients, and saved by who decides.
    """
    if not (place.has(CLASS_RULES) and place.has(SUBGROUPS)):
        return []
    taken = {str(record.get("code")) for record in form.records()}
    offers = rule_offers(place.read(CLASS_RULES), place.read(SUBGROUPS), taken)
    heading = _("Правила, которые предлагают данные: взятое станет последним сегментом списка")
    return offer_list(form, heading, offers)


def _clients(count: int) -> str:
    return counted(int(count), _("клиент"), _("клиента"), _("клиентов"))
