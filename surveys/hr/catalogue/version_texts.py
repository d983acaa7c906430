"""The words for what became of a statement or a theme between two versions."""

from collections.abc import Iterator
from dataclasses import dataclass

from questionnaires.comparison import (
    FactorChange,
    SeriesContinuity,
    TextChange,
    VersionComparison,
    WordingChange,
)
from questionnaires.model import Questionnaire, Text
from surveys.platform.localisation import language_name, localised
from surveys.platform.texts import _, ngettext


@dataclass(frozen=True)
class VersionWords:
    """The words for one comparison; texts of the questionnaires in `language`."""

    comparison: VersionComparison
    language: str

    def localised(self, text: Text) -> str:
        return localised(text, self.language)

    def name(self, questionnaire: Questionnaire) -> str:
        """«versjon 2», with the title when two different questionnaires are compared."""
        version = _("versjon %(version)s", version=questionnaire.version)
        if self.comparison.earlier.key == self.comparison.later.key:
            return version
        return f"{self.localised(questionnaire.title)}, {version}"

    def summary(self) -> Iterator[str]:
        """How many trend lines go on, begin and end."""
        trends = [factor.trend for factor in self.comparison.factors]
        if lines := trends.count(SeriesContinuity.SURVIVES):
            yield ngettext("%(num)s trendlinje fortsetter.", "%(num)s trendlinjer fortsetter.", lines)
        if series := len(trends) - lines - trends.count(SeriesContinuity.ENDED):
            yield ngettext("%(num)s ny serie starter.", "%(num)s nye serier starter.", series)
        if ended := trends.count(SeriesContinuity.ENDED):
            yield ngettext("%(num)s trendlinje slutter.", "%(num)s trendlinjer slutter.", ended)

    def verdict(self, change: FactorChange) -> str:
        """«Trendlinjen for Rolleklarhet fortsetter.», or why a new series starts."""
        title = self.localised(change.title)
        if change.deserves_a_look:
            line = _("Trendlinjen for %(title)s fortsetter.", title=title)
            return line + " " + _("Noe er endret: se etter at påstandene fortsatt måler det samme.")
        return {
            SeriesContinuity.SURVIVES: _("Trendlinjen for %(title)s fortsetter.", title=title),
            SeriesContinuity.NOT_DECLARED: self._why_undeclared(change),
            SeriesContinuity.SCALE_DIFFERS: _("Ny serie starter: svarskalaen er en annen."),
            SeriesContinuity.NEW: _("Ny serie starter: temaet er nytt."),
            SeriesContinuity.ENDED: _("Trendlinjen for %(title)s slutter: temaet er tatt ut.", title=title),
        }[change.trend]

    def _why_undeclared(self, change: FactorChange) -> str:
        kinds = {item.change for item in change.items}
        if kinds & {WordingChange.ADDED, WordingChange.REMOVED}:
            return _("Ny serie starter: det er ikke de samme påstandene.")
        if WordingChange.REWORDED in kinds:
            keys = ", ".join(item.key for item in change.items if item.change is WordingChange.REWORDED)
            return _("Ny serie starter: ordlyden er endret i %(keys)s.", keys=keys)
        if change.labels_differ:
            return _("Ny serie starter: svarene har fått andre ord.")
        earlier = self.name(self.comparison.earlier)
        return _(
            "Ny serie starter: skjemaet sier ikke at temaet kan sammenlignes med %(earlier)s.",
            earlier=earlier,
        )

    def notes(self, change: TextChange, answers: str, *, is_moved: bool = False) -> Iterator[str]:
        """What became of one text. `answers` is said when what may be answered was changed."""
        if change.before is None:
            yield self._came(change.key)
        elif change.after is None:
            yield self._went(change.key)
        if self.language in change.languages:
            yield _("Ordlyden er endret.")
        others = [language_name(code).lower() for code in change.languages if code != self.language]
        if others:
            yield _("Ordlyden er endret på %(languages)s.", languages=", ".join(others))
        if change.answers_differ:
            yield answers
        if is_moved:
            yield _("Har fått en annen plass.")

    def _came(self, key: str) -> str:
        theme = self.comparison.earlier.factor_of.get(key)
        return _("Flyttet hit fra %(theme)s.", theme=self.localised(theme.title)) if theme else _("Ny.")

    def _went(self, key: str) -> str:
        theme = self.comparison.later.factor_of.get(key)
        return _("Flyttet til %(theme)s.", theme=self.localised(theme.title)) if theme else _("Tatt ut.")
