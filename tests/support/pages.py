"""A project of three modules in a row and one beside them, and generated files that nobody asked a model for."""

from typing import Any

from jaunt.header import body_digest, format_header
from jaunt.plan.freshness import Fingerprint
from jaunt.plan.plan import module_fingerprint
from jaunt.project.project import Project

WORDS = '''
import jaunt

@jaunt.magic
def split(text: str) -> list[str]:
    """Return the words."""
    ...

@jaunt.magic
class Word:
    """A word."""

    def size(self) -> int:
        """Return the length."""
        ...
'''

SLUG = '''
import jaunt
from app.words import split

@jaunt.magic(deps=[split])
def slugify(text: str) -> str:
    """Return a slug."""
    ...
'''

PAGE = SLUG.replace("app.words", "app.slug").replace("slugify", "page").replace("split", "slugify")
FILES = {
    "src/app/words.py": WORDS,
    "src/app/slug.py": SLUG,
    "src/app/page.py": PAGE,
    "src/app/free.py": WORDS,
}
CODE = "def f():\n    return 1\n"


def generated_text(expected: Fingerprint, body: str = CODE) -> str:
    """Return a generated file with the header that is expected of it."""
    fields: dict[str, Any] = {"tool_version": "0", **expected.header_fields(), "body_digest": body_digest(body)}
    return f"{format_header(**fields)}\n{body}"


def generate_all(project: Project) -> None:
    """Write a fresh generated file for each module."""
    for name in project.modules:
        path = project.generated_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated_text(module_fingerprint(project, name)))
