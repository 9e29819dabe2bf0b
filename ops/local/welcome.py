"""The banner of `make run`: the addresses, and the first steps."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ops.local.demo import DemoAccess

_DEMO = """
  Hep Status is running.

  Status page   {access.page_url}
  Dashboard     {base_url}/dashboard   {access.login_email}  {access.login_password}
  API key       {access.api_key}
  Data          {data_dir}

  Open an incident as a monitor would, then reload the page:

  curl -X POST {base_url}/api/v1/status-api/incidents \\
    -H 'Authorization: Bearer {access.api_key}' -H 'Content-Type: application/json' \\
    -d '{{"title": "Slow answers", "components": [{{"component": "API", "status": "degraded"}}]}}'
"""
_EMPTY = """
  Hep Status is running. There is no demo (DEMO=off).

  Dashboard     {base_url}/dashboard   sign up there
  Data          {data_dir}

  Restore a backup, as long as there is no account:

  HEPSTATUS_DATA_DIR={quoted_data_dir} .venv/bin/hepstatus restore FILE
"""
_NAMES = """
  If a browser does not find {host}, add this line to /etc/hosts:

  127.0.0.1 {host}
"""
_END = """
  Ctrl-C ends everything that was started here; the data stays.
"""


def build_welcome(access: "DemoAccess | None", base_url: str, data_dir: Path) -> str:
    """Return the banner, of the demo if there is one."""
    host = (access and urlsplit(access.page_url).hostname) or "acme.localhost"
    parts = (
        _DEMO if access else _EMPTY,
        _NAMES if host.endswith(".localhost") and "//localhost" in base_url else "",
        _END,
    )
    return "".join(parts).format(
        access=access,
        base_url=base_url,
        data_dir=data_dir,
        quoted_data_dir=shlex.quote(str(data_dir)),
        host=host,
    )
