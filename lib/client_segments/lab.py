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


def lab_arguments(notebook: str = START_NOTEBOOK) -> list[str]:
    """Return the arguments with which JupyterLab starts safely.

    The token stays on; the server listens to this machine only; terminals, extensions, news and
    checks for updates are off.
    """
    settings = resources.files("client_segments").joinpath("lab_settings")
    return [
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.allow_remote_access=False",
        "--ServerApp.terminals_enabled=False",
        f"--ServerApp.root_dir={REPOSITORY}",
        f"--LabApp.app_settings_dir={settings}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        f"--LabApp.default_url=/lab/tree/{notebook}",
    ]


def run_lab(root: Path, options: Sequence[str] = ()) -> int:
    """Run JupyterLab until it is closed; `options` go to it as they are. Return its exit code."""
    environment = {**os.environ, ROOT_VARIABLE: str(root)}
    command = [sys.executable, "-m", "jupyterlab", *lab_arguments(), *options]
    return subprocess.call(command, env=environment)
