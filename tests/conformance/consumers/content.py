"""What the consumers get to read: every attribute type, and values made to break out.

Types come from the server itself; SAMPLES gives a value for those whose form
is checked. Hostile values go to every type that takes free text, so that each
format meets them in each of its places. What the server refuses is refused,
and does not reach an export.
"""

import base64

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
SHA224 = "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SHA384 = "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"
SHA512 = (
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
)
TLSH = "B4" + "0123456789ABCDEF" * 4 + "012345"
SSDEEP = "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWO"
IMPFUZZY = "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWO"
CDHASH = "3b9c3f2e0a6b5d0a1c2d3e4f5a6b7c8d9e0f1a2b"

SAMPLES = {
    "md5": [MD5], "sha1": [SHA1], "sha224": [SHA224], "sha256": [SHA256], "sha384": [SHA384], "sha512": [SHA512],
    "sha512/224": [SHA224], "sha512/256": [SHA256], "sha3-224": [SHA224], "sha3-256": [SHA256],
    "sha3-384": [SHA384], "sha3-512": [SHA512], "ssdeep": [SSDEEP], "impfuzzy": [IMPFUZZY], "imphash": [MD5],
    "telfhash": ["t1" + "0123456789abcdef" * 4 + "012345"], "pehash": [SHA1], "authentihash": [SHA256],
    "vhash": ["015036656d5223z12z3e05031f1z37z406001a5zb7z"], "cdhash": [CDHASH], "tlsh": [TLSH], "git-commit-id": [SHA1],
    "filename": ["invoice.exe"], "malware-type": ["trojan"],
    "ip-src": ["198.51.100.7", "2001:db8::7", "203.0.113.0/24", "2001:db8:1::/48"],
    "ip-dst": ["198.51.100.8", "2001:db8::8", "192.0.2.0/25"],
    "ip-src|port": ["198.51.100.9|443", "2001:db8::9|443"], "ip-dst|port": ["198.51.100.10|8080"],
    "hostname": ["www.bad.example"], "domain": ["bad.example", "xn--bcher-kva.example"],
    "domain|ip": ["worse.example|198.51.100.11"], "hostname|port": ["mail.bad.example|25"],
    "url": ["https://bad.example/a?b=c&d=%22", "http://198.51.100.12:8080/x;y"], "uri": ["/gate.php?id=1"],
    "email": ["a@bad.example"], "email-src": ["b@bad.example"], "email-dst": ["c@bad.example"],
    "email-reply-to": ["d@bad.example"], "target-email": ["e@good.example"], "dns-soa-email": ["f@bad.example"],
    "jabber-id": ["g@bad.example"], "whois-registrant-email": ["h@bad.example"], "eppn": ["i@bad.example"],
    "email-subject": ["Your \"invoice\"; read it"], "email-attachment": ["invoice.zip"], "user-agent": ["Mozilla/5.0 (x; \"y\")"],
    "mac-address": ["00:11:22:33:44:55"], "mac-eui-64": ["00:11:22:33:44:55:66:77"], "AS": ["64496"], "port": ["443"],
    "regkey": ["HKLM\\Software\\Bad"], "regkey|value": ["HKLM\\Software\\Run|bad.exe"],
    "snort": ['alert tcp any any -> any any (msg:"kept"; content:"kept"; sid:1000001; rev:1;)'],
    "suricata": ['alert http any any -> any any (msg:"kept"; content:"kept"; sid:1000002; rev:1;)'],
    "yara": ['rule kept { strings: $a = "kept" condition: $a }', "rule broken { condition: }"],
    "vulnerability": ["CVE-2024-12345"], "cpe": ["cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*"], "weakness": ["CWE-79"],
    "x509-fingerprint-md5": [MD5], "x509-fingerprint-sha1": [SHA1], "x509-fingerprint-sha256": [SHA256],
    "ja3-fingerprint-md5": [MD5], "jarm-fingerprint": ["2ad2ad0002ad2ad00042d42d000000ad9bf51cc3f5a1e29eecb81d0c7b06eb"],
    "hassh-md5": [MD5], "hasshserver-md5": [MD5], "hex": ["4d5a9000"], "size-in-bytes": ["4096"], "counter": ["3"],
    "integer": ["-7"], "float": ["1.5"], "boolean": ["1"], "datetime": ["2024-01-02T03:04:05Z"],
    "date-of-birth": ["1990-01-02"], "expiry-date": ["2024-01-02"], "phone-number": ["+41 44 000 00 00"],
    "whois-registrant-phone": ["+41440000000"], "prtn": ["+41440000001"], "aba-rtn": ["021000021"],
    "http-method": ["POST"], "link": ["https://report.example/1"],
    "bank-account-nr": ["1234567"], "iban": ["CH9300762011623852957"], "bic": ["POFICHBEXXX"], "bin": ["411111"],
    "cc-number": ["4111111111111111"], "btc": ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
    "dash": ["XpESxaUmonkq8RaLLp46Brx2K39ggQe226"],
    "xmr": ["44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DMozpnonBvEPZFXRb4vyShFuvD6Rn1AyvLbaG2d3EgtP4xnzWh2vkfxrPRcCj"],
    "onion-address": ["duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"], "ssh-fingerprint": ["MD5:" + ":".join([MD5[i:i + 2] for i in range(0, 32, 2)])],
    "favicon-mmh3": ["-123456789"], "cortex": ['{"a": 1}'], "uuid": ["a9fdd2a7-8e1c-4f0e-9d3a-4e4e5b6c7d8e"],
    "dom-hash": [MD5], "process-state": ["Running"], "stix2-pattern": ["[file:name = 'x']"],
    "gender": ["Prefer not to say"], "community-id": ["1:wCb3OG7yAFWelaUydu0D+125CLM="], "kusto-query": ["T | take 1"],
}

HALVES = {"md5": MD5, "sha1": SHA1, "sha224": SHA224, "sha256": SHA256, "sha384": SHA384, "sha512": SHA512,
          "sha512/224": SHA224, "sha512/256": SHA256, "sha3-224": SHA224, "sha3-256": SHA256, "sha3-384": SHA384,
          "sha3-512": SHA512, "authentihash": SHA256, "ssdeep": SSDEEP, "impfuzzy": IMPFUZZY, "imphash": MD5,
          "pehash": SHA1, "tlsh": TLSH, "vhash": SAMPLES["vhash"][0]}

HOSTILE = [
    "a.example\nb.example", "a.example\r\n0.0.0.0 good.example", "a.example 0.0.0.0 good.example", "a.example\tb",
    '"; sid:1; msg:"', "'; reboot #", "a.example; a.example", "# a.example", "*/ rule x { condition: true } /*",
    "back\\slash\\", "\\x0a\\", "*", "@", "$INCLUDE /etc/passwd", "( a.example", "$(reboot)", "`reboot`", "]]>",
    "<script>alert(1)</script>", "&lt;x&gt; & <y/>", "=cmd|'/c calc'!A0", "|3b|;", 'a" ascii wide condition: true }',
    "\u202eelpmaxe", "\U0001f600", "{{7*7}}", "%00", "x" * 4000, "]} , {[", "-j ACCEPT", "alert ip any any -> any any (sid:1;)",
]
HOSTILE_TYPES = [
    "text", "comment", "other", "filename", "url", "uri", "regkey", "user-agent", "email-subject", "email-attachment",
    "domain", "hostname", "pattern-in-file", "pattern-in-traffic", "pattern-in-memory", "named pipe", "mutex", "cookie",
    "snort", "suricata", "yara", "sigma", "bro", "zeek", "link", "windows-service-name", "target-user", "http-method",
    "github-username", "mobile-application-id", "windows-scheduled-task", "x509-fingerprint-md5", "hex", "ja3-fingerprint-md5",
]


def sample(kind):
    """Values for a type."""
    if kind in SAMPLES:
        return SAMPLES[kind]
    if kind.startswith("filename|"):
        return ["invoice.exe|" + HALVES.get(kind.split("|")[1], MD5)]
    return ["free text"]


def events(describe):
    """Bodies for events/add: one with each type, one with hostile values of each kind of place."""
    files = ("attachment", "malware-sample")
    kinds = [kind for kind in describe["types"] if kind not in files]
    plain = [{"type": kind, "value": value, "to_ids": True} for kind in kinds for value in sample(kind)]
    data = base64.b64encode(b"not a sample").decode()
    plain += [{"type": kind, "value": "sample.bin", "data": data, "encrypt": True, "to_ids": True} for kind in files]
    hostile = [
        {"type": kind, "value": value, "to_ids": True, "comment": value}
        for kind in HOSTILE_TYPES if kind in describe["types"] for value in HOSTILE
    ]
    info = 'Hostile "; sid:1;\n*/ <x> $(reboot) # ,\u202e'
    base = {"distribution": 3, "published": True, "threat_level_id": 2, "analysis": 2, "date": "2024-05-06"}
    tags = [{"name": 'hostile:tag="\\"; sid:1; # */ <x>"'}, {"name": "tlp:clear"}]
    members = [{"type": "filename", "object_relation": "filename", "value": value} for value in HOSTILE[:8]]
    members.append({"type": "sha256", "object_relation": "sha256", "value": SHA256, "to_ids": True})
    thing = {"name": "file", "meta-category": "file", "description": "d", "template_version": "25",
             "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215", "Attribute": members}
    return [
        {"Event": {**base, "info": "Every type", "Tag": tags[1:], "Attribute": plain}},
        {"Event": {**base, "info": info, "Tag": tags, "Attribute": hostile, "Object": [thing]}},
    ]
