"""`/llms.txt` of the base: the documentation's contents as text, for programs that read it.

Source: docs/behaviour.md, "Public endpoints".
"""

from web.openapi.page import ROOT
from web.openapi.prose import GROUPS

START = """# Hep Status

> Status pages that monitors write to over HTTP. Each page is on a host of its own and has its own /llms.txt.

- [OpenAPI 3.1]({base}/api/openapi.json): every call, for programs
- [Quick start]({base}{root}): an account, a page and a first write
"""  # noqa: E501 - a summary is one line in this format


def build_llms_text(base_url: str) -> bytes:
    """Return the text; `base_url` has no slash at its end."""
    lines = [START.format(base=base_url, root=ROOT)]
    for group, chapters in GROUPS.items():
        links = (f"- [{c.name}]({base_url}{ROOT}/{c.anchor}): {c.task}" for c in chapters)
        lines += [f"## {group}", "", *links, ""]
    return "\n".join(lines).encode()
