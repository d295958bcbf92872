"""Comparing objects of the SDKs down to what pydantic keeps about them."""

from __future__ import annotations

import warnings
from typing import Any

from sselerate.compat._light import Light


def difference(one: Any, other: Any, path: str = "$") -> str | None:
    """Where two values differ; None if nowhere. Models by fields, set fields and extras, lists by items."""
    if type(one) is not type(other):
        return f"{path}: {type(one)} and {type(other)}"
    if hasattr(one, "__pydantic_fields_set__"):
        for name in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
            found = difference(getattr(one, name), getattr(other, name), f"{path}.{name}")
            if found:
                return found
        return None
    if isinstance(one, dict):
        if list(one) != list(other):
            return f"{path}: keys {list(one)} and {list(other)}"
        return next(filter(None, (difference(one[key], other[key], f"{path}.{key}") for key in one)), None)
    if isinstance(one, list):
        if len(one) != len(other):
            return f"{path}: {len(one)} and {len(other)} items"
        pairs = enumerate(zip(one, other, strict=True))
        return next(filter(None, (difference(a, b, f"{path}[{i}]") for i, (a, b) in pairs)), None)
    return None if one == other else f"{path}: {one!r} and {other!r}"


def alike(light: Any, model: Any, odd: bool = False) -> None:
    """A light event shows what the SDK's object shows, attribute by attribute.

    Values of another type than declared stay in it as they were sent, while validation may have changed the
    SDK's: with ``odd`` such values are not compared.
    """
    if isinstance(light, list | tuple):
        assert len(light) == len(model)
        for one, other in zip(light, model, strict=True):
            alike(one, other, odd)
    elif not isinstance(light, Light):
        assert odd or light == model
    else:
        assert type(light).__name__ == type(model).__name__
        for name in type(model).model_fields:
            alike(getattr(light, name), getattr(model, name), odd)
        for name, value in (model.model_extra or {}).items():
            assert getattr(light, name) == value
        assert light.model_extra == (model.model_extra or {})
        assert light.model_fields_set == model.model_fields_set
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydantic's, about values of another type
            for options in ({}, {"exclude_unset": True, "mode": "json"}, {"exclude_none": True}):
                assert light.model_dump(**options) == model.model_dump(**options)
                assert light.model_dump_json() == model.model_dump_json()
            assert light.to_dict(mode="json") == model.to_dict(mode="json")
            assert light.to_json() == model.to_json()
            assert len(list(light)) >= len(list(model))
        assert difference(light.to_model(), model) is None
