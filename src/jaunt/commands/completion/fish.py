"""What fish offers after `jaunt`, as a script; see `bash.py` for what stands in it and what is asked for."""

from collections.abc import Mapping

from jaunt.commands.completion.entries import CommandEntry, Value

_FISH = """\
# What fish offers after `jaunt`. To load it: jaunt completion fish | source

function __jaunt_names
    set -l words (commandline -opc)
    set -l place
    set -l taken 0
    for word in $words
        if test $taken = 1
            set -a place $word
            set taken 0
        else if contains -- $word --root --config
            set -a place $word
            set taken 1
        else if string match -q -- '--root=*' $word; or string match -q -- '--config=*' $word
            set -a place $word
        end
    end
    set -l current (string replace -r '^--[a-z-]+=' '' -- (commandline -ct))
    $words[1] completion --names="$current" $place 2>/dev/null
end

complete -c jaunt -f
@LINES@
"""

_FISH_SORTS = {
    "names": " -x -a '(__jaunt_names)'",
    "folders": " -x -a '(__fish_complete_directories)'",
    "files": " -r -F",
    "": " -x",
}


def script(entries: Mapping[str, CommandEntry]) -> str:
    """Return the script; `entries` are by the names of the commands."""
    lines = []
    for name, entry in entries.items():
        lines.append(f"complete -c jaunt -n __fish_use_subcommand -a {name} -d {_fish_text(entry.summary)}")
        after = f"complete -c jaunt -n '__fish_seen_subcommand_from {name}'"
        options = ((option, f" -l {option.name[2:]}{_fish_value(option.value)}") for option in entry.options)
        lines += [f"{after}{words} -d {_fish_text(option.help)}" for option, words in options]
        if entry.argument is not None and (entry.argument.words or entry.argument.sort):
            lines.append(f"{after}{_fish_value(entry.argument).replace(' -x', '').replace(' -r', '')}")
    return _FISH.replace("@LINES@", "\n".join(lines))


def _fish_value(value: Value | None) -> str:
    if value is None:
        return ""
    return f" -x -a {_fish_text(' '.join(value.words))}" if value.words else _FISH_SORTS[value.sort]


def _fish_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
