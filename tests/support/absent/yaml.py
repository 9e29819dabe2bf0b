"""Production has no yaml: programs of tests start sooner without it, too."""

raise ImportError("yaml is for development")
