"""Whether git takes what is generated."""

from collections.abc import Iterator

from jaunt import codes
from jaunt.commands.doctor.finding import Finding
from jaunt.process.tool import run_tool
from jaunt.project.project import Project


def ignored(project: Project) -> Iterator[Finding]:
    """Check that git doesn't ignore what is generated; without git, or a repository, there is nothing to say."""
    if not project.modules:
        return
    paths = "".join(f"{project.generated_path(module)}\0" for module in sorted(project.modules))
    command = ["git", "check-ignore", "--no-index", "--verbose", "-z", "--stdin"]
    try:
        asked = run_tool(command, paths, cwd=project.root)
    except OSError:
        return
    if asked.code == 1:
        yield Finding("ok", "git", "generated code is not ignored, so it can be committed")
    elif asked.code == 0:
        source, line, pattern = asked.text.split("\0")[:3]
        yield Finding(
            "warn",
            "git",
            f"generated code is ignored, by {pattern!r} in {source}:{line}",
            "remove that line and commit the code, else every clone has to pay for it again",
            codes.IGNORED,
        )
