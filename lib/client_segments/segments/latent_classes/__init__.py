"""Latent class analysis of coded attributes: classes, their number, and agreement of groupings.

The model: a client belongs to one of C classes, and within a class the attributes are
independent. Missing values are ignorable: a client's likelihood has only the attributes that are
known. Sources: Goodman (1974) Biometrika 61:215-231; Linzer & Lewis (2011) J Stat Softw 42(10).

How it is computed. Equal rows are one pattern (`patterns`). The attributes of a pattern are packed
into few super codes, so that a pass of EM is some look-ups and products, and sums over codes
(`passes`, `compiled`). SQUAREM shortens the climb (`climbing`). All starts (`starts`) race on a
small systematic sample, the best few climb on a larger one, the best of them on everything
(`fitting`).
"""

from client_segments.segments.latent_classes.agreement import adjusted_rand_index
from client_segments.segments.latent_classes.choice import (
    CLASSES_MAXIMUM,
    choose_among,
    choose_classes,
    local_maxima,
    orders_by_bic,
)
from client_segments.segments.latent_classes.model import (
    LatentClassModel,
    LatentClassWarning,
    NotFittedError,
)
from client_segments.segments.latent_classes.stability import bootstrap_stability

__all__ = [
    "CLASSES_MAXIMUM",
    "LatentClassModel",
    "LatentClassWarning",
    "NotFittedError",
    "adjusted_rand_index",
    "bootstrap_stability",
    "choose_among",
    "choose_classes",
    "local_maxima",
    "orders_by_bic",
]
