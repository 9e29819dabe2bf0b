"""The demo company's components and its last 90 days, as data.

Times are (days ago, clock in UTC); those of today's events are minutes ago.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.page import commands as c
from domain.page.state import ComponentKind
from domain.runtime.new_ids import new_id
from domain.status import IncidentState, Status

NAME = "Lumen Cloud"
DESCRIPTION = "Storage, compute and messages for people who have better things to do than run them."
STARTED_DAYS_AGO = 120

# (name, description, children); three levels of categories, a dozen leaves.
Node = tuple[str, str | None, "tuple[Node, ...] | None"]
TREE: tuple[Node, ...] = (
    (
        "Platform",
        None,
        (
            ("API", "Requests to api.lumen.example", None),
            (
                "Storage",
                None,
                (
                    (
                        "Europe",
                        None,
                        (
                            ("Objects, Frankfurt", None, None),
                            ("Objects, Dublin", None, None),
                        ),
                    ),
                    ("Objects, Virginia", None, None),
                    ("Backups", "Nightly copies and restores", None),
                ),
            ),
            ("Compute", "Starting and running machines", None),
            ("Message queues", None, None),
        ),
    ),
    (
        "For your team",
        None,
        (
            ("Dashboard", "console.lumen.example", None),
            ("Sign-in", "Passwords, keys and single sign-on", None),
            ("Billing", None, None),
        ),
    ),
    ("Website", "lumen.example and its documentation", None),
    ("Support", "Chat and e-mail", None),
)


@dataclass(frozen=True, slots=True)
class Post:
    """One update: minutes after the start, state, text, new statuses."""

    after_min: int
    state: IncidentState
    text: str
    statuses: tuple[tuple[str, Status], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """An incident of the past, or an open one without a final update."""

    days_ago: int
    clock: tuple[int, int]
    title: str
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance: its start in hours from now, and its duration in hours."""

    starts_in_h: float
    lasts_h: float
    title: str
    text: str
    parts: tuple[str, ...]
    announced_days_ago: int


INVESTIGATING, IDENTIFIED, MONITORING, RESOLVED = (
    IncidentState.INVESTIGATING,
    IncidentState.IDENTIFIED,
    IncidentState.MONITORING,
    IncidentState.RESOLVED,
)
SLOW, PARTLY, DOWN, FINE = Status.DEGRADED, Status.PARTIAL, Status.OUTAGE, Status.OPERATIONAL

STORIES: tuple[Story, ...] = (
    Story(83, (6, 12), "Slow starts of machines", (
        Post(0, INVESTIGATING, "New machines take up to two minutes to start.",
             (("Compute", SLOW),)),
        Post(41, IDENTIFIED, "A scheduler node was overloaded. We are moving work away from it."),
        Post(95, RESOLVED, "Machines start within seconds again."),
    )),
    Story(71, (14, 3), "Uploads to Frankfurt fail", (
        Post(0, INVESTIGATING, "About a third of uploads to Frankfurt fail with `503`.",
             (("Objects, Frankfurt", PARTLY),)),
        Post(12, IDENTIFIED, "A switch lost half of its links. Traffic is being moved.",
             (("Objects, Frankfurt", DOWN),)),
        Post(58, MONITORING, "All traffic runs over the second switch.",
             (("Objects, Frankfurt", SLOW),)),
        Post(150, RESOLVED, "The switch was replaced. Nothing that was stored is affected."),
    )),
    Story(54, (9, 30), "Invoices were sent twice", (
        Post(0, IDENTIFIED, "Some of you received an invoice twice. You will be charged **once**."),
        Post(75, RESOLVED, "Both copies are the same invoice; please ignore the second."),
    )),
    Story(46, (22, 47), "Sign-in through single sign-on is down", (
        Post(0, INVESTIGATING, "Single sign-on does not answer. Passwords and keys work.",
             (("Sign-in", DOWN), ("Dashboard", PARTLY))),
        Post(23, IDENTIFIED, "A certificate expired. A new one is being installed."),
        Post(37, RESOLVED,
             "Everybody can sign in again. We now watch these dates from outside, too."),
    )),
    Story(33, (3, 20), "Queues deliver late", (
        Post(0, INVESTIGATING, "Messages arrive up to ten minutes late.",
             (("Message queues", SLOW),)),
        Post(64, RESOLVED, "The backlog is gone; nothing was lost."),
    )),
    Story(19, (11, 5), "API errors in Virginia", (
        Post(0, INVESTIGATING, "Requests from Virginia see errors.",
             (("API", PARTLY), ("Objects, Virginia", DOWN))),
        Post(18, IDENTIFIED, "A release of the gateway is being rolled back."),
        Post(29, MONITORING, "The old release serves all requests.",
             (("API", FINE), ("Objects, Virginia", SLOW))),
        Post(66, RESOLVED, "Error rates have been normal for half an hour."),
    )),
    Story(9, (16, 40), "Dashboard loads slowly", (
        Post(0, INVESTIGATING, "Charts take long to appear.", (("Dashboard", SLOW),)),
        Post(140, RESOLVED, "An index that was missing is there now."),
    )),
    Story(4, (7, 15), "Backups started late", (
        Post(0, IDENTIFIED, "Last night's backups started two hours late. All of them finished.",
             (("Backups", SLOW),)),
        Post(50, RESOLVED, "Tonight's schedule is back to normal."),
    )),
    Story(1, (19, 58), "Chat is unavailable", (
        Post(0, INVESTIGATING, "Our chat provider has an outage. Please write to us instead.",
             (("Support", PARTLY),)),
        Post(131, RESOLVED, "Chat is back."),
    )),
)  # fmt: skip

ACTIVE = Story(0, (0, 0), "Elevated error rates on the API", (
    Post(0, INVESTIGATING, "We see more errors than usual on the API and are looking into it.",
         (("API", SLOW),)),
    Post(14, IDENTIFIED, "A cache node answers slowly. We are taking it out of rotation; see the"
         " [retry guide](https://lumen.example/docs/retries) until then."),
))  # fmt: skip
ACTIVE_MINUTES_AGO = 38

WINDOWS: tuple[Window, ...] = (
    Window(-0.5, 3, "Moving Dublin to new disks",
           "Reads go on as usual. Writes may take a moment longer.", ("Objects, Dublin",), 6),
    Window(45, 2, "Upgrade of the billing database",
           "Invoices can't be downloaded during the upgrade.", ("Billing",), 2),
)  # fmt: skip


def tree_commands(nodes: tuple[Node, ...] = TREE, parent: str | None = None) -> Iterator[Any]:
    """Yield the commands that build the tree, parents first."""
    for name, description, children in nodes:
        kind = ComponentKind.LEAF if children is None else ComponentKind.CATEGORY
        id_ = new_id("c")
        yield c.AddComponent(id_, name, kind, parent, description=description)
        if children:
            yield from tree_commands(children, id_)


def story_commands(story: Story, started_at: datetime) -> Iterator[tuple[datetime, Any]]:
    """Yield an incident's commands with their times."""
    incident_id = new_id("i")
    for number, post in enumerate(story.posts):
        at = started_at + timedelta(minutes=post.after_min)
        statuses = tuple(c.StatusGiven(name, status) for name, status in post.statuses)
        if number == 0:
            opened = c.OpenIncident(
                incident_id, new_id("u"), story.title, None, post.text, statuses, state=post.state
            )
            yield at, opened
        else:
            yield at, c.PostUpdate(incident_id, new_id("u"), post.state, post.text, statuses)


def window_commands(window: Window, now: datetime) -> Iterator[tuple[datetime, Any]]:
    """Yield a maintenance's commands with their times."""
    incident_id, starts_at = new_id("i"), now + timedelta(hours=window.starts_in_h)
    ends_at = starts_at + timedelta(hours=window.lasts_h)
    announced_at = now - timedelta(days=window.announced_days_ago)
    yield (
        announced_at,
        c.ScheduleMaintenance(
            incident_id, new_id("u"), window.title, starts_at, ends_at, window.text, window.parts
        ),
    )
    if starts_at <= now:
        yield starts_at, c.StartMaintenance(incident_id, new_id("u"), "Work has begun.")


def history(now: datetime) -> list[tuple[datetime, Any]]:
    """Return all commands up to `now`, in the order of their times."""
    commands: list[tuple[datetime, Any]] = []
    for story in STORIES:
        day = now - timedelta(days=story.days_ago)
        started_at = day.replace(
            hour=story.clock[0], minute=story.clock[1], second=0, microsecond=0
        )
        commands += story_commands(story, started_at)
    for window in WINDOWS:
        commands += window_commands(window, now)
    commands += story_commands(ACTIVE, now - timedelta(minutes=ACTIVE_MINUTES_AGO))
    return sorted(commands, key=lambda pair: pair[0])
