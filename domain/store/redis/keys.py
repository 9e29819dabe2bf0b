"""Names of keys and channels in Redis, and the prefixes that web processes watch."""

EPOCH = "hep:epoch"
HOSTS_COMPLETE = "hep:hosts:complete"
WORKER_SEEN = "hep:worker:seen"  # exists while sweeps succeed
POOL_SIZE = "hep:worker:pool"  # the number of processes in the pool that swept last
RECENT_PAGES = "hep:recent"  # pages by the time of their last visit or change
WAITING_JOBS = "hep:waiting"  # heavy work that no process may do at the moment (on the broker)
REQUESTED_REPAIRS = "hep:repairs"  # pages and hosts by the time of their request (on the broker)
ANNOUNCEMENTS = "hep:announcements"
LIMITS = "hep:limits"
QUEUES = ("drain", "beat", "cold", "mounts", "repair")  # lists on the broker
PAGE_PREFIX = "hep:page:"
HOST_PREFIX = "hep:host:"
TRACKED_PREFIXES = (PAGE_PREFIX, HOST_PREFIX, HOSTS_COMPLETE, WORKER_SEEN)

# Page hashes have an expiry so that a Redis with `volatile-lru` may evict them and nothing else;
# each is published again every day.
PAGE_TTL_S = 7 * 86_400
TOMBSTONE_TTL_S = 86_400
FREE_HOST_TTL_S = 86_400
# While entries are missing, an unknown host is looked up in Postgres no more often than this.
UNKNOWN_HOST = b"0 "  # a counter that every real entry exceeds, and no page
UNKNOWN_HOST_TTL_S = 10
RECENT_TTL_S = 86_400
RECENT_MAX = 5_000
# A guessed address is looked up once in a while, not at every visit.
ABSENT_TTL_S = 60
LATE_TTL_S = 60  # the longest time for which an older artifact is served in place of a newer one
REQUESTED_LATELY_S = 60
REQUESTED_TTL_S = 86_400

# A page's memory in Redis beside its eager artifacts is bounded; Redis' allocator takes up to a
# quarter more. For on-demand artifacts, in the page's hash:
ON_DEMAND_BYTES_MAX = 2_000_000
# for artifacts of older editions, for `LATE_TTL_S`; the newest is kept whatever its size:
LATE_BYTES_MAX = 1_000_000
# for previews of writes, those of all its owner's sessions together:
PREVIEW_BYTES_MAX = 1_000_000
# for names of absent artifacts, and for names with a stored last request, a count.
ABSENT_MAX = 1_000
REQUESTED_MAX = 4_000


def page_key(page_id: str) -> str:
    """Return the key of a page's hash of artifacts."""
    return PAGE_PREFIX + page_id


def absent_key(page_id: str) -> str:
    """Return the key of a page's absent artifacts; tracked like the page itself."""
    return f"{PAGE_PREFIX}{page_id}:absent"


def last_request_key(page_id: str) -> str:
    """Return the key of artifacts' last request times; not tracked."""
    return f"hep:asked:{page_id}"


def late_index_key(page_id: str) -> str:
    """Return the key of the index of a page's late artifacts; not tracked."""
    return f"hep:late:{page_id}"


def late_key(page_id: str, name: str) -> str:
    """Return the key of an artifact of an older edition; tracked."""
    return f"{PAGE_PREFIX}{page_id}:late:{name}"


def refresh_key(page_id: str, name: str) -> str:
    """Return the key of a delayed request for an artifact (on the broker)."""
    return f"hep:refresh:{page_id}:{name}"


def preview_key(slot: str) -> str:
    """Return the key of a preview's request and result."""
    return f"hep:rehearsal:{slot}"


def preview_index_key(page_id: str) -> str:
    """Return the key of the index of a page's previews."""
    return f"hep:rehearsals:{page_id}"


def host_key(host: str) -> str:
    """Return the key of the entry that leads from a host to its page."""
    return HOST_PREFIX + host


def ring_key(target: str) -> str:
    """Return the key of an outstanding message (on the broker)."""
    return f"hep:ring:{target}"


def cool_down_key(stream_id: str) -> str:
    """Return the key of a stream's cool-down (on the broker)."""
    return f"hep:cooldown:{stream_id}"


def slow_key(stream_id: str) -> str:
    """Return the key that marks a stream's last drain as long (on the broker)."""
    return f"hep:slow:{stream_id}"


def deferred_key(target: str) -> str:
    """Return the key of a task that a cool-down defers (on the broker)."""
    return f"hep:deferred:{target}"


def server_of(epoch: bytes) -> str:
    """Return the run id of an epoch's Redis; empty without an epoch."""
    return epoch.partition(b":")[0].decode()
