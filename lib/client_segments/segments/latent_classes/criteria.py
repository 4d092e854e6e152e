"""Information criteria: all are of the kind "less is better"."""

from __future__ import annotations

import numpy as np


def bic(log_likelihood: float, parameters_count: int, clients: float) -> float:
    """Return Schwarz's criterion (1978)."""
    return float(parameters_count * np.log(clients) - 2 * log_likelihood)


def aic(log_likelihood: float, parameters_count: int) -> float:
    """Return Akaike's criterion (1974)."""
    return float(2 * parameters_count - 2 * log_likelihood)


def aic3(log_likelihood: float, parameters_count: int) -> float:
    """Return AIC with three a parameter, for mixtures (Bozdogan 1994; Dias 2006)."""
    return float(3 * parameters_count - 2 * log_likelihood)


def sabic(log_likelihood: float, parameters_count: int, clients: float) -> float:
    """Return BIC adjusted for the size of the sample (Sclove 1987)."""
    return float(parameters_count * np.log((clients + 2) / 24) - 2 * log_likelihood)


def caic(log_likelihood: float, parameters_count: int, clients: float) -> float:
    """Return the consistent AIC (Bozdogan 1987)."""
    return float(parameters_count * (np.log(clients) + 1) - 2 * log_likelihood)


def relative_entropy(entropy: float, clients: float, n_classes: int) -> float:
    """Return how surely clients are placed: 1 without doubt, 0 by chance (Ramaswamy et al. 1993)."""
    return 1.0 if n_classes == 1 else float(1 - entropy / (clients * np.log(n_classes)))
