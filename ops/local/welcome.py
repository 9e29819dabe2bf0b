"""The text that `make run` prints once everything answers."""

from typing import Protocol


class Access(Protocol):
    """Access to the demo, as its seeding returns it."""

    @property
    def page_url(self) -> str:
        """The URL of the demo page."""

    @property
    def login_email(self) -> str:
        """The demo owner's e-mail address."""

    @property
    def login_password(self) -> str:
        """The demo owner's password."""

    @property
    def api_key(self) -> str:
        """The key of the demo page's monitor."""


_WELCOME = """
  Hep Status is running.

  Status page   {access.page_url}
  Dashboard     {base_url}/dashboard   {access.login_email}  {access.login_password}
  API key       {access.api_key}
  Data          {data_dir}

  Open an incident as a monitor would, then reload the page:

  curl -X POST {base_url}/api/v1/status-api/incidents \\
    -H 'Authorization: Bearer {access.api_key}' -H 'Content-Type: application/json' \\
    -d '{{"title": "Slow answers", "components": [{{"component": "API", "status": "degraded"}}]}}'

  Ctrl-C ends everything that was started here; the data stays.
"""


def text(access: Access, base_url: str, data_dir: str) -> str:
    """Return the welcome, ready to print."""
    return _WELCOME.format(access=access, base_url=base_url.rstrip("/"), data_dir=data_dir)
