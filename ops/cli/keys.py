"""The operator's verbs for a page's keys."""

import click

from domain.page.commands import CreateKey, DeleteKey
from domain.runtime.new_ids import new_api_key, new_id, secret_hash
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.owned import OwnedKey
from domain.store.postgres.owned import keys_of as load_keys_of
from ops.cli.arguments import check_name, choose_thing
from ops.cli.pages import find_page
from ops.cli.terminal import confirm_deletion, json_option, print_list, yes_option
from ops.cli.writes import write
from ops.operator_error import say
from web.http.wire import to_answer


def create_key(page: str, name: str) -> str:
    """Return the secret of a new key, which is not stored."""
    secret = new_api_key()
    write(find_page(page).id, CreateKey(new_id("k"), check_name(name), secret_hash(secret)))
    return secret


def keys_of(page_id: str) -> list[OwnedKey]:
    """Return a page's keys, oldest first."""
    with sync_engine().connect() as conn:
        return load_keys_of(conn, page_id)


@click.group()
def key() -> None:
    """Make, list and revoke keys for monitors."""


@key.command("create")
@click.argument("page")
@click.argument("name", default="monitor")
def create(page: str, name: str) -> None:
    """Make a key for PAGE and print its secret, this once."""
    say(create_key(page, name))


@key.command("list")
@click.argument("page")
@json_option
def list_keys(page: str, *, is_json: bool) -> None:
    """List the keys of PAGE, without their secrets."""
    print_list(keys_of(find_page(page).id), to_columns, to_view, is_json=is_json)


def to_columns(row: OwnedKey) -> tuple[str, ...]:
    """Return a key for the terminal."""
    used = f"used {row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never used"
    return row.id, "disabled" if row.disabled else "enabled", used, row.name


def to_view(row: OwnedKey) -> object:
    """Return a key as the API does."""
    from web.api.keys import Key  # Falcon, which few verbs need

    return to_answer(Key, row)


@key.command("revoke")
@click.argument("page")
@click.argument("key")
@yes_option
def revoke(page: str, key: str, *, is_confirmed: bool) -> None:
    """Delete KEY (an id or a name) of PAGE: it opens nothing from now on."""
    page_id = find_page(page).id
    row = choose_thing(keys_of(page_id), key, "key", page)
    confirm_deletion(f"the key {row.name} of {page}", is_confirmed=is_confirmed)
    write(page_id, DeleteKey(row.id))
    say(f"The key {row.name} of {page} is deleted.")


key.add_command(revoke, "delete")
