"""What notebooks show of latent classes: the choice of their number, and how well they fit."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts, presentation
from client_segments.language import NO_DATA, _, counted, format_number, format_percent
from client_segments.presentation import Shown
from client_segments.steps import StepResult

_CRITERIA = ("bic", "aic3", "icl")


def classes_chart(result: StepResult) -> go.Figure:
    """Chart: criteria per client by the number of latent classes, and the number proposed."""
    models = result.table("class_models")
    clients = models["bic"] / models["bic_per_client"]
    labels = {column.name: column.label for column in result.contracts["class_models"].columns}
    frame = pd.concat(
        models[["classes_count"]].assign(criterion=labels[name], per_client=models[name] / clients)
        for name in _CRITERIA
    )
    proposed = models[models["is_proposed"]].iloc[0]
    description = _(
        "Три критерия на клиента в зависимости от числа классов: чем меньше, тем лучше. "
        "Предложено {count}: наименьший класс – {least} клиентов, устойчивость – {stability}."
    )
    return charts.line_chart(
        frame,
        x="classes_count",
        value="per_client",
        series="criterion",
        title=_("Число скрытых классов и критерии на клиента"),
        x_title=_("Число классов"),
        value_title=_("Критерий, делённый на число клиентов"),
        marked=int(proposed["classes_count"]),
        description=description.format(
            count=counted(int(proposed["classes_count"]), _("класс"), _("класса"), _("классов")),
            least=format_percent(proposed["least_share_pct"]),
            stability=format_number(proposed["stability"], 2),
        ),
    )


def show_class_models(result: StepResult) -> Shown:
    """Show the numbers of classes tried, with what matters for the choice."""
    models = result.table("class_models")
    refits = zip(
        models["stability"], models["stability_low"], models["stability_high"], strict=True
    )
    frame = pd.DataFrame(
        {
            _("Классов"): models["classes_count"],
            _("BIC на клиента"): [format_number(value, 3) for value in models["bic_per_client"]],
            _("Наименьший класс"): models["least_share_pct"].map(format_percent),
            _("Уверенность отнесения"): models["certainty_pct"].map(format_percent),
            _("Устойчивость (у 90 % выборок)"): [_interval(*numbers) for numbers in refits],
            _("Запусков с лучшим итогом"): models["best_starts_pct"].map(format_percent),
            _("Степеней свободы"): models["degrees_of_freedom"],
            _("Предложено"): models["is_proposed"],
        }
    )
    return presentation.show_table(frame, None, result.contracts["class_models"].label)


def _interval(value: float, low: float, high: float) -> str:
    if pd.isna(value):
        return NO_DATA
    return _("{value} (от {low} до {high})").format(
        value=format_number(value, 2), low=format_number(low, 2), high=format_number(high, 2)
    )


def show_model_fit(result: StepResult) -> Shown:
    """Show how well the model of latent classes fits, or why there is none."""
    table = result.table("model_fit")
    if table.empty:
        text = _("Сегменты заданы правилами: модели, которую надо проверять, нет.")
        return presentation.show_note(text)
    return model_fit_table(table, result.contracts["model_fit"].label)


def model_fit_table(table: pd.DataFrame, caption: str) -> Shown:
    """Show table `model_fit`, each number with the digits it needs."""
    frame = pd.DataFrame(
        {
            _("Показатель"): table["measure"],
            _("При утверждении"): [_measured(row, row.adopted_value) for row in table.itertuples()],
            _("В этом году"): [_measured(row, row.current_value) for row in table.itertuples()],
            _("Ожидается"): [_expected(row) for row in table.itertuples()],
            _("Вывод"): table["conclusion"].fillna(""),
        }
    )
    return presentation.show_table(frame, None, caption)


_DIGITS = {"clients_count": 0, "log_likelihood": 3, "agreement": 2}


def _measured(row, value: float) -> str:
    return format_number(value, _DIGITS.get(row.measure_code, 1))


def _expected(row) -> str:
    if pd.isna(row.low) and pd.isna(row.high):
        return ""
    if pd.isna(row.high):
        return _("не ниже {low}").format(low=_measured(row, row.low))
    if pd.isna(row.low):
        return _("не выше {high}").format(high=_measured(row, row.high))
    return _("от {low} до {high}").format(
        low=_measured(row, row.low), high=_measured(row, row.high)
    )
