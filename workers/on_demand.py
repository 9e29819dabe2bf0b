"""On-demand artifacts: rendered at the first request, stored for later requests."""

import logging

from domain.artifacts import reason_name
from domain.runtime.metrics import RENDER_S
from domain.store.broker import worker_task_sender
from domain.store.postgres.engine import autocommit
from domain.store.postgres.incidents import has_incident
from domain.store.postgres.load import load_page
from domain.store.redis import publisher
from workers.drain import release_doorbell
from workers.render.build import build_id
from workers.render.eager import build_render_context
from workers.render.on_demand import AbsentError, render_artifact
from workers.render.png import PngUnavailable

logger = logging.getLogger(__name__)


def render(page_id: str, name: str) -> None:
    """Render an on-demand artifact and store it in the page's hash.

    If that hash is missing, or is not of the page's last seq and this build, a drain is requested
    instead: it publishes the page. The web process repeats its request until the artifact is there.
    """
    # First: a request that comes while this one is rendered sends another message.
    release_doorbell(f"{page_id}:{name}")
    kind, _, rest = name.partition("/")
    incident_id = rest.partition("/")[0] if kind == "incidents" else ""
    with autocommit() as conn:
        edition = publisher.stored_edition(page_id)
        # An id that no incident has must not cost the load of a page.
        if edition and incident_id and not has_incident(conn, page_id, incident_id):
            publisher.note_absent(page_id, name, edition.seq)
            return
        page, applied_seq = load_page(conn, page_id, {incident_id}, parts=())
        if edition is None or (edition.seq, edition.build) != (applied_seq, build_id()):
            worker_task_sender().request_drain(page_id)
            return
        event = "rendered %s"
        try:
            with RENDER_S.labels("cold").time():
                fields = render_artifact(conn, build_render_context(page, edition.day), name)
        except PngUnavailable as error:
            event, fields = "can't render %s", {reason_name(name): str(error).encode()}
        except AbsentError:
            publisher.note_absent(page_id, name, edition.seq)
            return
    is_published = publisher.publish_on_demand(page_id, fields, edition)
    if not is_published:
        was_requested = publisher.store_late_artifact(page_id, name, fields, edition)
        if was_requested:
            worker_task_sender().request_refresh(page_id, name)
    logger.info(event, name, extra={"is_published": is_published})
