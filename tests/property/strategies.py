"""What laws are tried on: texts, instants, trees, pages, and commands of every kind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from domain.page import state as s
from domain.page.bounds import CATEGORY_LEVELS
from domain.page.logo import EXTENSIONS, Logo
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.store.mint import mint

EPOCH_MS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 86_400_000
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland",
         "America/Havana", "Australia/Lord_Howe", "Pacific/Chatham")  # fmt: skip

# Anything that Postgres and UTF-8 can hold, and often what breaks out of HTML, JSON or SQL.
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}{% raw %}",
        "'; DROP TABLE pages; --",
        "]]>\u2028\u202e</style>&amp;",
        '"><img src=x onerror=alert(1)>',
        "\\u0000 \\ud800 %s %(x)s :name",
        "I\u0307STANBUL Straße \U0001f680\u200d\U0001f469",
    ]
)


def texts(max_size=12):
    """Texts that are fit to be stored and not blank."""
    return HOSTILE | st.text(CHARACTERS, min_size=1, max_size=max_size).filter(str.strip)


def instants(first_day=0, last_day=90):
    """Instants of whole milliseconds, in days since 2026 began."""
    return st.integers(first_day * DAY_MS, last_day * DAY_MS).map(
        lambda ms: datetime.fromtimestamp((EPOCH_MS + ms) / 1000, UTC).replace(
            microsecond=(ms % 1000) * 1000
        )
    )


statuses = st.sampled_from(Status)
unresolved_states = st.sampled_from(
    [state for state in IncidentState if state not in {"scheduled", "resolved"}]
)
NEVER = st.none()
entitlements = st.builds(
    s.Entitlement,
    st.sampled_from(s.Tier),
    st.none() | instants(),
    st.none() | instants(),
)


@st.composite
def trees(draw, max_nodes=9, min_nodes=0):
    """Components of a legal tree: up to three levels of categories, positions dense."""
    nodes: dict[str, s.Component] = {}
    levels = {None: 0}
    for _ in range(draw(st.integers(min_nodes, max_nodes))):
        parent = draw(st.sampled_from(list(levels)))
        is_category = levels[parent] < CATEGORY_LEVELS and draw(st.booleans())
        node = draw(nodes_under(parent, is_category=is_category))
        node = replace(node, position=sum(n.parent_id == parent for n in nodes.values()))
        nodes[node.id] = node
        if is_category:
            levels[node.id] = levels[parent] + 1
    return nodes


def nodes_under(parent, *, is_category):
    """One node; a category may be pinned."""
    kind = s.ComponentKind.CATEGORY if is_category else s.ComponentKind.LEAF
    return st.builds(
        s.Component,
        id=st.builds(mint, st.just("c")),
        name=texts(),
        created_at=instants(),
        kind=st.just(kind),
        parent_id=st.just(parent),
        description=st.none() | texts(),
        status=st.none() | statuses if is_category else statuses,
        status_at=st.none() if is_category else instants(),
        show_uptime=st.booleans(),
    )


@st.composite
def claim_chains(draw, leaves, latest=None):
    """What one incident claims: per leaf, one stretch after the other, the last one maybe open."""
    claims = []
    for leaf in draw(st.lists(st.sampled_from(leaves), unique=True, max_size=3)) if leaves else []:
        edges = sorted(draw(st.lists(instants(), min_size=1, max_size=5, unique=True)))
        claims += [s.Claim(leaf, draw(statuses), a, b) for a, b in pairwise(edges)]
        if latest is None and draw(st.booleans()):
            claims.append(s.Claim(leaf, draw(statuses), edges[-1]))
    return tuple(sorted(claims, key=lambda c: (c.from_at, c.component_id)))


@st.composite
def updates(draw, leaves):
    """One entry of a timeline."""
    return s.Update(
        id=mint("u"),
        state=draw(st.sampled_from(IncidentState)),
        body=draw(st.just("") | texts(40)),
        occurred_at=draw(instants()),
        posted_at=draw(instants()),
        components=draw(st.dictionaries(st.sampled_from(leaves), statuses)) if leaves else {},
        edited_at=draw(st.none() | instants()),
    )


@st.composite
def incidents(draw, leaves, resolved_at=None):
    """An incident, resolved at `resolved_at` if that is given."""
    started_at = draw(instants())
    state = IncidentState.RESOLVED if resolved_at else draw(unresolved_states)
    return s.Incident(
        id=mint("i"),
        title=draw(texts()),
        impact=draw(st.sampled_from(Impact)),
        state=state,
        started_at=started_at,
        posted_at=started_at + draw(st.sampled_from([timedelta(0), timedelta(hours=3)])),
        updated_at=draw(instants()),
        kind=draw(st.sampled_from(IncidentKind)),
        resolved_at=resolved_at,
        updates=tuple(draw(st.lists(updates(leaves), max_size=4))),
        claims=draw(claim_chains(leaves, resolved_at)),
    )


@st.composite
def pages(draw, resolved=NEVER):
    """Pages with everything or nothing in them; `resolved` says when incidents were resolved."""
    components = draw(trees())
    leaves = [node.id for node in components.values() if node.is_leaf]
    listed = draw(st.lists(st.none() | resolved, max_size=4))
    found = [draw(incidents(leaves, resolved_at)) for resolved_at in listed]
    keys = draw(st.lists(st.builds(keys_of, texts(), instants(), st.booleans()), max_size=3))
    return s.Page(
        id=mint("p"),
        account_id=mint("a"),
        name=draw(texts()),
        description=draw(st.none() | texts()),
        time_zone=draw(st.sampled_from(ZONES)),
        is_public=draw(st.booleans()),
        host=draw(st.none() | st.just("acme.localhost")),
        logo=draw(st.none() | logos),
        entitlement=draw(entitlements),
        created_at=draw(instants()),
        changed_at=draw(instants()),
        components=components,
        incidents={incident.id: incident for incident in found},
        keys={key.id: key for key in keys},
        templates={one.id: one for one in draw(st.lists(templates, max_size=2))},
        suspension=draw(st.none() | st.builds(s.Suspension, instants(), st.none() | texts())),
    )


def templates_of(title, created_at, name, body, state, impact, kind):
    """A template with an id that nothing else has."""
    return s.Template(mint("t"), title, created_at, name, body, state, impact, kind)


logos = st.builds(
    Logo,
    st.binary(min_size=16, max_size=16).map(bytes.hex),
    st.sampled_from(sorted(EXTENSIONS)),
    st.integers(1, 4096),
    st.integers(1, 4096),
    st.binary(min_size=1, max_size=40),
)
templates = st.builds(
    templates_of,
    texts(),
    instants(),
    st.none() | texts(),
    st.none() | texts(40),
    st.none() | unresolved_states,
    st.none() | st.sampled_from(Impact),
    st.sampled_from(IncidentKind),
)


def keys_of(name, created_at, disabled):
    """A key with an id and a hash that nothing else has."""
    return s.Key(mint("k"), name, mint("hash"), created_at, disabled)
