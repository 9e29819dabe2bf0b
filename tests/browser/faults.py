"""What axe-core finds on what a tab shows."""

from axe_playwright_python.base import AXE_SCRIPT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of rules that pass one node is enough; telling all of a large page takes longer than finding them.
BRIEF = {"resultTypes": ["violations"]}
ALL = {**BRIEF, "runOnly": {"type": "tag", "values": RULES}}
COLOURS = {**BRIEF, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def faults(look):
    """What axe finds in either theme; of the second, only colours can differ.

    Motion is reduced, so that no colour is on its way.
    """
    return faults_in(look, "dark", ALL) + faults_in(look, "light", COLOURS)


def faults_in(look, theme, options=ALL):
    """What axe finds in a theme: (theme, rule, node)."""
    look.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    if not look.page.evaluate("'axe' in window"):  # half a megabyte, once for each document
        look.page.evaluate(AXE_SCRIPT)
    answer = look.page.evaluate("options => axe.run(options)", options)
    assert "color-contrast" in {rule["id"] for rule in answer["passes"]}
    return [
        (theme, rule["id"], node["html"][:120])
        for rule in answer["violations"]
        for node in rule["nodes"]
    ]
