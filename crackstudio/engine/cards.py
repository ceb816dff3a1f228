"""From a method's config to its form and back: settings for the card, and a checked config for a run."""

import re
from collections.abc import Mapping

import msgspec
from msgspec import inspect

from crackstudio.core.errors import SettingError
from crackstudio.core.runs import MethodCard, Preset, RunSpec, Setting, SettingValue
from crackstudio.engine.method import Method, MethodConfig
from crackstudio.engine.methods import methods

OURS = "default"
"""The preset of every method that changes nothing."""


def method_cards() -> tuple[MethodCard, ...]:
    """Every method's card with the settings of its form."""
    return tuple(method_card(kind) for kind in methods().values())


def method_card(kind: type[Method]) -> MethodCard:
    """The method's card, its `settings` drawn from the config's fields."""
    return msgspec.structs.replace(kind.card, settings=settings_of(kind.Config))


def settings_of(config: type[MethodConfig]) -> tuple[Setting, ...]:
    """One `Setting` for each field, from its type, default and `msgspec.Meta`."""
    described = inspect.type_info(config)
    assert isinstance(described, inspect.StructType)
    return tuple(_setting(field) for field in described.fields)


def config_for(kind: type[Method], spec: RunSpec) -> MethodConfig:
    """The config a run asks for: defaults, then its preset, then its settings. Raises SettingError."""
    preset = _preset(kind.card, spec.preset) if spec.preset else {}
    return config_from(kind, {**preset, **spec.settings})


def config_from(kind: type[Method], settings: Mapping[str, SettingValue]) -> MethodConfig:
    """Numbers may come as text (from `--set`). Raises SettingError naming the setting and its range."""
    known = {setting.name: setting for setting in settings_of(kind.Config)}
    for name in settings:
        if name not in known:
            raise SettingError(f"{kind.card.title} has no setting {name!r}. It has: {', '.join(known)}.")
    try:
        return msgspec.convert(settings, kind.Config, strict=False)
    except msgspec.ValidationError as error:
        named = re.search(r"\$\.(\w+)", str(error))  # msgspec says where: "... - at `$.tile`"
        name = named[1] if named else next(iter(settings))
        raise SettingError(f"{name} = {settings[name]}: {_allowed(known[name])}.") from error


def settings_from(config: MethodConfig) -> dict[str, SettingValue]:
    """Every setting of a config by name, as a checkpoint's card keeps them."""
    built: dict[str, SettingValue] = msgspec.to_builtins(config)
    return built


def _preset(card: MethodCard, name: str) -> Mapping[str, SettingValue]:
    if name == OURS:
        return {}
    presets: dict[str, Preset] = {preset.name: preset for preset in card.presets}
    if name not in presets:
        raise SettingError(f"{card.title} has no preset {name!r}. It has: {', '.join([OURS, *presets])}.")
    return presets[name].settings


def _allowed(setting: Setting) -> str:
    if setting.choices:
        return f"choose one of {', '.join(setting.choices)}"
    if isinstance(setting.default, bool):
        return "true or false"
    kind = "a whole number" if isinstance(setting.default, int) else "a number"
    if isinstance(setting.default, str):
        kind = "text"
    bounds = [
        f"{word} {bound:g}" for word, bound in (("from", setting.minimum), ("to", setting.maximum)) if bound is not None
    ]
    unit = f" {setting.unit}" if setting.unit else ""
    return " ".join(["it has to be", kind, *bounds]) + unit


def _setting(field: inspect.Field) -> Setting:
    described, extra = field.type, {}
    description = ""
    if isinstance(described, inspect.Metadata):
        extra = described.extra or {}
        description = (described.extra_json_schema or {}).get("description", "")
        described = described.type
    return Setting(
        name=field.name,
        default=_builtin(field.default),
        help=description,
        unit=extra.get("unit", ""),
        minimum=_first(getattr(described, "ge", None), getattr(described, "gt", None)),
        maximum=_first(getattr(described, "le", None), getattr(described, "lt", None)),
        choices=_choices(described),
    )


def _first(*bounds: float | None) -> float | None:
    return next((bound for bound in bounds if bound is not None), None)


def _choices(described: inspect.Type) -> tuple[str, ...]:
    if isinstance(described, inspect.EnumType):
        return tuple(str(member.value) for member in described.cls)
    if isinstance(described, inspect.LiteralType):
        return tuple(str(value) for value in described.values)
    return ()


def _builtin(default: object) -> SettingValue:
    value: SettingValue = msgspec.to_builtins(default)
    return value
