"""`medvirk retention`."""

import click
from flask import Flask

from surveys.hr.retention.deleting import delete_what_is_due, retention_plans
from surveys.hr.retention.texts import due_words, plan_words, setting_of
from surveys.platform.database import Database
from surveys.platform.terminal import say, with_app


@click.command("retention")
@click.option("--apply", "apply_it", is_flag=True, help="Slett det som er gammelt nok.")
@with_app
def retention_command(app: Flask, apply_it: bool) -> None:
    """Sier hva som er lagret lenge nok til å bli slettet, og sletter det med --apply. Arbeideren gjør det hver dag."""
    db: Database = app.extensions["medvirk_database"]
    settings = app.config["SETTINGS"]
    with db.reading() as session:
        for plan in retention_plans(session, settings):
            words = plan_words(plan)
            variable = setting_of(plan)
            say(words.what)
            say(f"  {words.how_long}{f' ({variable}={plan.days})' if variable else ''}")
            say(f"  {due_words(plan)}")
    if not apply_it:
        say("Ingenting er slettet. Kjør med --apply for å slette.")
        return
    done = delete_what_is_due(db, settings)
    say(f"Slettet: {sum(done.values())} rader.")
