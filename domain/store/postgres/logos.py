"""Logos: metadata in the page's row, and the bytes in a table apart."""

from sqlalchemy import Connection, delete, insert, select

from domain.page.logo import Logo
from domain.page.state import Page
from domain.store.postgres import tables as t
from domain.store.postgres.rows import Record, to_record


def logo_record(logo: Logo | None) -> Record | None:
    """Return the logo metadata for a page's row."""
    if logo is None:
        return None
    return to_record(logo, ("content",))


def save_logo(conn: Connection, before: Page, after: Page) -> None:
    """Store the bytes of a logo that is another object than before."""
    if after.logo is before.logo:
        return
    conn.execute(delete(t.logos).where(t.logos.c.page_id == after.id))
    if after.logo is not None:
        record = {"digest": after.logo.digest, "content": after.logo.content}
        conn.execute(insert(t.logos), {"page_id": after.id, **record})


def load_logo(conn: Connection, page_id: str, digest: str) -> bytes | None:
    """Return the bytes of a page's logo; None if its digest is another one."""
    c = t.logos.c
    query = select(c.content).where(c.page_id == page_id, c.digest == digest)
    return conn.execute(query).scalar()


def logo_for(conn: Connection, account_id: str, digest: str) -> bytes | None:
    """Return the bytes of a logo on one of an account's pages."""
    p = t.pages.c
    query = (
        select(t.logos.c.content)
        .join(t.pages, p.id == t.logos.c.page_id)
        .where(p.account_id == account_id, p.deleted_at.is_(None), t.logos.c.digest == digest)
        .limit(1)
    )
    return conn.execute(query).scalar()
