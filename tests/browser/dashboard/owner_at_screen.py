"""What dashboard tests stand on: where screens are, and an owner who is logged in already."""

from tests.browser.stage import address
from tests.support.stack import System


def url(system: System, path: str = "/dashboard") -> str:
    """The address of a screen on the base."""
    return address(system, "localhost", path)


def session(owner):
    """What a browser stores of a login, for a new context."""
    name, _, token = owner.http.headers["Cookie"].partition("=")
    cookie = {"name": name, "value": token, "domain": "localhost", "path": "/"}
    return {"cookies": [cookie], "origins": []}


def at_desk(tab, system, owner, path="/dashboard", **more):
    """Open a screen as an owner who is logged in; nothing moves there."""
    return tab(url(system, path), storage_state=session(owner), reduced_motion="reduce", **more)


def of(page, screen):
    """The path of one of a page's screens."""
    return f"/dashboard/pages/{page.id}/{screen}"
