"""The kinds whose answer is picked among what is shown: scale, choice, several choices, 0–10."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from questionnaires.codes import NOT_APPLICABLE
from questionnaires.handling import (
    NONE_VALUE,
    NOT_APPLICABLE_VALUE,
    TICKED,
    UNANSWERED,
    AnswerFault,
    Codes,
    Form,
    Handler,
    Read,
)
from questionnaires.question import Question

HIGHEST_RECOMMENDATION: Final = 10


class _OneOf(Handler):
    """A group of radio buttons: one value, one byte. Subclasses say which values there are."""

    clearable = False
    unknown: ClassVar[AnswerFault] = AnswerFault.UNKNOWN_OPTION
    not_offered: ClassVar[AnswerFault] = AnswerFault.NOT_APPLICABLE_NOT_OFFERED

    @abstractmethod
    def code_of(self, question: Question) -> Mapping[str, int]:
        """Form value → code."""

    @abstractmethod
    def label(self, question: Question, code: int, language: str) -> str: ...

    def read(self, question: Question, form: Form) -> Read:
        value = form.get(question.key, "").strip()
        if not value:
            return UNANSWERED
        code = self.code_of(question).get(value)
        if code is None and value == NOT_APPLICABLE_VALUE:
            if question.not_applicable is None:
                return Read(fault=self.not_offered)
            code = NOT_APPLICABLE
        return Read(fault=self.unknown) if code is None else Read({question.key: code})

    def form_values(self, question: Question, coded: Codes) -> dict[str, str]:
        code = coded.get(question.key)
        if code is None:
            return {}
        if code == NOT_APPLICABLE:
            return {question.key: NOT_APPLICABLE_VALUE}
        return {question.key: next(value for value, its in self.code_of(question).items() if its == code)}

    def allows(self, question: Question, code: int) -> bool:
        if code == NOT_APPLICABLE:
            return question.not_applicable is not None
        return code in self.code_of(question).values()

    def describe(self, question: Question, coded: Codes, language: str) -> str | None:
        code = coded.get(question.key)
        if code == NOT_APPLICABLE and question.not_applicable is not None:
            return question.not_applicable[language]
        return None if code is None else self.label(question, code, language)


def _option_keys(raw: Mapping[str, Any]) -> frozenset[str] | None:
    options = raw.get("options")
    return frozenset(str(key) for key in options) if isinstance(options, dict) else None


class ScaleHandler(_OneOf):
    """A statement of a factor. The file has it under `factors`; the code is the value on the scale."""

    under_factors = True
    unknown = AnswerFault.VALUE_NOT_ON_SCALE

    def code_of(self, question: Question) -> Mapping[str, int]:
        return question.scale.value_of if question.scale else {}

    def label(self, question: Question, code: int, language: str) -> str:
        points = question.scale.points if question.scale else ()
        return next(point.label[language] for point in points if point.value == code)


class ChoiceHandler(_OneOf):
    """One of several options; the code is the option's place, 0 first."""

    needs = frozenset({"options"})
    takes = frozenset({"not_applicable"})
    not_offered = AnswerFault.UNKNOWN_OPTION

    def code_of(self, question: Question) -> Mapping[str, int]:
        return question.option_place

    def nameable(self, raw: Mapping[str, Any]) -> frozenset[str] | None:
        return _option_keys(raw)

    def label(self, question: Question, code: int, language: str) -> str:
        return question.options[code].label[language]


class RecommendHandler(_OneOf):
    """0–10: how likely one is to recommend something. The code is the number."""

    needs = frozenset({"low", "high"})
    takes = frozenset({"not_applicable"})
    unknown = AnswerFault.VALUE_NOT_ON_SCALE
    _codes: ClassVar[Mapping[str, int]] = {str(n): n for n in range(HIGHEST_RECOMMENDATION + 1)}

    def code_of(self, question: Question) -> Mapping[str, int]:
        return self._codes

    def nameable(self, raw: Mapping[str, Any]) -> frozenset[str] | None:
        return frozenset(self._codes)

    def label(self, question: Question, code: int, language: str) -> str:
        return str(code)


class ChoicesHandler(Handler):
    """Any number of options: a byte each, 1 for ticked and 0 for not, under the key `KEY.OPTION`.

    All 0 is the answer «none of these», which must be ticked; nothing ticked at all is unanswered.
    """

    needs = frozenset({"options"})
    takes = frozenset({"none", "not_applicable"})
    several = True

    def nameable(self, raw: Mapping[str, Any]) -> frozenset[str] | None:
        return _option_keys(raw)

    def closed_keys(self, question: Question) -> tuple[str, ...]:
        return tuple(f"{question.key}.{option.key}" for option in question.options)

    def read(self, question: Question, form: Form) -> Read:
        keys = self.closed_keys(question)
        sent = {key: value for key in keys if (value := form.get(key, "").strip())}
        if any(value != TICKED for value in sent.values()):
            return Read(fault=AnswerFault.UNKNOWN_OPTION)
        instead = form.get(question.key, "").strip()
        if not instead:
            return Read({key: int(key in sent) for key in keys}) if sent else UNANSWERED
        code = self._instead(question).get(instead)
        if code is None:
            return Read(fault=AnswerFault.UNKNOWN_OPTION)
        return Read(fault=AnswerFault.CHOICES_CONTRADICT) if sent else Read(dict.fromkeys(keys, code))

    def _instead(self, question: Question) -> Mapping[str, int]:
        """What may be ticked instead of an option → the code of every option then."""
        offered = {
            NONE_VALUE: (question.none, 0),
            NOT_APPLICABLE_VALUE: (question.not_applicable, NOT_APPLICABLE),
        }
        return {value: code for value, (label, code) in offered.items() if label is not None}

    def form_values(self, question: Question, coded: Codes) -> dict[str, str]:
        codes = {key: coded[key] for key in self.closed_keys(question) if key in coded}
        if ticked := {key: TICKED for key, code in codes.items() if code == 1}:
            return ticked
        if not codes:
            return {}
        unsure = NOT_APPLICABLE in codes.values()
        return {question.key: NOT_APPLICABLE_VALUE if unsure else NONE_VALUE}

    def values(self, question: Question, coded: Codes) -> frozenset[str]:
        """The keys of the ticked options; `none` or `na` alone."""
        return frozenset(
            value if key == question.key else key.removeprefix(f"{question.key}.")
            for key, value in self.form_values(question, coded).items()
        )

    def allows(self, question: Question, code: int) -> bool:
        return code in (0, 1) or (code == NOT_APPLICABLE and question.not_applicable is not None)

    def describe(self, question: Question, coded: Codes, language: str) -> str | None:
        if not self.is_answered(question, coded):
            return None
        values = self.values(question, coded)
        if NOT_APPLICABLE_VALUE in values and question.not_applicable:
            return question.not_applicable[language]
        if NONE_VALUE in values and question.none:
            return question.none[language]
        return ", ".join(option.label[language] for option in question.options if option.key in values)
