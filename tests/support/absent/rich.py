"""Production has no rich: programs of tests start sooner without it, too."""

raise ImportError("rich is for development")
