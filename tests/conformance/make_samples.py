"""Writes the executables that PyMISP's live suite reads into the directory given.

The suite expects a collection of sample programs beside it and would fetch one
from the network when it is absent. Nothing in the tests that must pass depends
on which programs these are, so we build a harmless one here: a PE image whose
only instruction returns. Standard library only; the same bytes on every run.
"""

import hashlib
import struct
import sys
from pathlib import Path

ALIGNMENT = 0x200
PAGE = 0x1000
IMAGE_BASE = 0x400000


def filler(seed: str, size: int) -> bytes:
    """Bytes without repetition, so that fuzzy hashes of a section are not degenerate."""
    out = bytearray()
    counter = 0
    while len(out) < size:
        out += hashlib.sha256(f"{seed}-{counter}".encode()).digest()
        counter += 1
    return bytes(out[:size])


def portable_executable() -> bytes:
    """A 32-bit console program with the three customary sections."""
    sections = [
        (b".text", b"\x31\xc0\xc3" + filler("text", 0x5FD), 0x60000020),
        (b".rdata", filler("rdata", 0x400), 0x40000040),
        (b".data", filler("data", 0x800), 0xC0000040),
    ]
    headers_size = ALIGNMENT * 2
    table, bodies = b"", b""
    for number, (name, body, characteristics) in enumerate(sections):
        table += struct.pack(
            "<8sIIIIIIHHI",
            name,
            len(body),
            PAGE * (number + 1),
            len(body),
            headers_size + len(bodies),
            0, 0, 0, 0,
            characteristics,
        )
        bodies += body
    coff = struct.pack("<HHIIIHH", 0x14C, len(sections), 0x5F000000, 0, 0, 224, 0x0102)
    optional = struct.pack(
        "<HBBIIIIIIIIIHHHHHHIIIIHHIIIIII",
        0x10B, 14, 0,
        0x600, 0xC00, 0,
        PAGE, PAGE, PAGE * 2,
        IMAGE_BASE, PAGE, ALIGNMENT,
        6, 0, 0, 0, 6, 0, 0,
        PAGE * (len(sections) + 1), headers_size, 0,
        3, 0x8140,
        0x100000, 0x1000, 0x100000, 0x1000,
        0, 16,
    ) + bytes(16 * 8)
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    head = dos + b"PE\0\0" + coff + optional + table
    return head.ljust(headers_size, b"\0") + bodies


def main() -> None:
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    (target / "whoami.exe").write_bytes(portable_executable())


if __name__ == "__main__":
    main()
