"""Saving a decision: what changed is written, and a person's comments stay."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from client_segments import storage
from client_segments.decisions.files import decision_path, decode
from client_segments.findings import InputError
from client_segments.language import _
from client_segments.study import AuthorityYear, Study


def _plain(value: object) -> object:
    """Return a value as it is written: dates by ISO, flags as «да» and «нет», codes quoted."""
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    if isinstance(value, Mapping):
        return CommentedMap((key, _plain(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        items = CommentedSeq(_plain(item) for item in value)
        if items and all(isinstance(item, float) for item in items):
            items.fa.set_flow_style()  # a row of numbers is one line
        return items
    if isinstance(value, str) and value[:1].isdigit() and value.isdigit():
        return DoubleQuotedScalarString(value)
    return value


def _merge(old: object, new: object) -> object:
    """Put a new value in place of the old one, keeping what did not change with its comments."""
    if isinstance(old, CommentedMap) and isinstance(new, CommentedMap):
        for key in [key for key in old if key not in new]:
            del old[key]
        for key, value in new.items():
            old[key] = _merge(old.get(key), value)
        return old
    if isinstance(old, CommentedSeq) and isinstance(new, CommentedSeq):
        return _merge_lists(old, new)
    return old if str(old) == str(new) else new


def _merge_lists(old: CommentedSeq, new: CommentedSeq) -> CommentedSeq:
    """Put new items in place of old ones; a comment stays with its item, the last one at the end."""
    merged = [_merge(_counterpart(old, new, number), item) for number, item in enumerate(new)]
    if merged == list(old):
        return old
    comments = {str(item): old.ca.items.get(number) for number, item in enumerate(old)}
    closing = old.ca.items.get(len(old) - 1)
    del old[:]
    old.extend(merged)
    for number, item in enumerate(merged):
        comment = closing if number == len(merged) - 1 else comments.get(str(item))
        if comment and (comment is not closing or number == len(merged) - 1):
            old.ca.items[number] = comment
    return old


def _counterpart(old: CommentedSeq, new: CommentedSeq, number: int) -> object:
    """Return the old item that a new one continues: of its code, equal to it, or at its place."""
    item = new[number]
    if not isinstance(item, CommentedMap):
        return next((known for known in old if str(known) == str(item)), None)
    known_items = [known for known in old if isinstance(known, CommentedMap)]
    if "code" in item:
        return next((known for known in known_items if known.get("code") == item["code"]), None)
    written = [_as_text(candidate) for candidate in new]
    for known in known_items:
        if _as_text(known) == written[number]:
            return known
    place = old[number] if number < len(old) else None
    return None if place is None or _as_text(place) in written else place


def _as_text(tree: object) -> object:
    if isinstance(tree, Mapping):
        return {key: _as_text(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_as_text(item) for item in tree]
    return str(tree)


def save(
    study: Study | AuthorityYear,
    name: str,
    content: Mapping[str, object],
    who: str,
    when: date,
    why: str,
) -> Path:
    """Write a decision: what `content` names is replaced, comments of the rest are kept.

    Raises
    ------
    InputError
        If nobody signs: a decision without `who` is not one.
    """
    if not who.strip():
        raise InputError(_("Укажите, кто принимает решение: без этого оно не сохраняется."))
    yaml = YAML()
    yaml.width = 100
    yaml.allow_unicode = True
    path = decision_path(study, name)
    old = yaml.load(decode(path)) if path.is_file() else None
    document = old if isinstance(old, CommentedMap) else CommentedMap()
    signed = {"who": who.strip(), "when": when, "why": why.strip(), **content}
    for key, value in signed.items():
        document[key] = _merge(document.get(key), _plain(value))
    text = io.StringIO()
    yaml.dump(document, text)
    storage.write_text(path, text.getvalue())
    return path
