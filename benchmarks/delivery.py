"""What guarding a delivery costs in processor time: with the checks and receipts, and with these switched off.

Both kinds take turns in one process, so the ratio holds on a busy machine. Switched off: the comparison of the public
key, the invitation's seal, the ballot's leaf, and finding the ballot for its receipt. SQLite, the small questionnaire.

.venv/bin/python benchmarks/delivery.py [deliveries]
"""

import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from app import create_app  # noqa: E402
from surveys.campaigns.keystore import KeyStore  # noqa: E402
from surveys.operating import migrating  # noqa: E402
from surveys.platform.config import Settings  # noqa: E402
from tests.building import build_open_survey, invite_some  # noqa: E402
from tests.respondent import Respondent  # noqa: E402


def unguarded(stack: ExitStack) -> None:
    """As before there were seals, bound keys, leaves and receipts."""
    stack.enter_context(patch("surveys.respond.ballots.check_seal", lambda *_: None))
    stack.enter_context(patch("surveys.respond.ballots.hmac.compare_digest", lambda *_: True))
    stack.enter_context(patch("surveys.campaigns.tally.receipt_codes.ballot_id", lambda *_: None))
    stack.enter_context(patch("surveys.campaigns.ballot_box.leaf_hash", lambda *_: secrets.token_bytes(32)))


def main(many: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        settings = Settings(
            instance=Path(temporary) / "instance", secret_key=secrets.token_hex(), base_url="http://localhost"
        )
        settings.instance.mkdir(mode=0o700)
        app = create_app(settings)
        db = app.extensions["medvirk_database"]
        migrating.upgrade(db.engine)
        KeyStore.of(settings.keys, app.config["SECRETS"])
        with db.transaction() as session:
            codes = invite_some(app, session, build_open_survey(app, session), count=2 * many + 20)
        took: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        for place, code in enumerate(codes):
            person = Respondent(app.test_client(), code)
            person.answers_to_the_review()
            guarded = place % 2 == 0
            with ExitStack() as stack:
                if not guarded:
                    unguarded(stack)
                began = time.process_time()
                answer = person.client.post(person.page.form_address(), data=person.page.unseen())
                delivered = time.process_time()
                shown = person.client.get(answer.location)
                ended = time.process_time()
            assert (answer.status_code, shown.status_code) == (303, 200)
            if place >= 20:  # the first ones fill caches
                took[guarded].append((delivered - began, ended - began))
    for place, what in enumerate(("delivering", "delivering and the receipt")):
        with_checks, without = (1000 * np.median(took[guarded], axis=0)[place] for guarded in (True, False))
        ratio = with_checks / without
        print(f"{what}: {with_checks:.2f} ms of CPU, without the checks {without:.2f}, ratio {ratio:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
