"""How fast sealed ballots are opened: what counting a large survey waits for."""

import time

from nacl.public import PrivateKey

from surveys.respond.ballots import Sheet, open_sheet, seal


def opened_per_second(ballots: int) -> float:
    """Ballots opened a second of one core's processor time; each holds 40 answers and a comment."""
    key = PrivateKey.generate()
    sheet = Sheet(7, bytes(range(1, 6)) * 8, {"bedre": "Mer tid til å snakke sammen om det vi gjør."})
    sealed = [seal(bytes(key.public_key), sheet) for _ in range(ballots)]
    start = time.process_time()
    for one in sealed:
        open_sheet(key, one)
    return ballots / (time.process_time() - start)
