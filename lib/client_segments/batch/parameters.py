"""Parameters of a notebook: read from its own cell, and checked before a kernel starts.

papermill only warns of a parameter that it does not know and runs the default year; a
parameter's name it writes into code unchecked. Here names and types come from the notebook's
`parameters` cell, read as a tree and never executed.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping
from pathlib import Path

from client_segments.findings import Finding, InputError, Severity
from client_segments.language import _

TAG = "parameters"
_TYPE_NAMES = {
    str: _("текст"), int: _("целое число"), float: _("число"), bool: _("да / нет"),
    list: _("список"), dict: _("словарь"),
}  # fmt: skip


def _cell_source(path: Path) -> str:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and TAG in cell.get("metadata", {}).get("tags", [])
    ]
    if len(cells) != 1:
        raise ValueError(f"{path.name} has {len(cells)} cells with the tag {TAG}, not one")
    return "".join(cells[0]["source"])


def declared_parameters(path: Path) -> dict[str, object]:
    """Return names and default values of a notebook's parameters, in their order.

    Raises
    ------
    ValueError
        If the cell holds anything but ``NAME = literal``: our own mistake, not the user's.
    """
    declared: dict[str, object] = {}
    for statement in ast.parse(_cell_source(path)).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in declared:
                declared[name] = ast.literal_eval(value)
            case _:
                line = statement.lineno
                raise ValueError(f"{path.name}: line {line} of the parameters is no NAME = literal")
    return declared


def _has_type_of(value: object, default: object) -> bool:
    if default is None:
        return value is None or isinstance(value, str | int | float | bool)
    if isinstance(default, float):
        return isinstance(value, float | int) and not isinstance(value, bool)
    return type(value) is type(default)


def _is_plain(value: object) -> bool:
    """Tell whether a value can be written as a literal and read back the same."""
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int | bool)


def checked_parameters(path: Path, given: Mapping[str, object]) -> dict[str, object]:
    """Return the given parameters if the notebook has every one of them with that type.

    Parameters
    ----------
    path
        The notebook.
    given
        Values by name; they keep their types (``"0552"`` stays text).

    Raises
    ------
    InputError
        With all unknown names and all values of a wrong type at once.
    """
    declared = declared_parameters(path)
    findings = []
    for name, value in given.items():
        if name not in declared:
            message = _("у блокнота нет параметра «{name}».").format(name=name)
            remedy = _("известные параметры: {names}.").format(names=", ".join(declared))
            findings.append(
                Finding(Severity.ERROR, "unknown_parameter", message, remedy, file=path.name)
            )
        elif not (_has_type_of(value, declared[name]) and _is_plain(value)):
            default = declared[name]
            message = _("значение параметра «{name}» другого типа.").format(name=name)
            expected = _("{type}, например {default}").format(
                type=_TYPE_NAMES.get(type(default), _("простое значение")), default=repr(default)
            )
            findings.append(
                Finding(
                    Severity.ERROR, "parameter_type", message, _("исправьте значение."),
                    file=path.name, found=repr(value), expected=expected,
                )
            )  # fmt: skip
    if findings:
        raise InputError(findings)
    return dict(given)
