"""The operator's verbs for pages' hosts (`mount`)."""

import click

from domain.account.commands import UnmountHost, VerifyMount
from domain.runtime.settings import load_settings
from domain.store.postgres.custom_domains import OwnedMount, find_mount, mounts_of_page
from domain.store.postgres.engine import sync_engine
from domain.text import cut_reference
from ops.cli.pages import find_owner, find_page
from ops.cli.terminal import confirm_deletion, json_option, print_columns, print_list, yes_option
from ops.cli.writes import CommandRefusedError, write
from ops.operator_error import say


def mounts_of(page: str) -> list[OwnedMount]:
    """Return the mounts of a page (an id, a host or a subdomain).

    Raises CommandRefusedError.
    """
    row = find_page(page)
    owner_id = find_owner(row)
    with sync_engine().connect() as conn:
        return mounts_of_page(conn, owner_id, row.id)


def load_mount(mount_id: str) -> OwnedMount:
    """Return a mount. Raises CommandRefusedError if there is none."""
    with sync_engine().connect() as conn:
        owned = find_mount(conn, mount_id)
    if owned is None:
        raise CommandRefusedError(
            f"There is no mount {cut_reference(mount_id)}: `hepstatus mount list PAGE` shows them."
        )
    return owned


@click.group()
def mount() -> None:
    """List and remove pages' hosts, and have DNS asked again."""


@mount.command("list")
@click.argument("page")
@json_option
def list_mounts(page: str, *, is_json: bool) -> None:
    """List the hosts of PAGE, with the result of each DNS check."""
    print_list(mounts_of(page), to_columns, to_view, is_json=is_json)


def to_columns(owned: OwnedMount) -> tuple[str, ...]:
    """Return a mount for the terminal."""
    mount = owned.mount
    primary = "primary" if mount.is_primary else "-"
    return mount.id, mount.host, mount.state, primary, mount.reason or ""


def to_view(owned: OwnedMount) -> object:
    """Return a mount as the API does."""
    from web.api.domains.schemas import mount_view  # Falcon, which few verbs need

    return mount_view(owned, load_settings())


@mount.command("verify")
@click.argument("mount")
def verify(mount: str) -> None:
    """Have MOUNT (an id) looked up in DNS again, now."""
    owned = load_mount(mount)
    write(owned.account_id, VerifyMount(owned.mount.page_id, mount))
    print_columns([to_columns(load_mount(mount))])


@mount.command("delete")
@click.argument("mount")
@yes_option
def delete(mount: str, *, is_confirmed: bool) -> None:
    """Take the host of MOUNT (an id) off its page."""
    owned = load_mount(mount)
    host = owned.mount.host
    confirm_deletion(f"the host {host}", is_confirmed=is_confirmed)
    write(owned.account_id, UnmountHost(owned.mount.page_id, mount))
    say(f"The host {host} is off its page.")
