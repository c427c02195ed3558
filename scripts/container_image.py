"""Writes the container image of the fake, without a container engine: an archive that `docker load` and `podman load` read.

The image contains one statically linked program and nothing else. The archive has the layout of OCI 1.0, and the
`manifest.json` that older versions of Docker read instead. The same inputs result in the same bytes.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from archives import tar

REPOSITORY = "scaleway-fake"
PROGRAM = "usr/local/bin/scaleway-fake"
# As in fake/Dockerfile. A user without permissions: the fake needs none and writes no files.
CONFIGURATION = {
    "User": "65534:65534",
    "ExposedPorts": {"8080/tcp": {}},
    "Entrypoint": [f"/{PROGRAM}", "--listen", "0.0.0.0:8080", "--allow-remote"],
    "WorkingDir": "/",
}


def write(archive: Path, program: Path, processor: str, version: str, source: str, time: int) -> None:
    """Writes the archive of an image for Linux with a program for one processor (amd64 or arm64).

    `source` is the URL of the sources, and `time` in seconds since 1970.
    """
    layer = tar({PROGRAM: program.read_bytes()}, time, program=PROGRAM)
    packed = gzip.compress(layer, compresslevel=6, mtime=0)
    created = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    name = f"{REPOSITORY}:{version}"
    labels = {"org.opencontainers.image.version": version, "org.opencontainers.image.source": source}
    configuration = encode(
        {
            "architecture": processor,
            "os": "linux",
            "created": created,
            "config": {**CONFIGURATION, "Labels": labels},
            "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
            "history": [{"created": created, "created_by": "scripts/dist"}],
        }
    )
    manifest = encode(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("application/vnd.oci.image.config.v1+json", configuration),
            "layers": [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", packed)],
        }
    )
    of_index = descriptor("application/vnd.oci.image.manifest.v1+json", manifest)
    of_index["platform"] = {"architecture": processor, "os": "linux"}
    of_index["annotations"] = {"org.opencontainers.image.ref.name": version, "io.containerd.image.name": f"docker.io/library/{name}"}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [of_index]}
    of_docker = [{"Config": blob(configuration), "RepoTags": [name], "Layers": [blob(packed)]}]
    files = {blob(content): content for content in (configuration, manifest, packed)}
    files |= {"index.json": encode(index), "manifest.json": encode(of_docker), "oci-layout": encode({"imageLayoutVersion": "1.0.0"})}
    archive.write_bytes(tar(files, time))


def encode(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def blob(content: bytes) -> str:
    """The path of a blob in the archive."""
    return f"blobs/{digest(content).replace(':', '/')}"


def descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest(content), "size": len(content)}
