"""JupyterLab on the workbook: in Russian, on this machine only, asking nothing of the network."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from client_segments.study import REPOSITORY, ROOT_VARIABLE

START_NOTEBOOK = "notebooks/00_start.ipynb"
_LANGUAGE_INFO = {"name": "python"}
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def lab_arguments(options: Sequence[str] = (), notebook: str = START_NOTEBOOK) -> list[str]:
    """Return the arguments with which JupyterLab starts safely; `options` go before ours.

    The token stays on; the server listens to this machine only; terminals, extensions, news and
    checks for updates are off; what a notebook shows of clients is not saved in it.
    """
    settings = resources.files("client_segments").joinpath("lab_settings")
    ours = [
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.allow_remote_access=False",
        "--ServerApp.terminals_enabled=False",
        f"--ServerApp.root_dir={REPOSITORY}",
        "--ContentsManager.pre_save_hook=client_segments.lab.clean_before_saving",
        f"--LabApp.app_settings_dir={settings}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        f"--LabApp.default_url=/lab/tree/{notebook}",
    ]
    given = {option.partition("=")[0] for option in options}
    return [*(option for option in ours if option.partition("=")[0] not in given), *options]


def clean_before_saving(model: dict, **_context: object) -> None:
    """Take the outputs out of a notebook that JupyterLab saves.

    They hold numbers and words of clients that must not travel with the notebook; tables stay in
    `work/`, executed notebooks in `reports/`.
    """
    if model["type"] != "notebook" or model.get("content") is None:
        return
    notebook = model["content"]
    notebook["metadata"] = {"kernelspec": _KERNEL, "language_info": _LANGUAGE_INFO}
    for cell in notebook["cells"]:
        cell["metadata"] = {key: value for key, value in cell["metadata"].items() if key == "tags"}
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None


def run_lab(root: Path, options: Sequence[str] = ()) -> int:
    """Run JupyterLab until it is closed; `options` go to it as they are. Return its exit code."""
    environment = {**os.environ, ROOT_VARIABLE: str(root)}
    command = [sys.executable, "-m", "jupyterlab", *lab_arguments(options)]
    return subprocess.call(command, env=environment)
