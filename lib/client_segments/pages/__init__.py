"""Pages: self-contained HTML in Russian that opens with the network off.

`figures` (a plotly figure in a page, and the policy that forbids every load) is light: the shared
report takes its policy from there;
`notebooks` (a page made of an executed notebook) imports nbconvert, so it is imported apart.
"""

from client_segments.pages.figures import content_security_policy, figure_html, plotly_script

__all__ = ["content_security_policy", "figure_html", "plotly_script"]
