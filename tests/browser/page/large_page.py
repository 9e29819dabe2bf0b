"""A page as large as they come: 200 leaves, 90 days of incidents. The same for a day."""

from datetime import UTC, datetime, timedelta
from random import Random

from domain.account.commands import AddPage, SetTier
from domain.page import commands as c
from domain.page.state import ComponentKind, Tier
from domain.runtime.new_ids import new_id
from domain.status import IncidentState, Status
from ops.cli.writes import write_all

LEAVES = 200
INCIDENTS = 120
TROUBLE = (Status.DEGRADED, Status.PARTIAL, Status.OUTAGE)


def build(account_id: str, host: str) -> None:
    """Make it under `host`, public."""
    page_id, now = new_id("p"), datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0)
    began_at = now - timedelta(days=100)
    write_all(
        account_id,
        [(began_at, SetTier(Tier.PRIME)), (began_at, AddPage(page_id, "Large", host))],
    )
    groups = [new_id("c") for _ in range(LEAVES // 10)]
    story = [(began_at, c.ChangePage(is_public=True))]
    for number, group in enumerate(groups):
        name = f"Region {number}"
        story.append((began_at, c.AddComponent(group, name, ComponentKind.CATEGORY)))
    for number in range(LEAVES):
        leaf = c.AddComponent(new_id("c"), f"Service number {number}", parent=groups[number // 10])
        story.append((began_at, leaf))
    story += history(Random(7), now)
    # One drain publishes a hundred of these at a time, so the last one takes a while.
    for start in range(0, len(story), 100):
        write_all(page_id, story[start : start + 100])


def history(random: Random, now: datetime):
    """Incidents of one to two hours, each of a few leaves, oldest first."""
    for number in range(INCIDENTS):
        at = now - timedelta(days=90 * (1 - number / INCIDENTS), minutes=random.randrange(60))
        leaves = random.sample(range(LEAVES), random.randint(1, 6))
        given = tuple(
            c.StatusGiven(f"Service number {leaf}", random.choice(TROUBLE)) for leaf in leaves
        )
        incident = new_id("i")
        title = f"Trouble number {number} in region {leaves[0] // 10}"
        yield at, c.OpenIncident(incident, new_id("u"), title, None, "We are looking.", given)
        ends_at = at + timedelta(minutes=random.randint(5, 240))
        done = c.PostUpdate(incident, new_id("u"), IncidentState.RESOLVED, "It works again.")
        yield ends_at, done
