"""Templates of incidents and maintenances. Visitors see nothing of them.

Source: docs/behaviour.md, "Templates".
"""

from typing import cast

from falcon.asgi import Request, Response

from domain.page.template_commands import AddTemplate, ChangeTemplate, DeleteTemplate
from domain.runtime.new_ids import mint
from domain.store.postgres.engine import run
from domain.store.postgres.templates import load_templates, templates_of
from web.api.owner_resource import Owner
from web.api.owner_schemas import given_of
from web.api.templates import answers as view
from web.api.templates import docs as said
from web.api.templates import schemas as b
from web.http.errors import invalid
from web.http.responses import write_data
from web.http.wire import named
from web.openapi.describe import describes


class AllTemplates(Owner):
    """`GET /api/v1/status/templates`."""

    @describes(said.LIST_ALL_TEMPLATES)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the templates of all of the account's pages, page by page, oldest first."""
        holder = await self.holder(req)
        found = await run(self.engine, templates_of, holder.account_id)
        write_data(resp, [view.shown(owned.page_id, owned.template) for owned in found])


class Templates(Owner):
    """`GET` and `POST /api/v1/status/:pageID/templates`."""

    @describes(said.LIST_TEMPLATES)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List a page's templates, oldest first."""
        page = await self.page(req, page_id)
        found = await run(self.engine, load_templates, page.id)
        write_data(resp, [view.shown(page.id, template) for template in found.values()])

    @describes(said.ADD_TEMPLATE)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Keep words for later."""
        holder = await self.holder(req)
        raw, body = await self.body(req, b.NewTemplate)
        command = b.added(mint("t"), body)

        def describe(first: AddTemplate) -> view.TemplateView:
            return view.added(page_id, first)

        await self.write(
            req, resp, holder, command, describe, stream_id=page_id, raw=raw, status=201
        )


class OneTemplate(Owner):
    """`PATCH` and `DELETE /api/v1/status/:pageID/templates/:tid`."""

    @describes(said.CHANGE_TEMPLATE)
    async def on_patch(self, req: Request, resp: Response, page_id: str, tid: str) -> None:
        """Change a template; what is not given stays."""
        holder = await self.holder(req)
        raw, body = await self.body(req, b.TemplateChange)
        given = given_of(body)
        if not given:
            raise invalid("Give at least one thing to change.")
        command = b.changed(tid, body)

        def describe(first: ChangeTemplate) -> view.ChangedTemplate:
            return cast("view.ChangedTemplate", {"id": first.template_id, **given})

        await self.write(req, resp, holder, command, describe, stream_id=page_id, raw=raw)

    @describes(said.DELETE_TEMPLATE)
    async def on_delete(self, req: Request, resp: Response, page_id: str, tid: str) -> None:
        """Forget a template; what was opened from it stays."""
        holder = await self.holder(req)
        command = DeleteTemplate(tid)
        await self.write(
            req, resp, holder, command, lambda c: named(c.template_id), stream_id=page_id
        )
