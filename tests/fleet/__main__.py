"""`python -m tests.fleet`: the fleet, until Ctrl-C."""

import signal
import sys

from tests.fleet.start import SEED, started_fleet


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with started_fleet(seed) as fleet:
            for server in (*fleet.clusters, fleet.union):
                print(f"{server.name:8} {server.url}")
            print(f"\n# {fleet.config}\n{fleet.config.read_text()}\nCtrl-C ends it.", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("\nended")


if __name__ == "__main__":
    main()
