"""The doit tasks of this project: try `doit list`, `doit build` and `doit test`."""

from jaunt.tasks import DOIT_CONFIG, task_build, task_check, task_test  # noqa: F401
