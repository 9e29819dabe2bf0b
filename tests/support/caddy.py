"""A real Caddy in front of an nginx, configured by deploy/Caddyfile.

Only addresses, folders and the certificate authority are others: Caddy is its own, on loopback.
"""

import shutil
from pathlib import Path
from signal import SIGTERM

from ops.local import processes
from ops.local.child import Child, ChildSpec, Ending
from ops.local.programs import CHECKOUT
from tests.support.nginx import replaced
from tests.support.prerequisites import skip_without
from tests.support.stack import System

CONFIGURATION = CHECKOUT / "deploy/Caddyfile"


class Caddy:
    """A Caddy that serves HTTPS on `port`; ended with the system."""

    def __init__(self, system: System, public: int, asked: int, folder: Path) -> None:
        """Stand before an nginx: its public port, and the one that is asked for certificates."""
        skip_without("caddy", is_there=shutil.which("caddy") is not None)
        self.port = processes.choose_port()
        written = folder / "Caddyfile"
        written.write_text(configuration(folder, self.port, public, asked))
        command = ("caddy", "run", "--config", str(written), "--adapter", "caddyfile")
        env = {"BASE_DOMAIN": "localhost", "PATH": str(Path(shutil.which("caddy") or "").parent)}
        env |= {"HOME": str(folder), "ACME_EMAIL": "ops@example.com"}
        spec = ChildSpec("caddy", command, env, folder, (Ending(SIGTERM, 5),))
        self.child: Child = system.start(spec)


def configuration(folder: Path, port: int, public: int, asked: int) -> str:
    """The deployed configuration with addresses on loopback."""
    own = f"admin off\n\tlocal_certs\n\tskip_install_trust\n\thttps_port {port}"
    elsewhere = {
        "\temail {$ACME_EMAIL}": f"\t{own}\n\thttp_port {processes.choose_port()}",
        "nginx:8080": f"{processes.LOOPBACK}:{public}",
        "nginx:8082": f"{processes.LOOPBACK}:{asked}",
    }
    text = replaced(CONFIGURATION.read_text(), elsewhere)
    return text.replace("{\n", f"{{\n\tstorage file_system {folder}/caddy\n", 1)
