"""Templates of incidents and maintenances. Visitors do not see them.

Source: docs/behaviour.md, "Templates".
"""

from typing import Annotated, ClassVar

import msgspec
from falcon.asgi import Request, Response
from msgspec import UNSET, UnsetType

from domain.page.commands import AddTemplate, ChangeTemplate, DeleteTemplate
from domain.page.decide.settings import kind_problem
from domain.page.state import Template
from domain.runtime.new_ids import new_id
from domain.status import Impact, IncidentKind, IncidentState
from domain.store.postgres.engine import run
from domain.store.postgres.load import load_items
from domain.store.postgres.owned import templates_of
from domain.text import BODY_LIMIT, NAME_LIMIT, TITLE_LIMIT
from web.api import field_sentences as says
from web.api.audit_sentences import name_sentence, reference_sentence
from web.api.owner_resource import OwnerResource, WritingResource
from web.http.bodies import line, text
from web.http.commands import build_command
from web.http.errors import rejection_error
from web.http.responses import write_data
from web.http.wire import Answer, Id, Named, to_answer
from web.openapi.describe import Example, Operation, PathParameter, describes, echo_of
from web.openapi.operations import PAGE, TAIL, Area


class TemplateView(Answer, frozen=True):
    """The beginning of an incident or a maintenance; `page` is the id of its page."""

    id: Id
    page: Id
    name: str
    title: str
    body: str | None
    state: IncidentState | None
    impact: Impact | None
    kind: IncidentKind


def template_view(page_id: str, template_id: str, words: Template | AddTemplate) -> TemplateView:
    """Return a template as JSON; the title replaces a missing name."""
    name = words.name or words.title
    return to_answer(TemplateView, words, id=template_id, page=page_id, name=name)


class NewTemplate(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A new template."""

    title: Annotated[str, line(TITLE_LIMIT), says.TITLE]
    name: Annotated[str | None, line(NAME_LIMIT), says.TEMPLATE_NAME] = None
    body: Annotated[str | None, text(BODY_LIMIT), says.MESSAGE] = None
    state: Annotated[IncidentState | None, says.STATE] = None
    impact: Annotated[Impact | None, says.IMPACT] = None
    kind: Annotated[IncidentKind | None, says.KIND] = None


class TemplateChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A change of a template; a missing field stays, null clears an optional one."""

    needs_one: ClassVar[bool] = True

    title: Annotated[str | None, line(TITLE_LIMIT), says.TITLE] = None
    name: Annotated[str | UnsetType | None, line(NAME_LIMIT), says.TEMPLATE_NAME] = UNSET
    body: Annotated[str | UnsetType | None, text(BODY_LIMIT), says.MESSAGE] = UNSET
    state: Annotated[IncidentState | UnsetType | None, says.STATE] = UNSET
    impact: Annotated[Impact | UnsetType | None, says.IMPACT] = UNSET
    kind: Annotated[IncidentKind | None, says.KIND] = None


def to_addition(template_id: str, body: NewTemplate) -> AddTemplate:
    """Return the command that adds a template. Raises ApiError 400."""
    kind = body.kind or IncidentKind.INCIDENT
    check_kind(kind, body.state, body.impact)
    return build_command(AddTemplate, body, template_id=template_id, kind=kind)


def to_change(template_id: str, body: TemplateChange) -> ChangeTemplate:
    """Return the command that changes a template. Raises ApiError 400."""
    state, impact = body.state or None, body.impact or None
    check_kind(body.kind or IncidentKind.INCIDENT, state, impact)
    return build_command(
        ChangeTemplate,
        body,
        template_id=template_id,
        state=state,
        impact=impact,
        clears_state=body.state is None,
        clears_impact=body.impact is None,
    )


def check_kind(kind: IncidentKind, state: IncidentState | None, impact: Impact | None) -> None:
    """Check that state and impact fit the kind. Raises ApiError 400."""
    if rejection := kind_problem(kind, state, impact):
        raise rejection_error(rejection)


TEMPLATE = "t_" + TAIL.format("j")
PATH_PARAMETERS = {"tid": PathParameter("templateId", "A template of the page.", TEMPLATE)}
TAG = "Templates"
WORDS = {
    "name": "Outage",
    "title": "The API is down",
    "body": "We are looking.",
    "state": "identified",
    "impact": "major",
}
OUTAGE = {"id": TEMPLATE, "page": PAGE, **WORDS, "kind": "incident"}
ONE = (Example("one template", data=[OUTAGE]),)

LIST_ALL_TEMPLATES = Operation(
    name="listAllTemplates",
    tag=TAG,
    summary="List the templates of all of the account's pages, page by page, oldest first.",
    data=list[TemplateView],
    examples=ONE,
)
LIST_TEMPLATES = Operation(
    name="listTemplates",
    tag=TAG,
    summary="List a page's templates, oldest first.",
    data=list[TemplateView],
    examples=ONE,
)
ADD_TEMPLATE = Operation(
    name="addTemplate",
    tag=TAG,
    summary="Save a template.",
    note="400, too: `state` or `impact` of a maintenance. 409: the page has 200 templates.",
    body=NewTemplate,
    data=TemplateView,
    status=201,
    refusals=("CONFLICT", "TEXT_LIMIT"),
    examples=(
        Example("an outage", body=WORDS, data=OUTAGE),
        Example(
            "a maintenance",
            body={"title": "New disks", "kind": "maintenance"},
            data={
                "id": TEMPLATE,
                "page": PAGE,
                "name": "New disks",
                "title": "New disks",
                "body": None,
                "state": None,
                "impact": None,
                "kind": "maintenance",
            },
        ),
    ),
)
CHANGE_TEMPLATE = Operation(
    name="changeTemplate",
    tag=TAG,
    summary="Change a template; absent fields stay.",
    note="The answer tells what was given. 400, too: `state` or `impact` of a maintenance.",
    body=TemplateChange,
    data=echo_of(TemplateChange),
    refusals=("TEXT_LIMIT",),
    examples=(
        Example(
            "another title",
            body={"title": "The API is slow", "impact": None},
            data={"id": TEMPLATE, "title": "The API is slow", "impact": None},
        ),
    ),
)
DELETE_TEMPLATE = Operation(
    name="deleteTemplate",
    tag=TAG,
    summary="Delete a template. Incidents that were created from it stay.",
    data=Named,
    examples=(Example("a template", data={"id": TEMPLATE}),),
)
SENTENCES = {
    "AddTemplate": name_sentence("Added the template", "title"),
    "ChangeTemplate": reference_sentence("Changed", "the template", "template_id"),
    "DeleteTemplate": reference_sentence("Deleted", "the template", "template_id"),
}


class AllTemplates(OwnerResource):
    """`GET /api/v1/status/templates`."""

    @describes(LIST_ALL_TEMPLATES)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the templates of all pages of the account, by page, oldest first."""
        holder = await self.holder(req)
        templates = await run(self.engine, templates_of, holder.account_id)
        write_data(
            resp, [template_view(one.page_id, one.template.id, one.template) for one in templates]
        )


class Templates(WritingResource):
    """`GET` and `POST /api/v1/status/:pageID/templates`."""

    @describes(LIST_TEMPLATES)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List the templates of a page, oldest first."""
        page = await self.page(req, page_id)
        templates = await run(self.engine, load_items, page.id, "templates")
        write_data(
            resp, [template_view(page.id, id_, template) for id_, template in templates.items()]
        )

    @describes(ADD_TEMPLATE)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Add a template."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewTemplate)
        command = to_addition(new_id("t"), body)

        def describe(first: AddTemplate) -> TemplateView:
            return template_view(page_id, first.template_id, first)

        await self.write(
            req, resp, holder, command, describe, stream_id=page_id, raw=raw, status=201
        )


class OneTemplate(WritingResource):
    """`PATCH` and `DELETE /api/v1/status/:pageID/templates/:tid`."""

    @describes(CHANGE_TEMPLATE)
    async def on_patch(self, req: Request, resp: Response, page_id: str, tid: str) -> None:
        """Change a template; absent fields stay unchanged."""
        holder = await self.holder(req)
        raw, body, changes = await self.read_change(req, TemplateChange)
        command, answer = to_change(tid, body), {"id": tid, **changes}
        await self.write(req, resp, holder, command, lambda _: answer, stream_id=page_id, raw=raw)

    @describes(DELETE_TEMPLATE)
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
    PATH_PARAMETERS,
    SENTENCES,
)
