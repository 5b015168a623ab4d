"""Modules that stay fresh while code goes from generated to handwritten, or back, beside them."""

from jaunt.build.landing import keep_moved_contract
from jaunt.build.memory.history import History
from jaunt.build.write import write_code
from jaunt.header import parse_header, split_header
from jaunt.plan.freshness import judge_file
from jaunt.plan.module_work import project_works
from jaunt.plan.plan import Plan
from jaunt.project.project import Project


def keep_fresh(before: Plan, after: Project) -> list[str]:
    """Put today's contract into the headers of the modules that were fresh; return those whose contract had changed.

    What is ejected has no contract any more, and what is adopted has one now, so the contracts of its dependents are
    other ones than before; but the code that they call is the very same, so they need no new code.
    """
    kept, history = [], History(after.root, run=before.made_at)
    for work in project_works(after, [m for m in before.fresh if m in after.modules]):
        if judge_file(work.path, work.fingerprint).action != "keep":
            text = work.path.read_text(encoding="utf-8")
            write_code(work, split_header(text)[1], before=parse_header(text), is_new=False)
            keep_moved_contract(history, work, text)
            kept.append(work.module)
    return kept
