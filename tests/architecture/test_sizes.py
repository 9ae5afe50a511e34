"""Files and functions stay of a size that one reads in one go."""

from tests.architecture.source import PACKAGES, Module, functions, module, modules

FILE_LINES = 500
FUNCTION_LINES = 60


def oversize(source: Module) -> list[str]:
    """What is too long in a file."""
    lines = source.text.count("\n")
    found = [f"{source.path}: {lines} lines"] if lines > FILE_LINES else []
    for node in functions(source.tree):
        size = (node.end_lineno or node.lineno) - node.lineno + 1
        if size > FUNCTION_LINES:
            found.append(f"{source.path}:{node.lineno}: {node.name} has {size} lines")
    return found


def test_no_file_or_function_is_too_long() -> None:
    sources = modules(*PACKAGES, "tests", ".ci")
    assert len(sources) > len(PACKAGES)
    assert [place for source in sources for place in oversize(source)] == []


def test_a_long_function_is_seen() -> None:
    lines = "\n".join(f"    x{n} = {n}" for n in range(FUNCTION_LINES))
    sample = module("objects/sample.py", f"class Sample:\n  def long():\n{lines}\n")
    assert oversize(sample) == ["objects/sample.py:2: long has 61 lines"]


def test_a_long_file_is_seen() -> None:
    sample = module("objects/sample.py", "x = 1\n" * (FILE_LINES + 1))
    assert oversize(sample) == ["objects/sample.py: 501 lines"]
