"""The operator's command, `hepstatus`: its nouns, the verbs without a noun, and errors.

Its writes use the same command log as those of the API.
"""

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from domain.runtime.settings import SettingsError, load_settings, require_stack
from domain.store.postgres.engine import UNREACHABLE, first_line
from domain.text import is_storable, printable
from ops.cli import accounts, backups, components, domains, incidents, keys, mirror, moves, pages
from ops.cli.mail.verbs import mail
from ops.cli.statuspage.verb import import_statuspage
from ops.cli.terminal import json_option, print_json
from ops.cli.writes import CommandRefusedError, NotPublishedError, UnsureError
from ops.operator_error import say

if TYPE_CHECKING:
    from ops.cli.doctor import Finding


@click.group(help="Run Hep Status: install, watch, and do for owners what they can't yet.")
@click.version_option(package_name="hepstatus", message="%(prog)s %(version)s")
def cli() -> None:
    """Do nothing before the verb."""


for noun in (
    accounts.account,
    pages.page,
    components.component,
    incidents.incident,
    keys.key,
    domains.mount,
    accounts.tier,
    accounts.tokens,
    moves.export_page,
    moves.import_page,
    mirror.mirror_page,
    mail,
):
    cli.add_command(noun)
moves.import_page.add_command(import_statuspage)


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from domain.store.postgres.migrations import migrate as upgrade

    upgrade(require_stack(load_settings()).database_url)
    say("The schema is up to date.")


@cli.command("demo")
def seed() -> None:
    """Make the demo account and page, or say where they are."""
    from ops.local import demo

    access = demo.seed_demo()
    say(f"Page      {access.page_url}")
    say(f"Login     {access.login_email}  {access.login_password}")
    say(f"API key   {access.api_key}")


@cli.group("doctor", invoke_without_command=True)
@json_option
@click.pass_context
def examine(context: click.Context, *, is_json: bool) -> None:
    """Report reachable servers, work that is behind, and the next step."""
    if context.invoked_subcommand:
        return
    settings = require_stack(load_settings())
    from ops.cli import doctor  # asks every server, by libraries that other verbs do not need

    # A product without PNG badges, or without mail, works.
    optional = {"png"} if settings.smtp_url else {"png", "mail"}
    report(doctor.examine(), optional, is_json=is_json)


@examine.command("mail")
@json_option
def examine_mail(*, is_json: bool) -> None:
    """Look for SPF, DKIM and DMARC of MAIL_FROM's domain in DNS."""
    from ops.cli.mail import dns_records  # as above

    report(dns_records.examine_mail(), set(), is_json=is_json)


def report(findings: "list[Finding]", optional: set[str], *, is_json: bool) -> None:
    """Print findings, and exit with 1 if one that is not optional is bad."""
    from ops.cli import doctor  # as above

    is_ok = all(finding.is_ok for finding in findings if finding.name not in optional)
    if is_json:
        print_json({"ok": is_ok, "findings": findings})
    else:
        for line in doctor.to_lines(findings):
            say(line)
    sys.exit(0 if is_ok else 1)


@cli.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def back_up(file: Path) -> None:
    """Write all data of one instant to a new FILE, while the product runs."""
    summary = backups.backup(file)
    say(f"{file}: {summary.rows} rows of {summary.tables} tables, schema {summary.step}.")


@cli.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--left",
    "left_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Addresses that left since the backup, as `mail left` writes them.",
)
@click.option("--resend", is_flag=True, help="Send the messages that waited in the backup.")
def restore(file: Path, left_file: Path | None, *, resend: bool) -> None:
    """Fill an EMPTY database from FILE, and publish every page again."""
    summary = backups.restore(file, left_file, resends=resend)
    say(f"{summary.rows} rows of {summary.tables} tables, as of {summary.made_at:%F %H:%M} UTC.")
    say("The workers publish all pages again.")
    if left_file is None:
        backups.say_held()


def check_arguments(arguments: list[str]) -> None:
    """Check that arguments are UTF-8 text. Raises CommandRefusedError."""
    for number, argument in enumerate(arguments, start=1):
        if not is_storable(argument):
            message = f"Argument {number} is not text in UTF-8."
            raise CommandRefusedError(message)


def escape_unprintable() -> None:
    """Escape characters that the terminal's encoding lacks, in place of an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def main() -> None:
    """Run the command; errors become a sentence and exit code 1, or 2 for its usage."""
    try:
        escape_unprintable()
        check_arguments(sys.argv[1:])
        sys.exit(cli.main(prog_name="hepstatus", standalone_mode=False))
    except click.ClickException as error:
        end_with_usage(error)
    except click.Abort:
        sys.exit("Aborted.")
    except (CommandRefusedError, NotPublishedError, UnsureError, SettingsError) as error:
        sys.exit(printable(str(error)))
    except UNREACHABLE as error:
        sys.exit(printable(build_outage_message(error)))


def end_with_usage(error: click.ClickException) -> NoReturn:
    """Print the sentence about a value, or the usage of a mistyped verb, and exit."""
    if type(error) is click.BadParameter:
        print(printable(error.format_message()), file=sys.stderr)
    else:
        error.show()
    sys.exit(error.exit_code)


def build_outage_message(error: BaseException) -> str:
    """Return the message for an outage; an OSError with a file concerns the disk."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return f"The database does not answer ({first_line(error)}). `hepstatus doctor` tells more."


if __name__ == "__main__":
    main()
