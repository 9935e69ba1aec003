"""Changes of bytes as damage and malice make them, and the seals that make them look right."""

import struct

_EXTREMES = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF,
             0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 50_000_000, 2_000_000_000]


def mutated(data, random, most=4):
    """A changed copy of `data`: one to `most` changes of any kind."""
    data = bytearray(data)
    for _ in range(random.randint(1, most)):
        if not data:
            return bytes(data)
        at = random.randrange(len(data))
        kind = random.randrange(8)
        if kind == 0:
            data[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            data[at] = random.randrange(256)
        elif kind in (2, 3):
            width = random.choice((1, 2, 4, 8))
            value = random.choice(_EXTREMES) & ((1 << 8 * width) - 1)
            data[at:at + width] = value.to_bytes(width, "little")
        elif kind == 4:
            del data[at:at + random.choice((1, 2, 4, 8, 64, 1024))]
        elif kind == 5:
            piece = data[at:at + random.choice((1, 4, 8, 64, 1024))]
            place = random.randrange(len(data) + 1)
            data[place:place] = piece
        elif kind == 6:
            data[at:] = b"" if random.random() < 0.3 else data[at:][: random.randrange(1, 1 + len(data) - at)]
        else:
            other = random.randrange(len(data))
            size = random.choice((1, 4, 8, 32))
            data[at:at + size] = data[other:other + size]
    return bytes(data)


def near_end(data, random):
    """Mutated where footers are."""
    tail = min(len(data), random.choice((64, 512, 4096)))
    return data[:-tail] + mutated(data[-tail:], random)


_MASK = (1 << 64) - 1


def checksum(content):
    """That of src/base/bytes.cpp, so that a mutated content has a right seal."""
    h = 0x9E3779B97F4A7C15 ^ len(content)
    whole = len(content) // 8 * 8
    for (word,) in struct.iter_unpack("<Q", content[:whole]):
        h = (h ^ word) * 0x9FB21C651E98DF25 & _MASK
        h = (h << 29 | h >> 35) & _MASK
    rest = int.from_bytes(content[whole:], "little")
    h ^= rest * 0x9FB21C651E98DF25 & _MASK
    h ^= h >> 33
    h = h * 0xFF51AFD7ED558CCD & _MASK
    h ^= h >> 33
    h = h * 0xC4CEB9FE1A85EC53 & _MASK
    return h ^ h >> 33


def unsealed(sealed):
    """Head (magic, version, kind) and content of sealed bytes."""
    (size,) = struct.unpack_from("<Q", sealed, 6)
    head = 6 + 8 + size
    return sealed[:head], sealed[head + 16:]


def sealed(head, content):
    return head + struct.pack("<QQ", checksum(content), len(content)) + content
