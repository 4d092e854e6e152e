"""Excel workbooks that we write: what is typed stays text, and the clock is not in the bytes."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from xlsxwriter import Workbook


def new_book(file: BytesIO, title: str, author: str, made_on: datetime) -> Workbook:
    """Return an empty workbook in which no text becomes a formula, a link or a number."""
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = Workbook(file, options)
    book.set_properties({"title": title, "author": author, "created": made_on})
    return book
