"""Reads exports with the programs they are made for, and writes one JSON line per export.

Usage: consume_exports.py URL KEY RESULTS_FILE, against a server without events.
The exit status says whether all was tried, not whether all was taken.
"""

import json
import sys
import traceback

import requests

from consumers import checks, content


class Server:
    """The server under test."""

    def __init__(self, url, key):
        self.url = url
        self.session = requests.Session()
        self.session.headers.update({"Authorization": key, "Accept": "application/json"})

    def json(self, method, path, body=None):
        answer = self.session.request(method, self.url + path, json=body, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def search(self, scope, form):
        """An export and the number of its results."""
        body = {"returnFormat": form}
        answer = self.session.post(f"{self.url}/{scope}/restSearch", json=body, timeout=120)
        answer.raise_for_status()
        answer.encoding = "utf-8"
        return answer.text, int(answer.headers["X-Result-Count"])


TEXTS = [
    ("rpz", checks.rpz), ("netfilter", checks.netfilter), ("snort", checks.intrusion_rules),
    ("suricata", checks.intrusion_rules), ("yara", checks.yara_text), ("yara-json", checks.yara_json),
    ("openioc", checks.openioc), ("hosts", checks.hosts), ("hashes", checks.hashes), ("kunai", checks.kunai),
]


def tests(server):
    """Every check with its name."""
    for form, check in TEXTS:
        for scope in ("events", "attributes"):
            yield f"{form} of {scope}", lambda check=check, scope=scope, form=form: check(server.search(scope, form)[0])
    yield "zeek", lambda: checks.intel(server.session.get(f"{server.url}/attributes/bro/download/all", timeout=120).text)
    yield "csv", lambda: checks.table(*server.search("attributes", "csv"))
    yield "xml", lambda: checks.elements(*server.search("attributes", "xml"))
    for event in server.json("GET", "/events/index"):
        path = f"/events/view/{event['uuid']}"
        yield f"pymisp reads {event['info'][:12]!r}", lambda path=path: checks.round_trip(server.json("GET", path))


def every_type_is_there(server, describe):
    found = server.json("POST", "/attributes/restSearch", {"returnFormat": "json"})["response"]["Attribute"]
    missing = set(describe["types"]) - {attribute["type"] for attribute in found}
    checks.expect(not missing, f"no attribute of {sorted(missing)}")


def main(url, key, results):
    server = Server(url, key)
    describe = server.json("GET", "/attributes/describeTypes.json")["result"]
    for body in content.events(describe):
        server.json("POST", "/events/add", body)
    named = [("every type", lambda: every_type_is_there(server, describe)), *tests(server)]
    with open(results, "w", encoding="utf-8") as out:
        for name, test in named:
            line = {"test": name, "outcome": "passed", "detail": ""}
            try:
                test()
            except Exception as problem:  # whatever a consumer says is the result
                line.update(outcome="failed", detail=f"{type(problem).__name__}: {problem}"[:800])
                traceback.print_exc()
            out.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
