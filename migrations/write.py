"""`make migration MESSAGE="…"`: writes the next migration from what the models have that no migration makes."""

import sys

from surveys.operating.migrating import write_migration

if __name__ == "__main__":
    [message] = sys.argv[1:]
    if not message.strip():
        sys.exit('Say what it changes: make migration MESSAGE="Quarterly indicators"')
    print(write_migration(message))  # noqa: T201 – a command's answer
