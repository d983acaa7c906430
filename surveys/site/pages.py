"""What every page needs: the installation's name, its files, and error pages in plain words."""

from flask import Flask

from surveys.access import own_texts
from surveys.actions.own_texts import texts_in_plans
from surveys.followup.meetings import focus, on_result
from surveys.followup.meetings.own_texts import texts_around_meetings
from surveys.organisation.installation import installation
from surveys.platform import compressing, folded, messages, static_files
from surveys.platform.fault_links import naming
from surveys.reports.proposals.own_texts import proposed_texts
from surveys.reports.year.own_texts import review_texts
from surveys.scorecards.own_texts import texts_on_cards
from surveys.site import error_pages


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(installation=installation)
    app.jinja_env.filters.update(naming=naming)
    static_files.init_app(app)
    compressing.init_app(app)
    folded.init_app(app)
    messages.init_app(app)
    error_pages.init_app(app)
    focus.init_app(app)
    on_result.init_app(app)
    own_texts.init_app(
        app, (texts_on_cards, texts_in_plans, texts_around_meetings, proposed_texts, review_texts)
    )
