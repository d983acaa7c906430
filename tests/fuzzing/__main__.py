"""`python -m tests.fuzzing`: what is sent stands in the package."""

import argparse
from pathlib import Path

import click

import tests.fuzzing
from app import create_app
from surveys.platform.config import Settings


def main() -> None:
    parser = argparse.ArgumentParser(description=tests.fuzzing.__doc__)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    # The instance's own secret: codes that it made are good.
    app = create_app(Settings(instance=wanted.instance, base_url="http://localhost"))
    found = tests.fuzzing.fuzzed(app, wanted.inputs, wanted.seed, _tell)
    for name, count in sorted(found.counts.items()):
        click.echo(f"{count:8,} {name}")
    click.echo(f"{found.faults.total():8,} faults of ours")
    for name, count in found.faults.most_common(40):
        click.echo(f"{count:8,} {name}")


def _tell(sent: int, so_far: tests.fuzzing.Fuzzer) -> None:
    click.echo(f"{sent:8,} sent, {so_far.faults.total():,} faults of ours {list(so_far.faults)[:5]}")


if __name__ == "__main__":
    main()
