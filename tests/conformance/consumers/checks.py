"""The programs that read exports, each told to read one."""

import csv
import io
import json
import re
import subprocess
import tempfile
from pathlib import Path

import suricataparser
import yara
from dateutil import parser
from lxml import etree
from pymisp import MISPEvent

OPENIOC = Path(__file__).parent / "openioc.xsd"


class Refused(Exception):
    """A consumer does not take what it was given."""


def expect(holds, why):
    if not holds:
        raise Refused(why)


def run(command, text):
    """Runs a program with `text` as its input and gives back what it says."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    expect(done.returncode == 0, f"{command[0]}: {(done.stdout + done.stderr).strip()[-600:]}")
    return done.stdout


def lines(text):
    return [line for line in text.split("\n") if line]


def rpz(export):
    """BIND loads the zone."""
    with tempfile.NamedTemporaryFile("w", suffix=".zone") as zone:
        zone.write(export)
        zone.flush()
        said = run(["named-checkzone", "rpz.example", zone.name], "")
    expect("loaded serial" in said, said)
    for needed in ("bad.example CNAME .", "*.bad.example CNAME .", "32.7.100.51.198.rpz-ip CNAME ."):
        expect(needed in export.split("\n"), f"missing: {needed}")


def netfilter(export):
    """Linux takes the commands, in a network of their own so that nothing here changes."""
    rules = {"iptables-restore": [], "ip6tables-restore": []}
    for line in lines(export):
        expect(re.fullmatch(r"iptables -A INPUT -s [0-9a-fA-F:./]+ -j DROP", line), f"not a command: {line!r}")
        restore = "ip6tables-restore" if ":" in line else "iptables-restore"
        rules[restore].append(line.removeprefix("iptables "))
    for restore, commands in rules.items():
        expect(commands, f"nothing for {restore}")
        table = "\n".join(["*filter", ":INPUT ACCEPT [0:0]", *commands, "COMMIT", ""])
        run(["unshare", "--map-root-user", "--net", restore, "--test"], table)


def intrusion_rules(export):
    """Every line is one rule of one identifier, and says only what we let it say."""
    seen = set()
    rules = [line for line in lines(export) if not line.startswith("#")]
    expect(len(rules) > 40, f"only {len(rules)} rules")
    for line in rules:
        rule = suricataparser.parse_rule(line)
        expect(rule is not None, f"not a rule: {line[:300]!r}")
        expect(rule.sid not in seen, f"sid {rule.sid} twice")
        seen.add(rule.sid)
        options = [option.name for option in rule.options]
        expect(options.count("sid") == 1 and options.count("msg") == 1, f"more than one rule: {line[:300]!r}")
    expect(1 not in seen, "a value became a rule of its own")


def yara_text(export):
    """YARA compiles the document as one."""
    yara.compile(source=export)
    expect('"bad.example" ascii wide' in export, "a domain is missing")
    expect("kept" in {rule.identifier for rule in yara.compile(source=export)}, "a stored rule is missing")


def yara_json(export):
    """YARA compiles each rule that is called valid."""
    document = json.loads(export)
    expect(document["generated"] and document["as-is"], "a part is empty")
    for rule in document["generated"] + document["as-is"]:
        if rule["valid"]:
            yara.compile(source=rule["value"])


def openioc(export):
    """The document is one of the schema."""
    schema = etree.XMLSchema(etree.parse(str(OPENIOC)))
    schema.assertValid(etree.fromstring(export.encode(), etree.XMLParser(resolve_entities=False)))


def intel(export):
    """Zeek's input framework: columns by tab, types that its intelligence framework knows."""
    head, *rows = lines(export)
    expect(head.startswith("#fields\tindicator\tindicator_type\t"), head)
    known = {"ADDR", "SUBNET", "URL", "SOFTWARE", "EMAIL", "DOMAIN", "USER_NAME", "CERT_HASH", "PUBKEY_HASH",
             "FILE_HASH", "FILE_NAME", "JA3"}  # the last comes with a package of Zeek's
    expect(len(rows) > 10, f"only {len(rows)} rows")
    for row in rows:
        if row.startswith("#"):
            continue
        columns = row.split("\t")
        expect(len(columns) == len(head.split("\t")) - 1, f"columns: {row!r}")
        expect(columns[1].removeprefix("Intel::") in known, f"type: {row!r}")


def hosts(export):
    for line in lines(export):
        if not line.startswith("#"):
            expect(re.fullmatch(r"0\.0\.0\.0 [A-Za-z0-9._-]+", line), f"not an entry: {line!r}")
    expect("0.0.0.0 bad.example" in lines(export), "an entry is missing")


def hashes(export):
    sizes = {32, 40, 56, 64, 72, 96, 128}
    rows = lines(export)
    expect(len(rows) > 5, f"only {len(rows)} hashes")
    for line in rows:
        fuzzy = re.fullmatch(r"\d+:[A-Za-z0-9+/]+:[A-Za-z0-9+/]+", line)
        expect(fuzzy or re.fullmatch(r"[0-9a-fA-F]+", line) and len(line) in sizes, f"not a hash: {line!r}")


def kunai(export):
    entries = json.loads(export)
    expect(len(entries) > 5, f"only {len(entries)} entries")
    for entry in entries:
        expect(set(entry) == {"type", "uuid", "source", "value", "event_uuid", "severity"}, f"keys: {entry}")


def table(export, count):
    head, *rows = [row for row in csv.reader(io.StringIO(export, newline=""), strict=True) if row]
    expect(head[:5] == ["uuid", "event_id", "category", "type", "value"], str(head))
    expect(len(rows) == count, f"{len(rows)} rows, {count} attributes")
    for row in rows:
        expect(len(row) == len(head), f"columns: {row}")


def elements(export, count):
    """Well-formed, and nobody's value became an element."""
    root = etree.fromstring(export.encode(), etree.XMLParser(resolve_entities=False, huge_tree=True))
    expect(len(root.findall("Attribute")) == count, f"{len(root)} of {count} attributes")
    expect(not root.findall(".//script"), "a value became an element")


def round_trip(answer):
    """PyMISP loads an event and gives it back unchanged."""
    given = answer["Event"]
    event = MISPEvent()
    event.load(json.dumps(answer))
    back = json.loads(event.to_json())

    def shown(attribute):
        keys = ("uuid", "type", "category", "value", "to_ids", "comment", "distribution", "deleted",
                "disable_correlation", "object_relation")
        seen = {key: str(attribute[key]) for key in keys if attribute.get(key) not in (None, "")}
        if attribute["type"] == "datetime":  # PyMISP writes the same moment in another form
            seen["value"] = str(parser.parse(seen["value"]))
        return seen

    def all_of(body):
        loose = body.get("Attribute", [])
        return loose + [member for thing in body.get("Object", []) for member in thing["Attribute"]]

    before, after = ({one["uuid"]: shown(one) for one in all_of(body)} for body in (given, back))
    expect(len(before) == len(after), f"{len(before)} attributes became {len(after)}")
    for uuid, attribute in before.items():
        expect(attribute == after[uuid], f"{attribute} became {after[uuid]}")
    for key in ("info", "uuid", "date", "analysis", "threat_level_id", "distribution"):
        expect(str(given[key]) == str(back[key]), f"{key}: {given[key]} became {back[key]}")
