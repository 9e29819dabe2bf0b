"""The screens of the dashboard, as the product declares them."""

from web.routes import ROUTES

OF_PAGE = "/dashboard/pages/{page_id}/"


def screens_of_page() -> tuple[str, ...]:
    """The path of each screen of a page, below the page's own; none of a single incident."""
    paths = (route.path for route in ROUTES)
    found = (path.removeprefix(OF_PAGE) for path in paths if path.startswith(OF_PAGE))
    return tuple(f"/{path}" for path in found if "{" not in path)
