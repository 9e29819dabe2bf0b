"""A browser at an address of its own, as the proxy tells it, with the cookies that it keeps."""

import itertools

from tests.support.actors import PASSWORD, Caller
from tests.support.stack import System

LOGIN, SIGNUP = "/api/v1/auth/login", "/api/v1/auth/signup"
ADDRESSES = (f"198.51.{high}.{low}" for high, low in itertools.product(range(256), range(1, 255)))
OPEN: list[Caller] = []


class Browser:
    """Somebody at an address, with the cookies that a browser would keep."""

    def __init__(self, system: System, address: str | None = None, web: int = 0) -> None:
        self.address = address or next(ADDRESSES)
        self.cookies: dict[str, str] = {}
        self.caller = Caller(system.webs[web])
        OPEN.append(self.caller)

    def send(self, method: str, path: str, body: dict[str, str]):
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"X-Forwarded-For": self.address, "Cookie": held}
        answer = self.caller.http.request(method, path, json=body, headers=headers)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def login(self, email: str, password: str = PASSWORD):
        return self.send("POST", LOGIN, {"email": email, "password": password})

    def guess(self, email: str) -> int:
        """Try a wrong password; return the status."""
        return self.login(email, "wrong horse").status_code

    def signup(self, email: str):
        return self.send("POST", SIGNUP, {"email": email, "password": PASSWORD})
