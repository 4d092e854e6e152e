"""JupyterLab's arguments, and what it saves of a notebook."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from client_segments import lab
from client_segments.study import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))


def test_it_starts_safely():
    arguments = lab.lab_arguments()
    assert "--ServerApp.ip=127.0.0.1" in arguments
    assert "--ServerApp.allow_remote_access=False" in arguments
    assert "--ServerApp.terminals_enabled=False" in arguments
    assert not any("token" in argument or "password" in argument for argument in arguments)
    assert arguments[-1] == "--LabApp.default_url=/lab/tree/notebooks/00_start.ipynb"


def test_options_take_the_place_of_ours():
    arguments = lab.lab_arguments(["--ServerApp.root_dir=/elsewhere", "--no-browser"])
    roots = [argument for argument in arguments if argument.startswith("--ServerApp.root_dir")]
    assert roots == ["--ServerApp.root_dir=/elsewhere"]
    assert arguments[-1] == "--no-browser"
    assert "--ServerApp.terminals_enabled=False" in arguments


def test_settings_are_russian_and_ask_for_no_news():
    path = resources.files("client_segments").joinpath("lab_settings", "overrides.json")
    settings = json.loads(path.read_text("utf-8"))
    news = settings["@jupyterlab/apputils-extension:notification"]
    assert (news["fetchNews"], news["checkForUpdates"]) == ("false", False)
    assert settings["@jupyterlab/translation-extension:plugin"] == {"locale": "ru_RU"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_saving_leaves_a_notebook_as_it_came(path):
    original = json.loads(path.read_text("utf-8"))
    executed = json.loads(path.read_text("utf-8"))
    executed["metadata"]["widgets"] = {"state": "Иванова 112-233-445 95"}
    for number, cell in enumerate(executed["cells"]):
        cell["metadata"] |= {"trusted": True, "execution": {"shell.execute_reply": "2025"}}
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "Иванова"}]
    lab.clean_before_saving(
        {"type": "notebook", "content": executed}, path="x", contents_manager=None
    )
    assert executed == original


@pytest.mark.parametrize(
    "model",
    [
        {"type": "file", "content": "who: аналитик"},
        {"type": "directory", "content": None},
        {"type": "notebook"},
    ],
)
def test_other_files_are_saved_as_they_are(model):
    before = dict(model)
    lab.clean_before_saving(model, path="x")
    assert model == before
