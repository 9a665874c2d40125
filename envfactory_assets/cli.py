"""The command line: thin, one function a command. Everything it does also works from the Dagster UI."""

import os
import sys
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from envfactory_assets.console.errors import UserError
from envfactory_assets.warehouse import Home, WarehouseError

app = typer.Typer(
    help="Verified tool environments and training data from real API documents.", no_args_is_help=True, pretty_exceptions_enable=False
)
_out = Console(width=None if sys.stdout.isatty() else 140)
_err = Console(stderr=True)

DomainOption = Annotated[list[str] | None, typer.Option("--domain", "-d", help="A domain; may be repeated. All when left out.")]


class Author(StrEnum):
    """Who writes requests."""

    RULES = "rules"
    MODEL = "model"


class Transport(StrEnum):
    """How clients of an environment connect."""

    STDIO = "stdio"
    HTTP = "http"


class ExportFormat(StrEnum):
    """Formats of training files."""

    LLAMAFACTORY = "llamafactory"
    VERL = "verl"
    OPENAI = "openai"
    TRL = "trl"


@app.command()
def run(
    domain: DomainOption = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 7,
    environments: Annotated[int | None, typer.Option(min=1, help="Most resources a domain that environments are made of.")] = None,
    trajectories: Annotated[int | None, typer.Option(min=1, help="Chains sampled a domain.")] = None,
    profile: Annotated[str | None, typer.Option(help="The shape of chains and conversations: a name of profiles.yaml.")] = None,
    author: Annotated[Author, typer.Option(help="Who writes requests; a model also proposes edges of the tool graph.")] = Author.RULES,
    model: Annotated[str | None, typer.Option(help="Model of the OpenAI-compatible endpoint, with --author model.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Address of that endpoint.")] = None,
) -> None:
    """Run all stages, publish, and print what each domain has."""
    if author is Author.MODEL and not model:
        raise UserError("--author model needs --model NAME, and --base-url for an endpoint of your own.")
    home = _home()
    from envfactory_assets.console.run import run_domains  # noqa: PLC0415 - loads Dagster

    chosen: dict[str, Any] = {
        "environments": environments,
        "trajectories": trajectories,
        "profile": profile,
        "model_name": model,
        "model_base_url": base_url,
    }
    configuration = {"seed": seed, "author": author.value, **{name: value for name, value in chosen.items() if value is not None}}
    if not run_domains(home, domain or [], configuration, _out):
        raise typer.Exit(1)


@app.command()
def status() -> None:
    """Print what each domain has at each stage and when it last changed."""
    from envfactory_assets.console.summary import print_status  # noqa: PLC0415 - keeps other commands quick

    print_status(Home.from_environment(), _out)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A SELECT over the published copy.")],
    rows: Annotated[int, typer.Option(min=1, help="Most rows to print.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """Ask the published copy."""
    from envfactory_assets.console.query import print_query  # noqa: PLC0415

    print_query(Home.from_environment(), query, rows, as_json=as_json, console=_out)


@app.command()
def show(identifier: Annotated[str, typer.Argument(help="A trajectory_id, task_id or env_id.")]) -> None:
    """Print a conversation, a task or an environment."""
    from envfactory_assets.console.show import show as show_it  # noqa: PLC0415

    show_it(Home.from_environment(), identifier, _out)


@app.command()
def verify(
    target: Annotated[str, typer.Argument(help="An env_id, a module file, or a folder of them.")],
    seed: Annotated[int, typer.Option(help="Seed of the scenarios.")] = 7,
    only: Annotated[str | None, typer.Option(help='Make one check again: "probe: subject" of a finding; prints all it saw.')] = None,
    mutants: Annotated[int, typer.Option(min=0, help="How many planted defects to try on each.")] = 1,
    all_mutants: Annotated[bool, typer.Option("--all-mutants", help="Try up to two planted defects of each kind.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports and findings as JSON.")] = False,
) -> None:
    """Execute the probes on environments; exit 1 if any is rejected."""
    from envfactory_assets.console.verify import verify_target  # noqa: PLC0415

    count = None if all_mutants else mutants
    if not verify_target(Home.from_environment(), target, seed=seed, only=only, mutants=count, as_json=as_json, console=_out):
        raise typer.Exit(1)


@app.command()
def serve(
    env_id: Annotated[str, typer.Argument(help="A promoted environment, or a module file (.py).")],
    transport: Annotated[Transport, typer.Option(help="stdio: one session on this process's pipes; http: any number.")] = Transport.STDIO,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port, with http; 0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on, with http.")] = "127.0.0.1",
    scenario: Annotated[
        str | None, typer.Option(help="The state sessions start from: a scenario_id or a .json file. The first stored one when left out.")
    ] = None,
    control: Annotated[bool, typer.Option("--control", help="Show the tools load_scenario and save_scenario.")] = False,
) -> None:
    """Serve an environment over MCP; every session is an episode of its own."""
    from envfactory_assets.console.serve import serve_address, serve_pipes, service_of  # noqa: PLC0415

    service = service_of(Home.from_environment(), env_id, scenario=scenario, control=control)
    if transport is Transport.STDIO:
        serve_pipes(service, _err)
    else:
        serve_address(service, host, port, _err)


@app.command()
def export(
    file_format: Annotated[ExportFormat, typer.Option("--format", help="Format of the files.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    domain: DomainOption = None,
) -> None:
    """Write training files with a manifest."""
    from envfactory_assets.console.export import export_rows  # noqa: PLC0415

    export_rows(Home.from_environment(), file_format.value, out, domain or [], _out)


@app.command()
def ui(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web page.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Open the Dagster UI on this home."""
    _home()
    workspace = str(files("envfactory_assets.assets").joinpath("workspace.yaml"))  # the location's name, as a bare dagster dev gives it
    command = [sys.executable, "-m", "dagster", "dev", "-w", workspace, "-h", host, "-p", str(port)]
    os.execv(sys.executable, command)  # noqa: S606 - the same interpreter, our own arguments


def _home() -> Home:
    from envfactory_assets.console.instance import prepare_instance  # noqa: PLC0415

    home = Home.from_environment()
    prepare_instance(home)
    return home


def main() -> None:
    """Entry point: a user's mistake is one line, not a traceback."""
    try:
        app()
    except (UserError, WarehouseError) as error:
        _err.print(f"[red]{error}[/]", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
