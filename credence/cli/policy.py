"""``credence policy``: what the seller's rules are, and whether they make sense together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, print_json
from credence.cli.policy_replay import replay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credit.policy import Policy
    from credit.policy_checks import Finding

__all__ = ["policy"]

_file = click.Path(dir_okay=False)
_language = click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)


@click.group()
def policy() -> None:
    """Check, show and explain the credit policy, and run policies over history."""


policy.add_command(replay)


@policy.command()
@click.argument("file", type=_file)
@_language
@as_json
def check(file: str, lang: str, as_json: bool) -> None:
    """Check the policy in FILE and explain it line by line.

    What is missing, unknown or out of range is named by its key (exit code 2). A policy that is legal is
    asked whether its numbers make sense together; exit code 1 where they contradict each other. Lines that
    differ from the shipped policy say so.

    \b
    Example:
      credence policy check credit/policies/default.yaml
    """  # noqa: D301 (click reads the escaped character)
    from credit.policy import Policy
    from credit.policy_checks import findings_of

    found = Policy.load(file)
    findings = findings_of(found)
    is_sound = all(each.severity != "error" for each in findings)
    if as_json:
        print_json(_as_json(found, findings, lang) | {"sound": is_sound})
    else:
        click.echo("\n".join(_page(found, lang)))
        click.echo("\n".join(_findings(findings, lang)))
    if not is_sound:
        sys.exit(1)


@policy.command()
@_language
@as_json
def show(lang: str, as_json: bool) -> None:
    """Show the policy in force: that of the release, else of CREDENCE_HOME, else the shipped one.

    \b
    Example:
      credence policy show --lang zh
    """  # noqa: D301 (click reads the escaped character)
    from credit.policy_checks import findings_of

    found, source = _in_force()
    if as_json:
        print_json({"source": source} | _as_json(found, findings_of(found), lang))
        return
    click.echo(_SOURCES[source])
    click.echo("\n".join(_page(found, lang)))


@policy.command()
@click.argument("file", type=_file, required=False)
@_language
@click.option(
    "--currency", default="XXX", metavar="CODE", help="Reporting currency, to be written with money."
)
@click.option("--out", type=_file, metavar="FILE", help="A .md or .html file [default: Markdown on stdout].")
def manual(file: str | None, lang: str, currency: str, out: str | None) -> None:
    """Write the credit manual of the policy in FILE, or of the one in force, with its numbers.

    \b
    Example:
      credence policy manual --lang zh --currency CNY --out manual.html
    """  # noqa: D301 (click reads the escaped character)
    from credence.cli.output import replace_file
    from credit.manual import manual_html, manual_markdown
    from credit.policy import Policy
    from features.codes import CURRENCIES, UNKNOWN_CURRENCY

    if currency not in (*CURRENCIES, UNKNOWN_CURRENCY):
        raise click.UsageError("expected an ISO 4217 code as --currency; found another word; correct it")
    suffix = ".md" if out is None else Path(out).suffix
    if suffix not in (".md", ".html"):
        raise click.UsageError(f"expected --out to end in .md or .html; found '{suffix}'; rename it")
    found = _in_force()[0] if file is None else Policy.load(file)
    text = (manual_html if suffix == ".html" else manual_markdown)(found, lang, currency)
    if out is None:
        click.echo(text, nl=False)
        return
    replace_file(Path(out), lambda target: (target.write_text(text, encoding="utf-8"), None)[1])
    click.echo(f"manual of policy '{found.id}' in {out}")


_SOURCES = {
    "release": "the policy of the release in force",
    "home": "policy.yaml of CREDENCE_HOME; no release is in force",
    "shipped": "the shipped policy; CREDENCE_HOME has neither a release nor a policy.yaml",
}


def _in_force() -> tuple[Policy, str]:
    """Return the policy in force and where it stands."""
    from credit.release import POINTER, Release, current_folder
    from training.home import Home
    from training.releases import policy_of

    home = Home.from_environment()
    if (Path(home.releases) / POINTER).exists():
        return Release.load(current_folder(home.releases)).policy, "release"
    is_own = (home.path / "policy.yaml").is_file()
    return policy_of(home), "home" if is_own else "shipped"


def _as_json(found: Policy, findings: list[Finding], lang: str) -> dict[str, Any]:
    from credit.policy import Policy
    from credit.policy_lines import differences, lines_of

    return {
        "id": found.id,
        "version": found.version,
        "hash": found.hash,
        "findings": [each.as_json(lang) for each in findings],
        "lines": [line.as_json(lang) for line in lines_of(found)],
        "differences": [each.as_json() for each in differences(found, Policy.default())],
    }


def _page(found: Policy, lang: str) -> Iterator[str]:
    """Give the policy explained, chapter by chapter; lines that are not as shipped say what is."""
    from credit.policy import Policy
    from credit.policy_lines import differences, lines_of
    from credit.policy_words import POLICY_PAGE, SECTIONS

    changed = {each.key: each for each in differences(found, Policy.default())}
    words = {key: each.of(lang) for key, each in POLICY_PAGE.items()}
    yield words["head"].format(id=found.id, version=found.version, hash=found.hash[:12])
    lines = lines_of(found)
    for section, title in SECTIONS.items():
        yield f"\n{title.of(lang)}"
        for line in lines:
            if line.section == section:
                other = changed.get(line.key)
                shipped = "" if other is None else words["shipped"].format(value=_plain(other.other))
                yield f"  {line.key} = {line.value_text(lang)}: {line.rule.does.of(lang)}{shipped}"
    own = {line.key for line in lines}
    dropped = [key for key in changed if key not in own]
    yield "\n" + words["differ"].format(count=len(changed))
    for key in dropped:
        yield f"  {key}: {words['dropped']}" + words["shipped"].format(value=_plain(changed[key].other))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "none" if value is None else str(value)


def _findings(findings: list[Finding], lang: str) -> Iterator[str]:
    from credit.policy_checks import NOTHING_FOUND, SEVERITIES

    if not findings:
        yield NOTHING_FOUND.of(lang)
    for each in findings:
        severity = SEVERITIES[each.severity].of(lang)
        yield f"{severity} {each.code}: {each.says.of(lang)} ({', '.join(each.keys)})"
