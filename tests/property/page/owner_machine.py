"""What an owner can tell a page of its tree, its settings and its keys, one after the other.

It is said to a model and to whatever a subclass makes of commands; see `PageMachine.tell`.
"""

from datetime import UTC, datetime, timedelta

from hypothesis.stateful import RuleBasedStateMachine

from domain.page import commands as c
from domain.page.state import ComponentKind, Entitlement, Tier
from tests.property.chances import (
    booleans,
    each,
    either,
    maybe,
    names,
    number,
    one,
    ordinals,
    references,
    settings_given,
    some,
    statuses,
    tiers,
)
from tests.property.page.incident_model import IncidentModel
from tests.property.page.owner_model import KeyModel, SettingsModel, TreeModel

FOREVER = datetime.max.replace(tzinfo=UTC)
MS, HOUR = timedelta(milliseconds=1), timedelta(hours=1)


def may(often=1, **parameters):
    """Let a method be one of the things that can happen, more or less often."""

    def marked(method):
        THINGS.extend([(method.__name__, each(**parameters))] * often)
        return method

    return marked


THINGS = []


class PageMachine(RuleBasedStateMachine):
    """A page's life: the n-th thing of a kind is named by its number, whether it is still there."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=6)
        self.tree, self.keys = TreeModel(), KeyModel()
        self.incidents = IncidentModel(self.tree)
        self.settings = SettingsModel(
            {
                "name": "Acme", "is_public": True, "description": None, "time_zone": "UTC",
                "labels": {}, "headlines": {}, "mode": "auto", "accent": None,
                "show_uptime": True, "show_footer": True, "show_latency": False,
                "noindex": False, "uptime_counts": "incidents",
                "header": None, "font": "system", "links": (),
                "show_checklist": True, "notify_minutes": 5, "reminder_hours": 3,
                "stale_hours": 6,
            }
        )  # fmt: skip
        self.tree.prime_until = FOREVER
        self.tabs: dict[int, tuple[str, dict]] = {}
        self.made: dict[str, list[str]] = {"c": [], "i": [], "m": [], "u": [], "k": []}
        self.plans: list[tuple[str, str, datetime]] = []  # whatever the clock may have seen

    def tell(self, command, say, due_at=None):
        """Give a command to the code; `say(at)` gives it to the model and returns its refusal."""
        raise NotImplementedError

    def etag(self) -> str:
        """The etag of the settings as they are."""
        raise NotImplementedError

    def new(self, kind):
        """An id that nothing had before."""
        self.made[kind].append(f"{kind}_{self.page_id}_{len(self.made[kind])}")
        return self.made[kind][-1]

    def nth(self, kind, n):
        """An id that something of a kind has; now and then one that is gone, or never was."""
        is_here = {
            "c": self.tree.nodes, "i": self.incidents.cases, "m": self.incidents.cases,
            "u": self.words_of(), "k": self.keys.keys,
        }[kind]  # fmt: skip
        found = [id_ for id_ in self.made[kind] if id_ in is_here]
        if n % 8 == 7 or not found:
            found = [*self.made[kind], "nobody"]
        return found[n % len(found)]

    def words_of(self):
        """Every update that is told, and of what."""
        return {uid: id_ for id_, case in self.incidents.cases.items() for uid in case.updates}

    def one_case(self, n):
        """An incident or a maintenance, there or not."""
        return self.nth(*(("i", n // 2) if n % 2 else ("m", n // 2)))

    def said(self, given):
        return [(r if isinstance(r, str) else self.nth("c", r), status) for r, status in given]

    @may(often=2, span=one(MS, 37 * MS, HOUR / 2, HOUR), tier=one(None, *tiers))
    def pass_time(self, span, tier):
        """Time passes, and the account may be dealt another tier."""
        self.wait_until(self.now + span)
        if tier is None:
            return
        until = {"free": None, "prime": FOREVER, "lapsing": self.now + HOUR}[tier]

        def say(_):
            self.tree.prime_until = until

        prime = Entitlement(Tier.PRIME, None if tier == "prime" else until)
        self.tell(c.SetEntitlement(Entitlement() if tier == "free" else prime), say)

    # The tree.

    @may(
        kind=one("leaf", "leaf", "category"),
        parent=maybe(ordinals),
        name=names,
        position=maybe(number(0, 6)),
        status=maybe(statuses),
        more=some(description=one("x"), show_uptime=booleans),
    )
    def add(self, kind, parent, name, position, status, more):
        under = None if parent is None else self.nth("c", parent)
        id_ = self.new("c")
        command = c.AddComponent(
            id_, name, ComponentKind(kind), under, position, status=status, **more
        )
        placed = {"parent": under, "position": position, "status": status}
        self.tell(command, lambda at: self.tree.add(at, id_, kind, name, **placed, **more))

    @may(often=2, n=ordinals,
        given=some(
            name=names, position=number(0, 6), status=statuses, show_uptime=booleans,
            parent=either(one(""), ordinals), description=one("", "y"),
        ),
        unpins=number(0, 5),
    )  # fmt: skip
    def change(self, n, given, unpins):
        id_, unpins = self.nth("c", n), unpins == 0
        if isinstance(given.get("parent"), int):
            given["parent"] = self.nth("c", given["parent"])
        self.tell(
            c.ChangeComponent(id_, **given, unpins=unpins),
            lambda at: self.tree.change(at, id_, given, unpins=unpins),
        )

    @may(n=ordinals)
    def delete_component(self, n):
        id_ = self.nth("c", n)

        def say(at):
            refused = self.tree.delete(at, id_)
            return refused or self.incidents.delete_leaf(id_)

        self.tell(c.DeleteComponent(id_), say)

    @may(often=2, reference=references, status=statuses)
    def toggle(self, reference, status):
        [(reference, status)] = self.said([(reference, status)])
        command = c.SetStatus(reference, status)
        self.tell(command, lambda at: self.incidents.toggle(at, reference, status))

    # Settings and keys.

    @may(
        what=one("read", "change"), tab=maybe(number(0, 1)),
        given=some(**settings_given),
    )  # fmt: skip
    def tell_of_settings(self, what, tab, given):
        """Two tabs read, and change what they have read; or somebody changes without reading."""
        if what == "read":
            self.tabs[tab or 0] = (self.etag(), dict(self.settings.values))
            return
        etag, read = self.tabs.get(tab, (None, None))

        def say(at):
            before = self.settings.values["headlines"]
            refused = self.settings.change(given, read)
            if self.settings.values["headlines"] != before:
                self.tree.change_seen(at)
            return refused

        self.tell(c.ChangePage(**given, etag=etag), say)

    @may(
        what=one("create", "change", "delete"), n=ordinals,
        name=maybe(names), disabled=maybe(booleans),
    )  # fmt: skip
    def tell_of_keys(self, what, n, name, disabled):
        id_ = self.new("k") if what == "create" else self.nth("k", n)
        secret = f"hash {id_} {len(self.made['u'])}" if disabled or what == "create" else None
        if what == "create":
            command = c.CreateKey(id_, "monitor", secret)
            self.tell(command, lambda _: self.keys.create(id_, "monitor", secret))
        elif what == "change":
            command = c.ChangeKey(id_, name, disabled, secret)
            self.tell(command, lambda _: self.keys.change(id_, name, secret, disabled))
        else:
            self.tell(c.DeleteKey(id_), lambda _: self.keys.delete(id_))
