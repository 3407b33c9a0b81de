# SPDX-License-Identifier: Apache-2.0
"""A class for each rule, made from the library's own descriptions (glissade/rules/list.h)."""

import re
from typing import Any, Optional

import numpy as np

from ._library import ffi, lib
from ._optimizer import Optimizer


def _text(pointer: Any) -> Optional[str]:
    return None if pointer == ffi.NULL else ffi.string(pointer).decode()


class Parameter:
    """A hyper-parameter, as an attribute of an optimizer: a number of C's memory."""

    def __init__(self, info: Any) -> None:
        self.name, self.torch_name = _text(info.name), _text(info.torch_name)
        self.least, self.most = info.least, info.most
        self.is_bool = info.kind == lib.GLS_PARAM_BOOL
        self.usual = bool(info.usual) if self.is_bool else info.usual
        self.offset, self.type = info.offset, "bool*" if self.is_bool else "double*"
        range_ = "bool" if self.is_bool else f"{self.least:g} to {self.most:g}"
        torch = f"; {self.torch_name} of torch.optim" if self.torch_name not in (None, self.name) else ""
        self.__doc__ = f"{range_}, usually {self.usual}{torch}."

    def _place(self, optimizer: Any) -> Any:
        return ffi.cast(self.type, ffi.cast("char*", optimizer._params) + self.offset)

    def write(self, optimizer: Any, value: Any) -> None:
        self._place(optimizer)[0] = value

    def __get__(self, optimizer: Any, owner: Any = None) -> Any:
        return self if optimizer is None else self._place(optimizer)[0]

    def __set__(self, optimizer: Any, value: Any) -> None:
        if self.is_bool:
            if not isinstance(value, (bool, np.bool_)):
                raise TypeError(f"{self.name}: a bool, not {value!r}")
            value = bool(value)
        else:
            value = float(value)
            if not self.least <= value <= self.most:
                raise ValueError(f"{self.name}: from {self.least:g} to {self.most:g}, not {value!r}")
        self.write(optimizer, value)


class Pair:
    """Two hyper-parameters that PyTorch takes as one: betas."""

    def __init__(self, first: Parameter, second: Parameter) -> None:
        self.both = (first, second)
        self.__doc__ = f"({first.name}, {second.name})."

    def __get__(self, optimizer: Any, owner: Any = None) -> Any:
        return self if optimizer is None else tuple(part.__get__(optimizer) for part in self.both)

    def __set__(self, optimizer: Any, value: Any) -> None:
        first, second = value
        before = self.both[0].__get__(optimizer)
        self.both[0].__set__(optimizer, first)
        try:
            self.both[1].__set__(optimizer, second)
        except BaseException:
            self.both[0].write(optimizer, before)  # both or none
            raise


def class_name(name: str, torch_names: dict[str, str]) -> str:
    """PyTorch's spelling where the rule, or the one of which it is a kind, has its class's name; else words in capitals."""
    for plain, torch in torch_names.items():
        if name == plain or name.startswith(plain + "_"):
            return torch + name[len(plain) :].title().replace("_", "")
    return name.title().replace("_", "")


def _attributes(info: Any) -> dict[str, Any]:
    parameters = [Parameter(info.params[i]) for i in range(info.param_count)]
    fields = {parameter.name: parameter for parameter in parameters}
    names: dict[str, Any] = dict(fields)
    pairs: dict[str, list[Parameter]] = {}
    for parameter in parameters:
        pair = re.fullmatch(r"(\w+)\[[01]\]", parameter.torch_name or "")
        if pair:
            pairs.setdefault(pair[1], []).append(parameter)
        elif parameter.torch_name:
            names.setdefault(parameter.torch_name, parameter)
    for name, (first, second) in pairs.items():
        names[name] = Pair(first, second)
    taken = [name for name in names if hasattr(Optimizer, name)]
    if taken:
        raise ImportError(f"glissade: parameters named as methods: {taken}")
    slots = [info.slots[i] for i in range(info.slot_count)]
    state = [info.state[i] for i in range(info.state_count)]
    return {
        **names,
        "_info": info,
        "_fields": fields,
        "_names": frozenset(names),
        "_slot_names": [_text(slot.name) for slot in slots],
        "_slot_aliases": {_text(slot.torch_name): _text(slot.name) for slot in slots if slot.torch_name != ffi.NULL},
        "_state_fields": [
            (_text(field.name), field.offset, np.uint32 if field.kind == lib.GLS_STATE_COUNT else np.float32)
            for field in state
        ],
        "_state_aliases": {_text(field.torch_name): _text(field.name) for field in state if field.torch_name != ffi.NULL},
    }


def _document(name: str, torch_name: Optional[str], attributes: dict[str, Any]) -> str:
    lines = [f"The rule {name}: its formula and source are in glissade/rules/. See Optimizer for what each has."]
    if torch_name:
        lines.append(f"The bits are those of torch.optim.{torch_name} 2.6 with foreach=False.")
    lines.append("Slots: " + (", ".join(attributes["_slot_names"]) or "none") + ".\n")
    lines += [f"{key}: {field.__doc__}" for key, field in attributes["_fields"].items()]
    return "\n".join(lines)


def make() -> dict[str, type[Optimizer]]:
    """Every rule of gls_rule_at(): its class by the class's name."""
    infos = []
    while lib.gls_rule_at(len(infos)) != ffi.NULL:
        infos.append(lib.gls_rule_at(len(infos)))
    torch = {_text(info.name): _text(info.torch_name) for info in infos if info.torch_name != ffi.NULL}
    torch = {plain: spelled for plain, spelled in torch.items() if spelled.lower() == plain}
    classes = {}
    for info in infos:
        name = _text(info.name)
        attributes = _attributes(info)
        attributes.update(
            __slots__=(),
            __module__="glissade",
            __doc__=_document(name, _text(info.torch_name), attributes),
            rule=name,
        )
        classes[class_name(name, torch)] = type(class_name(name, torch), (Optimizer,), attributes)
    return classes
