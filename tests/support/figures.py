"""What Prometheus would scrape, read sample by sample."""

from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

Sample = tuple[str, dict[str, str], float]


def scrape(port: int) -> list[Sample]:
    """Every sample: (name, labels, value)."""
    answer = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10, verify=False)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return [(s.name, s.labels, s.value) for family in families for s in family.samples]


def figure(port: int, name: str, labels: dict[str, Any]) -> float | None:
    """The sum of all samples of this name and these labels; None if there is none."""
    found = [
        value
        for each, held, value in scrape(port)
        if each == f"hepstatus_{name}" and labels.items() <= held.items()
    ]
    return sum(found) if found else None
