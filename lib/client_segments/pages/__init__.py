"""Pages: self-contained HTML in Russian that opens with the network off.

`figures` (drawing a plotly figure in a page) is light and serves the shared report too;
`notebooks` (a page made of an executed notebook) imports nbconvert, so it is imported apart.
"""

from client_segments.pages.figures import content_security_policy, figure_html, plotly_script

__all__ = ["content_security_policy", "figure_html", "plotly_script"]
