"""What dashboard tests stand on: where screens are, and an owner who is logged in already."""

from tests.browser.stage import address
from tests.support.stack import System, wait_until


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


def pick(screen, name, status=None):
    """Select a component in a form's picker, and give it a status by its label."""
    screen.get_by_role("checkbox", name=name, exact=True).check()
    if status:
        screen.get_by_label(f"Status of {name}", exact=True).select_option(label=status)


def hold_writes(screen, pattern):
    """Let no write of a pattern go on until the returned list of them is released."""
    waiting = []
    screen.route(
        pattern,
        lambda route: route.continue_() if route.request.method == "GET" else waiting.append(route),
    )
    return waiting


def release(screen, waiting):
    """Let the writes that wait go on, once there is one."""
    # Any call lets Playwright hear of requests meanwhile.
    wait_until(lambda: screen.evaluate("true") and waiting, "a write is sent")
    while waiting:
        waiting.pop(0).continue_()
