"""Whatever valid answers come in, the analysis ends: counting must not fail on them."""

import json

import numpy as np
import pytest

from analysis.report import analyse, to_json
from analysis.responses import Responses
from questionnaires.coding import BLANK, NOT_ASKED
from tests.analysis.example_surveys import survey


@pytest.mark.parametrize("seed", range(40))
def test_no_valid_answers_stop_the_analysis(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 5, size=rng.integers(1, 4)).tolist()
    people, items = int(rng.choice([0, 1, 2, 5, 20, 60])), sum(sizes)
    answers = np.clip(rng.integers(1, 6, size=(people, 1)) + rng.integers(-1, 2, size=(people, items)), 1, 5)
    one, other = rng.integers(items, size=2)
    spoilt = seed % 8
    if spoilt == 0:
        answers[:, one] = 3  # constant
    elif spoilt == 1:
        answers[:, one] = answers[:, other]  # said twice
    elif spoilt == 2:
        answers[:, one] = 6 - answers[:, other]
    elif spoilt == 3:
        answers[:, one] = np.where(np.arange(people) % 2, (answers.sum(axis=1) // items), BLANK)
    elif spoilt == 4:
        answers[:, : sizes[0]] = BLANK  # nobody has answered the factor
    elif spoilt == 5:
        answers[rng.random(people) < 0.7, : sizes[0]] = NOT_ASKED
    elif spoilt == 6:
        answers[rng.random(answers.shape) < 0.4] = BLANK
    else:
        answers[:] = answers[:1] if people else answers  # all alike
    questionnaire = survey(sizes)
    unit = rng.integers(0, 2, size=people).astype(np.int32)
    found = analyse(questionnaire, Responses(questionnaire, answers.astype(np.uint8), unit, ("a", "b")))
    json.dumps(to_json(found), allow_nan=False)
