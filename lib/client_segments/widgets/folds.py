"""Parts that unfold one at a time under headings that are buttons."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as ipw

from client_segments.language import _

_HEADING = {
    "width": "98%", "height": "auto", "margin": "2px",
    "display": "flex", "justify_content": "flex-start", "align_items": "baseline",
}  # fmt: skip
_PART = {"margin": "0 0 .6em 1.5em"}


class Folds(ipw.VBox):
    """Parts, each under a button with its title; a press unfolds one and folds the others.

    The Accordion of ipywidgets looks the same, but its headings are no buttons: without a mouse
    nobody gets at what is folded.
    """

    def __init__(
        self,
        parts: Sequence[ipw.Widget] = (),
        titles: Sequence[str] = (),
        opened: int | None = None,
    ) -> None:
        self._headings: list[ipw.Button] = []
        self._slots: list[ipw.VBox] = []
        super().__init__()
        self.show(parts, titles, opened)

    @property
    def titles(self) -> tuple[str, ...]:
        """Titles of the parts, in their order."""
        return tuple(heading.description for heading in self._headings)

    @titles.setter
    def titles(self, titles: Sequence[str]) -> None:
        for heading, title in zip(self._headings, titles, strict=True):
            heading.description = title

    def show(
        self, parts: Sequence[ipw.Widget], titles: Sequence[str], opened: int | None = None
    ) -> None:
        """Show other parts, the one numbered `opened` unfolded."""
        self._headings = [self._heading(number, title) for number, title in enumerate(titles)]
        self._slots = [ipw.VBox([part], layout=_PART) for part in parts]
        pairs = zip(self._headings, self._slots, strict=True)
        self._open(opened)
        self.children = [widget for pair in pairs for widget in pair]

    def _heading(self, number: int, title: str) -> ipw.Button:
        heading = ipw.Button(description=title, layout=_HEADING, style={"font_weight": "bold"})
        heading.on_click(lambda _button: self._open(None if self._is_open(number) else number))
        return heading

    def _is_open(self, number: int) -> bool:
        return self._slots[number].layout.display != "none"

    def _open(self, opened: int | None) -> None:
        for number, (heading, slot) in enumerate(zip(self._headings, self._slots, strict=True)):
            is_open = number == opened
            slot.layout.display = None if is_open else "none"
            heading.icon = "caret-down" if is_open else "caret-right"
            heading.tooltip = _("Свернуть") if is_open else _("Развернуть")
