"""CRC-32 of many messages at once.

A CRC is linear: of messages of one length it is that of zeros, combined by XOR with what each byte makes of it where it
stands; and what follows a message makes of its sum what it makes of 0, combined with what it makes of the sum's bits.

References
----------
D. V. Sarwate, Commun. ACM 31 (1988) 1008 (table look-up); the polynomial is zlib's.
"""

from functools import lru_cache
from zlib import crc32

import numpy as np

_FEWEST_FOR_TABLES = 64
_FEWEST_ROWS = 2000
_LONGEST_ROW = 128
"""Of fewer rows or longer ones zlib is faster."""

_ROWS_AT_ONCE = 8192
"""So many stay in the processor's cache."""


def row_checksums(rows: np.ndarray) -> np.ndarray:
    """The sum of each row of bytes.

    Parameters
    ----------
    rows
        Unsigned bytes, shape ``(n, length)``; at least one in a row.
    """
    count, length = rows.shape
    if not _pays(rows):
        messages = np.ascontiguousarray(rows).view(f"V{length}").reshape(-1).tolist()
        return np.fromiter(map(crc32, messages), np.uint32, count)
    padded = np.zeros((count, length + length % 2), np.uint8)
    padded[:, :length] = rows
    pairs = padded.view("<u2")
    of_zeros, tables = _tables_by_place(length)
    sums = np.full(count, of_zeros, np.uint32)
    for first in range(0, count, _ROWS_AT_ONCE):
        block, own = pairs[first : first + _ROWS_AT_ONCE], sums[first : first + _ROWS_AT_ONCE]
        for place, table in enumerate(tables):
            own ^= table.take(block[:, place])
    return sums


def continued_checksums(sums: np.ndarray, content: bytes) -> np.ndarray:
    """The sums of many messages, given that of each before the same bytes are appended to all."""
    if len(sums) < _FEWEST_FOR_TABLES:
        return np.array([crc32(content, int(one)) for one in sums], np.uint32)
    of_zero, tables = _tables_by_sum(content)
    whole = np.full(len(sums), of_zero, np.uint32)
    for byte, table in enumerate(tables):
        whole ^= table[(sums >> np.uint32(8 * byte)) & np.uint32(255)]
    return whole


def joined_checksums(sums: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The sums of many messages, given that of each before a row of at least one byte is appended to it.

    Parameters
    ----------
    sums
        The sums so far, shape ``(n,)``.
    rows
        Unsigned bytes, shape ``(n, length)``.
    """
    if not _pays(rows):
        messages = np.ascontiguousarray(rows).view(f"V{rows.shape[1]}").reshape(-1).tolist()
        return np.fromiter(map(crc32, messages, sums.tolist()), np.uint32, len(rows))
    zeros = bytes(rows.shape[1])
    whole: np.ndarray = continued_checksums(sums, zeros) ^ row_checksums(rows) ^ np.uint32(crc32(zeros))
    return whole


def _pays(rows: np.ndarray) -> bool:
    """Whether tables are faster than zlib."""
    return len(rows) >= _FEWEST_ROWS and rows.shape[1] <= _LONGEST_ROW


@lru_cache(maxsize=64)
def _tables_by_sum(content: bytes) -> tuple[int, np.ndarray]:
    """What some bytes make of the sum 0, and, for each byte of a sum, of its values besides."""
    of_zero = crc32(content)
    tables = np.zeros((4, 256), np.uint32)
    for bit in range(32):
        byte, place = divmod(bit, 8)
        own = np.uint32(crc32(content, 1 << bit) ^ of_zero)
        tables[byte, 1 << place : 2 << place] = tables[byte, : 1 << place] ^ own
    return of_zero, tables


@lru_cache(maxsize=16)
def _tables_by_place(length: int) -> tuple[int, np.ndarray]:
    """The sum of so many zeros, and, for each pair of bytes of a message, what its values make of it."""
    of_zeros = crc32(bytes(length))
    single = np.zeros((length + length % 2, 256), np.uint32)
    for place in range(length):
        for bit in range(8):
            message = bytearray(length)
            message[place] = 1 << bit
            single[place, 1 << bit : 2 << bit] = single[place, : 1 << bit] ^ np.uint32(crc32(message) ^ of_zeros)
    return of_zeros, (single[1::2, :, None] ^ single[::2, None, :]).reshape(-1, 65536)
