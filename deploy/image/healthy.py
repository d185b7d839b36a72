"""Health of a piece of Airflow, as the API server knows it: `healthy.py scheduler`.

Asking Airflow's own command costs five CPU seconds each time; this costs a request.
"""

import json
import sys
import urllib.request

SERVER = "http://{host}:8080/api/v2/monitor/health"


def main(piece: str, host: str) -> int:
    """Exit code 0 where the piece is healthy, 1 with what is the matter where it is not."""
    with urllib.request.urlopen(SERVER.format(host=host), timeout=8) as answer:  # noqa: S310
        health = json.load(answer)
    status = (health.get(piece) or {}).get("status")
    sys.stdout.write(f"{piece}: {status}\n")
    return 0 if status == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "api-server"))
