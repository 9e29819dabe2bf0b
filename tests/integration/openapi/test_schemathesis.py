"""schemathesis asks what nobody thought of; every answer is as described.

Source: docs/behaviour.md, "Bad input".
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.integration.openapi.http_stage import Stage

HERE = Path(__file__).parent
SCHEMATHESIS = str(Path(sys.executable).parent / "schemathesis")
LIMIT_S = 600  # a bounded run takes one minute on a machine of its own
MONITORS = ("--include-tag", "Monitors", "--include-tag", "Receipts")
# What ends the session or the page that others need is asked of a stage of its own, one by one.
ENDS = ("logOut", "deletePage", "endSession", "changeAccount", "deleteAccount")
RUNS = {
    "owners": [
        *("--exclude-tag", "Monitors", "--exclude-tag", "Receipts"),
        *(word for name in ENDS for word in ("--exclude-operation-id", name)),
    ],
    "monitors": [*MONITORS],
    **{name: ["--include-operation-id", name] for name in ENDS},
}


def environment(stage: Stage) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.integration.openapi.schemathesis_hooks",
        "HEPSTATUS_SESSION": stage.owner.http.headers["Cookie"].partition("=")[2],
        "HEPSTATUS_KEY": stage.monitor.http.headers["Authorization"].removeprefix("Bearer "),
        "HEPSTATUS_PAGE": stage.page.id,
        "HEPSTATUS_INCIDENT": stage.incident,
        "HEPSTATUS_RECEIPT": stage.receipt,
    }


@pytest.mark.slow
@pytest.mark.timeout(LIMIT_S + 60)
@pytest.mark.parametrize("run", RUNS)
def test_nothing_is_found_when_schemathesis_asks(actors, tmp_path, run):
    # given an owner with a page, a component, an incident and a key
    stage = Stage(actors)
    base = f"http://localhost:{actors.system.webs[0].port}"
    # when every check of schemathesis is made on real processes
    config = ["--config-file", str(HERE / "schemathesis.toml")]
    asked = ["run", f"{base}/api/openapi.json", "--url", base, "--no-color", *RUNS[run]]
    done = subprocess.run(
        [SCHEMATHESIS, *config, *asked],
        cwd=tmp_path,
        env=environment(stage),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    # then it finds nothing
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
