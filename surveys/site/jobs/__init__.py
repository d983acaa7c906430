"""The page of background jobs: what waits, what runs, what stopped, and what comes next."""
