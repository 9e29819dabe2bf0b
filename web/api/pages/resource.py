"""Pages of an owner. The account decides on their creation.

Source: docs/behaviour.md, "Owner's API".
"""

from datetime import UTC, datetime

from falcon.asgi import Request, Response

from domain.account.commands import AddPage
from domain.hostnames import is_reserved, subdomain_problem
from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import run
from domain.store.postgres.owned import account_of, pages_of
from web.api.domains.schemas import reserved_error
from web.api.owner_resource import OwnerResource
from web.api.owner_schemas import NewPage
from web.api.pages import docs
from web.api.pages.account_answers import account_status
from web.api.pages.answers import CreatedPage, page_view
from web.http.errors import invalid
from web.http.responses import write_data
from web.openapi.describe import describes


class Pages(OwnerResource):
    """`GET` and `POST /api/v1/status`."""

    @describes(docs.LIST_PAGES)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the pages of the account, with its tier and slots."""
        holder = await self.holder(req)
        account = await run(self.engine, account_of, holder.account_id)
        pages = await run(self.engine, pages_of, holder.account_id)
        page_views = [page_view(page, self.settings) for page in pages]
        write_data(resp, account_status(account, page_views, datetime.now(UTC)))

    @describes(docs.CREATE_PAGE)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a page, with a subdomain if the body names one."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewPage)
        host = self.host_for(body.subdomain)
        command = AddPage(new_id("p"), body.name, host)
        await self.write(req, resp, holder, command, self.pending_view, raw=raw, status=201)

    def host_for(self, subdomain: str | None) -> str | None:
        """Return the full host of a subdomain. Raises ApiError 400 and 409."""
        if subdomain is None:
            return None
        label = subdomain.lower()
        if problem := subdomain_problem(label):
            raise invalid(problem, "subdomain")
        host = f"{label}.{self.settings.base_domain}"
        if is_reserved(label) or host == self.settings.cname_target:
            raise reserved_error(label, "subdomain")
        return host

    def pending_view(self, command: AddPage) -> CreatedPage:
        """Return a new page before the decision."""
        url = self.settings.page_url(command.host) if command.host else None
        return CreatedPage(command.page_id, command.name, command.host, url)
