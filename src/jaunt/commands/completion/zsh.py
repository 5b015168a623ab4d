"""What zsh offers after `jaunt`, as a script; see `bash.py` for what stands in it and what is asked for."""

import re
import shlex
from collections.abc import Mapping

from jaunt.commands.completion.entries import CommandEntry, Option, Value

_ZSH = """\
#compdef jaunt
# What zsh offers after `jaunt`. To load it, after compinit: source <(jaunt completion zsh)

_jaunt_names() {
    local -a place
    local i
    for ((i = 2; i < CURRENT; i++)); do
        case ${words[i]} in
            --root | --config) place+=("${words[i]}" "${words[i + 1]}") ;;
            --root=* | --config=*) place+=("${words[i]}") ;;
        esac
    done
    compadd -- ${(f)"$($program completion --names="$PREFIX" $place 2>/dev/null)"}
}

_jaunt() {
    local program=${words[1]}
    if ((CURRENT == 2)); then
        local -a commands=(
@COMMANDS@
        )
        _describe command commands
        return
    fi
    shift words
    ((CURRENT--))
    case ${words[1]} in
@ENTRIES@
    esac
}

if [[ ${funcstack[1]} == _jaunt ]]; then
    _jaunt "$@"
else
    compdef _jaunt jaunt
fi
"""

_ZSH_SORTS = {"names": "_jaunt_names", "folders": "_files -/", "files": "_files", "": " "}


def script(entries: Mapping[str, CommandEntry]) -> str:
    """Return the script; `entries` are by the names of the commands."""
    commands = [shlex.quote(f"{name}:{entry.summary}") for name, entry in entries.items()]
    cases = []
    for name, entry in entries.items():
        rows = [_zsh_option(option) for option in entry.options]
        rows += [f"*:argument:{_zsh_value(entry.argument)}"] if entry.argument is not None else []
        cases.append(f"        {name}) _arguments {' '.join(map(shlex.quote, rows))} ;;")
    script = _ZSH.replace("@COMMANDS@", "\n".join(f"            {command}" for command in commands))
    return script.replace("@ENTRIES@", "\n".join(cases))


def _zsh_option(option: Option) -> str:
    text = re.sub(r"([\[\]:\\])", r"\\\1", option.help)
    if option.value is None:
        return f"{option.name}[{text}]"
    return f"*{option.name}=[{text}]:value:{_zsh_value(option.value)}"


def _zsh_value(value: Value) -> str:
    return f"({' '.join(value.words)})" if value.words else _ZSH_SORTS[value.sort]
