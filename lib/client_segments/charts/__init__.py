"""Charts of one look: built from small frames of aggregated numbers, each with words beside it.

Every builder takes a frame in the order in which it is to be drawn and returns a plotly Figure
with a title, axis titles with units, and a text alternative in ``layout.meta["description"]``.
Only aggregated numbers are drawn: box, violin and histogram charts would carry every raw value.
"""

from client_segments.charts.bars import bar_chart, stacked_bars
from client_segments.charts.dots import dot_interval_chart, dumbbell_chart
from client_segments.charts.heat_maps import heat_map
from client_segments.charts.lines import line_chart
from client_segments.charts.look import PALETTE, TEMPLATE, make_figure
from client_segments.charts.point_maps import point_map
from client_segments.charts.words import Format, extremes_sentence, format_for, wrap_label

__all__ = [
    "PALETTE",
    "TEMPLATE",
    "Format",
    "bar_chart",
    "dot_interval_chart",
    "dumbbell_chart",
    "extremes_sentence",
    "format_for",
    "heat_map",
    "line_chart",
    "make_figure",
    "point_map",
    "stacked_bars",
    "wrap_label",
]
