"""Client Segments Workbook: the segmentation of an authority's clients, step by step.

The steps are the modules ``attributes, segments, priorities, hypotheses, validation,
profiles, report, updates``; a notebook of the same name calls each of them.
"""

import sys

# jsonschema's optional format checker builds 35 parsers when it is imported: 1.0-1.8 s in every
# process that imports nbformat and in every kernel that draws a figure. No Jupyter schema uses it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__version__ = "0.1.0"
