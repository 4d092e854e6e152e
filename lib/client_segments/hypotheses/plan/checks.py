"""Checks of the research plan: whether so many respondents can decide anything."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from client_segments.hypotheses.plan.sizes import MARGIN_PCT, POWER_PCT
from client_segments.language import _, format_number, format_percent
from client_segments.steps import Check, Outcome


def size_check(plan: pd.DataFrame, names: Mapping[str, str]) -> Check:
    """Check that surveys reach the wanted precision and power; talks measure no share.

    Parameters
    ----------
    plan
        Table `RESEARCH_PLAN`.
    names
        Names of segments by code.
    """
    rule = _(
        "Опрос достаточен: погрешность не более {margin} п. п., вероятность вывода не менее {power}"
    ).format(margin=format_number(MARGIN_PCT, 0), power=format_percent(POWER_PCT, 0))
    surveys = plan[plan["method"] == "survey"]
    if surveys.empty:
        return Check("survey_sizes", rule, "7", Outcome.NO_DATA, _("опросов в плане нет"))
    is_weak = (surveys["margin_pct"] > MARGIN_PCT + 1e-9) | (surveys["power_pct"] < POWER_PCT)
    weak = [names[code] for code in surveys.loc[is_weak, "segment_code"]]
    if not weak:
        return Check("survey_sizes", rule, "7", Outcome.MET, "")
    details = _("недостаточен у сегментов: {names}").format(names=", ".join(weak))
    remedy = _("добавьте респондентов или напишите в ограничениях, чего опрос не покажет.")
    return Check("survey_sizes", rule, "7", Outcome.WARNING, details, remedy)
