"""The pages of the reference, as Markdown, by their paths on the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import typer.main
import yaml

from lpcac.cli.help.examples import EXAMPLES, VARIABLES, VARIABLES_OF
from lpcac.core.codes import SECTIONS
from lpcac.core.errors import ExitCode
from lpcac.directory_map.schema import MapDocument
from lpcac.kinds.kind import Kind
from lpcac.main import app
from lpcac.models import registry
from lpcac.pipeline_tests.document import PipelineTestDocument
from lpcac.rules.document import RuleDocument
from website.reference.fields import Field, fields_of
from website.reference.kind_facts import DELETED, FACTS, Fact
from website.reference.refused_merges import refused_merges_page

ROOT = Path(__file__).parents[2]
MANUAL = "API Documentation, Director V 2.7.0"

EXIT_CODES = {
    ExitCode.OK: ("Success.", "Nothing. A plan exits with 0 also when it has changes."),
    ExitCode.NOT_DONE: (
        "Something was not done or not checked: a Director was unreachable, a token refused, an apply ended partly.",
        "Read the last lines. After you correct the cause, run the same command again: what is done stays done.",
    ),
    ExitCode.DIFFERENCES: (
        "Differences were found: by `drift`, `plan --detailed-exitcode`, `sync --check` or `schema --check`.",
        "Look at them. For drift, declare what is live (`sync`) or apply what is declared.",
    ),
    ExitCode.INVALID: (
        "The configuration is invalid, a pipeline test failed, or a rule is broken.",
        "Correct what the findings name. Each has a code of the [list](codes.md).",
    ),
    ExitCode.REFUSED: (
        "A guard refused: too many deletes, a plan that is stale or not reviewed, or a Director that is not trusted.",
        "Nothing was written. The message says what would allow it; check first that you want it.",
    ),
    ExitCode.USAGE: (
        "The command line, the environment or the action's inputs are wrong.",
        "Correct the command; `lpcac COMMAND --help` lists its options.",
    ),
}


def pages() -> dict[str, str]:
    """Return the text of every page by its path below the site's root.

    Raises:
        LookupError: a field, a command or an exit code lacks its text.
    """
    kinds = {f"reference/kinds/{name}.md": _kind_page(kind) for name, kind in registry().kinds.items()}
    return {
        **kinds,
        "reference/kinds/PipelineTest.md": _document_page(
            "PipelineTest", PipelineTestDocument, "../../test-your-pipeline.md"
        ),
        "reference/kinds/Rule.md": _document_page("Rule", RuleDocument, "../../test-your-pipeline.md"),
        "reference/map.md": _map_page(),
        "reference/commands.md": _commands_page(),
        "reference/action.md": _action_page(),
        "reference/codes.md": _codes_page(),
        "reference/exit-codes.md": _exit_codes_page(),
        "reference/refused-merges.md": refused_merges_page(),
    }


def _kind_page(kind: Kind) -> str:
    facts = FACTS.get(kind.name, {})
    rows = fields_of(kind.spec, kind.example["spec"])
    if missing := {field.path for field in rows} ^ set(facts):
        message = f"website/reference/kind_facts.py and the model of {kind.name} differ in {', '.join(sorted(missing))}"
        raise LookupError(message)
    body = "\n".join(_field(field, facts[field.path]) for field in rows)
    return (
        f"# {kind.name}\n\n{_sentence(kind.spec.__doc__)}\n\n```yaml\n{_yaml(kind.example)}```\n\n"
        f"**Deleting one destroys:** {_text(DELETED[kind.name])}.\n\n"
        f"Calls of the Director: `{kind.path}`. Chapters are those of the vendor's *{MANUAL}*.\n\n"
        f"## Fields of `spec`\n\n{body}\n"
    )


def _field(field: Field, fact: Fact | None = None) -> str:
    example = field.example or (fact.example if fact else "")
    if not field.meaning or (fact is not None and not (example and fact.destroys and fact.source)):
        message = f"{field.path} lacks its meaning, its example, what a change destroys, or its source"
        raise LookupError(message)
    lines = [f"### `{field.path}`", "", _text(field.meaning), "", f"- Type: {field.type}"]
    lines.append(
        "- Required" if field.is_required else f"- Default: {f'`{field.default}`' if field.default else 'none'}"
    )
    if example:
        lines.append(f"- Example: {example if example.startswith('see ') else f'`{example}`'}")
    if fact:
        lines += [f"- A change destroys: {_text(fact.destroys)}", f"- Source: chapter {fact.source}"]
    return "\n".join((*lines, ""))


def _document_page(kind: str, model: type[Any], guide: str) -> str:
    example = model.model_config["json_schema_extra"]["examples"][0]
    body = "\n".join(_field(field) for field in fields_of(model, example) if field.path not in ("apiVersion", "kind"))
    head = f"# {kind}\n\n{_sentence(model.__doc__)} [Guide]({guide})\n\n```yaml\n{_yaml(example)}```\n"
    return f"{head}\n## Fields\n\n{body}\n"


def _map_page() -> str:
    example = MapDocument.model_config["json_schema_extra"]["examples"][0]  # type: ignore[call-overload,index]
    body = "\n".join(_field(field) for field in fields_of(MapDocument, example))
    return (
        "# The directory map: `lpcac.yaml`\n\nWhich folder describes which client, and where that client's logpoints "
        f"are. See [many clients](../how-to/many-clients.md).\n\n```yaml\n{_yaml(example)}```\n\n## Keys\n\n{body}\n"
    )


def _commands_page() -> str:
    head = (
        "# Commands\n\n`cac` is the same program as `lpcac`. Results go to standard output, everything else to "
        "standard error. [Exit codes](exit-codes.md) are the same for all commands.\n"
    )
    parts = [head]
    for name, command in typer.main.get_group(app).commands.items():
        if not command.help:
            message = f"the command {name} lacks its help"
            raise LookupError(message)
        rows = [_parameter(name, parameter) for parameter in command.params if "--help" not in parameter.opts]
        parts += [f"## lpcac {name}\n", f"{_text(command.help)}\n"]
        parts += [_table(("argument or option", "default", "meaning"), rows), ""] if rows else []
        if examples := EXAMPLES.get(name):
            parts += ["```sh", *examples, "```", ""]
        if variables := VARIABLES_OF.get(name):
            variable_rows = [(f"`{variable}`", VARIABLES[variable]) for variable in variables]
            parts += [_table(("environment variable", "meaning"), variable_rows), ""]
    return "\n".join(parts)


def _parameter(command: str, parameter: click.Parameter) -> Sequence[str]:
    text = getattr(parameter, "help", None)
    if not text:
        message = f"{parameter.opts[0]} of the command {command} lacks its help"
        raise LookupError(message)
    is_option = parameter.param_type_name == "option"
    value_name = f" {parameter.metavar}" if parameter.metavar else ""
    names = ", ".join(f"`{name}{value_name}`" for name in parameter.opts) if is_option else f"`{parameter.metavar}`"
    value = parameter.default
    is_said = value not in (None, False, ()) and not callable(value)
    return names, f"`{getattr(value, 'value', value)}`" if is_said else "", _text(text)


def _action_page() -> str:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    inputs = [
        (f"`{n}`", f"`{a['default']}`" if a["default"] else "", a["description"]) for n, a in action["inputs"].items()
    ]
    outputs = [(f"`{name}`", about["description"]) for name, about in action["outputs"].items()]
    return (
        "# Inputs and outputs of the action\n\nSee [lpcac on GitHub](../action.md) for how to set it up.\n\n"
        f"## Inputs\n\n{_table(('input', 'default', 'meaning'), inputs)}\n\n"
        f"## Outputs\n\n{_table(('output', 'meaning'), outputs)}\n"
    )


def _codes_page() -> str:
    head = (
        "# Findings, risks and refusals\n\nEvery message has a stable code: `lpcac validate --format json` and "
        "`lpcac plan --format json` show it. [Lint codes](../lint/README.md) have pages of their own.\n"
    )
    parts = [head]
    for section, codes in SECTIONS.items():
        parts.append(f"## {section}\n")
        parts += [f"### {code}\n\n{advice.means}\n\n**What to do.** {advice.to_do}\n" for code, advice in codes.items()]
    return "\n".join(parts)


def _exit_codes_page() -> str:
    parts = [f"## {int(code)}\n\n{EXIT_CODES[code][0]}\n\n**What to do.** {EXIT_CODES[code][1]}\n" for code in ExitCode]
    gravest = "If several targets end differently, the most serious one decides: 64, 3, 4, 1, 2, 0.\n"
    return "\n".join(("# Exit codes\n", gravest, *parts))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


def _sentence(docstring: str | None) -> str:
    text = " ".join((docstring or "").split())
    if not text:
        raise LookupError("a model lacks its docstring")
    return text


def _text(words: str) -> str:
    """Return words so that Markdown shows them as they are, where they are not code already."""
    return re.sub(r"(?<![`\w])(\*|<)(?![`\w])", r"\\\1", words)


def _yaml(document: object) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
