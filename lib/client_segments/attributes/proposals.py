"""The proposed list of attributes: what forms segments, what describes them, and why (clause 5)."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from client_segments import recommendations as rec
from client_segments.attributes.candidates import Column
from client_segments.attributes.coding import Attribute
from client_segments.attributes.pairs import same_groups
from client_segments.attributes.targets import target_kind
from client_segments.language import _, format_number, format_percent

FORMING_MAXIMUM = 6
"""Own: with more forming attributes the segments are too small to be described."""
FORMING_MINIMUM = 3
"""Own: by fewer attributes no latent classes can be told apart (Goodman 1974)."""
FORMING_KNOWN_PCT = 70.0
"""Own: an attribute known for fewer clients leaves too many of them in the rest."""
TELLING_V = 0.1
"""Own: a weaker association (Cohen 1988 calls 0.1 small) is not worth a segment."""
TELLING_GAIN_PCT = 0.1
"""Own: least share of variance, in percentage points, that an attribute adds to those before it."""
RARE_PCT = 2.0
"""Own: a value of fewer clients with a known value is rare."""


def rare_values(values: pd.DataFrame) -> pd.Series:
    """Name the rare values of each attribute, by its code; from table `attribute_values`."""
    rare = values[
        (values["value_code"] > 0) & (values["clients_count"] > 0) & (values["share_pct"] < RARE_PCT)
    ]  # fmt: skip
    return rare.groupby("attribute_code")["value_name"].agg(", ".join)


def proposals_table(
    attributes: pd.DataFrame,
    values: pd.DataFrame,
    usefulness: pd.DataFrame,
    pairs: pd.DataFrame,
    columns: Iterable[Column] = (),
    coded: Iterable[Attribute] = (),
) -> pd.DataFrame:
    """Propose the role of each attribute, with the reason in words.

    Parameters
    ----------
    attributes, values
        Tables `attributes` and `attribute_values` of everything that was coded.
    usefulness, pairs
        Tables `attribute_usefulness` and `attribute_pairs`.
    columns
        Columns of the clients' table that cannot be attributes, with their reasons.
    coded
        The attributes that were coded: their columns and classes of numbers.

    Returns
    -------
    DataFrame
        Table `attribute_proposals`: one row is one attribute or column. Forming are at most
        `FORMING_MAXIMUM` attributes in their common order: known for most clients, not sensitive,
        not repeating one before, and telling something of clients beyond those before (where
        nothing is known that they could tell, in the order of the list). The list has no more
        than fifteen.
    """
    judged = _Judgement(attributes, usefulness, pairs)
    rows = [judged.row(code) for code in judged.order]
    frame = pd.DataFrame(rows)
    order = {code: number for number, code in enumerate(attributes["attribute_code"])}
    frame = frame.sort_values("attribute_code", key=lambda codes: codes.map(order), kind="stable")
    frame["rare_values"] = frame["attribute_code"].map(rare_values(values))
    marks = ["source_types", "basis", "is_special", "is_sensitive", "is_ordered"]
    frame = frame.merge(attributes[["attribute_code", *marks]], on="attribute_code", how="left")
    headers = {attribute.code: attribute.column or attribute.name for attribute in coded}
    bounds = {attribute.code: _bounds_text(attribute.bins) for attribute in coded}
    frame["column_header"] = frame["attribute_code"].map(headers)
    frame["bounds"] = frame["attribute_code"].map(bounds)
    left_out = pd.DataFrame(
        [
            (None, column.header, "left_out", column.values_count, column.reason)
            for column in columns
            if column.reason
        ],
        columns=["attribute_code", "attribute_name", "proposed_role", "values_count", "reason"],
    )
    return pd.concat([frame, left_out], ignore_index=True) if len(left_out) else frame


def _bounds_text(bins: Iterable[float]) -> str | None:
    return "; ".join(f"{bound:.12g}" for bound in bins) or None


def proposed_attributes(proposals: pd.DataFrame) -> list[Attribute]:
    """Return the attributes of table `attribute_proposals`, in their proposed roles.

    What is not proposed is describing: a person may take it all the same.
    """
    rows = proposals.dropna(subset=["attribute_code"]).astype(object)
    rows = rows.where(rows.notna(), None)
    return [
        Attribute(
            code=row.attribute_code,
            name=row.attribute_name,
            column=row.column_header or "",
            role="forming" if row.proposed_role == "forming" else "describing",
            sources=tuple((row.source_types or "").split(", ")) if row.source_types else (),
            basis=row.basis or "",
            is_special=bool(row.is_special),
            is_sensitive=bool(row.is_sensitive),
            is_ordered=bool(row.is_ordered),
            bins=tuple(float(bound) for bound in (row.bounds or "").split("; ") if bound),
            is_proposed=True,
        )
        for row in rows.itertuples()
    ]


def attribute_record(attribute: Attribute) -> dict[str, object]:
    """Return an attribute as a record of `decisions/attributes.yml`; empty values are left out."""
    record = {
        "code": attribute.code,
        "name": attribute.name,
        "column": "" if attribute.column == attribute.name else attribute.column,
        "role": attribute.role,
        "sources": attribute.sources,
        "basis": attribute.basis,
        "special": attribute.is_special,
        "sensitive": attribute.is_sensitive,
        "ordered": attribute.is_ordered,
        "values": attribute.values,
        "bins": attribute.bins,
        "groups": {new: list(old) for new, old in (attribute.groups or {}).items()},
    }
    return {key: value for key, value in record.items() if value not in ("", (), {}, None)}


class _Judgement:
    """Goes through the attributes in their common order and gives each its role."""

    def __init__(
        self, attributes: pd.DataFrame, usefulness: pd.DataFrame, pairs: pd.DataFrame
    ) -> None:
        self._attributes = attributes.set_index("attribute_code")
        self._names = self._attributes["attribute_name"]
        self._told = dict(tuple(usefulness.groupby("attribute_code", sort=False)))
        self._groups = same_groups(pairs)
        self._pairs = pairs
        self._forming: list[str] = []
        self._listed = 0
        places = usefulness.drop_duplicates("attribute_code").set_index("attribute_code")
        self._places = places["place_number"].to_dict()
        codes = list(self._attributes.index)
        self.order = sorted(
            codes, key=lambda code: (self._is_empty(code), self._places.get(code, 0), codes.index(code))
        )  # fmt: skip
        possible = [code for code in self.order if self._is_possible(code)]
        adding = [code for code in possible if self._adds(code)]
        self._is_informed = bool(adding)
        others = [
            code for code in possible if code not in adding and not self._is_same(code, adding)
        ]
        self._promoted = others[: max(FORMING_MINIMUM - len(adding), 0)]

    def row(self, code: str) -> dict[str, object]:
        """Return the row of one attribute; to be called in order."""
        role, why = self._role(code)
        if role == "forming":
            self._forming.append(code)
        self._listed += role != "left_out"
        attribute = self._attributes.loc[code]
        known = _("Известен у {share} клиентов.").format(
            share=format_percent(100 - attribute["missing_pct"], 0)
        )
        told = self._what_it_tells(code)
        reason = [why] if role == "left_out" else [why, told, known]
        same = next((group - {code} for group in self._groups if code in group), set())
        return {
            "attribute_code": code,
            "attribute_name": attribute["attribute_name"],
            "role": attribute["role"],
            "proposed_role": role,
            "place_number": self._places.get(code),
            "values_count": attribute["values_count"],
            "missing_pct": attribute["missing_pct"],
            "same_as": ", ".join(name for other, name in self._names.items() if other in same)
            or None,
            "reason": " ".join(dict.fromkeys(sentence for sentence in reason if sentence)),
        }

    def _role(self, code: str) -> tuple[str, str]:
        attribute = self._attributes.loc[code]
        if self._is_empty(code):
            empty = attribute["known_count"] == 0
            return "left_out", (
                _("Нет данных ни у одного клиента.")
                if empty
                else _("У всех клиентов одно значение: оно никого не различает.")
            )
        if self._listed >= rec.ATTRIBUTES_MAXIMUM:
            text = _("В предложении уже {count} признаков, и этот прибавляет к ним меньше прочих.")
            return "left_out", text.format(count=rec.ATTRIBUTES_MAXIMUM)
        if attribute["is_sensitive"]:
            return "describing", _(
                "Относится к специальной категории персональных данных: образующим не предлагается."
            )
        if 100 - attribute["missing_pct"] < FORMING_KNOWN_PCT:
            text = _("Известен у слишком немногих, чтобы делить по нему клиентов.")
            return "describing", text
        same = self._repeats(code)
        if same:
            return "describing", same
        if self._is_informed and code in self._promoted:
            text = _("Предложен образующим, чтобы сегменты делились не по одному-двум признакам.")
            return "forming", text
        if self._is_informed and not self._adds(code):
            return "describing", self._why_not(code)
        if len(self._forming) >= FORMING_MAXIMUM:
            text = _("Образующих уже {count}: больше раздробило бы клиентов.")
            return "describing", text.format(count=FORMING_MAXIMUM)
        return "forming", ""

    def _is_empty(self, code: str) -> bool:
        return bool(self._attributes.loc[code, "values_count"] < 2)

    def _repeats(self, code: str) -> str:
        """Say which forming attribute an attribute repeats, if any."""
        for row in self._pairs[self._pairs["is_same"].astype(bool)].itertuples():
            linked = {row.attribute_code, row.other_attribute_code}
            other = next(iter(linked - {code})) if code in linked else None
            if other in self._forming:
                text = _("Повторяет признак «{name}» (V = {v}, общих сведений – {shared}).")
                return text.format(
                    name=self._names[other],
                    v=format_number(row.v, 2),
                    shared=format_percent(row.information_pct, 0),
                )
        return ""

    def _telling(self, code: str) -> pd.DataFrame:
        """Return what an attribute really tells, the strongest first."""
        told = self._told.get(code)
        if told is None:
            return pd.DataFrame()
        sure = (told["q_value"] <= rec.FALSE_DISCOVERY_RATE) & (told["v"] >= TELLING_V)
        return told[sure].sort_values("v", ascending=False, kind="stable")

    def _adds(self, code: str) -> bool:
        told = self._telling(code)
        return bool(len(told) and (told["gain_pct"] >= TELLING_GAIN_PCT).any())

    def _is_possible(self, code: str) -> bool:
        attribute = self._attributes.loc[code]
        known = 100 - attribute["missing_pct"] >= FORMING_KNOWN_PCT
        return bool(not self._is_empty(code) and not attribute["is_sensitive"] and known)

    def _is_same(self, code: str, others: list[str]) -> bool:
        return any(code in group and group & set(others) for group in self._groups)

    def _why_not(self, code: str) -> str:
        if len(self._telling(code)):
            return _("К признакам, выбранным раньше, почти ничего не прибавляет.")
        strongest = self._told[code]["v"].max()
        text = _(
            "Почти ничего не говорит о клиентах (наибольшее V = {v}), но годится для описания."
        )
        return text.format(v=format_number(strongest, 2))

    def _what_it_tells(self, code: str) -> str:
        told = self._telling(code)
        if told.empty:
            return ""
        kinds = told["target_code"].map(target_kind)
        items = [
            _("{what} – V = {v} ({low}–{high})").format(
                what=row.target_name[:1].lower() + row.target_name[1:],
                v=format_number(row.v, 2),
                low=format_number(row.v_low, 2),
                high=format_number(row.v_high, 2),
            )
            for row in told[~kinds.duplicated()].itertuples()
        ]
        return _("Различает клиентов: {items}.").format(items="; ".join(items))
