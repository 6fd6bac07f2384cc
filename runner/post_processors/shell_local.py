"""Run commands on this computer."""

from __future__ import annotations

from dataclasses import field

from runner.builders.shared.group import LocalFile
from runner.sdk import Artifact, ExactlyOne, Failed, Local, PostProcessor, Session, options
from runner.sdk.local import LocalScripts


@options(ExactlyOne("command", "inline", "script", "scripts"))
class Options:
    """The commands and how they run."""

    command: str | None = None
    """One command."""
    inline: list[str] | None = None
    """Commands of one script, run one after the other."""
    script: LocalFile | None = None
    """Script to run."""
    scripts: list[LocalFile] | None = None
    """Scripts to run, one after the other."""
    inline_shebang: str = "/bin/sh -e"
    """First line of the script made of `inline`."""
    env: dict[str, str] | None = None
    """Environment of the commands: name -> value."""
    environment_vars: list[str] | None = None
    """Environment of the commands, each `NAME=value`."""
    env_var_format: str | None = None
    """Template of one variable on the command line."""
    execute_command: list[str] | None = None
    """Template of the call that runs a script, with its arguments."""
    valid_exit_codes: list[int] = field(default_factory=lambda: [0])
    """Exit codes that mean success."""
    only_on: list[str] | None = None
    """Operating systems of this computer on which to run, such as `linux` or `darwin`; others skip it."""
    tempfile_extension: str | None = None
    """File name extension of the script made of `inline`."""
    use_linux_pathing: bool = False
    """Write paths as the Windows Subsystem for Linux does."""


class ShellLocal(PostProcessor[Options]):
    """Run commands on this computer, once for each build."""

    name = "shell-local"
    keeps_input = True
    keeps_always = True

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Run the commands; what was built stays as it is."""
        scripts = LocalScripts.of(self.options)
        if not scripts.run_here:
            session.say(f"skipped: only on {', '.join(scripts.only_on or ())}")
            return artifact
        inline = scripts.inline_call()
        calls = [inline] if inline else [self._script(scripts, name, session) for name in scripts.names]
        for call in calls:
            complaint = scripts.complaint((await session.local(call)).status)
            if complaint:
                raise Failed(complaint)
        return artifact

    def _script(self, scripts: LocalScripts, name: str, session: Session) -> Local:
        path = (session.root / name).resolve()
        if not path.is_file():
            raise Failed(f"there is no script {name!r}", f"looked for {path}")
        return scripts.script_call(str(path))
