"""Templates, as their owner reads them."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from domain.page.state import Template
from domain.store.postgres import tables as t
from domain.store.postgres.load import load_items
from domain.store.postgres.rows import to_dataclass


@dataclass(frozen=True, slots=True)
class OwnedTemplate:
    """A template, with the page that it belongs to."""

    page_id: str
    template: Template


def load_templates(conn: Connection, page_id: str) -> dict[str, Template]:
    """Return a page's templates by id, oldest first."""
    return load_items(conn, page_id, "templates")


def templates_of(conn: Connection, account_id: str) -> list[OwnedTemplate]:
    """Return the templates of all of an account's pages, page by page, oldest first."""
    p = t.pages.c
    query = (
        select(t.templates)
        .join(t.pages, p.id == t.templates.c.page_id)
        .where(p.account_id == account_id, p.deleted_at.is_(None))
        .order_by(p.created_at, p.id, t.templates.c.id)
    )
    return [OwnedTemplate(row.page_id, to_dataclass(row, Template)) for row in conn.execute(query)]
