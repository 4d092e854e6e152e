"""Texts of a profile's fields: one function a key of the form.

A composer gets one segment's view and returns a text, or says why there is none. It looks at
nothing but the view, so that protected tables give protected texts.
"""

from __future__ import annotations

from client_segments.profiles.composers import (
    description,
    journey,
    parameters,
    requisites,
    verification,
)
from client_segments.profiles.composers.base import COMPOSERS, Composer, FieldText, no_data

__all__ = [
    "COMPOSERS", "REGISTER_KEYS", "Composer", "FieldText", "description", "journey", "no_data",
    "parameters", "requisites", "verification",
]  # fmt: skip

REGISTER_KEYS = ("version", "update_reason", "history")
"""Fields that tell of the register itself: they are no part of what a version records."""
