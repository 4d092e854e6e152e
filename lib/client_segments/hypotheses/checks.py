"""Checks of step 4: what data there were, what people decided, whom the plan asks."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from client_segments import recommendations as rec
from client_segments.hypotheses.journey import EventLog
from client_segments.hypotheses.placed import PlacedTable
from client_segments.hypotheses.proposals import leading, supported
from client_segments.language import _, counted, format_count
from client_segments.steps import Check, Outcome

_SOURCE_RULES = {
    "journey": _("Клиентский путь описан по данным"),
    "channels": _("Предпочитаемые каналы описаны по данным"),
    "problems": _("Проблемы клиентов учтены в гипотезах"),
}


def source_checks(sources: Mapping[str, PlacedTable | EventLog]) -> list[Check]:
    """Check what each source gave; a missing one is named with the file to add."""
    checks = []
    for name, rule in _SOURCE_RULES.items():
        source = sources[name]
        if not source.rows_count:
            remedy = _("положите таблицу {name} в raw или опишите гипотезы по итогам бесед.")
            checks.append(
                Check(f"{name}_data", rule, "7", Outcome.NO_DATA, _("таблицы нет или она пуста"),
                      remedy.format(name=name))
            )  # fmt: skip
            continue
        is_met, details = source.is_placed, source.details
        remedy = _("добавьте client_id или признаки, по которым построены сегменты.")
        outcome = Outcome.MET if is_met else Outcome.WARNING
        checks.append(Check(f"{name}_data", rule, "7", outcome, details, "" if is_met else remedy))
    return checks


def hypothesis_checks(
    tables: Mapping[str, pd.DataFrame], names: Mapping[str, str], is_decided: bool
) -> list[Check]:
    """Check what is proposed, decided and planned for the named segments."""
    proposals, hypotheses, plan = (
        tables[name] for name in ("proposals", "hypotheses", "research_plan")
    )
    accepted = hypotheses[hypotheses["status"] == "accepted"]
    lacking = {
        kind: [
            name
            for code, name in names.items()
            if not ((accepted["segment_code"] == code) & (accepted["kind"] == kind)).any()
        ]
        for kind in ("journey", "channel")
    }
    respondents = plan.groupby("segment_code")["respondents_count"].sum()
    unasked = [
        name for code, name in names.items() if respondents.get(code, 0) < rec.RESPONDENTS_MINIMUM
    ]
    compared = _("сравнений – {tried}, поддержано данными – {supported}, явлений – {found}").format(
        tried=format_count(len(proposals)),
        supported=format_count(len(supported(proposals))),
        found=format_count(len(leading(proposals))),
    )
    decided = _("принято – {accepted}, отклонено – {rejected}").format(
        accepted=len(accepted), rejected=len(hypotheses) - len(accepted)
    )
    planned = counted(
        int(plan["respondents_count"].sum()),
        _("респондент"), _("респондента"), _("респондентов"),
    )  # fmt: skip
    return [
        Check(
            "proposals", _("Доля ложных находок среди всех сравнений ограничена"), "7",
            Outcome.MET if len(proposals) else Outcome.NO_DATA, compared,
            "" if len(proposals) else _("для сравнений нужны данные о пути, каналах или проблемах."),
        ),
        Check(
            "hypotheses_decided", _("Гипотезы приняты человеком"), "7",
            Outcome.MET if is_decided else Outcome.WARNING, decided,
            "" if is_decided else _("примите или отклоните предложения и сохраните решение."),
        ),
        _lack_check("journey_hypotheses", _("У каждого сегмента есть гипотеза о клиентском пути"),
                    lacking["journey"]),
        _lack_check("channel_hypotheses", _("У каждого сегмента есть гипотеза о каналах"),
                    lacking["channel"]),
        Check(
            "respondents_planned", _("В плане есть хотя бы один респондент от каждого сегмента"), "7",
            Outcome.MET if not unasked else Outcome.NOT_MET, planned,
            "" if not unasked else _("добавьте респондентов: {names}.").format(names=", ".join(unasked)),
        ),
    ]  # fmt: skip


def _lack_check(code: str, rule: str, lacking: list[str]) -> Check:
    if not lacking:
        return Check(code, rule, "7", Outcome.MET, "")
    details = _("нет у сегментов: {names}").format(names=", ".join(lacking))
    remedy = _("примите предложение программы или сформулируйте гипотезу сами.")
    return Check(code, rule, "7", Outcome.WARNING, details, remedy)
