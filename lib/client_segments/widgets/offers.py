"""Offers beside a decision's records: what the program or a regulation proposes, to be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import ipywidgets as ipw
import pandas as pd

from client_segments import attributes
from client_segments import recommendations as rec
from client_segments.attributes import Attribute
from client_segments.contracts import TableContract
from client_segments.language import _, format_count
from client_segments.study import Study
from client_segments.widgets.editors import RecordsForm
from client_segments.widgets.fields import BUTTON

Offer = tuple[str, Mapping[str, object]]
"""Words of an offer, and the record that it puts into the decision."""
_ROWS_MAXIMUM = 12


def offer_list(form: RecordsForm, heading: str, offers: Sequence[Offer]) -> list[ipw.Widget]:
    """Return a list from which records are taken into a form; nothing where there is no offer.

    A record with the code of one that stands in the form takes its place.
    """
    if not offers:
        return []
    chosen = ipw.SelectMultiple(
        options=[(text, number) for number, (text, _record) in enumerate(offers)],
        rows=min(_ROWS_MAXIMUM, len(offers)),
        layout={"width": "98%"},
    )
    take = ipw.Button(description=_("Взять выбранное"), icon="check", layout=BUTTON)
    hint = _("несколько строк – с клавишей Ctrl или Shift; взятое можно изменить до сохранения")

    def adopt(_button: ipw.Button) -> None:
        for number in chosen.value:
            form.put(offers[number][1])
        chosen.value = ()

    take.on_click(adopt)
    return [ipw.HTML(f"<strong>{escape(heading)}</strong> ({escape(hint)})"), chosen, take]


def attribute_offers(place: Study, form: RecordsForm) -> list[ipw.Widget]:
    """Offer the program's proposal, and the attributes of the regulation."""
    if not place.has(attributes.ATTRIBUTE_PROPOSALS):
        return []
    proposals = place.read(attributes.ATTRIBUTE_PROPOSALS)
    regulation = place.read(attributes.REGULATION_ATTRIBUTES)
    known = attributes.known_attributes(place)
    return [
        *offer_list(form, _("Что предлагает программа"), _proposed(proposals, known)),
        *offer_list(form, _("Что есть в регламенте"), _regulated(regulation, known)),
    ]


def _proposed(proposals: pd.DataFrame, known: Sequence[Attribute]) -> list[Offer]:
    """Return what the proposal would change: another role, or an attribute the list lacks."""
    decided = {
        attribute.code: attributes.attribute_record(attribute)
        for attribute in known
        if not attribute.is_proposed
    }
    offers = []
    reasons = proposals.dropna(subset=["attribute_code"]).set_index("attribute_code")
    for attribute in attributes.proposed_attributes(proposals):
        row = reasons.loc[attribute.code]
        role = rec.ATTRIBUTE_ROLES[attribute.role]
        own = decided.get(attribute.code)
        if row["proposed_role"] == "left_out" or (own and own["role"] == attribute.role):
            continue
        record = {**own, "role": attribute.role} if own else attributes.attribute_record(attribute)
        text = _("«{name}» – {role}. {reason}")
        offers.append((text.format(name=attribute.name, role=role, reason=row["reason"]), record))
    return offers


def _regulated(regulation: pd.DataFrame, known: Sequence[Attribute]) -> list[Offer]:
    records = {record["code"]: record for record in attributes.attribute_records(regulation, known)}
    text = _("«{name}»: {values}")
    return [
        (text.format(name=row.attribute_name, values=row.values_text), records[row.attribute_code])
        for row in regulation.dropna(subset=["attribute_code"]).itertuples()
    ]


def segment_offers(place: Study, form: RecordsForm) -> list[ipw.Widget]:
    """Offer the variants of the regulation as segments."""
    contract: TableContract = attributes.REGULATION_COMBINATIONS
    if not place.has(contract):
        return []
    combinations = place.read(contract).dropna(subset=["rule"])
    records = attributes.segment_records(combinations)
    text = _("{name} – клиентов: {count}")
    offers = [
        (text.format(name=record["name"], count=format_count(count)), record)
        for record, count in zip(records, combinations["clients_count"], strict=True)
    ]
    return offer_list(form, _("Варианты регламента"), offers)
