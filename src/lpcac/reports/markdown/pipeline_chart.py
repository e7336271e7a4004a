"""Draws a target's pipeline as a Mermaid flow chart, with what changes marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lpcac.core.json_values import Json
from lpcac.core.resources import Action, Desired, ResourceKey
from lpcac.core.text.safe_text import shortened
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.planning.plan import Change, TargetPlan

_MOST_NODES = 60
_MOST_EDGES = 200
_NAME_LIMIT = 40
# A thick border and a word mark a change as well as the colour, for those who do not see it.
_STYLES = {
    Action.CREATE: "fill:#dafbe1,stroke:#1a7f37,stroke-width:3px,color:#1f2328",
    Action.UPDATE: "fill:#fff8c5,stroke:#9a6700,stroke-width:3px,color:#1f2328",
    Action.DELETE: "fill:#ffebe9,stroke:#cf222e,stroke-width:3px,stroke-dasharray:5 5,color:#1f2328",
}


@dataclass
class _Chart:
    nodes: dict[ResourceKey, Action | None] = field(default_factory=dict)
    edges: dict[tuple[ResourceKey, ResourceKey], bool] = field(default_factory=dict)
    """Whether the reference goes away with what refers."""

    @property
    def is_too_large(self) -> bool:
        return len(self.nodes) > _MOST_NODES or len(self.edges) > _MOST_EDGES


def pipeline_picture(registry: Registry, plan: TargetPlan, desired: Desired | None = None) -> str | None:
    """Return the fenced chart of what changes and what it is connected to; `None` when there is nothing to draw.

    With what is desired, unchanged objects that a change is connected to are drawn as well. A chart that nobody could
    read, or GitHub would not draw, is left out: first the unchanged objects, then all of it.
    """
    if not plan.changes:
        return None
    changes = {change.key: change for change in plan.changes}
    for known in (desired, None):
        chart = _chart(registry, changes, known)
        if not chart.is_too_large:
            return _drawn(registry, chart) if chart.edges else None
    return None


def _chart(registry: Registry, changes: Mapping[ResourceKey, Change], desired: Desired | None) -> _Chart:
    chart = _Chart({key: change.action for key, change in changes.items()})
    specs: dict[ResourceKey, tuple[Json, bool]] = {
        key: (change.after or change.before or {}, change.action is Action.DELETE) for key, change in changes.items()
    }
    if desired:
        specs = {key: (resource.spec, False) for key, resource in desired.resources.items()} | specs
    referred = {key: tuple(_referred(registry, key, spec)) for key, (spec, _) in specs.items()}
    for key, others in referred.items():
        for other in others:
            if key in changes or other in changes:
                chart.nodes.setdefault(key, None)
                chart.nodes.setdefault(other, None)
    # The references among unchanged neighbours keep the chart in one piece.
    for key, others in referred.items():
        chart.edges |= {(key, other): specs[key][1] for other in others if key in chart.nodes and other in chart.nodes}
    return chart


def _referred(registry: Registry, key: ResourceKey, spec: Json) -> Iterator[ResourceKey]:
    for _, kind, name in references(registry.shapes[key.kind], spec):
        if kind in registry.kinds:
            yield ResourceKey(kind, name)


def _drawn(registry: Registry, chart: _Chart) -> str:
    # An object is to the left of what it refers to.
    rank = {kind: number for number, kind in enumerate(registry.kinds)}
    keys = sorted(chart.nodes, key=lambda key: (-rank[key.kind], key.name))
    ids = {key: f"n{number}" for number, key in enumerate(keys)}
    lines = ["flowchart LR"]
    for key in keys:
        action = chart.nodes[key]
        lines.append(f'  {ids[key]}["{_label(registry, key, action)}"]{f":::{action.value}d" if action else ""}')
    for (key, other), goes_away in sorted(chart.edges.items()):
        lines.append(f"  {ids[key]} {'-.->' if goes_away else '-->'} {ids[other]}")
    used = sorted({action for action in chart.nodes.values() if action})
    lines += [f"  classDef {action.value}d {_STYLES[action]}" for action in used]
    return "\n".join(["```mermaid", *lines, "```"])


def _label(registry: Registry, key: ResourceKey, action: Action | None) -> str:
    # The quotes keep Mermaid from reading a name such as `1. x` as a list.
    words = f"{registry.label(key.kind)}<br/>#quot;{_inert(shortened(key.name, _NAME_LIMIT))}#quot;"
    return f"{words}<br/>{action.value}" if action else words


def _inert(text: str) -> str:
    """Write every character that Mermaid, Markdown or HTML could act on as Mermaid's own entity."""
    return "".join(c if (c.isascii() and c.isalnum()) or c in " _" else f"#{ord(c)};" for c in text)
