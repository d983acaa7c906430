"""What Fjordvik's people write, and HR's review of it: some approved, some held back, some still waiting.

A few comments name a colleague or give a telephone number, as real ones do: counting masks them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire
from surveys.campaigns.lifecycle import find_survey
from surveys.counting.models import Comment
from surveys.release.comments.models import CommentReview, CommentStatus, HoldReason
from surveys.release.comments.reviewing import Decision, Reviewer

SHARE_WHO_WRITE: Final = 0.2

# Survey key → the share of its comments that HR has been through; everything in the others.
REVIEWED: Final[Mapping[str, float]] = {"foresatte-2025": 0.4}

TEXTS: Final[Mapping[tuple[str, str], Sequence[str]]] = {
    ("medarbeider", "styrke"): (
        "Vi hjelper hverandre når det er travelt.",
        "God tone på jobben og korte veier til leder.",
        "Jeg får bruke det jeg kan.",
        "At vi ler sammen, også på de tunge dagene.",
        "Opplæringen av nye. Ingrid tok meg imot på en måte jeg aldri glemmer.",
        "Fagdagene. Der lærer jeg mest.",
        "Lederen vår spør hvordan det går, og mener det.",
        "Friheten til å legge opp dagen selv.",
        "Kveldsvaktene fungerer mye bedre etter at vi fikk fast bemanning.",
        "Samarbeidet med de andre enhetene. Takk til Bjørn og Turid som fikk det i gang.",
        "Turnusen. Endelig kan jeg planlegge livet.",
        "Brukerne først, det er det ingen her som er i tvil om.",
    ),
    ("medarbeider", "bedre"): (
        "Vi trenger bedre tid til overlapping mellom vaktene.",
        "Det er uklart hvem som bestemmer over vaktplanen.",
        "Mer faglig påfyll, gjerne sammen med andre enheter.",
        "Møtene varer for lenge og handler om for lite.",
        "Ring meg gjerne om dette: 900 12 345.",
        "Vi får vite om endringer etter at de er bestemt.",
        "Per svarer aldri på e-post. Det går ut over oss andre.",
        "Flere faste stillinger. Vikarene rekker ikke å bli kjent med folk.",
        "Datasystemene. Jeg bruker en time hver dag på å føre det samme to ganger.",
        "Garderoben er for liten, og det er kaldt der om vinteren.",
        "Jeg skulle ønske vi snakket mer om hvorfor, og mindre om hvordan.",
        "Støyen i lunsjrommet. Det er ikke pause når en må rope.",
        "Mer ros når noe går bra. Vi hører mest om det som går galt.",
    ),
    ("foresatte-barnehage", "annet"): (
        "Barnet vårt gleder seg hver morgen. Takk!",
        "Vi skulle gjerne hatt mer beskjed om hva de har gjort i løpet av dagen.",
        "Mer utetid om vinteren, takk.",
        "Det er mange nye voksne. Barnet bruker tid på å bli trygt.",
        "Ewa og Maja er gull verdt.",
        "Parkeringen er farlig når alle henter samtidig.",
        "Foreldremøtene kunne vært på dagtid en gang iblant.",
        "Maten er god, og vi setter pris på at dere baker selv.",
        "Send gjerne planen til mamma.til.to@fjordvik.example.invalid også.",
        "Vi fikk god hjelp da det var vanskelig hjemme.",
        "Barnehagen stenger for tidlig for oss som pendler.",
        "Jeg savner at noen spør meg hvordan barnet har sovet.",
    ),
    ("innbygger", "bedre"): (
        "Gang- og sykkelvei til Nesset. Barna går i veikanten.",
        "Svar på henvendelser. Jeg har ventet i fire måneder.",
        "Flere sykehjemsplasser, og snart.",
        "Bussen går to ganger om dagen. Det er ikke et tilbud.",
        "Enklere byggesak. Garasjen min tok lengre tid enn huset.",
        "Fortsett med kulturskolen, den betyr mye.",
        "Brøytingen i sidegatene.",
        "Mer å gjøre for ungdom i helgene.",
        "Nettsidene. Jeg finner aldri skjemaet jeg trenger.",
        "Rent vann hele året, takk.",
    ),
}


class CommentWriter:
    """Draws comments with a generator of its own, so that the ratings do not depend on them."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng([seed, 8])

    def write(self, questionnaire: Questionnaire) -> dict[str, str]:
        """One person's comments by question key: mostly none."""
        written = {}
        for question in questionnaire.comments:
            texts = TEXTS.get((questionnaire.key, question.key), ())
            if texts and self._random.random() < SHARE_WHO_WRITE:
                written[question.key] = texts[int(self._random.integers(len(texts)))]
        return written


def is_unreviewed(session: Session, survey_key: str) -> bool:
    """Whether the survey has comments, and nobody has been through one of them."""
    survey = find_survey(session, survey_key)
    comments = select(Comment.id).where(Comment.survey_id == survey.id)
    reviewed = select(CommentReview.comment_id).where(CommentReview.comment_id.in_(comments))
    return session.scalar(comments.limit(1)) is not None and session.scalar(reviewed.limit(1)) is None


def review(session: Session, survey_key: str) -> None:
    """Goes through the comments of a released survey as HR does: one in forty is held back, the rest approved."""
    survey = find_survey(session, survey_key)
    # Their ids are random: in this order the same comments are held back in every build.
    in_order = (Comment.unit_id, Comment.question, Comment.text, Comment.id)
    ids = session.scalars(select(Comment.id).where(Comment.survey_id == survey.id).order_by(*in_order)).all()
    reviewed = ids[: round(len(ids) * REVIEWED.get(survey_key, 1.0))]
    reviewer = Reviewer(session, survey, frozenset(unit.unit_id for unit in survey.units))
    for held in reviewed[::40]:
        reviewer.decide(held, 0, Decision(CommentStatus.HELD, HoldReason.PERSON))
    reviewer.approve_all(dict.fromkeys(reviewed, 0))
