"""Hand-written prose of the description, from templates/docs, and the order of its chapters."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from domain.page.limits import COUNTS
from web.http.errors import ERROR_CODES

FOLDER = Path(__file__).parents[2] / "templates" / "docs"
TABLE = "<!-- refusals -->"
COUNT_ROWS = "<!-- counts -->"


class Chapter(NamedTuple):
    """A chapter: its tag in the document, and the task that leads the reader there."""

    name: str
    task: str

    @property
    def anchor(self) -> str:
        """The chapter's name in addresses, anchors and files."""
        return self.name.lower().replace(" ", "-")


# The rail of /docs and the order of the document. Those without operations are prose only.
GROUPS: Mapping[str, tuple[Chapter, ...]] = {
    "Start": (Chapter("Conventions", "Understand calls and error codes"),),
    "Send from a monitor": (
        Chapter("Monitors", "Send a status or an incident"),
        Chapter("Recipes", "Use cron, GitHub Actions or Python"),
        Chapter("Receipts", "Follow a write"),
    ),
    "Publish": (
        Chapter("Incidents", "Publish an incident or a maintenance"),
        Chapter("Components", "Set up components"),
        Chapter("Templates", "Save message templates"),
        Chapter("Previews", "Preview a change"),
    ),
    "Run a page": (
        Chapter("Pages", "Create and change a page"),
        Chapter("Hosts", "Connect a domain"),
        Chapter("Subscribers", "See who gets updates"),
        Chapter("Keys", "Create and rotate keys"),
        Chapter("Audit", "Read the audit log"),
        Chapter("Export", "Export and import a page"),
        Chapter("Moving in", "Come from Statuspage, Cachet or Uptime Kuma"),
        Chapter("Slots", "Buy and renew slots"),
        Chapter("Accounts", "Log in and manage the account"),
    ),
    "Read a page": (
        Chapter("Visitors", "Read status.json and pages"),
        Chapter("Feeds", "Follow a page by feed or calendar"),
        Chapter("Badges", "Show a badge"),
        Chapter("Embed", "Embed the status in a website"),
        Chapter("Statuspage v2 JSON", "Point a Statuspage client here"),
        Chapter("Dashboard", "Find a screen of the dashboard"),
        Chapter("Every host", "Check health and certificates"),
    ),
    "Look up": (
        Chapter("Limits", "Check limits"),
        Chapter("Choices", "Check rare cases"),
    ),
}
CHAPTERS = tuple(chapter for group in GROUPS.values() for chapter in group)


@lru_cache(maxsize=1 + len(CHAPTERS))
def prose(name: str) -> str:
    """Return the Markdown of a chapter."""
    text = (FOLDER / f"{Chapter(name, '').anchor}.md").read_text("utf-8").strip()
    return text.replace(TABLE, build_error_table()).replace(COUNT_ROWS, build_count_rows())


def build_count_rows() -> str:
    """Return the rows of a page's limits in Markdown."""
    return "\n".join(f"| {what} | {count:,} |" for what, count in COUNTS.items())


def build_error_table() -> str:
    """Return the table of error codes in Markdown."""
    rows = [f"| {row.status} | `{code}` | {row.meaning} |" for code, row in ERROR_CODES.items()]
    return "\n".join(["| status | code | meaning, and what to do |", "|---|---|---|", *rows])
