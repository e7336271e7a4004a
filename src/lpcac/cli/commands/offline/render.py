"""`lpcac render`: a client's final resources, after all bases, patches and placeholders."""

from __future__ import annotations

from dataclasses import replace

from lpcac.cli.session import require_sound_map, start
from lpcac.composition.client import ANY_LOGPOINT
from lpcac.core.errors import ExitCode, InvalidConfigurationError, UsageError
from lpcac.core.findings import has_errors
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Client
from lpcac.models import registry
from lpcac.reports.lines import finding_line
from lpcac.reports.rendered_resources import resources_json, resources_yaml
from lpcac.workspace.load_scope import load_scope
from lpcac.workspace.target_options import TargetOptions


def render(options: TargetOptions, client: str, logpoint: str | None, output_format: str) -> ExitCode:
    """Write the client's final resources; offline.

    Raises:
        InvalidConfigurationError: the client, or the map, has errors; they are on standard error.
        UsageError: there is no such client or logpoint, or the logpoint must be named.
    """
    output = start().output
    scope = load_scope(replace(options, clients=(client,)), registry())
    require_sound_map(scope, output)
    (loaded,) = scope.clients
    layers = loaded.layers
    if layers is None:
        raise UsageError(f"client {quoted(client)} has no files to render")
    name = _logpoint(loaded.client, logpoint, is_needed=layers.depends_on_logpoint)
    composed = layers.composed(loaded.client.pool, name or ANY_LOGPOINT)
    for finding in composed.findings:
        output.say(finding_line(finding))
    if has_errors(composed.findings):
        raise InvalidConfigurationError(f"client {quoted(client)} has errors; nothing was rendered")
    if output_format == "json":
        resources = resources_json(composed.documents, registry())
        document = {"client": client, "pool": loaded.client.pool, "logpoint": name, "resources": resources}
        output.json(document)
        return ExitCode.OK
    where = f" on {loaded.client.pool}/{name}" if name else ""
    folders = listed([*loaded.client.bases, loaded.client.path])
    output.result(resources_yaml(composed.documents, registry(), [f"Client {client}{where}: {folders}"]))
    return ExitCode.OK


def _logpoint(client: Client, wanted: str | None, *, is_needed: bool) -> str | None:
    """Return the chosen logpoint; `None` if all logpoints get the same resources."""
    known = [] if client.logpoints == "*" else list(client.logpoints)
    if wanted is not None:
        if known and wanted not in known:
            hint = did_you_mean(wanted, known) or f": it has {listed(known)}"
            raise UsageError(f"client {quoted(client.name)} has no logpoint {quoted(wanted)}{hint}")
        return wanted
    if not is_needed:
        return None
    if len(known) == 1:
        return known[0]
    choice = f" ({listed(known)})" if known else ""
    raise UsageError(f"the files of client {quoted(client.name)} differ by logpoint: name one with --logpoint{choice}")
