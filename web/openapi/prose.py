"""The words of the description that no type can tell, written by hand in templates/docs."""

from functools import lru_cache
from pathlib import Path

from web.http.error_codes import REFUSALS

FOLDER = Path(__file__).parents[2] / "templates" / "docs"
TABLE = "<!-- refusals -->"
# Sections in the order of the documents; those without operations are words only.
SECTIONS = (
    "Monitors",
    "Receipts",
    "Accounts",
    "Pages",
    "Slots",
    "Components",
    "Incidents",
    "Previews",
    "Templates",
    "Hosts",
    "Keys",
    "Audit",
    "Dashboard",
    "Limits",
    "Visitors",
    "Every host",
    "Choices",
)


@lru_cache(maxsize=len(SECTIONS))
def prose(name: str) -> str:
    """Return the words of a section, in Markdown."""
    words = (FOLDER / f"{name.lower().replace(' ', '-')}.md").read_text("utf-8").strip()
    return words.replace(TABLE, refusal_table())


def refusal_table() -> str:
    """Return the table of codes."""
    rows = [f"| {status} | `{code}` | {means} |" for code, (status, means) in REFUSALS.items()]
    return "\n".join(["| status | code | meaning, and what to do |", "|---|---|---|", *rows])
