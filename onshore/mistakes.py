"""Pydantic's findings in the words of whoever wrote the file: the key, what is wrong, and what to write instead."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pydantic import BaseModel

# What to write where something else stands, by the kind of the finding; a key's own example goes before it.
_EXPECTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number, without quotes",
    "int_parsing": "a whole number, without quotes",
    "int_from_float": "a whole number",
    "float_type": "a number, without quotes",
    "float_parsing": "a number, without quotes",
    "string_type": 'a text in quotes, like "…"',
    "path_type": 'a path in quotes, like "/…"',
    "tuple_type": 'a list, like ["…", "…"]',
}
_TABLE_EXPECTED = ("model_type", "dict_type", "model_attributes_type")


@dataclass(frozen=True, slots=True)
class Words:
    """What a file is made of, for messages about it."""

    model: type[BaseModel]  # the whole file
    tables: Mapping[str, type[BaseModel]]  # its tables by name
    shapes: Mapping[str, str] = field(default_factory=dict)  # how a table is written, where not as "[table]"
    examples: Mapping[str, str] = field(default_factory=dict)  # what may be written for a key
    secret: Collection[str] = ()  # keys whose value is never shown

    def problem(self, found: Mapping[str, Any]) -> str:
        """Return one of Pydantic's findings as an admin would have it: `centers.manila.queue: is missing; add …`."""
        # Pydantic adds the position in a list, and "[key]" for a name that is wrong itself: neither is a key of the
        # file.
        keys = [part for part in found["loc"] if isinstance(part, str) and part != "[key]"]
        return f"{'.'.join(keys)}: {self._what(found, keys, found.get('input'))}"

    def _what(self, found: Mapping[str, Any], keys: list[str], given: object) -> str:
        kind, key = found["type"], keys[-1]
        if kind == "extra_forbidden":
            table = self.tables.get(keys[0], self.model) if len(keys) > 1 else self.model
            return f"no such key{_nearest(key, table.model_fields)}"
        if kind == "missing":
            return f"is missing; add {self._table(keys) or f'`{key} = …`'}{self._example(': ', key)}"
        if kind == "too_short":
            return (
                f"is empty; add {self._table(keys)}"
                if self._table(keys)
                else f"is empty{self._example('; write ', key)}"
            )
        if kind in _TABLE_EXPECTED:
            return f"must be a table; write {self.shapes.get(keys[0], f'[{keys[0]}]')} on a line, and its keys below"
        if kind == "string_pattern_mismatch" and found["loc"][-1] == "[key]":
            return f"cannot be used as a name{self._example('; write ', f'[{keys[0]}]')}"
        return self._value(found, key, given)

    def _value(self, found: Mapping[str, Any], key: str, given: object) -> str:
        kind, limits = found["type"], found.get("ctx", {})
        shown = "what is there" if key in self.secret else repr(given)
        match kind:
            case "value_error":
                return str(limits["error"])
            case "literal_error":
                return f"{shown} is not known here; write {limits['expected']}"
            case "greater_than_equal":
                return f"{shown} is too little: {limits['ge']} is the least"
            case "less_than_equal":
                return f"{shown} is too much: {limits['le']} is the most"
            case "string_too_long" | "too_long":
                return f"is too long: {limits['max_length']} is the most"
        what = self._example("; write ", key) or f"; write {_EXPECTED[kind]}" if kind in _EXPECTED else ""
        return f"{shown} cannot be used{what or self._example('; write ', key)}"

    def _table(self, keys: list[str]) -> str:
        if len(keys) > 1 or keys[0] not in self.tables:
            return ""
        return f"a table, {self.shapes.get(keys[0], f'[{keys[0]}]')}"

    def _example(self, before: str, key: str) -> str:
        return f"{before}{self.examples[key]}" if key in self.examples else ""


def _nearest(key: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; known here: {', '.join(known)}"
