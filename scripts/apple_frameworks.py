"""Stubs of the frameworks of macOS that the programs link, and the names in them.

zig, which links for macOS on other systems, contains the system library but no frameworks. A stub contains only the names of
functions and constants: a missing name is a link error, and binary_formats.py rejects a release that does not use a name.

    scripts/apple_frameworks.py target/apple-frameworks

Started by scripts/dist. Prints nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

# The imported names, without the underscore that the format adds. The linker removes a framework without names.
FRAMEWORKS: dict[str, list[str]] = {
    "CoreFoundation": [
        "CFArrayCreate",
        "CFDataCreate",
        "CFDateCreate",
        "CFErrorCopyDescription",
        "CFErrorGetCode",
        "CFRelease",
        "CFStringCreateWithBytes",
        "CFStringGetBytes",
        "CFStringGetCStringPtr",
        "CFStringGetLength",
        "kCFAbsoluteTimeIntervalSince1970",
        "kCFAllocatorDefault",
        "kCFTypeArrayCallBacks",
    ],
    "Security": [
        "SecCertificateCopySubjectSummary",
        "SecCertificateCreateWithData",
        "SecCopyErrorMessageString",
        "SecPolicyCreateSSL",
        "SecTrustCreateWithCertificates",
        "SecTrustEvaluateWithError",
        "SecTrustSetAnchorCertificates",
        "SecTrustSetAnchorCertificatesOnly",
        "SecTrustSetOCSPResponse",
        "SecTrustSetVerifyDate",
    ],
    "SystemConfiguration": [],
}


def path(framework: str) -> str:
    """The path of a framework's library on macOS."""
    return f"/System/Library/Frameworks/{framework}.framework/Versions/A/{framework}"


def write(directory: Path) -> None:
    """Writes the stubs."""
    for framework, names in FRAMEWORKS.items():
        stub = directory / f"{framework}.framework" / f"{framework}.tbd"
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text(
            f"""--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '{path(framework)}'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ {", ".join(f"_{name}" for name in names)} ]
...
"""
        )


if __name__ == "__main__":
    write(Path(sys.argv[1]))
