"""What laws are tried on: texts, instants, trees, pages, and commands of every kind."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import get_args, get_type_hints

from hypothesis import strategies as st

from domain.page import state as s
from domain.page.commands import LOADED_FOR
from domain.page.limits import CATEGORY_LEVELS
from domain.page.logo import EXTENSIONS, Logo
from domain.page.uptime.shown import Shown
from domain.runtime.new_ids import new_id
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.text import clean

EPOCH_MS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 86_400_000
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland",
         "America/Havana", "Australia/Lord_Howe", "Pacific/Chatham", "America/Santiago",
         "America/St_Johns")  # fmt: skip

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


# A strategy is checked when it is first drawn from: those that are made once are checked once,
# which is half of what a page costs.


@cache
def texts(max_size=12):
    """Texts that are fit to be stored and not blank."""
    return HOSTILE | st.text(CHARACTERS, min_size=1, max_size=max_size).filter(clean)


@cache
def instants(first_day=0, last_day=90):
    """Instants of whole milliseconds, in days since 2026 began."""
    return st.integers(first_day * DAY_MS, last_day * DAY_MS).map(
        lambda ms: datetime.fromtimestamp((EPOCH_MS + ms) / 1000, UTC).replace(
            microsecond=(ms % 1000) * 1000
        )
    )


# What has no strategy here is drawn by the types of its fields, so that a new field is tried.
st.register_type_strategy(str, texts(40))
st.register_type_strategy(int, st.integers(-(2**62), 2**62))  # msgspec decodes 64 bits
st.register_type_strategy(datetime, instants())
st.register_type_strategy(
    Mapping, lambda of: st.dictionaries(*map(st.from_type, get_args(of)), max_size=3)
)
statuses = st.sampled_from(Status)
booleans = st.booleans()
small = st.integers(0, 9)
maybe_text = st.none() | texts()
maybe_instant = st.none() | instants()
unresolved_states = st.sampled_from(
    [state for state in IncidentState if state not in {"scheduled", "resolved"}]
)
NEVER = st.none()
entitlements = st.builds(
    s.Entitlement,
    st.sampled_from(s.Tier),
    maybe_instant,
    maybe_instant,
)


@st.composite
def trees(draw, max_nodes=9, min_nodes=0):
    """Components of a legal tree: up to three levels of categories, positions dense."""
    nodes: dict[str, s.Component] = {}
    levels = {None: 0}
    for _ in range(draw(st.integers(min_nodes, max_nodes))):
        parent = draw(st.sampled_from(list(levels)))
        is_category = levels[parent] < CATEGORY_LEVELS and draw(booleans)
        node = draw(categories if is_category else leaf_nodes)
        position = sum(n.parent_id == parent for n in nodes.values())
        nodes[node.id] = replace(node, parent_id=parent, position=position)
        if is_category:
            levels[node.id] = levels[parent] + 1
    return nodes


origins = st.sampled_from(["toggle", "i_nobody"])


def nodes(*, is_category):
    """One node, under nothing yet; a category may be pinned."""
    kind = s.ComponentKind.CATEGORY if is_category else s.ComponentKind.LEAF
    return st.builds(
        s.Component,
        id=st.builds(new_id, st.just("c")),
        name=texts(),
        created_at=instants(),
        kind=st.just(kind),
        description=maybe_text,
        status=st.none() | statuses if is_category else statuses,
        status_at=st.none() if is_category else instants(),
        show_uptime=booleans,
        origin=st.none() if is_category else st.none() | origins,
        origin_at=st.none() if is_category else maybe_instant,
        external_id=maybe_text,
    )


categories, leaf_nodes = nodes(is_category=True), nodes(is_category=False)


edges_of_claims = st.lists(instants(), min_size=1, max_size=5, unique=True)


@st.composite
def claim_chains(draw, leaves, latest=None):
    """What one incident claims: per leaf, one stretch after the other, the last one maybe open."""
    claims = []
    for leaf in draw(st.lists(st.sampled_from(leaves), unique=True, max_size=3)) if leaves else []:
        edges = sorted(draw(edges_of_claims))
        claims += [s.Claim(leaf, draw(statuses), a, b) for a, b in pairwise(edges)]
        if latest is None and draw(booleans):
            claims.append(s.Claim(leaf, draw(statuses), edges[-1]))
    return tuple(sorted(claims, key=lambda c: (c.from_at, c.component_id)))


update_states = st.sampled_from(IncidentState)
bodies = st.just("") | texts(40)


@cache
def given_to(count):
    """Statuses for some of so many leaves, by their number."""
    return st.dictionaries(st.sampled_from(range(count)), statuses) if count else st.just({})


@st.composite
def updates(draw, leaves):
    """One entry of a timeline."""
    return s.Update(
        id=new_id("u"),
        state=draw(update_states),
        body=draw(bodies),
        occurred_at=draw(instants()),
        posted_at=draw(instants()),
        components={leaves[n]: given for n, given in draw(given_to(len(leaves))).items()},
        edited_at=draw(maybe_instant),
    )


impacts = st.sampled_from(Impact)
incident_kinds = st.sampled_from(IncidentKind)
delays = st.sampled_from([timedelta(0), timedelta(hours=3)])


@st.composite
def incidents(draw, leaves, resolved_at=None):
    """An incident, resolved at `resolved_at` if that is given."""
    started_at = draw(instants())
    state = IncidentState.RESOLVED if resolved_at else draw(unresolved_states)
    return s.Incident(
        id=new_id("i"),
        title=draw(texts()),
        impact=draw(impacts),
        state=state,
        started_at=started_at,
        posted_at=started_at + draw(delays),
        updated_at=draw(instants()),
        kind=draw(incident_kinds),
        resolved_at=resolved_at,
        updates=tuple(draw(st.lists(updates(leaves), max_size=4))),
        claims=draw(claim_chains(leaves, resolved_at)),
        impact_given=draw(booleans),
        external_id=draw(maybe_text),
        sequence=draw(small),
        changed_at=draw(st.none() | instants()),
    )


logos = st.builds(
    Logo,
    st.binary(min_size=16, max_size=16).map(bytes.hex),
    st.sampled_from(sorted(EXTENSIONS)),
    st.integers(1, 4096),
    st.integers(1, 4096),
    st.binary(min_size=1, max_size=40),
)


def items_of(part):
    """Items of a part by id, by the types of their fields; of ids and hashes each is once."""
    kind = get_args(get_type_hints(s.Page)[part])[1]
    unique = st.builds(new_id, st.just("x"))
    values = {field.name: unique if field.name in {"id", "hash"} else ... for field in fields(kind)}
    values |= {name: small for name, type_ in get_type_hints(kind).items() if type_ is int}
    listed = st.lists(st.builds(kind, **values), max_size=3)
    return listed.map(lambda items: {item.id: item for item in items})


items = {part: items_of(part) for part in LOADED_FOR}
maybe_logo = st.none() | logos
zones = st.sampled_from(ZONES)
hosts = st.none() | st.just("acme.localhost")
suspensions = st.none() | st.builds(s.Suspension, instants(), maybe_text)


lengths = st.none() | st.timedeltas(timedelta(microseconds=1), timedelta(days=1))
rows = st.builds(Shown, statuses, origins, instants(), instants(), lengths)
rows_by_day = st.dictionaries(
    instants().map(datetime.date), st.lists(rows, min_size=1, max_size=3).map(tuple), max_size=2
)


@st.composite
def pages(draw, resolved=NEVER):
    """Pages with everything or nothing in them; `resolved` says when incidents were resolved."""
    components = draw(trees())
    leaves = [node.id for node in components.values() if node.is_leaf]
    listed = draw(st.lists(st.none() | resolved, max_size=4))
    found = [draw(incidents(leaves, resolved_at)) for resolved_at in listed]
    return s.Page(
        id=new_id("p"),
        account_id=new_id("a"),
        name=draw(texts()),
        description=draw(maybe_text),
        time_zone=draw(zones),
        is_public=draw(booleans),
        host=draw(hosts),
        logo=draw(maybe_logo),
        entitlement=draw(entitlements),
        created_at=draw(instants()),
        changed_at=draw(instants()),
        components=components,
        incidents={incident.id: incident for incident in found},
        suspension=draw(suspensions),
        shown_rows={leaf: days for leaf in leaves if (days := draw(rows_by_day))},
        **{part: draw(strategy) for part, strategy in items.items()},
    )
