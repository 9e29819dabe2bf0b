"""What axe-core finds on what a tab shows."""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL = {"runOnly": {"type": "tag", "values": RULES}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def faults(look):
    """What axe finds in either theme; of the second, only colours can differ.

    Motion is reduced, so that no colour is on its way.
    """
    found = []
    for theme, options in (("dark", ALL), ("light", COLOURS)):
        look.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        answer = Axe().run(look.page, options=options).response
        assert "color-contrast" in {rule["id"] for rule in answer["passes"]}
        for rule in answer["violations"]:
            found += [(theme, rule["id"], node["html"][:120]) for node in rule["nodes"]]
    return found
