"""Forms to ask with: written for people by step 4, read back as answers by the reader of tables.

One workbook for the answers of all segments, and Word documents by segment and method. What
belongs to what is told by hidden marks that travel with the cells, never by their position.
"""

from client_segments.questionnaire.form import (
    FormOrigin,
    Forms,
    Question,
    SegmentForm,
    statement_mark,
)

__all__ = ["FormOrigin", "Forms", "Question", "SegmentForm", "statement_mark"]
