"""What an executed notebook may keep: results and words, nothing of the machine it ran on."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from client_segments.language import _
from client_segments.study import REPOSITORY

WIDGET_MIMETYPE = "application/vnd.jupyter.widget-view+json"
_KEPT_CELL_METADATA = ("tags", "jupyter")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_KERNEL_FILE = re.compile(r"[^\s\"'<>]*ipykernel_\d+[/\\]\d+\.py")
_TEMPORARY_FILE = re.compile(r"(?:/tmp|/var/folders)/[^\s\"'<>:]*")


@cache
def _machine_places(root: Path) -> list[tuple[re.Pattern, str]]:
    """Return folders of this machine and what is written in their stead, the longest first."""
    places = {
        str(Path.home()): "~",
        sys.base_prefix: "[python]",
        sys.prefix: "[python]",
        str(REPOSITORY): _("[проект]"),
        str(root.resolve()): _("[папка данных]"),
        str(root): _("[папка данных]"),
    }
    told = [(place, word) for place, word in places.items() if len(Path(place).parts) > 1]
    home = str(Path.home())
    # IPython's tracebacks have already put ~ for the home folder.
    told += [
        ("~" + place.removeprefix(home), word)
        for place, word in told
        if len(place) > len(home) and place.startswith(home + os.sep)
    ]
    told += [(place.replace("\\", "\\\\"), word) for place, word in told if "\\" in place]
    return [
        (re.compile(rf"(?<![\w.<]){re.escape(place)}(?![\w.-])"), word)
        for place, word in sorted(told, key=lambda pair: -len(pair[0]))
    ]


def without_machine_paths(text: str, root: Path) -> str:
    """Return text in which this machine's folders are replaced by words."""
    text = _COLOUR.sub("", text)  # a traceback's colours stand right before its paths
    for place, word in _machine_places(root):
        text = place.sub(word, text)
    return _TEMPORARY_FILE.sub(_("[временный файл]"), _KERNEL_FILE.sub(_("[ячейка]"), text))


def _scrubbed(value: object, root: Path) -> object:
    if isinstance(value, str):
        return without_machine_paths(value, root)
    if isinstance(value, Mapping):
        return {key: _scrubbed(item, root) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_scrubbed(item, root) for item in value]
    return value


def _is_live_widget(output: Mapping[str, object]) -> bool:
    return WIDGET_MIMETYPE in output.get("data", {})


def clean_notebook(notebook: NotebookNode, root: Path) -> NotebookNode:
    """Return a copy without papermill's and widgets' records, timings and machine paths.

    Parameters
    ----------
    notebook
        An executed notebook.
    root
        The folder of the study, whose path must not be told.
    """
    notebook = deepcopy(notebook)
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(
            name="python3", display_name="Python 3 (ipykernel)", language="python"
        ),
        language_info=NotebookNode(name="python"),
    )
    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in _KEPT_CELL_METADATA if key in cell.metadata}
        cell.metadata = NotebookNode(kept)
        if cell.cell_type == "code":
            outputs = [output for output in cell.outputs if not _is_live_widget(output)]
            cell.outputs = [NotebookNode(_scrubbed(output, root)) for output in outputs]
            for output in cell.outputs:
                if "data" in output:
                    output.data = NotebookNode(output.data)
    return notebook
