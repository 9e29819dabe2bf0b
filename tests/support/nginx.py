"""A real nginx in front of a web process, configured by deploy/nginx.conf.

Only addresses and folders are others than in a container. Debian's nginx is older than the image
that docker-compose.yml names: it can't look a name up anew, so that it is told an address.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from signal import SIGTERM

from ops.local import processes
from ops.local.child import ChildSpec, Ending
from ops.local.programs import CHECKOUT
from tests.support.prerequisites import skip_without
from tests.support.stack import System, Web

CONFIGURATION = CHECKOUT / "deploy/nginx.conf"
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"


def nginx(system: System, web: Web, folder: Path, asked: int | None = None) -> Web:
    """An nginx that answers for `web`, with its cache in `folder`; ended with the system.

    `asked` is the port at which it is asked for certificates.
    """
    skip_without("nginx", is_there=shutil.which("nginx", path=PATH) is not None)
    port = processes.choose_port()
    elsewhere = {
        "/tmp/nginx.pid": f"{folder}/nginx.pid",
        **{f"/tmp/{zone}": f"{folder}/{zone}" for zone in ("micro", "parts", "variants")},
        "listen 8080": f"listen {processes.LOOPBACK}:{port}",
        "listen 8082": f"listen {processes.LOOPBACK}:{asked or processes.choose_port()}",
        "listen 127.0.0.1:8081": f"listen {processes.LOOPBACK}:{processes.choose_port()}",
        "server web:8000 resolve": f"server {processes.LOOPBACK}:{web.port}",
    }
    written = folder / "nginx.conf"
    written.write_text(replaced(CONFIGURATION.read_text(), elsewhere))
    in_front = Web(system.start(spec(written)), port)
    in_front.wait()
    return in_front


def replaced(text: str, others: Mapping[str, str]) -> str:
    """The text with each of these, which it says once, replaced."""
    for old, new in others.items():
        assert text.count(old) == 1, f"{CONFIGURATION.name} does not say once: {old}"
        text = text.replace(old, new)
    return text


def spec(written: Path) -> ChildSpec:
    """nginx in the foreground, by whoever runs the tests."""
    command = ("nginx", "-c", str(written), "-g", "daemon off; user root;")
    return ChildSpec("nginx", command, {"PATH": PATH}, written.parent, (Ending(SIGTERM, 5),))
