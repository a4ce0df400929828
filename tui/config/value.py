"""Turns a value of a configuration file into an option's, by the option's own rules."""

from __future__ import annotations

from datetime import date

from tui.options.definition import Option, WrongValue


class TypeMismatch(Exception):
    """A value that an option cannot have; the text says what would be right."""


def option_value(option: Option, value: object) -> object:
    """Return what a file's value means for an option.

    Raises `TypeMismatch`, and `UsageError` with a sentence of its own for what is typed.
    """
    if not option.metavar:
        if not isinstance(value, bool):
            raise TypeMismatch("it is true or false")
        return value
    if option.is_repeatable:
        many = value if isinstance(value, list) else [value]
        return [_read(option, each) for each in many]
    return _read(option, value)


def _read(option: Option, value: object) -> object:
    """Read one value as if it stood on the command line."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise TypeMismatch(_expected(option))
    text = str(value)
    if "\0" in text:
        raise TypeMismatch("it is a text without a zero byte")
    try:
        return option.read(text)
    except WrongValue as error:
        raise TypeMismatch(str(error)) from error


def _expected(option: Option) -> str:
    if option.choices:
        return f"it is one of {', '.join(option.choices)}"
    return f"it is one value, such as {option.example}"
