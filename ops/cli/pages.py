"""The operator's verbs for pages."""

import click

from domain.account.commands import AddPage, RemovePage
from domain.hostnames import subdomain_problem
from domain.page.commands import ChangePage, SuspendPage, UnsuspendPage
from domain.runtime.new_ids import new_id
from domain.runtime.settings import load_settings
from domain.store.postgres import owned
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.owned import ListedPage, owner_of
from domain.text import cut_reference
from ops.cli.accounts import account_of
from ops.cli.arguments import check_description, check_name
from ops.cli.terminal import confirm_deletion, json_option, print_list, yes_option
from ops.cli.writes import CommandRefusedError, write
from ops.operator_error import say
from web.http.wire import Answer, to_answer


class PageRow(Answer, frozen=True):
    """A page of the list; `host` is null without one."""

    id: str
    name: str
    host: str | None
    is_public: bool
    is_suspended: bool
    email: str


def create_page(email: str, name: str, subdomain: str | None) -> tuple[str, str | None]:
    """Return the id and the host of a new page.

    Raises CommandRefusedError, NotPublishedError.
    """
    account_id, page_id = account_of(email), new_id("p")
    host = f"{check_subdomain(subdomain)}.{load_settings().base_domain}" if subdomain else None
    write(account_id, AddPage(page_id, check_name(name), host))
    return page_id, host


def check_subdomain(subdomain: str) -> str:
    """Return a valid subdomain in lower case. Raises CommandRefusedError."""
    if problem := subdomain_problem(subdomain.lower()):
        raise CommandRefusedError(problem)
    return subdomain.lower()


def all_pages() -> list[ListedPage]:
    """Return every page."""
    with sync_engine().connect() as conn:
        return owned.all_pages(conn)


def find_page(page: str) -> ListedPage:
    """Return a page by id, host or subdomain. Raises CommandRefusedError."""
    host = page if "." in page else f"{page}.{load_settings().base_domain}"
    for row in all_pages():
        if page == row.id or host.lower() == row.host:
            return row
    raise build_no_page_error(page)


def build_no_page_error(page: str) -> CommandRefusedError:
    """Return the error for a missing page."""
    return CommandRefusedError(
        f"There is no page {cut_reference(page)}: `hepstatus page list` shows them."
    )


def find_owner(page: ListedPage) -> str:
    """Return the account of a page. Raises CommandRefusedError if it was just deleted."""
    with sync_engine().connect() as conn:
        account_id = owner_of(conn, page.id)
    if account_id is None:
        raise build_no_page_error(page.id)
    return account_id


@click.group()
def page() -> None:
    """Make, list, suspend and delete pages."""


@page.command("create")
@click.argument("email")
@click.argument("name")
@click.option("--subdomain", help="Its name under the base domain.")
@click.option("--public", is_flag=True, help="Serve it at once.")
def create(email: str, name: str, subdomain: str | None, *, public: bool) -> None:
    """Make a page NAME for the account EMAIL."""
    page_id, host = create_page(email, name, subdomain)
    # Printed at once: after a later failure the operator must not create a second page.
    say(f"{page_id}  {load_settings().page_url(host) if host else '(no host)'}")
    if public:
        write(page_id, ChangePage(is_public=True))


@page.command("list")
@json_option
def list_pages(*, is_json: bool) -> None:
    """List all pages."""

    def to_columns(row: ListedPage) -> tuple[str, ...]:
        state = "suspended" if row.is_suspended else "public" if row.is_public else "hidden"
        return row.id, row.host or "-", state, row.email, row.name

    print_list(all_pages(), to_columns, lambda row: to_answer(PageRow, row), is_json=is_json)


@page.command("suspend")
@click.argument("page")
@click.option("--reason", help="The owner reads it.")
def suspend(page: str, reason: str | None) -> None:
    """Keep visitors and keys out of PAGE (an id, a host or a subdomain)."""
    write(find_page(page).id, SuspendPage(check_description(reason, "reason")))
    say(f"{page} is suspended.")


@page.command("unsuspend")
@click.argument("page")
def unsuspend(page: str) -> None:
    """Let a suspended PAGE go on as it was."""
    write(find_page(page).id, UnsuspendPage())
    say(f"{page} is not suspended.")


@page.command("delete")
@click.argument("page")
@yes_option
def delete(page: str, *, is_confirmed: bool) -> None:
    """Delete PAGE with its incidents, keys and hosts, at once and for good."""
    row = find_page(page)
    owner_id = find_owner(row)
    confirm_deletion(f"the page {row.name} ({page}) with all it has", is_confirmed=is_confirmed)
    write(owner_id, RemovePage(row.id))
    say(f"The page {row.name} ({page}) is deleted.")
