"""A Flask-WTF site as small as it can be: eight pages of five statements on five points, one row stored a page.

What the respondent's pages are measured against. It keeps no session, checks no code, encrypts nothing and asks for no
token against forged forms; gunicorn and SQLite are set as for the product. Started by `servers.minimal`.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Callable

from flask import Flask, redirect, render_template_string
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField

PAGES, STATEMENTS = 8, 5
ANSWERS = [
    (str(value), label)
    for value, label in enumerate(("Svært uenig", "Uenig", "Verken eller", "Enig", "Svært enig"), 1)
]

TEMPLATE = """<!DOCTYPE html>
<html lang="nb"><head><meta charset="utf-8"><title>Side {{ number }}</title></head><body><h1>Side {{ number }}</h1>
<form method="post" action="/{{ number }}">
{% for field in form %}<fieldset><legend>{{ field.label.text }}</legend>{{ field() }}</fieldset>{% endfor %}
<button>Neste</button></form></body></html>"""


def _form(page: int) -> type[FlaskForm]:
    fields = {
        f"s{page}_{number}": RadioField(
            f"Jeg får den hjelpen jeg trenger på jobb ({page}.{number})", choices=ANSWERS
        )
        for number in range(1, STATEMENTS + 1)
    }
    return type(f"Page{page}", (FlaskForm,), fields)


def _connections(file: str) -> Callable[[], sqlite3.Connection]:
    """One connection a thread, every commit on the disk."""
    kept = threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(kept, "connection"):
            kept.connection = sqlite3.connect(file, timeout=15)
            kept.connection.execute("PRAGMA journal_mode = WAL")
            kept.connection.execute("PRAGMA synchronous = FULL")
            kept.connection.execute("CREATE TABLE IF NOT EXISTS answer (page INTEGER, answers TEXT)")
        found: sqlite3.Connection = kept.connection
        return found

    return connection


def make_app() -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="none", WTF_CSRF_ENABLED=False)  # noqa: S106 – it signs nothing
    forms = [_form(page) for page in range(1, PAGES + 1)]
    connection = _connections(os.environ["MINIMAL_DATABASE"])

    @app.route("/<int:number>", methods=["GET", "POST"])
    def page(number: int) -> str | Response:
        form = forms[number - 1]()
        if not form.validate_on_submit():
            return render_template_string(TEMPLATE, number=number, form=form)
        with connection() as writing:
            writing.execute("INSERT INTO answer VALUES (?, ?)", (number, json.dumps(form.data)))
        return redirect(f"/{number + 1}" if number < PAGES else "/done", 303)

    @app.get("/done")
    def done() -> str:
        return "<!DOCTYPE html><title>Takk</title><h1>Takk</h1>"

    return app
