"""Where a text is found that only the rows of subscribers and mails may hold."""

import zipfile
from pathlib import Path

from tests.support.faults.breaking import Behind
from tests.support.figures import scrape
from tests.support.inside import hepstatus
from tests.support.stack import System


def places_of(marker: str, system: System, backup: Path, *metrics_ports: int) -> list[str]:
    """The logs, metrics, commands (archived ones too) and the list of a backup that hold it."""
    texts = {path.name: path.read_text(errors="replace") for path in system.log.folder.glob("*")}
    assert texts
    texts |= {f"metrics at {port}": str(scrape(port)) for port in metrics_ports}
    commands = "SELECT string_agg(to_jsonb(c)::text, ' ') FROM commands_ever c"
    texts["the command log"] = Behind(system).sql(commands)[0][0]
    assert hepstatus(system, "backup", str(backup)).returncode == 0
    texts["a backup's list"] = zipfile.ZipFile(backup).read("manifest.json").decode()
    return [name for name, text in texts.items() if marker.lower() in text.lower()]
