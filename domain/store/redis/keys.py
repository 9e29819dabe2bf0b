"""Names of keys and channels in Redis, and the prefixes that web processes watch."""

EPOCH = "hep:epoch"
HOSTS_COMPLETE = "hep:hosts:complete"
WORKER_SEEN = "hep:worker:seen"  # there while sweeps get through
POOL_SIZE = "hep:worker:pool"  # how many processes the pool has that swept last
RECENT_PAGES = "hep:recent"  # pages by when they were visited or changed last
WAITING_JOBS = "hep:waiting"  # heavy work that no process may do at the moment (on the broker)
ANNOUNCEMENTS = "hep:announcements"
LIMITS = "hep:limits"
QUEUES = ("drain", "beat", "cold", "mounts", "notify", "repair")  # lists on the broker
PAGE_PREFIX = "hep:page:"
HOST_PREFIX = "hep:host:"
TRACKED_PREFIXES = (PAGE_PREFIX, HOST_PREFIX, HOSTS_COMPLETE, WORKER_SEEN)

# Page hashes carry an expiry so that a Redis with `volatile-lru` may evict them and nothing else;
# each is published anew every day.
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
LATE_TTL_S = 5
ASKED_TTL_S = 86_400

# What a page takes in Redis beside its eager artifacts, so that nobody fills it for all; Redis'
# allocator takes up to a quarter more. Of what is rendered on ask, in the page's hash:
COLD_BYTES_MAX = 2_000_000
# of what a publication overtook, for `LATE_TTL_S`; the newest is there, however large it is:
LATE_BYTES_MAX = 1_000_000
# of previews of writes, those of all its owner's sessions together:
PREVIEW_BYTES_MAX = 1_000_000
# of names that were asked for in vain, and of those whose last ask is remembered, so many.
ABSENT_MAX = 1_000
ASKED_MAX = 4_000


def page_key(page_id: str) -> str:
    """Return the key of a page's hash of artifacts."""
    return PAGE_PREFIX + page_id


def absent_key(page_id: str) -> str:
    """Return the key of the artifacts that a page has not got; watched like the page itself."""
    return f"{PAGE_PREFIX}{page_id}:absent"


def asked_key(page_id: str) -> str:
    """Return the key that says when a page's artifacts were asked for last; watched by nobody."""
    return f"hep:asked:{page_id}"


def lates_key(page_id: str) -> str:
    """Return the key of the index of a page's late artifacts; watched by nobody."""
    return f"hep:late:{page_id}"


def late_key(page_id: str, name: str) -> str:
    """Return the key of an artifact that was drawn while its page went on; watched likewise."""
    return f"{PAGE_PREFIX}{page_id}:late:{name}"


def rehearsal_key(slot: str) -> str:
    """Return the key of what is asked and found out of a write that is only rehearsed."""
    return f"hep:rehearsal:{slot}"


def rehearsals_key(page_id: str) -> str:
    """Return the key of the index of a page's previews."""
    return f"hep:rehearsals:{page_id}"


def host_key(host: str) -> str:
    """Return the key of the entry that leads from a host to its page."""
    return HOST_PREFIX + host


def ring_key(what: str) -> str:
    """Return the key that says that a ring for `what` is outstanding (on the broker)."""
    return f"hep:ring:{what}"


def cool_down_key(stream_id: str) -> str:
    """Return the key of the work that a stream has to rest for (on the broker)."""
    return f"hep:cooldown:{stream_id}"


def slow_key(stream_id: str) -> str:
    """Return the key that says that a stream's last drain was long (on the broker)."""
    return f"hep:slow:{stream_id}"


def deferred_key(what: str) -> str:
    """Return the key that says that `what` will be sent after a cool-down (on the broker)."""
    return f"hep:deferred:{what}"


def server_of(epoch: bytes) -> str:
    """Return the Redis that an epoch began on, by its run id; empty without an epoch."""
    return epoch.partition(b":")[0].decode()
