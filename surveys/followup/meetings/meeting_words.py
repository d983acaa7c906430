"""What the meeting's pages say of a choice, a vote and the check a month later."""

from collections.abc import Mapping, Sequence

from questionnaires.model import Text
from surveys.followup.meetings.choosing import ToldVote
from surveys.followup.meetings.models import (
    ChoiceOrigin,
    FocusChoice,
    RoomVote,
    RoomVoteKind,
    RoomVoteStatus,
)
from surveys.followup.meetings.outcomes import NoticedChange
from surveys.platform.localisation import listed, localised, long_date
from surveys.platform.texts import _
from surveys.results.texts import in_sentence


def theme_word(key: str, themes: Mapping[str, Text]) -> str:
    """The theme inside a sentence; its key when the questionnaire has it no longer."""
    return in_sentence(localised(themes[key])) if key in themes else key


def choice_sentence(choice: FocusChoice, themes: Mapping[str, Text]) -> str:
    """«Dere valgte å ta vare på samarbeid og forbedre ledelse.», or that the step was skipped and why."""
    if choice.keep is None or choice.improve is None:
        return _("Dere hoppet over å velge noe etter undersøkelsen: %(reason)s", reason=choice.reason)
    return _(
        "Dere valgte å ta vare på %(keep)s og forbedre %(improve)s.",
        keep=theme_word(choice.keep, themes),
        improve=theme_word(choice.improve, themes),
    )


def origin_sentence(choice: FocusChoice) -> str:
    day, name = long_date(choice.chosen_on), choice.author
    if choice.origin is ChoiceOrigin.VOTE:
        return _("Valgt %(day)s med avstemning på telefon. Skrevet inn av %(name)s.", day=day, name=name)
    if choice.origin is ChoiceOrigin.PAPER:
        return _("Valgt %(day)s i møtet. Skrevet inn av %(name)s.", day=day, name=name)
    return _("Hoppet over %(day)s av %(name)s.", day=day, name=name)


def told_vote(votes: Sequence[RoomVote]) -> ToldVote:
    """What the vote on themes told; nothing when there was none, or it told nothing."""
    for vote in votes:
        if vote.kind is RoomVoteKind.FOCUS and vote.status is RoomVoteStatus.TOLD:
            return ToldVote(_keys(vote.first), _keys(vote.second))
    return ToldVote()


def vote_sentences(vote: RoomVote, themes: Mapping[str, Text]) -> list[str]:
    """What a closed vote on themes is told as, without any number of votes."""
    if vote.status is RoomVoteStatus.TOO_FEW:
        return [
            _("For få stemte til at vi kan vise noe. Bruk papir eller håndsopprekning, og skriv inn valget.")
        ]
    if vote.status is RoomVoteStatus.TOO_MANY:
        return [
            _(
                "Det kom flere stemmer enn dere er i rommet. Derfor er ingen av dem talt. Stem på nytt, eller bruk "
                "papir eller håndsopprekning."
            )
        ]
    return [_kept_most(_keys(vote.first), themes), _improved_most(_keys(vote.second), themes)]


def check_sentences(vote: RoomVote, choice: FocusChoice, themes: Mapping[str, Text]) -> list[str]:
    """What a check a month later is told as: a word for each theme."""
    if vote.status is RoomVoteStatus.TOO_FEW:
        return [_("For få svarte til at vi kan vise noe. Snakk om det i stedet.")]
    if vote.status is RoomVoteStatus.TOO_MANY:
        return [_("Det kom flere svar enn dere er i rommet. Derfor er ingen av dem talt.")]
    named = ((choice.improve, vote.first), (choice.keep, vote.second))
    return [_noticed(NoticedChange(word), theme_word(key, themes)) for key, word in named if key]


def _noticed(change: NoticedChange, theme: str) -> str:
    sentences = {
        NoticedChange.BETTER: _("Samlet svar om %(theme)s: bedre enn før.", theme=theme),
        NoticedChange.SAME: _("Samlet svar om %(theme)s: omtrent som før.", theme=theme),
        NoticedChange.WORSE: _("Samlet svar om %(theme)s: mindre bra enn før.", theme=theme),
    }
    return sentences[change]


def _kept_most(keys: Sequence[str], themes: Mapping[str, Text]) -> str:
    if not keys:
        return _("Ta vare på: stemmene fordelte seg på mange temaer. Bli enige sammen.")
    if len(keys) > 1:
        return _("Ta vare på: likt mellom %(themes)s. Bli enige sammen.", themes=_listed(keys, themes))
    return _("Flest vil ta vare på %(theme)s.", theme=theme_word(keys[0], themes))


def _improved_most(keys: Sequence[str], themes: Mapping[str, Text]) -> str:
    if not keys:
        return _("Forbedre: stemmene fordelte seg på mange temaer. Bli enige sammen.")
    if len(keys) > 1:
        return _("Forbedre: likt mellom %(themes)s. Bli enige sammen.", themes=_listed(keys, themes))
    return _("Flest vil forbedre %(theme)s.", theme=theme_word(keys[0], themes))


def _listed(keys: Sequence[str], themes: Mapping[str, Text]) -> str:
    return listed([theme_word(key, themes) for key in keys])


def _keys(joined: str) -> tuple[str, ...]:
    return tuple(key for key in joined.split(",") if key)
