"""One golden request: what a sender sends, who signed it, and what postbackd has to read from it."""

import base64
import hashlib
import hmac
import json
from importlib.metadata import version
from urllib.parse import quote, urlencode

NOW = 1_700_000_000
# A click id of postbackd: a UUIDv7 in Crockford's base32.
CLICK = "01hf7msmc0eq0r28t5cy4tqkff"
BASE_URL = "https://us.example"
PATH = "/postback/n"
STANDARD_LIBRARY = "hmac and hashlib of Python"


def package(name):
    return f"{name} {version(name)} (PyPI)"


def mac(algorithm, key, text):
    return hmac.new(to_bytes(key), to_bytes(text), algorithm).digest()


def digest(algorithm, text):
    return hashlib.new(algorithm, to_bytes(text)).hexdigest()


def base64_of(raw):
    return base64.b64encode(raw).decode()


def to_bytes(text):
    return text.encode() if isinstance(text, str) else text


def compact(value):
    """JSON as most senders write it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def query(params, plus=False):
    return urlencode(params, quote_via=quote) if not plus else urlencode(params)


def get(preset, sent, signature_at=None, signature=None, *, plus=False, path=PATH, headers=(), **rest):
    """A GET whose signature, where it is a parameter, stands last."""
    target = f"{path}?{query(sent, plus)}"
    if signature_at:
        target = f"{target}&{signature_at}={quote(signature, safe='')}"
        signature = quote(signature, safe="")
    return vector(preset, "GET", target, list(headers), "", signature, **rest)


def post(preset, body, headers, signature, *, target=PATH, content_type="application/json", **rest):
    headers = [["content-type", content_type], *headers]
    return vector(preset, "POST", target, headers, body, signature, **rest)


def vector(preset, method, target, headers, body, signature, *, secrets, expect, made_by=STANDARD_LIBRARY, **rest):
    """`rest`: name, base_url, params, now, signed_at, tolerance, unsigned, changes, verified_by; see the README."""
    name = rest.pop("name", "")
    return {
        "preset": preset,
        "name": name,
        "made_by": made_by,
        "verified_by": rest.pop("verified_by", None),
        "secrets": secrets,
        "base_url": rest.pop("base_url", None),
        "params": rest.pop("params", {}),
        "now": rest.pop("now", NOW),
        "signed_at": rest.pop("signed_at", None),
        "tolerance": rest.pop("tolerance", None),
        "method": method,
        "target": target,
        "headers": [list(header) for header in headers],
        "body": body,
        "signature": signature,
        "unsigned": rest.pop("unsigned", []),
        "changes": rest.pop("changes", []),
        "expect": expect,
        **only_known(rest),
    }


def only_known(rest):
    assert not rest, f"unknown: {list(rest)}"
    return rest


def write(path, vectors):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(vectors, file, indent=2, ensure_ascii=False)
        file.write("\n")
