"""Signed requests to Object Storage (AWS Signature Version 4), sent with an access key alone."""

from __future__ import annotations

import hashlib
import hmac
import urllib.error
import urllib.request
from datetime import datetime, timezone
from urllib.parse import quote, urlsplit


def status(url: str, access_key: str, secret_key: str, method: str, path: str, body: bytes = b"") -> int:
    """The status of one request; `path` includes the query, whose parameters have no values."""
    now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/fr-par/s3/aws4_request"
    bare, _, query = path.partition("?")
    headers = {
        "host": urlsplit(url).netloc,
        "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-amz-date": now,
    }
    names = ";".join(headers)
    lines = [method, quote(bare), f"{query}=" if query else "", *(f"{name}:{text}" for name, text in headers.items())]
    canonical = "\n".join([*lines, "", names, headers["x-amz-content-sha256"]])
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    request = urllib.request.Request(url + path, method=method, data=body or None, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
