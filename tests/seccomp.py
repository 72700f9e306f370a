"""System calls that a kernel or a container refuses, by a filter that all children inherit."""

import ctypes
import platform
from collections.abc import Mapping

PIDFD_OPEN = 434
"""Its number on every architecture."""

_SET_SECCOMP, _NO_NEW_PRIVILEGES, _FILTER = 22, 38, 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_FAIL, _ALLOW = 0x00050000, 0x7FFF0000

supported = platform.system() == "Linux"


class _Step(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step)))


def refuse(calls: Mapping[int, int]) -> None:
    """Let system calls fail in this process for good: number of the call -> number of the error."""
    steps = [(_LOAD, 0, 0, 0)]
    for call, error in calls.items():
        steps += [(_JUMP_IF_EQUAL, 0, 1, call), (_RETURN, 0, 0, _FAIL | error)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    program = _Program(len(steps), (_Step * len(steps))(*(_Step(*step) for step in steps)))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for words in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)):
        if prctl(*words):
            raise OSError(ctypes.get_errno(), "prctl")
