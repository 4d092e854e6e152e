"""Shape and cleanliness of the notebooks."""

from __future__ import annotations

import ast
import itertools
import json
import re
from pathlib import Path

import nbformat
import pytest

from client_segments import recommendations as rec
from client_segments.study import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
NAMES = ["00_start", *(f"{number:02d}_{step}" for number, step in enumerate(rec.STEPS, start=1))]
HEADINGS = ["## Вход", "## Решения", "## Проверки", "## Выход", "## Дальше"]
FORBIDDEN = re.compile(
    r"read_csv|read_excel|sys\.path|filterwarnings|pathlib|open\(|https?://|/data/|\.\./|%|!pip"
)


def test_the_notebooks_are_the_steps():
    assert [path.stem for path in NOTEBOOKS] == NAMES


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request) -> Path:
    return request.param


@pytest.fixture
def cells(path):
    return nbformat.read(path, as_version=4).cells


def code(cells) -> list:
    return [cell for cell in cells if cell.cell_type == "code"]


def test_it_is_valid_and_clean(path):
    raw = json.loads(path.read_text("utf-8"))
    nbformat.validate(nbformat.from_dict(raw))
    assert set(raw["metadata"]) == {"kernelspec", "language_info"}
    assert raw["metadata"]["kernelspec"] == {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    assert raw["metadata"]["language_info"] == {"name": "python"}
    for cell in raw["cells"]:
        assert set(cell["metadata"]) <= {"tags"}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


def test_it_begins_with_title_purpose_clause_and_table(cells):
    title = cells[0].source
    assert re.match(r"# \d\d\. [А-Я]", title)
    assert "**Основание:**" in title
    assert "| вход | решают люди | выход |" in title
    if not title.startswith("# 00"):
        assert re.search(r"пункт[ы]? \d", title)


def test_parameters_are_plain_literals(cells, path):
    cell = code(cells)[0]
    assert cell.metadata.get("tags") == ["parameters"]
    names = []
    for line, node in zip(cell.source.splitlines(), ast.parse(cell.source).body, strict=True):
        assert isinstance(node, ast.Assign)
        ast.literal_eval(node.value)
        names.append(node.targets[0].id)
        assert "  # " in line
        assert "=" not in line.split("#", 1)[1]
    is_yearly = path.stem in ("07_report", "08_updates")
    expected = (
        ["authority", "year", "interactive"]
        if is_yearly
        else ["authority", "year", "group", "interactive"]
    )
    assert names[: len(expected)] == expected


def test_the_blocks_follow_one_another(cells):
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    places = [text.find(heading) for heading in HEADINGS]
    assert -1 not in places
    assert places == sorted(places)


def test_cells_call_and_do_not_reason(cells):
    assert len(code(cells)) <= 20
    for cell in code(cells):
        assert len(cell.source.splitlines()) <= 15
        assert not FORBIDDEN.search(cell.source), cell.source
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(
                node,
                ast.FunctionDef
                | ast.ClassDef
                | ast.For
                | ast.While
                | ast.Try
                | ast.Lambda
                | ast.If,
            )
            if isinstance(node, ast.Constant) and cell is not code(cells)[0]:
                assert not isinstance(node.value, float), "a threshold in a notebook"


def test_every_output_has_its_why(cells):
    for before, cell in itertools.pairwise(cells):
        if cell.cell_type == "code" and "result = " in cell.source:
            assert before.cell_type == "markdown"
            assert len(before.source) > 40
