"""What Chromium shows: a package, so that one Chromium serves all of it."""
