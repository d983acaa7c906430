"""`make migration MESSAGE="…"`: writes the next migration from what the models have that no migration makes."""

import sys
from contextlib import redirect_stdout

from surveys.operating.migrating import write_migration
from surveys.platform.terminal import say

if __name__ == "__main__":
    [message] = sys.argv[1:]
    if not message.strip():
        sys.exit('Say what it changes: make migration MESSAGE="Quarterly indicators"')
    with redirect_stdout(sys.stderr):  # what Alembic says on its way
        written = write_migration(message)
    say(str(written))
