"""Recipes and the quick start of /docs run as they are written, against the real product.

Source: docs/behaviour.md, "Description of the API".
"""

import os
import re
import shlex
import stat
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import yaml

from tests.support.documents import Document

SECRET = "hyd_status_YOUR_KEY"
EXPRESSION = re.compile(r"\$\{\{ secrets\.HEPSTATUS_KEY \}\}")


class Health(BaseHTTPRequestHandler):
    """A service that responds, or fails."""

    def do_GET(self):
        self.send_response(200 if self.server.is_up else 500)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def service():
    """A service with a health check."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        server.is_up = True
        server.url = f"http://127.0.0.1:{server.server_port}/health"
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def page(actors):
    """Ada's page with the component that all examples name, and a key for it."""
    page = actors.page("API")
    page.secret = page.key()["key"]
    return page


@pytest.fixture
def examples(actors):
    """The examples of a chapter, as the clipboard gets them."""
    return lambda chapter: Document(actors.caller().get(f"/docs{chapter}").text).examples()


def recipe(examples, start):
    """The one recipe that begins so."""
    (found,) = [text for text in examples("/recipes") if text.startswith(start)]
    return found


def run(folder, *command, **env):
    """Run a command to its end with the variables that a recipe names, and no others of ours."""
    # Without NO_PROXY a machine behind a proxy would ask that for our address.
    plain = {"PATH": os.environ["PATH"], "HOME": str(folder), "NO_PROXY": "*"}
    return subprocess.run(
        command, cwd=folder, env={**plain, **env}, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


def said(ended):
    return f"{ended.stdout}\n{ended.stderr}"


def program(folder, name, text):
    """Save a program and make it executable, as a recipe asks for."""
    file = folder / name
    file.write_text(text)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def incidents(actors, page):
    """Titles and states of all incidents of a page, newest first."""
    items = page.owner.get(f"{page.path}/incidents").json()["data"]["items"]
    return [(incident["title"], incident["state"]) for incident in items]


def test_an_incident_begins_and_ends_when_the_quick_start_is_pasted(
    actors, page, examples, tmp_path
):
    # given the blocks of the quick start, with the reader's key
    key, opening, resolution = (text.replace(SECRET, page.secret) for text in examples(""))
    vi = actors.visitor(page)
    # when the first two are pasted into a shell, then visitors see the incident
    opened = run(tmp_path, "bash", "-ec", f"{key}\n{opening}")
    assert opened.returncode == 0, said(opened)
    assert vi.statuses() == {"API": "degraded"}
    # when the last one follows, then it is over
    incident = re.search(r"Published: (i_\w+)", opened.stdout)[1]
    ended = run(tmp_path, "bash", "-ec", f"{key}\nID={incident}\n{resolution}")
    assert ended.returncode == 0, said(ended)
    assert vi.statuses() == {"API": "operational"}
    assert incidents(actors, page) == [("Slow responses", "resolved")]


def test_component_follows_its_check_when_cron_runs_the_script(
    actors, page, examples, service, tmp_path
):
    # given the script, and the line of the crontab
    script = program(tmp_path, "report-status", recipe(examples, "#!/bin/sh"))
    variable, line = recipe(examples, "HEPSTATUS_KEY=").splitlines()
    assert variable == f"HEPSTATUS_KEY={SECRET}"
    command, url, component = shlex.split(line)[5:]
    assert command == "/usr/local/bin/report-status"
    assert url.startswith("https://")
    vi = actors.visitor(page)
    for is_up, status in ((False, "outage"), (True, "operational")):
        # when the service is down, then up
        service.is_up = is_up
        ended = run(tmp_path, script, service.url, component, HEPSTATUS_KEY=page.secret)
        assert ended.returncode == 0, said(ended)
        # then visitors see that
        assert vi.statuses() == {"API": status}


def test_cron_hears_of_it_when_the_key_is_wrong(examples, page, service, tmp_path):
    script = program(tmp_path, "report-status", recipe(examples, "#!/bin/sh"))
    ended = run(tmp_path, script, service.url, "API", HEPSTATUS_KEY="hyd_status_wrong")
    assert ended.returncode != 0
    assert "401" in ended.stderr


def run_job(folder, job, key):
    """Run the steps of a job as GitHub does: bash -e, conditions by the steps before."""
    env = {name: EXPRESSION.sub(key, value) for name, value in job["env"].items()}
    has_failed = False
    for step in job["steps"]:
        condition = {"success()": not has_failed, "failure()": has_failed}
        if "run" not in step or not condition[step.get("if", "success()")]:
            continue
        ended = run(folder, "bash", "-e", "-c", step["run"], **env)
        assert ended.returncode == 0 or step["name"] == "Deploy", said(ended)
        has_failed |= ended.returncode != 0
        yield step["name"]


@pytest.mark.parametrize(
    ("code", "names", "status", "titles"),
    [
        (0, ["Show maintenance", "Deploy", "End maintenance"], "operational", []),
        (1, ["Show maintenance", "Deploy", "Publish an incident"], "outage",
         [("A deployment failed", "investigating")]),
    ],
)  # fmt: skip
def test_page_follows_a_deployment_when_the_workflow_runs(
    actors, page, examples, tmp_path, code, names, status, titles
):
    # given the workflow in a repository whose deployment succeeds, or fails
    workflow = yaml.safe_load(recipe(examples, "# .github/workflows"))
    vi = actors.visitor(page)
    # the deployment sees what visitors see meanwhile
    deploy = f'curl -fsS -H "Host: {page.host}" {vi.web.url}/status.json > seen.json; exit {code}'
    program(tmp_path, "deploy.sh", f"#!/bin/sh\n{deploy}\n")
    # when the job runs
    (job,) = workflow["jobs"].values()
    assert list(run_job(tmp_path, job, page.secret)) == names
    # then visitors saw maintenance, and see the end
    assert '"maintenance"' in (tmp_path / "seen.json").read_text()
    assert vi.statuses() == {"API": status}
    assert incidents(actors, page) == titles


def test_incident_lasts_as_long_as_the_outage_when_python_reports(
    actors, page, examples, service, tmp_path
):
    # given the program, and a service that goes down and comes back
    file = program(tmp_path, "report.py", recipe(examples, '"""Usage'))
    vi = actors.visitor(page)
    title = "API does not respond"

    def report():
        ended = run(tmp_path, sys.executable, file, service.url, "API", HEPSTATUS_KEY=page.secret)
        assert ended.returncode == 0, said(ended)
        return vi.statuses(), incidents(actors, page)

    # then nothing is published while it is up
    assert report() == ({"API": "operational"}, [])
    # one incident while it is down, however often the check fails
    service.is_up = False
    assert report() == ({"API": "outage"}, [(title, "investigating")])
    assert report() == ({"API": "outage"}, [(title, "investigating")])
    # and its end when it is up again
    service.is_up = True
    assert report() == ({"API": "operational"}, [(title, "resolved")])
