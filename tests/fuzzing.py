"""Odd inputs against the real application: `python -m tests.fuzzing INSTANCE --inputs 100000 --seed 1`.

INSTANCE: a folder that `medvirk demo --build-only` has filled. It is changed by what is sent: use one that can go.
Each input is a request (address, fields, a file) as one of the demo's accounts, as nobody or as a respondent; or the
bytes of a table or a questionnaire, given to their readers. Told: how often each status came, and everything that was
a fault of ours (status 500, or an exception that no reader should let out).
"""

import argparse
import io
import random
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

import click
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select

from app import create_app
from questionnaires import checking, loading
from surveys.access.models import Account
from surveys.access.sessions import start_session
from surveys.files.columns import PEOPLE_COLUMNS, UNIT_COLUMNS
from surveys.files.reading import parse_table
from surveys.files.report import FileRefusedError
from surveys.platform.config import Settings

_HOSTILE: Final = (
    *(
        "",
        "\0",
        "a\r\nb: c",
        "9" * 19,
        "9" * 400,
        "-1",
        "1e999",
        "NaN",
        "²",
        "½",
        "\ud800",
        "%00",
        "%ff",
        "'",
        '"><b>',
    ),
    *(
        "../../etc/passwd",
        "//ond.no",
        "=1+1",
        "\u202e",
        "x" * 5_000,
        "[",
        "[" * 3_000,
        "{}",
        "0",
        "2026-02-30",
        "None",
    ),
)
_FIELD: Final = re.compile(r'name="([^"]{1,60})"(?:[^>]*?value="([^"]{0,200})")?')
_LINK: Final = re.compile(r'(?:href|action)="(/[^"?#]{1,200})[?#"]')


class Fuzzer:
    """Sends one odd input after another, and counts what came back."""

    def __init__(self, app: Flask, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 – repeatable, not secret
        self._app = app
        self._visitors = [app.test_client(), *_signed_in(app)]
        self._rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
        self._words = ["1", "2", "nb", "K", "hr", *_HOSTILE]
        self._fields = ["kode", "neste", "sprak", "file", "seen", "packed", "avbrutt"]
        self._addresses = ["/"]
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def send(self) -> None:
        kinds: Sequence[Callable[[], str]] = (self._request, self._table, self._definition)
        kind = self._random.choices(kinds, weights=(6, 3, 1))[0]
        try:
            self.counts[kind()] += 1
        except Exception as error:  # noqa: BLE001 – whatever gets out is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.counts["fault"] += 1
            self.faults[
                f"{kind.__name__}: {type(error).__name__} in {last.filename}:{last.lineno}: {error}"[:200]
            ] += 1

    def _request(self) -> str:
        if self._random.random() < 0.4:
            address = self._random.choice(self._addresses)
        else:
            rule = self._random.choice(self._rules)
            address = re.sub("<[^>]+>", lambda _part: self._quoted(), rule.rule)
        is_get = self._random.random() < 0.5
        fields = {
            self._random.choice(self._fields): self._value() for _field in range(self._random.randrange(8))
        }
        # A client of its own each time: the limits on guessing are tested elsewhere.
        client = {"REMOTE_ADDR": ".".join(str(self._random.randrange(1, 255)) for _part in range(4))}
        visitor = self._random.choice(self._visitors)
        if is_get:
            query = "&".join(
                f"{name}={quote(value, safe='%', errors='surrogatepass')}" for name, value in fields.items()
            )
            answer = visitor.get(address, query_string=query, environ_overrides=client)
            self._learn(answer.text if answer.mimetype == "text/html" else "")
        else:
            data: dict[str, object] = {n: v.encode("utf-8", "surrogatepass") for n, v in fields.items()}
            if "file" in data:
                data["file"] = (
                    io.BytesIO(self._file()),
                    self._random.choice(("fil.csv", "\0.xlsx", "x" * 300)),
                )
            answer = visitor.post(address, data=data, environ_overrides=client)
        if answer.status_code >= 500:
            self.faults[
                f"{answer.status_code} {'GET' if is_get else 'POST'} {answer.request.path[:60]!r}"
            ] += 1
        return str(answer.status_code)

    def _learn(self, page: str) -> None:
        """Addresses, fields and values that pages have: odd inputs alone get no further than the door."""
        for name, value in _FIELD.findall(page):
            self._fields.append(name)
            self._words.append(value)
        self._addresses += _LINK.findall(page)
        for known in (self._fields, self._words, self._addresses):
            del known[: max(0, len(known) - 3_000)]

    def _value(self) -> str:
        pool: Sequence[str] = _HOSTILE if self._random.random() < 0.5 else self._words
        return self._random.choice(pool)

    def _quoted(self) -> str:
        return quote(self._value()[:500], safe="%", errors="surrogatepass")

    def _table(self) -> str:
        columns = self._random.choice(((), UNIT_COLUMNS, PEOPLE_COLUMNS))
        try:
            parse_table(self._file(), columns)
        except FileRefusedError:
            return "table refused in words"
        return "table read"

    def _file(self) -> bytes:
        return self._mutated(self._random.choice(_FILES))

    def _definition(self) -> str:
        source = self._random.choice(loading.available()).read_bytes()
        return (
            "definition refused in words"
            if checking.check(self._mutated(source), "x.yaml")
            else "definition accepted"
        )

    def _mutated(self, content: bytes) -> bytes:
        changed = bytearray(content)
        for _change in range(self._random.randrange(6)):
            at = self._random.randrange(len(changed) + 1)
            end = at + self._random.choice((0, 1, 4, 60))
            odd = self._random.choice(_HOSTILE).encode("utf-8", "surrogatepass")
            changed[at:end] = self._random.choice((b"", odd, bytes([self._random.randrange(256)])))
        return bytes(changed)


def _signed_in(app: Flask) -> Iterator[FlaskClient]:
    database = app.extensions["medvirk_database"]
    with database.transaction() as session:
        tokens = [start_session(session, account) for account in session.scalars(select(Account))]
    for token in tokens:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
        yield client


def _workbook() -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in (["kode", "navn", "overordnet"], ["A", "Skolen", "K"]):
        book.worksheets[0].append(row)
    book.save(file)
    return file.getvalue()


_FILES: Final = (
    b"kode;navn;type;overordnet\nK;Kommunen;;\nA;Skolen;skole;K\n",
    "ansattnummer,navn,e-post,enhet\n1,Åse Li,ase@kommune.example.invalid,A\n".encode(),
    b'{"_embedded":{"_entries":[{"organisasjonsId":{"identifikatorverdi":"A"},"navn":"Skolen","_links":{}}]}}',
    b'[{"ansattnummer":{"identifikatorverdi":"1"},"_links":{"person":[{"href":"x/fodselsnummer/1"}]}}]',
    _workbook(),
)


def fuzzed(app: Flask, inputs: int, seed: int) -> Fuzzer:
    """What so many inputs gave. The same seed on the same database sends the same."""
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    app.logger.disabled = True
    fuzzer = Fuzzer(app, seed)
    for _input in range(inputs):
        fuzzer.send()
    return fuzzer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    settings = Settings(instance=wanted.instance, secret_key="fuzz", base_url="http://localhost")
    found = fuzzed(create_app(settings), wanted.inputs, wanted.seed)
    for name, count in sorted(found.counts.items()):
        click.echo(f"{count:8,} {name}")
    click.echo(f"{found.faults.total():8,} faults of ours")
    for name, count in found.faults.most_common(40):
        click.echo(f"{count:8,} {name}")


if __name__ == "__main__":
    main()
