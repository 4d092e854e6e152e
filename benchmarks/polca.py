"""R's poLCA on the same table, where R and poLCA are at hand."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.harness import Line
from benchmarks.made_codes import Planted
from client_segments.segments.latent_classes import LatentClassModel

_SCRIPT = """
suppressMessages(library(poLCA))
table <- read.csv(commandArgs(TRUE)[1], na.strings = "0")
classes <- as.integer(commandArgs(TRUE)[2])
formula <- as.formula(paste("cbind(", paste(names(table), collapse = ","), ") ~ 1"))
started <- proc.time()[["elapsed"]]
model <- poLCA(formula, table, nclass = classes, nrep = 3, na.rm = FALSE, verbose = FALSE,
               maxiter = 5000)
cat(sprintf("%.9f %.3f", model$llik, proc.time()[["elapsed"]] - started))
"""


def polca_line(table: Planted) -> Line:
    """Return the difference in log-likelihood to poLCA, or why it was not measured."""
    label = "log-likelihood of a client: ours − poLCA"
    if shutil.which("Rscript") is None:
        return Line(label, float("nan"), "", "R is not at hand")
    with tempfile.TemporaryDirectory() as folder:
        path, script = Path(folder) / "table.csv", Path(folder) / "fit.R"
        header = ",".join(f"a{number}" for number in range(table.codes.shape[1]))
        np.savetxt(path, table.codes, fmt="%d", delimiter=",", header=header, comments="")
        script.write_text(_SCRIPT, encoding="utf-8")
        command = ["Rscript", str(script), str(path), str(table.classes_count)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return Line(label, float("nan"), "", "poLCA is not installed in R")
    reached, seconds = (float(word) for word in done.stdout.split())
    started = time.perf_counter()
    model = LatentClassModel(table.classes_count).fit(table.codes)
    ratio = (time.perf_counter() - started) / seconds
    gain = (model.log_likelihood_ - reached) / len(table.codes)
    return Line(label, gain, "nat", f"target ≥ −1e-6; seconds, ours ÷ poLCA: {ratio:.3f}")
