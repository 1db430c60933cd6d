"""The Common Expression Language (CEL) as procedures use it: parsed, checked and compiled when a file is loaded.

Source: the CEL specification (cel-spec, langdef.md). Left out: uint, bytes, timestamps, durations, messages.
Added: the functions of `domain.py`, and has() on a bare name, since questions are variables here.
"""
