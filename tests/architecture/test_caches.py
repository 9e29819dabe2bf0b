"""What a process keeps has a size: a key that a tenant chooses would else fill it for ever."""

from pathlib import PurePosixPath

import pytest

from tests.architecture.caches import growing_containers, unbounded_caches
from tests.architecture.source import Source, sources

# What grows all the same, by module and name, and what bounds it. Nothing else may.
BOUNDED = {
    "domain.store.redis.rate_limits.byte_buckets:ByteBuckets._buckets": "BUCKETS_MAX",
    "domain.store.redis.rate_limits.request_counts:RequestCounts._windows": "WINDOWS_MAX",
    "domain.store.redis.rate_limits.rate_counts:FallbackCounts._windows": "KEYS_MAX",
    "domain.runtime.bounded_cache:BoundedCache._entries": "the bytes that it was made with",
    "domain.runtime.metrics:_cache_lookups": "three words",
    "domain.runtime.metrics:_visits": "families of artifacts; emptied twice a second",
    "ops.cli.statuspage.convert:Converter.remarks": "a dozen sentences",
    "ops.local.supervisor:ChildrenFile._entries": "the programs of one machine",
    "ops.local.supervisor:Supervisor._children": "the programs of one machine",
    "ops.local.supervisor:Supervisor._restart_at": "the programs of one machine",
    "web.http.parse_queue:_of_loop": "the event loops of a process",
    "web.http.auth:Authenticator._stamped": "STAMPS_MAX",
    "web.http.auth:Authenticator._stamping": "requests under way",
    "web.writes.byte_budget:ByteBudget._account_of_key": "KEYS_MAX",
    "web.visitors.cache:Cache._entries": "the weight that it was made with",
    "web.visitors.cache:Cache._pending": "requests under way",
    "web.visitors.cache:Cache._of_owner": "the copies that are kept",
    "web.http.bodies:_TEXTS": "the types of bodies",
    "web.visitors.on_demand:OnDemandArtifacts._requests": "REQUESTS_MAX",
    "web.visitors.on_demand:PageEvents._waiters": "requests under way",
    "web.visitors.pages:RecentPages._new": "KNOWN_MAX",
    "web.visitors.pages:RecentPages._reported_at": "KNOWN_MAX",
    "web.writes.append_slots:AppendSlots._semaphores": "requests under way",
    "web.writes.append_slots:AppendSlots._stream_of": "KNOWN_MAX",
    "web.writes.waiters:Waiters._by_stream": "REMEMBERED_MAX",
    "web.writes.waiters:Waiters._remembered": "REMEMBERED_MAX",
    "web.writes.waiters:Waiters._waiters": "requests under way",
    "workers.notify.pages:_pages": "PAGES_MAX",
    "workers.notify.program:Loops._threads": "the kinds of work",
    "workers.page_stream:PageStream.outbox": "one drain",
    "workers.account_stream:AccountStream.hosts": "one drain",
    "workers.account_stream:AccountStream.streams_to_ring": "one drain",
}


def found() -> dict[str, str]:
    """Where each container that grows stands, by module and name."""
    return {
        f"{source.module}:{name}": f"{source.path}:{line}"
        for source in sources()
        for name, line in growing_containers(source)
    }


def test_no_result_is_kept_for_ever_when_its_function_has_parameters() -> None:
    # Given every function, when its results are kept by what it was given, and without a size
    unbounded = [
        f"{source.path}:{line} {name}"
        for source in sources()
        for name, line in unbounded_caches(source)
    ]

    # Then whoever chooses what it is given fills the process
    assert not unbounded, f"Give these caches a size (lru_cache(maxsize=…)): {unbounded}"


def test_every_container_has_a_bound_when_it_outlives_a_request() -> None:
    # Given every container of a module or an object that is put into
    unlisted = {place for name, place in found().items() if name not in BOUNDED}

    # Then the list says what bounds it
    assert not unlisted, f"Bound these, and say in BOUNDED by what: {sorted(unlisted)}"


def test_no_bound_is_told_when_its_container_is_gone() -> None:
    assert not sorted(BOUNDED.keys() - found().keys()), "Take these out of BOUNDED"


@pytest.mark.parametrize(
    "text",
    [
        "@cache\ndef style(mode): ...",
        "@functools.cache\ndef style(*, mode): ...",
        "@functools.lru_cache(maxsize=None)\ndef style(mode): ...",
        "@lru_cache(None)\nasync def style(*modes): ...",
        "class Styles:\n    @cache\n    def of(self, mode): ...",
    ],
)
def test_a_cache_without_a_size_is_noticed(text: str) -> None:
    assert list(unbounded_caches(Source(PurePosixPath("web/styles.py"), text)))


@pytest.mark.parametrize(
    "text",
    [
        "@cache\ndef style(): ...",
        "@lru_cache(maxsize=64)\ndef style(mode): ...",
        "@lru_cache\ndef style(mode): ...",
        "@cached_property\ndef style(self): ...",
    ],
)
def test_a_cache_with_a_size_is_none_of_its_business(text: str) -> None:
    assert not list(unbounded_caches(Source(PurePosixPath("web/styles.py"), text)))


@pytest.mark.parametrize(
    "text",
    [
        "styles = {}\ndef of(mode):\n    styles[mode] = 1",
        "styles: dict[str, str] = dict()\ndef of(mode):\n    return styles.setdefault(mode, 1)",
        "styles = Counter()\ndef of(mode):\n    styles[mode] += 1",
        "class S:\n  def __init__(self):\n    self.of = {}\n  def a(self, m):\n    self.of[m] = 1",
        "class S:\n  of: set[str] = field(default_factory=set)\n  def a(self, m): self.of.add(m)",
        "class S:\n  def __init__(self):\n    self.of = deque()\n  def a(self): self.of.append(1)",
        "class S:\n  def __init__(self): self.of = OrderedDict()\n  def a(self, m): self.of[m] = 1",
    ],
)
def test_a_container_that_grows_is_noticed(text: str) -> None:
    assert list(growing_containers(Source(PurePosixPath("web/styles.py"), text)))


@pytest.mark.parametrize(
    "text",
    [
        "STYLES = {1: 2}\ndef of(mode):\n    return STYLES[mode]",
        "def of(mode):\n    styles = {}\n    styles[mode] = 1",
        "class S:\n  def __init__(self): self.a = deque(maxlen=9)\n  def b(self): self.a.append(1)",
    ],
)
def test_a_container_that_does_not_grow_is_none_of_its_business(text: str) -> None:
    assert not list(growing_containers(Source(PurePosixPath("web/styles.py"), text)))
