"""A model of a page's tree, settings and keys, in plain steps.

It knows nothing of the code under test. What is asked for is done and None returned, or nothing is
done and the code of the refusal returned.

Source: docs/behaviour.md, "Owner's API".
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime

SEVERITY = ["operational", "maintenance", "degraded", "partial", "outage"]
LEVELS = 3
FREE_LEAVES = 5
NEVER = datetime.min.replace(tzinfo=UTC)


def worst(statuses):
    return max(statuses, key=SEVERITY.index, default="operational")


def as_read(name):
    """A name as people read it: letters whole, in small letters, blanks alike."""
    whole = unicodedata.normalize("NFC", name).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(word for word in whole.casefold().split(" ") if word)


@dataclass
class Node:
    """A leaf or a category; a category's status is its pin."""

    kind: str
    parent: str | None
    name: str
    status: str | None
    description: str | None = None
    show_uptime: bool = True
    created: datetime = NEVER
    origin: str | None = None  # of a leaf: the incident, or "toggle", that spoke last of it
    shown: list[list] = field(default_factory=list)  # status, origin, since, until

    def show(self, at, status, origin):
        """Show a status from now on."""
        if self.shown:
            self.shown[-1][3] = at
        self.shown.append([status, origin, at, None])
        self.status, self.origin = status, origin

    def forget(self, at, incident):
        """An incident is deleted: what was shown because of it is, from now on, a toggle's."""
        self.shown = [row for row in self.shown if row[1] != incident]
        if self.origin == incident:
            self.show(at, self.status, "toggle")


@dataclass
class TreeModel:
    """Nodes, and under every parent their order."""

    nodes: dict[str, Node] = field(default_factory=dict)
    order: dict[str | None, list[str]] = field(default_factory=lambda: {None: []})
    # Until when the page may have more than five leaves; None: never at all.
    prime_until: datetime | None = None
    # When visitors last saw something change.
    changed: datetime = NEVER

    def say(self, at, leaf, status, origin="toggle"):
        """Something or somebody speaks of a leaf, maybe in vain."""
        node = self.nodes[leaf]
        if node.status != status:
            self.change_seen(at)
        node.show(at, status, origin)

    def change_seen(self, at):
        self.changed = max(self.changed, at)

    def add(self, at, id_, kind, name, *, parent=None, position=None, status=None, **more):
        if refused := self.misplaced(parent, int(kind == "category")):
            return refused
        leaves = [node for node in self.nodes.values() if node.kind == "leaf"]
        if kind == "leaf" and not self.is_prime(at) and len(leaves) >= FREE_LEAVES:
            return "COMPONENT_LIMIT"
        first = status or ("operational" if kind == "leaf" else None)
        self.nodes[id_] = Node(kind, parent, name, first, **more, created=at)
        if kind == "leaf":
            self.nodes[id_].show(at, first, "toggle")
        self.put(id_, parent, position)
        self.change_seen(at)
        return None

    def change(self, at, id_, given, *, unpins=False):
        """`given` has only what changes; a description or parent of "" is none."""
        node = self.nodes.get(id_)
        if node is None:
            return "NOT_FOUND"
        if unpins and node.kind == "leaf":
            return "VALIDATION"
        parent = (given["parent"] or None) if "parent" in given else node.parent
        if parent != node.parent and (refused := self.unmovable(id_, parent)):
            return refused
        self.move(id_, parent, given.get("position"))
        node.name = given.get("name", node.name)
        node.show_uptime = given.get("show_uptime", node.show_uptime)
        node.description = given.get("description", node.description) or None
        if node.kind == "leaf" and "status" in given:
            self.say(at, id_, given["status"])
        elif node.kind == "category":
            node.status = None if unpins else given.get("status", node.status)
        return None

    def unmovable(self, id_, parent):
        if id_ in self.above(parent):
            return "VALIDATION"
        return self.misplaced(parent, self.height(id_))

    def misplaced(self, parent, levels):
        if parent is None:
            return None
        if parent not in self.nodes or self.nodes[parent].kind == "leaf":
            return "VALIDATION"
        return "VALIDATION" if levels and len(self.above(parent)) + levels > LEVELS else None

    def move(self, id_, parent, position):
        node = self.nodes[id_]
        stood = self.order[node.parent].index(id_)
        self.order[node.parent].remove(id_)
        if position is None and parent == node.parent:
            position = stood
        node.parent = parent
        self.put(id_, parent, position)

    def put(self, id_, parent, position):
        siblings = self.order.setdefault(parent, [])
        siblings.insert(len(siblings) if position is None else position, id_)

    def delete(self, at, id_):
        if id_ not in self.nodes:
            return "NOT_FOUND"
        self.change_seen(at)
        node = self.nodes.pop(id_)
        heirs, siblings = self.order.pop(id_, []), self.order[node.parent]
        place = siblings.index(id_)
        siblings[place : place + 1] = heirs
        for heir in heirs:
            self.nodes[heir].parent = node.parent
        return None

    def above(self, id_):
        """A node with all that it stands in."""
        found = []
        while id_ is not None:
            found.append(id_)
            id_ = self.nodes[id_].parent if id_ in self.nodes else None
        return found

    def height(self, id_):
        if self.nodes[id_].kind == "leaf":
            return 0
        return 1 + max((self.height(child) for child in self.order.get(id_, [])), default=0)

    def shows(self, id_):
        """What a node shows: its own status, else the worst of what stands below it."""
        if self.nodes[id_].status:
            return self.nodes[id_].status
        return worst(self.shows(child) for child in self.order.get(id_, []))

    def leaves(self):
        return {id_: node for id_, node in self.nodes.items() if node.kind == "leaf"}

    def meant(self, reference):
        """The leaves that an id, or a name as people read it, means.

        Source: docs/behaviour.md, "Component references".
        """
        if reference in self.nodes:
            return [reference] if self.nodes[reference].kind == "leaf" else []
        same = as_read(reference)
        return [id_ for id_, node in self.leaves().items() if as_read(node.name) == same]

    def is_prime(self, at):
        return self.prime_until is not None and at < self.prime_until


@dataclass
class SettingsModel:
    """What an owner says of the page as a whole."""

    values: dict[str, object]

    def change(self, given, read=None):
        """`read` is what the owner saw of them, if that matters to her."""
        if read is not None and read != self.values:
            return "CONFLICT"
        words = {}
        for name in ("labels", "headlines"):
            merged = {**self.values[name], **given.get(name, {})}
            words[name] = {status: word for status, word in merged.items() if word}
        cleared = {n: given[n] or None for n in ("description", "accent", "header") if n in given}
        self.values = {**self.values, **given, **words, **cleared}
        return None


@dataclass
class KeyModel:
    """A page's keys: (name, hash, disabled) by id."""

    keys: dict[str, tuple[str, str, bool]] = field(default_factory=dict)

    def create(self, id_, name, hash_):
        self.keys[id_] = (name, hash_, False)

    def change(self, id_, *given):
        if id_ not in self.keys:
            return "NOT_FOUND"
        old = self.keys[id_]
        self.keys[id_] = tuple(b if n is None else n for b, n in zip(old, given, strict=True))
        return None

    def delete(self, id_):
        return "NOT_FOUND" if self.keys.pop(id_, None) is None else None
