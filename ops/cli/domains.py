"""The operator's view of pages' hosts, and new DNS checks."""

from domain.account.commands import VerifyMount
from domain.store.postgres.domains.custom_domains import OwnedMount, find_mount, mounts_of_page
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.owned import owner_of
from ops.cli.accounts import find_page
from ops.cli.writes import CommandRefusedError, write


def list_mounts(page: str) -> list[OwnedMount]:
    """Return the mounts of a page (an id, a host or a subdomain).

    Raises CommandRefusedError.
    """
    page_id = find_page(page).id
    with sync_engine().connect() as conn:
        return mounts_of_page(conn, owner_of(conn, page_id) or "", page_id)


def verify_mount(mount_id: str) -> OwnedMount:
    """Look up a mount in DNS again. Raises CommandRefusedError, NotPublishedError."""
    owned = _load_mount(mount_id)
    write(owned.account_id, VerifyMount(owned.mount.page_id, mount_id))
    return _load_mount(mount_id)


def _load_mount(mount_id: str) -> OwnedMount:
    with sync_engine().connect() as conn:
        owned = find_mount(conn, mount_id)
    if owned is None:
        message = f"There is no mount {mount_id}: `hepstatus mount list PAGE` shows them."
        raise CommandRefusedError(message)
    return owned


def format_mount(owned: OwnedMount) -> str:
    """Return a mount as a line for the terminal."""
    mount = owned.mount
    marks = "primary" if mount.is_primary else "-"
    return f"{mount.id}  {mount.host:<32} {mount.state:<8} {marks:<8} {mount.reason or ''}".rstrip()
