import pytest

from envfactory_assets import module_facts
from envfactory_assets.module_facts import facts_of, keep_facts


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A file of its own for what is kept, as a fresh process finds it."""
    file = tmp_path / "__pycache__" / "module_facts.json"
    monkeypatch.setattr(module_facts, "_KEPT", file)
    monkeypatch.setattr(module_facts, "_found", {})
    forget()
    yield file
    forget()


def forget():
    facts_of.cache_clear()
    module_facts._kept.cache_clear()


def module(folder, text, name="module"):
    path = folder / f"{name}.py"
    path.write_text(text)
    return path


def test_comments_layout_and_docstrings_do_not_count(tmp_path, kept):
    plain = module(tmp_path, "def f(x):\n    return x + 1\n", "plain")
    dressed = module(tmp_path, '"""A module."""\n\n# why\ndef f( x ):\n    """Add one."""\n    return (x + 1)\n', "dressed")
    changed = module(tmp_path, "def f(x):\n    return x + 2\n", "changed")
    assert facts_of(plain).content == facts_of(dressed).content
    assert facts_of(plain).content != facts_of(changed).content


def test_imports_are_told_wherever_they_stand(tmp_path, kept):
    facts = facts_of(module(tmp_path, "import a.b\ndef f():\n    from c import d as e\n"))
    assert facts.modules == ("a.b",)
    assert facts.names == (("c", "d", "e"),)


def test_what_was_found_is_not_parsed_again_by_the_next_process(tmp_path, kept, monkeypatch):
    path = module(tmp_path, "import a\n")
    found = facts_of(path)
    keep_facts()
    forget()
    monkeypatch.setattr(module_facts, "_read", None)
    assert facts_of(path) == found


def test_a_changed_module_is_parsed_again(tmp_path, kept):
    before = facts_of(module(tmp_path, "import a\n"))
    keep_facts()
    forget()
    assert facts_of(module(tmp_path, "import b\n")) != before


@pytest.mark.parametrize("text", ["", "[", "[1]", '{"a": 7}'])
def test_a_spoilt_file_is_as_good_as_none(tmp_path, kept, text):
    kept.parent.mkdir()
    kept.write_text(text)
    assert facts_of(module(tmp_path, "import a\n")).modules == ("a",)


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path, kept, monkeypatch):
    monkeypatch.setattr(module_facts, "_KEPT", tmp_path / "module.py" / "facts.json")
    path = module(tmp_path, "import a\n")
    assert facts_of(path).modules == ("a",)
    keep_facts()
    assert path.read_text() == "import a\n"
