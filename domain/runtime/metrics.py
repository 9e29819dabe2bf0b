"""Counters and histograms under their Prometheus names; docs/operations.md lists them.

Labels are bounded: a route's template, a command's class, an outcome. Never a host, a page's id or
a raw path: clients could create any number of those.
"""

from prometheus_client import Counter, Histogram

# In seconds: from a hit in memory to the limits of waiting.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# An acknowledged write may wait for an outage to end.
LAG_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)
# A page is stale for a moment, or for as long as Redis is gone.
STALE_BUCKETS = (0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400)

REQUESTS = Counter(
    "hepstatus_http_requests", "Requests to the base host", ["route", "method", "status"]
)
REQUEST_S = Histogram(
    "hepstatus_http_request_seconds", "How long they took", ["route", "method"], buckets=BUCKETS
)
VISITS = Counter("hepstatus_visits", "Requests to pages' hosts", ["artifact", "status"])
VISIT_S = Histogram(
    "hepstatus_visit_seconds", "How long some of them took: a sample", buckets=BUCKETS
)
CACHE_LOOKUPS = Counter("hepstatus_page_copies", "How visits found the process's copy", ["found"])
STALE_S = Histogram(
    "hepstatus_stale_copy_seconds",
    "For how long some of the stale copies that were served had been stale: a sample",
    buckets=STALE_BUCKETS,
)

APPENDED = Counter("hepstatus_commands_acknowledged", "Writes acknowledged", ["kind"])
LIMITED = Counter("hepstatus_requests_limited", "Requests answered 429", ["limit"])
WAITS_TIMED_OUT = Counter("hepstatus_waits_timed_out", "Writes answered 202 after waiting")
SENDS_FAILED = Counter("hepstatus_rings_failed", "Doorbells that could not be rung")

SETTLED = Counter("hepstatus_commands_settled", "Commands by their outcome", ["kind", "outcome"])
LAG_S = Histogram(
    "hepstatus_acknowledged_to_published_seconds",
    "From a command's acknowledgement to its publication",
    buckets=LAG_BUCKETS,
)
DRAIN_S = Histogram("hepstatus_drain_seconds", "Whole drains", buckets=BUCKETS)
RENDER_S = Histogram("hepstatus_render_seconds", "Rendering", ["kind"], buckets=BUCKETS)
PUBLISH_S = Histogram("hepstatus_publish_seconds", "Writing a page's hash", buckets=BUCKETS)
UNPUBLISHED = Counter("hepstatus_publications_failed", "Saved, but Redis did not take it")
ARTIFACTS_FAILED = Counter("hepstatus_artifacts_failed", "Artifacts that raised", ["artifact"])
WORK_DEFERRED = Counter(
    "hepstatus_work_deferred", "Work that was done later, by reason", ["reason"]
)
REPAIRED = Counter("hepstatus_pages_repaired", "Pages published by repair", ["reason"])
MOUNT_CHECKS = Counter("hepstatus_mount_checks", "Lookups of mounts by their result", ["result"])

UNKNOWN = "(unknown)"
