"""HTML made of nodes: every text and attribute is escaped, nothing else can get in."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_VOID = frozenset(("input", "br", "meta", "link", "hr"))


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = object  # Markup, anything shown as text, None, or an iterable of them


def node(name: str, /, *children: Child, **attributes: object) -> Markup:
    """An element. ``class_``/``for_`` stand for ``class``/``for``; True is a bare attribute, None and False none."""
    shown = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{shown}>")
    return Markup(f"<{name}{shown}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    return Markup("".join(_child(child) for child in children))


def _child(child: Child) -> str:
    if child is None or child is False:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, Iterable) and not isinstance(child, (str, bytes)):
        return join(*child)
    return escape(str(child))


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value), quote=True)}"'
