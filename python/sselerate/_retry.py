"""How the value of a ``retry`` field is read, by the pure-Python parser and by what reads blocks itself."""

__all__ = ["milliseconds"]

_LARGEST = 2**64 - 1


def milliseconds(value: bytes) -> int | None:
    """What the value of a ``retry`` field says; None if it is to be ignored."""
    digits = value.lstrip(b"0")
    # isdigit() of bytes knows ASCII only; 20 digits are enough for any 64-bit number
    if value.isdigit() and len(digits) <= 20 and int(digits or b"0") <= _LARGEST:
        return int(digits or b"0")
    return None
