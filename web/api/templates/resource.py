"""Templates of incidents and maintenances. Visitors do not see them.

Source: docs/behaviour.md, "Templates".
"""

from falcon.asgi import Request, Response

from domain.page.template_commands import AddTemplate, DeleteTemplate
from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import run
from domain.store.postgres.templates import load_templates, templates_of
from web.api.area import Area
from web.api.owner_resource import OwnerResource, WritingResource
from web.api.owner_schemas import provided_fields
from web.api.templates import schemas
from web.api.templates import schemas as b
from web.api.templates.answers import TemplateView, template_view
from web.http.errors import invalid
from web.http.responses import write_data
from web.http.wire import Named
from web.openapi.describe import describes


class AllTemplates(OwnerResource):
    """`GET /api/v1/status/templates`."""

    @describes(schemas.LIST_ALL_TEMPLATES)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the templates of all pages of the account, by page, oldest first."""
        holder = await self.holder(req)
        templates = await run(self.engine, templates_of, holder.account_id)
        write_data(
            resp, [template_view(one.page_id, one.template.id, one.template) for one in templates]
        )


class Templates(WritingResource):
    """`GET` and `POST /api/v1/status/:pageID/templates`."""

    @describes(schemas.LIST_TEMPLATES)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List the templates of a page, oldest first."""
        page = await self.page(req, page_id)
        templates = await run(self.engine, load_templates, page.id)
        write_data(
            resp, [template_view(page.id, id_, template) for id_, template in templates.items()]
        )

    @describes(schemas.ADD_TEMPLATE)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Add a template."""
        holder = await self.holder(req)
        raw, body = await self.body(req, b.NewTemplate)
        command = b.to_addition(new_id("t"), body)

        def describe(first: AddTemplate) -> TemplateView:
            return template_view(page_id, first.template_id, first)

        await self.write(
            req, resp, holder, command, describe, stream_id=page_id, raw=raw, status=201
        )


class OneTemplate(WritingResource):
    """`PATCH` and `DELETE /api/v1/status/:pageID/templates/:tid`."""

    @describes(schemas.CHANGE_TEMPLATE)
    async def on_patch(self, req: Request, resp: Response, page_id: str, tid: str) -> None:
        """Change a template; absent fields stay unchanged."""
        holder = await self.holder(req)
        raw, body = await self.body(req, b.TemplateChange)
        changes = provided_fields(body)
        if not changes:
            raise invalid("Give at least one thing to change.")
        command = b.to_change(tid, body)

        answer = {"id": tid, **changes}
        await self.write(req, resp, holder, command, lambda _: answer, stream_id=page_id, raw=raw)

    @describes(schemas.DELETE_TEMPLATE)
    async def on_delete(self, req: Request, resp: Response, page_id: str, tid: str) -> None:
        """Delete a template; incidents opened from it stay."""
        holder = await self.holder(req)
        command = DeleteTemplate(tid)
        await self.write(
            req, resp, holder, command, lambda c: Named(c.template_id), stream_id=page_id
        )


AREA = Area(
    {
        "/api/v1/status/templates": AllTemplates,
        "/api/v1/status/{page_id}/templates": Templates,
        "/api/v1/status/{page_id}/templates/{tid}": OneTemplate,
    },
    schemas.PATH_PARAMETERS,
    schemas.SENTENCES,
)
