"""Hand-written prose of the description, from templates/docs."""

from functools import lru_cache
from pathlib import Path

from domain.page.limits import COUNTS
from web.http.errors import ERROR_CODES

FOLDER = Path(__file__).parents[2] / "templates" / "docs"
TABLE = "<!-- refusals -->"
COUNT_ROWS = "<!-- counts -->"
# Sections in document order; those without operations are prose only.
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
    """Return the Markdown of a section."""
    words = (FOLDER / f"{name.lower().replace(' ', '-')}.md").read_text("utf-8").strip()
    return words.replace(TABLE, build_error_table()).replace(COUNT_ROWS, build_count_rows())


def build_count_rows() -> str:
    """Return the rows of a page's limits in Markdown."""
    return "\n".join(f"| {what} | {count:,} |" for what, count in COUNTS.items())


def build_error_table() -> str:
    """Return the table of error codes in Markdown."""
    rows = [f"| {row.status} | `{code}` | {row.meaning} |" for code, row in ERROR_CODES.items()]
    return "\n".join(["| status | code | meaning, and what to do |", "|---|---|---|", *rows])
