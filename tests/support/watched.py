"""A project of one module and its test, with a provider that answers anything: to be watched."""

ANSWER = '''\
"""Writes the code of either spec, and notes each call down."""
import pathlib, sys
prompt = sys.stdin.read()
name = "test_one" if "test_one" in prompt else "one"
with (pathlib.Path(sys.argv[1]) / "calls").open("a") as calls:
    calls.write(name + "\\n")
if name == "one":
    print("```python\\ndef one() -> int:\\n    return 1\\n```")
else:
    print("```python\\nfrom app.one import one\\n\\n\\ndef test_one() -> None:\\n    assert one() == 1\\n```")
'''

CONFIG = """\
[llm]
provider = "command"
command = ["{python}", "{{root}}/answer.py", "{{root}}"]

[verify]
ruff = "off"
ty = "off"
"""

SPEC = 'import jaunt\n\n\n@jaunt.magic\ndef one() -> int:\n    """Return 1."""\n    ...\n'
TEST = (
    "import jaunt\nfrom app.one import one\n\n\n"
    '@jaunt.test(deps=[one])\ndef test_one() -> None:\n    """Assert that one() is 1."""\n    ...\n'
)
