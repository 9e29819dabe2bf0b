"""The operator's command, `hepstatus`.

Its writes use the same command log as those of the API.
"""

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from domain.page.state import ComponentKind, Tier
from domain.runtime.settings import SettingsError, load_settings, require_stack
from domain.store.postgres.engine import UNREACHABLE
from domain.text import is_storable, printable
from ops.cli import accounts, backups, doctor
from ops.cli.accounts import tokens
from ops.cli.writes import CommandRefusedError, NotPublishedError, UnsureError
from ops.local import demo
from ops.operator_error import say


@click.group(help="Run Hep Status: install, watch, and do for owners what they can't yet.")
def cli() -> None:
    """Do nothing before the verb."""


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from domain.store.postgres.migrations import migrate as upgrade

    upgrade(require_stack(load_settings()).database_url)
    say("The schema is up to date.")


@cli.command("demo")
def seed() -> None:
    """Make the demo account and page, or say where they are."""
    access = demo.seed_demo()
    say(f"Page      {access.page_url}")
    say(f"Login     {access.login_email}  {access.login_password}")
    say(f"API key   {access.api_key}")


@cli.command("doctor")
def examine() -> None:
    """Report reachable servers, work that is behind, and the next step."""
    require_stack(load_settings())
    findings = doctor.examine()
    for finding in findings:
        mark = "ok " if finding.is_ok else "BAD"
        say(f"{mark} {finding.name:<12} {finding.summary}")
        if not finding.is_ok:
            say(f"    {'':<12} {finding.advice}")
    sys.exit(0 if all(f.is_ok for f in findings if f.name != "png") else 1)


@cli.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def back_up(file: Path) -> None:
    """Write all data of one instant to a new FILE, while the product runs."""
    summary = backups.backup(file)
    say(f"{file}: {summary.rows} rows of {summary.tables} tables, schema {summary.step}.")


@cli.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill an EMPTY database from FILE, and publish every page again."""
    summary = backups.restore(file)
    say(f"{summary.rows} rows of {summary.tables} tables, as of {summary.made_at:%F %H:%M} UTC.")
    say("Every page is published anew by the workers.")


@cli.group()
def account() -> None:
    """Make accounts, and give them another password."""


@account.command("create")
@click.argument("email")
@click.option("--password", help="Chosen at random, and printed, if not given.")
def create_account(email: str, password: str | None) -> None:
    """Make an account for EMAIL."""
    effective_password = password or secrets.token_urlsafe(12)
    account_id = accounts.create_account(email, effective_password)
    say(f"{account_id}  {email}" + ("" if password else f"  password: {effective_password}"))


@account.command("reset-password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read it from standard input, one line.")
def reset_password(email: str, *, password_stdin: bool) -> None:
    """Give the account EMAIL another password: one chosen at random is printed, this once.

    All its sessions end, and its devices are strangers.
    """
    password = read_password() if password_stdin else secrets.token_urlsafe(12)
    accounts.reset_password(email, password)
    say(f"{email}" + ("" if password_stdin else f"  password: {password}"))


def read_password() -> str:
    """Return the first line of standard input.

    Raises CommandRefusedError if it is not text.
    """
    try:
        line = sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        line = "\0"
    if not is_storable(line):
        raise CommandRefusedError("The password is not text in UTF-8.")
    return line


@cli.group()
def page() -> None:
    """Make and list pages."""


@page.command("create")
@click.argument("email")
@click.argument("name")
@click.option("--subdomain", help="Its name under the base domain.")
@click.option("--public", is_flag=True, help="Serve it at once.")
def create_page(email: str, name: str, subdomain: str | None, *, public: bool) -> None:
    """Make a page NAME for the account EMAIL."""
    page_id, host = accounts.create_page(email, name, subdomain)
    # Printed at once: after a later failure the operator must not create a second page.
    say(f"{page_id}  {load_settings().page_url(host) if host else '(no host)'}")
    if public:
        accounts.make_public(page_id)


@page.command("list")
def list_pages() -> None:
    """List all pages."""
    for row in accounts.all_pages():
        state = "public" if row.is_public else "hidden"
        state = "suspended" if row.is_suspended else state
        say(f"{row.id}  {row.host or '-':<32} {state}  {row.email}  {row.name}")


@page.command("suspend")
@click.argument("page")
@click.option("--reason", help="The owner reads it.")
def suspend_page(page: str, reason: str | None) -> None:
    """Keep visitors and keys out of PAGE (an id, a host or a subdomain)."""
    accounts.suspend_page(page, reason)
    say(f"{page} is suspended.")


@page.command("unsuspend")
@click.argument("page")
def unsuspend_page(page: str) -> None:
    """Let a suspended PAGE go on as it was."""
    accounts.unsuspend_page(page)
    say(f"{page} is not suspended.")


@cli.group()
def component() -> None:
    """Build a page's tree."""


@component.command("add")
@click.argument("page")
@click.argument("name")
@click.option("--category", is_flag=True, help="A category instead of a leaf.")
@click.option("--parent", help="The id of the category it goes into.")
@click.option("--description")
def add_component(
    page: str, name: str, *, category: bool, parent: str | None, description: str | None
) -> None:
    """Add a component NAME to PAGE (an id, a host or a subdomain)."""
    kind = ComponentKind.CATEGORY if category else ComponentKind.LEAF
    say(accounts.add_component(page, name, kind, parent, description))


@cli.group()
def key() -> None:
    """Make keys for monitors."""


@key.command("create")
@click.argument("page")
@click.argument("name", default="monitor")
def create_key(page: str, name: str) -> None:
    """Make a key for PAGE and print its secret, this once."""
    say(accounts.create_key(page, name))


@cli.group()
def mount() -> None:
    """Look at pages' hosts, and have DNS asked again."""


@mount.command("list")
@click.argument("page")
def list_mounts(page: str) -> None:
    """List the hosts of PAGE, with the result of each DNS check."""
    for owned in accounts.list_mounts(page):
        say(accounts.format_mount(owned))


@mount.command("verify")
@click.argument("mount")
def verify_mount(mount: str) -> None:
    """Have MOUNT (an id) looked up in DNS again, now."""
    say(accounts.format_mount(accounts.verify_mount(mount)))


@cli.group()
def tier() -> None:
    """Grant tiers."""


@tier.command("set")
@click.argument("email")
@click.argument("tier", type=click.Choice([t.value for t in Tier]))
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"]), help="In UTC.")
def set_tier(email: str, tier: str, until: datetime | None) -> None:
    """Give the account EMAIL a tier, until a date or without end."""
    ends_at = until.replace(tzinfo=UTC) if until else None
    accounts.set_tier(email, Tier(tier), ends_at)
    say(f"{email} is {tier}" + (f" until {ends_at:%Y-%m-%d %H:%M} UTC." if ends_at else "."))


cli.add_command(tokens)


def check_arguments(arguments: list[str]) -> None:
    """Check that arguments are UTF-8 text. Raises CommandRefusedError."""
    for number, argument in enumerate(arguments, start=1):
        if not is_storable(argument):
            message = f"Argument {number} is not text in UTF-8."
            raise CommandRefusedError(message)


def main() -> None:
    """Run the command; errors become a sentence and exit code 1."""
    try:
        check_arguments(sys.argv[1:])
        cli(prog_name="hepstatus")
    except (CommandRefusedError, NotPublishedError, UnsureError, SettingsError) as error:
        sys.exit(printable(str(error)))
    except UNREACHABLE as error:
        sys.exit(printable(build_outage_message(error)))


def build_outage_message(error: BaseException) -> str:
    """Return the message for an outage; an OSError with a file concerns the disk."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    message = doctor.first_line(error)
    return f"The database does not answer ({message}). `hepstatus doctor` tells more."


if __name__ == "__main__":
    main()
