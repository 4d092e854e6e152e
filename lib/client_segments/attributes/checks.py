"""Checks of the list against the data: what repeats, and what a regulation asks for (clause 5)."""

from __future__ import annotations

import pandas as pd

from client_segments.language import _
from client_segments.steps import Check, Outcome


def list_checks(
    attributes: pd.DataFrame, pairs: pd.DataFrame, applicants: pd.DataFrame
) -> list[Check]:
    """Check that forming attributes differ, and that the regulation's attributes are in the data.

    Parameters
    ----------
    attributes, pairs, applicants
        Tables `attributes`, `attribute_pairs` and `regulation_attributes`; without a regulation
        there is no check of it.
    """
    forming = set(attributes.loc[attributes["role"] == "forming", "attribute_code"])
    same = pairs[
        pairs["is_same"].astype(bool)
        & pairs["attribute_code"].isin(forming)
        & pairs["other_attribute_code"].isin(forming)
    ]
    named = "; ".join(
        f"{row.attribute_name} – {row.other_attribute_name}" for row in same.itertuples()
    )
    found = [
        Check(
            "no_repetition", _("Образующие признаки не повторяют друг друга"), "5",
            Outcome.MET if same.empty else Outcome.WARNING, named,
            "" if same.empty else _("оставьте один признак из пары, второй сделайте описательным."),
        )
    ]  # fmt: skip
    if len(applicants):
        absent = applicants.loc[~applicants["is_in_data"].astype(bool), "attribute_name"]
        count = _("есть в данных – {known} из {total}").format(
            known=len(applicants) - len(absent), total=len(applicants)
        )
        found.append(
            Check(
                "regulation", _("Признаки регламента есть в таблице клиентов"), "5",
                Outcome.MET if absent.empty else Outcome.WARNING, count,
                "" if absent.empty else _("нет признаков: {names}.").format(names=", ".join(absent)),
            )
        )  # fmt: skip
    return found
