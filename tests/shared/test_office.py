"""Parts of Word documents."""

from __future__ import annotations

from io import BytesIO

from docx import Document

from client_segments.office.word_parts import property_text


def test_a_property_holds_any_name_however_long():
    document = Document()
    document.core_properties.title = property_text("я" * 300)
    document.core_properties.author = property_text("орган\x00 власти")
    saved = BytesIO()
    document.save(saved)
    properties = Document(saved).core_properties
    assert properties.title == "я" * 255
    assert properties.author == "орган власти"
