"""A background question's column → codes, by option key and by label, and where the two say different things."""

from collections.abc import Mapping

import numpy as np

from analysis.answer_labels import LabelContradiction, plain_code, plain_label
from analysis.answer_mapping import AnswerMapping, LabelChoice
from analysis.messages import N_, Message
from analysis.response_faults import ResponseFaults
from analysis.responses import Codes
from analysis.tables import FileFault, ResponseColumn, whole_numbers
from questionnaires.coding import BLANK, NOT_ASKED
from questionnaires.model import Background


def background_codes(
    question: Background, column: ResponseColumn | None, mapping: AnswerMapping, faults: ResponseFaults
) -> Codes:
    """(rows,) what each row says of a background question; «not asked» where the file has no such column.

    >>> from analysis.answer_mapping import NO_MAPPING
    >>> from analysis.tables import ResponseTable
    >>> from questionnaires.loading import builtin
    >>> table = ResponseTable((ResponseColumn("nr", ("1", "2"), np.arange(2)),), np.array([2, 3]))
    >>> question = builtin("lederklima", 1).background
    >>> found = background_codes(question, None, NO_MAPPING, ResponseFaults(table))
    >>> (found == NOT_ASKED).tolist()
    [True, True]
    """
    if column is None:
        return np.full(len(faults.table.lines), NOT_ASKED, dtype=np.uint8)
    words = _option_words(question)
    missing = {plain_code(code) for code in mapping.missing} - {option.key for option in question.options}
    template = N_("«%(text)s» er ikke et svaralternativ. Lovlige svar er %(options)s.")
    options = ", ".join(option.key for option in question.options)
    codes: list[int | None] = []
    refusals: list[Message | None] = []
    contradictions: list[LabelContradiction] = []
    for text, whole in zip(column.texts, whole_numbers(column.texts), strict=True):
        label = column.labels.get(text, "")
        by_text, by_label = _option(words, whole), _option(words, label)
        code = by_label if by_text is None else by_text
        if not text or text in column.missing or plain_code(text) in missing:
            code = BLANK
        elif by_text is not None and by_label not in {None, by_text}:
            if mapping.labels is LabelChoice.FOLLOW:
                code = by_label
            else:
                contradictions.append(LabelContradiction(whole, label, by_label))
        codes.append(code)
        refusals.append(None if code is not None else Message(template, {"text": text, "options": options}))
    if contradictions:
        faults.add(
            FileFault(
                None, question.key, _contradicting_option(question, contradictions[0]), LabelChoice.FOLLOW
            )
        )
    return faults.coded(column, codes, refusals)


def _option_words(question: Background) -> dict[str, int]:
    """Keys and labels as they are, then labels without punctuation → the option's place."""
    found: dict[str, int] = {}
    for plain in (str.casefold, plain_label):
        for index, option in enumerate(question.options):
            for name in (option.key, *option.label.values()):
                found.setdefault(plain(name), index)
    return found


def _option(words: Mapping[str, int], text: str) -> int | None:
    return words.get(text.casefold(), words.get(plain_label(text))) if text else None


def _contradicting_option(question: Background, found: LabelContradiction) -> Message:
    message = N_(
        "Merkelappene i filen sier noe annet enn spørreskjemaet: %(text)s er merket «%(label)s», som er %(meant)s i "
        "spørreskjemaet."
    )
    meant = question.options[found.meant or 0].key
    return Message(message, {"text": found.text, "label": found.label, "meant": meant})
