"""What a file or record is about."""

from enum import StrEnum

__all__ = ["Kind"]


class Kind(StrEnum):
    """What a file or record is about; the value is the command line's word."""

    DEMAND = "demand"
    POLICY = "policy"
    PATENT = "patent"
    PROJECT = "project"
    NOTICE = "notice"
