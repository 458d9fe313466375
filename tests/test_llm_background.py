"""One event loop for all calls of a process."""

import subprocess
import sys

PROGRAM = """
import asyncio
import sys
import threading
import time
from extractor.propose.llm.background import begin

sys.setswitchinterval(1e-6)
start = threading.Barrier(8)
new = asyncio.new_event_loop
loops = set()

def slow():
    time.sleep(0.05)
    return new()

async def where():
    loops.add(id(asyncio.get_running_loop()))

def ask():
    start.wait()
    begin(where()).result()

asyncio.new_event_loop = slow
threads = [threading.Thread(target=ask) for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(len(loops))
"""


def test_threads_that_come_first_at_once_share_the_loop() -> None:
    """A model's connections belong to one loop, whoever asks first."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "1\n"
