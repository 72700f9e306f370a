"""Seeds for programs with generators of their own: numbers of a few bits, another one for each stream.

A random number of 32 bits per task would not do: among 10^5 of them two are equal with a probability of 69 %. So seeds
are a permutation of the stream numbers.

References
----------
M. Luby, C. Rackoff, "How to construct pseudorandom permutations from pseudorandom functions", SIAM J. Comput. 17
(1988) 373: a Feistel network is a permutation whatever its round function is, and from four rounds on it can't be told
from a random one if that function can't;
A. Appleby, MurmurHash3 (2011): the finaliser of 32 bits, the round function here;
J. Black, P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002: walking along a cycle until it is back in a
smaller domain permutes that domain.
"""

from collections.abc import Sequence

FEWEST_BITS, MOST_BITS = 16, 64
ROUNDS = 6


def permuted(number: int, bits: int, keys: Sequence[int]) -> int:
    """The image of a number in a permutation of all numbers of some bits.

    Parameters
    ----------
    number
        At least 0 and below ``2**bits``.
    bits
        From 1 to 64.
    keys
        One number below ``2**32`` for each round; they choose the permutation.
    """
    half = (bits + 1) // 2
    while True:
        number = _network(number, half, keys)
        if number >> bits == 0:  # of an odd number of bits, every other one is outside
            return number


def _network(number: int, half: int, keys: Sequence[int]) -> int:
    """A Feistel network over twice ``half`` bits."""
    mask = (1 << half) - 1
    left, right = number >> half, number & mask
    for key in keys:
        left, right = right, left ^ (_mixed(right ^ key) & mask)
    return left << half | right


def _mixed(word: int) -> int:
    """MurmurHash3's finaliser: each bit of the outcome depends on each of the 32 that are given."""
    word ^= word >> 16
    word = word * 0x85EBCA6B & 0xFFFFFFFF
    word ^= word >> 13
    word = word * 0xC2B2AE35 & 0xFFFFFFFF
    return word ^ word >> 16
