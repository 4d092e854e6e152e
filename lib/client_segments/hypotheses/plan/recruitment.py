"""Who is not in the digital channels, and where to meet them.

Whoever is asked only where digital channels lead is asked without those whom the authority knows
least. From the channels that clients use, and from attributes that tell of their access to the
internet, follows how many respondents must be invited elsewhere, and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from client_segments.hypotheses.plan.shares import largest_remainder
from client_segments.labels import fold
from client_segments.language import _, format_percent

PLACES_SHOWN = 3
"""Own: places beyond the third get too few respondents to send anybody there."""

INTERNET_WORDS = ("интернет",)
OFFLINE_WORDS = (
    "нет", "нет доступа", "нет интернета", "не пользуется", "без интернета", "отсутствует",
    "кнопочный телефон", "только кнопочный телефон",
)  # fmt: skip
"""Own: an attribute whose name speaks of the internet, and its values that mean there is none."""


@dataclass(frozen=True)
class OfflineAccess:
    """What is known of a segment's clients outside the digital channels.

    Attributes
    ----------
    channel_pct
        Share of clients all whose channels are not digital, in per cent; None without data.
    answers_count
        Clients behind that share.
    internet_pct
        Share of clients without the internet by an attribute; None where no attribute tells.
    internet_name
        Name of that attribute.
    places
        Channels that are not digital with the number of clients who use each, the most used first;
        those that the segment does not accept are left out.
    """

    channel_pct: float | None = None
    answers_count: int = 0
    internet_pct: float | None = None
    internet_name: str = ""
    places: tuple[tuple[str, int], ...] = ()

    @property
    def offline_pct(self) -> float | None:
        """The larger of the two shares: whoever is missed by one source is seen by the other."""
        known = [share for share in (self.channel_pct, self.internet_pct) if share is not None]
        return max(known) if known else None

    def offline_count(self, respondents_count: int) -> int | None:
        """Return how many of the respondents to invite outside the digital channels.

        In proportion, but at least one where such clients are known and two are asked.
        """
        share = self.offline_pct
        if share is None:
            return None
        count = largest_remainder([share, 100 - share], respondents_count)[0]
        return max(count, 1) if share > 0 and respondents_count > 1 else count

    def places_text(self, respondents_count: int) -> str:
        """Return the places with the number of respondents of each."""
        count = self.offline_count(respondents_count)
        shown = self.places[:PLACES_SHOWN]
        if not count or not shown:
            return ""
        parts = largest_remainder([mentions for _name, mentions in shown], count)
        return ", ".join(
            _("{place} – {count}").format(place=name, count=part)
            for (name, _mentions), part in zip(shown, parts, strict=True)
            if part
        )

    def text(self, respondents_count: int) -> str:
        """Say why so many are invited there, and what to do."""
        count = self.offline_count(respondents_count)
        if count is None:
            return _(
                "Данных о каналах нет: приглашайте и там, где клиенты бывают лично, – на приёме, в МФЦ, по телефону."
            )
        reasons = self._reasons()
        if not count:
            return _("{reasons}: можно приглашать через цифровые каналы.").format(reasons=reasons)
        where = (
            _("в указанных местах")
            if self.places
            else _("на приёме, в МФЦ, по телефону или с выездом")
        )
        text = _("{reasons}: пригласите их {where}, а не по ссылке или рассылке.")
        return text.format(reasons=reasons, where=where)

    def _reasons(self) -> str:
        parts = []
        if self.channel_pct is not None:
            text = _("только нецифровыми каналами пользуются {share} клиентов")
            if not self.channel_pct:
                text = _("цифровыми каналами пользуются все, кто назвал свои каналы")
            parts.append(text.format(share=format_percent(self.channel_pct, 0)))
        if self.internet_pct is not None:
            text = _("без интернета по признаку «{name}» – {share}")
            parts.append(
                text.format(name=self.internet_name, share=format_percent(self.internet_pct, 0))
            )
        reasons = "; ".join(parts)
        return reasons[0].upper() + reasons[1:]


def offline_access(
    mentions: pd.DataFrame | None,
    channels: pd.DataFrame,
    segment_values: pd.DataFrame,
    segment_codes: Sequence[str],
) -> dict[str, OfflineAccess]:
    """Return what is known of each segment's clients outside the digital channels.

    Parameters
    ----------
    mentions
        One row is one mention of a channel (as for `compute_channel_shares`); None without them.
    channels
        Catalogue of channels; one that it does not know is taken to be not digital.
    segment_values
        Table `SEGMENT_VALUES`.
    """
    return {
        code: _access(_of_segment(mentions, code), channels, _of_segment(segment_values, code))
        for code in segment_codes
    }


def _of_segment(frame: pd.DataFrame | None, code: str) -> pd.DataFrame:
    return pd.DataFrame() if frame is None else frame[frame["segment_code"] == code]


def _access(mentions: pd.DataFrame, channels: pd.DataFrame, values: pd.DataFrame) -> OfflineAccess:
    share, count, places = None, 0, ()
    if len(mentions):
        digital = set(channels.loc[channels["is_digital"], "code"])
        named = mentions[mentions["kind"] == "used"]
        if named.empty:
            named = mentions[mentions["kind"] == "preferred"]
        refused = mentions.loc[mentions["kind"] == "unacceptable", "item_code"].value_counts()
        named = named.assign(is_digital=named["item_code"].isin(digital))
        speakers = named.groupby("speaker").agg(
            weight=("weight", "first"), is_digital=("is_digital", "any")
        )
        count = int(speakers["weight"].sum())
        if count:
            share = 100 * int(speakers.loc[~speakers["is_digital"], "weight"].sum()) / count
        places = _places(named[~named["is_digital"]], refused)
    internet, name = _without_internet(values)
    return OfflineAccess(share, count, internet, name, places)


def _places(offline: pd.DataFrame, refused: pd.Series) -> tuple[tuple[str, int], ...]:
    """Return channels outside the digital ones by the number of clients, without unwelcome ones."""
    once = offline.drop_duplicates(["speaker", "item_code"])
    counts = once.groupby(["item_code", "item_name"])["weight"].sum().reset_index()
    against = refused.reindex(counts["item_code"]).fillna(0).to_numpy()
    welcome = counts[counts["weight"].to_numpy() > against]
    ordered = welcome.sort_values(["weight", "item_code"], ascending=[False, True])
    return tuple(zip(ordered["item_name"], ordered["weight"].astype(int), strict=True))


def _without_internet(values: pd.DataFrame) -> tuple[float | None, str]:
    """Return the share of clients without the internet, and the attribute that tells of it."""
    if values.empty:
        return None, ""
    speaks = values["attribute_name"].map(
        lambda name: any(word in fold(name) for word in INTERNET_WORDS)
    )
    own = values[speaks & (values["value_code"] > 0)]
    without = own["value_name"].map(fold).isin([fold(word) for word in OFFLINE_WORDS])
    for name, rows in own[without].groupby("attribute_name", sort=True):
        if own.loc[own["attribute_name"] == name, "clients_count"].sum():
            return float(rows["share_pct"].sum()), str(name)
    return None, ""
