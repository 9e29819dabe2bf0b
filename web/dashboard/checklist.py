"""The checklist of a new page, read from the page's real state."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.page import tree
from domain.page.settings import Appearance
from domain.store.postgres.owned import OwnedKey, OwnedPage
from web.api.pages.answers import PageTheme


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the checklist, by its name, and the path of its screen."""

    name: str
    path: str
    is_done: bool


def list_steps(
    page: OwnedPage, components: tree.Components, keys: Iterable[OwnedKey], confirm_path: str = ""
) -> tuple[Step, ...]:
    """Return the steps of a page; none once done or hidden.

    With `confirm_path` the owner's e-mail is to be confirmed first.
    """
    screens = {
        "components": bool(tree.leaves(components)),
        "customize": has_own_look(page),
        "settings": page.is_public,
        "keys": any(key.last_used_at for key in keys),
    }
    confirmation = (Step("confirm", confirm_path, is_done=False),) if confirm_path else ()
    steps = confirmation + tuple(
        Step(name, f"/dashboard/pages/{page.id}/{name}", is_done)
        for name, is_done in screens.items()
    )
    is_shown = page.look.show_checklist and not all(step.is_done for step in steps)
    return steps if is_shown else ()


def has_own_look(page: OwnedPage) -> bool:
    """Return whether a page has a logo, or a theme other than the default one."""
    default = Appearance()
    names = PageTheme.__struct_fields__
    return page.logo is not None or any(
        getattr(page.look, name) != getattr(default, name) for name in names
    )
