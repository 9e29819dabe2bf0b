"""Names of keys and channels in Redis, and the prefixes that web processes watch."""

EPOCH = "hep:epoch"
HOSTS_COMPLETE = "hep:hosts:complete"
WORKER_SEEN = "hep:worker:seen"  # there while sweeps get through
ANNOUNCEMENTS = "hep:announcements"
LIMITS = "hep:limits"
QUEUES = ("drain", "beat", "cold", "mounts", "notify")  # lists on the broker
PAGE_PREFIX = "hep:page:"
HOST_PREFIX = "hep:host:"
TRACKED_PREFIXES = (PAGE_PREFIX, HOST_PREFIX, HOSTS_COMPLETE, WORKER_SEEN)

# Page hashes carry an expiry so that a Redis with `volatile-lru` may evict them and nothing else;
# each is published anew every day.
PAGE_TTL_S = 7 * 86_400
TOMBSTONE_TTL_S = 86_400
FREE_HOST_TTL_S = 86_400
# A guessed address is looked up once in a while, not at every visit.
ABSENT_TTL_S = 60
LATE_TTL_S = 5
# Of what is drawn on ask a hash holds so much: whoever asks for all there is fills no Redis.
COLD_BYTES_MAX = 2_000_000


def page_key(page_id: str) -> str:
    """Return the key of a page's hash of artifacts."""
    return PAGE_PREFIX + page_id


def absent_key(page_id: str, name: str) -> str:
    """Return the key that says that a page has no such artifact; watched like the page itself."""
    return f"{PAGE_PREFIX}{page_id}:absent:{name}"


def late_key(page_id: str, name: str) -> str:
    """Return the key of an artifact that was drawn while its page went on; watched likewise."""
    return f"{PAGE_PREFIX}{page_id}:late:{name}"


def rehearsal_key(rehearsal_id: str) -> str:
    """Return the key of what is asked and found out of a write that is only rehearsed."""
    return f"hep:rehearsal:{rehearsal_id}"


def host_key(host: str) -> str:
    """Return the key of the entry that leads from a host to its page."""
    return HOST_PREFIX + host


def ring_key(what: str) -> str:
    """Return the key that says that a ring for `what` is outstanding (on the broker)."""
    return f"hep:ring:{what}"


def server_of(epoch: bytes) -> str:
    """Return the Redis that an epoch began on, by its run id; empty without an epoch."""
    return epoch.partition(b":")[0].decode()
