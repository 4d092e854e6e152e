"""Points on a plane: what lies near is alike."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from client_segments.charts.look import (
    HOVER_TEMPLATE,
    OUTLINE,
    PALETTE,
    hover_texts,
    make_figure,
    numbers,
)
from client_segments.charts.words import wrap_label

_MAP_WIDTH = 640
_MAP_RADIUS = 24
_SIDES = {
    "top center": (0, 1), "bottom center": (0, -1), "middle right": (1, 0), "middle left": (-1, 0),
}  # fmt: skip


def point_map(
    frame: pd.DataFrame,
    label: str,
    x: str,
    y: str,
    size: str,
    *,
    title: str,
    description: str,
    hover: str | None = None,
) -> go.Figure:
    """Return points on a plane whose axes mean nothing: only how near they lie does.

    The area of a point grows with `size`; its name stands beside it, where it hides least.
    """
    largest = float(frame[size].max() or 1)
    ends = {axis: (float(frame[axis].min()), float(frame[axis].max())) for axis in (x, y)}
    width = max(high - low for low, high in ends.values()) or 1.0
    pixels = _MAP_WIDTH / (1.7 * width)
    labels = [wrap_label(name, 22) for name in frame[label]]
    radii = [_MAP_RADIUS * (float(value) / largest) ** 0.5 for value in frame[size]]
    spots = [
        (pixels * place_x, pixels * place_y, radius)
        for place_x, place_y, radius in zip(frame[x], frame[y], radii, strict=True)
    ]
    points = go.Scatter(
        x=numbers(frame[x]),
        y=numbers(frame[y]),
        mode="markers+text",
        text=labels,
        textposition=_free_sides(spots, labels),
        cliponaxis=False,
        marker={
            "size": [max(2 * radius, 6.0) for radius in radii],
            "color": PALETTE[4],
            "opacity": 0.7,
            "line": OUTLINE,
        },
        customdata=hover_texts(frame, [label], size, hover=hover),
        hovertemplate=HOVER_TEMPLATE,
    )
    height = int(pixels * (ends[y][1] - ends[y][0])) + 90
    figure = make_figure([points], title, description, height)
    hidden = {"visible": False, "zeroline": False}
    middle = sum(ends[x]) / 2
    figure.update_xaxes(range=[middle - 0.85 * width, middle + 0.85 * width], **hidden)
    # One unit is as long across as down: distances are what the map shows.
    figure.update_yaxes(scaleanchor="x", constrain="domain", **hidden)
    figure.layout.meta["minimum_width"] = _MAP_WIDTH
    return figure


def _free_sides(spots: Sequence[tuple[float, float, float]], labels: Sequence[str]) -> list[str]:
    """Choose the side of each point, in pixels, where its label overlaps the others least."""
    circles = [(x - r, y - r, x + r, y + r) for x, y, r in spots]
    taken, chosen = [], []
    for number, ((x, y, radius), label) in enumerate(zip(spots, labels, strict=True)):
        lines = label.split("<br>")
        half_width, half_height = 3.4 * max(map(len, lines)), 8 * len(lines)
        boxes = {}
        for side, (across, up) in _SIDES.items():
            middle_x = x + across * (radius + half_width + 4)
            middle_y = y + up * (radius + half_height + 2)
            boxes[side] = (
                middle_x - half_width, middle_y - half_height,
                middle_x + half_width, middle_y + half_height,
            )  # fmt: skip
        others = [*taken, *circles[:number], *circles[number + 1 :]]
        best = min(boxes, key=lambda side: sum(_overlap(boxes[side], other) for other in others))
        chosen.append(best)
        taken.append(boxes[best])
    return chosen


def _overlap(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    across = min(first[2], second[2]) - max(first[0], second[0])
    down = min(first[3], second[3]) - max(first[1], second[1])
    return max(across, 0.0) * max(down, 0.0)
