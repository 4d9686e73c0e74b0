#!/usr/bin/python3
"""Hours of misfortune: soak.py SECONDS [SEED]. README.md tells what it does; exit code 1 where something was wrong, which is told with its seed."""
import collections
import pathlib
import random
import shutil
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import frames  # noqa: E402
import offline  # noqa: E402
import online  # noqa: E402

LONGEST = 300  # s, of one life of the gateways


def main():
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
    end, tally, wrong = time.monotonic() + seconds, collections.Counter(), 0
    source = frames.Source(None)
    while (left := end - time.monotonic()) > 0:
        r = source.r = random.Random(seed)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="nvgre-soak-"))
        try:
            if seed % 2:
                online.soak(r, source, folder, min(left, LONGEST), tally)
            else:
                until = time.monotonic() + min(left, LONGEST)
                while time.monotonic() < until:
                    offline.one_round(r, source, folder, tally)
            shutil.rmtree(folder)
        except Exception:
            wrong += 1
            print("seed %d, in %s:" % (seed, folder))
            traceback.print_exc(file=sys.stdout)
        seed += 1
    for what, n in sorted(tally.items(), key=str):
        print("  ", *(what if isinstance(what, tuple) else (what,)), n)
    print("%d wrong" % wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
