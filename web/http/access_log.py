"""Request ids, one log line and metrics for every request to the base host."""

import logging
import time
from typing import Any

from falcon.asgi import Request, Response

from domain.runtime import metrics
from domain.runtime.logging import bind_request
from domain.runtime.request_ids import request_id_of

log = logging.getLogger(__name__)

HEADER = "X-Request-Id"
NO_ROUTE = "(none)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessLog:
    """Middleware that binds the request id first and logs the request last."""

    async def process_request(self, req: Request, resp: Response) -> None:
        """Read the request id or create one, and return it in `X-Request-Id`."""
        req.context.began_at = time.perf_counter()
        request_id = request_id_of(req.get_header(HEADER))
        bind_request(request_id)
        resp.set_header(HEADER, request_id)

    async def process_response(
        self,
        req: Request,
        resp: Response,
        resource: Any,  # noqa: ANN401 - any resource, or none
        req_succeeded: bool,  # noqa: FBT001 - Falcon's protocol
    ) -> None:
        """Log the request with its route template; the path itself may hold secrets."""
        del resource, req_succeeded
        route = req.uri_template or NO_ROUTE
        method = req.method if req.method in METHODS else "OTHER"
        took_s = time.perf_counter() - req.context.began_at
        fields = {"method": method, "route": route, "status": resp.status_code}
        metrics.REQUESTS.labels(route, method, resp.status_code).inc()
        metrics.REQUEST_S.labels(route, method).observe(took_s)
        log.info("request", extra={**fields, "ms": round(took_s * 1000, 1)})
