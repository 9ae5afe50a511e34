"""The environment follows from the locks, and refuses what the locks do not name."""

import base64
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from node import environment
from node.environment import CannotPrepare, Group, fingerprint, prepare


@pytest.fixture
def tiny_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one small wheel, the only place where pip looks for packages."""
    folder = tmp_path / "index"
    folder.mkdir()
    files = {
        "tiny.py": "ANSWER = 42\n",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n",
    }
    with zipfile.ZipFile(folder / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
        wheel.writestr("tiny-1.0.dist-info/RECORD", "".join(map(record, files.items())))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def record(file: tuple[str, str]) -> str:
    """A wheel's own line about one of its files."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(file[1].encode()).digest()).rstrip(b"=")
    return f"{file[0]},sha256={digest.decode()},{len(file[1])}\n"


def group(tmp_path: Path, digest: str) -> Group:
    """A group of that one package, with this digest in its lock."""
    lock = tmp_path / "tiny.lock"
    lock.write_text(f"tiny==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    return Group((str(lock),), ours=False)


def digest_of(folder: Path) -> str:
    """The digest that a lock should name."""
    return hashlib.sha256((folder / "tiny-1.0-py3-none-any.whl").read_bytes()).hexdigest()


def test_a_locked_package_is_installed_once(tmp_path: Path, tiny_index: Path) -> None:
    place, stamp = tmp_path / "environment", tmp_path / "stamp"
    tiny = group(tmp_path, digest_of(tiny_index))
    assert prepare(tiny, place, stamp)
    question = [str(place / "bin" / "python"), "-I", "-c", "import tiny; print(tiny.ANSWER)"]
    assert subprocess.run(question, capture_output=True, check=True).stdout == b"42\n"
    assert not prepare(tiny, place, stamp)


def test_a_package_with_another_digest_is_refused(tmp_path: Path, tiny_index: Path) -> None:
    place, stamp = tmp_path / "environment", tmp_path / "stamp"
    with pytest.raises(CannotPrepare, match="pip stopped"):
        prepare(group(tmp_path, "0" * 64), place, stamp)
    assert not stamp.exists()
    assert not list(place.rglob("tiny*"))


def test_a_new_lock_and_a_broken_interpreter_are_noticed(tmp_path: Path, tiny_index: Path) -> None:
    place, stamp = tmp_path / "environment", tmp_path / "stamp"
    tiny = group(tmp_path, digest_of(tiny_index))
    prepare(tiny, place, stamp)
    (place / "bin" / "python").unlink()
    assert prepare(tiny, place, stamp)
    assert (place / "bin" / "python").exists()
    before = fingerprint(tiny, place)
    (tmp_path / "tiny.lock").write_text("", encoding="utf-8")
    assert fingerprint(tiny, place) != before


def test_a_folder_that_is_no_environment_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "environment"
    place.mkdir()
    (place / "thesis.txt").write_text("ten years of work", encoding="utf-8")
    with pytest.raises(CannotPrepare, match="move it away"):
        prepare(group(tmp_path, "0" * 64), place, tmp_path / "stamp")
    assert (place / "thesis.txt").exists()


def test_an_altered_pip_is_never_run(
    tmp_path: Path, tiny_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered = tmp_path / environment.PIP.name
    altered.write_bytes(environment.PIP.read_bytes() + b" ")
    monkeypatch.setattr(environment, "PIP", altered)
    with pytest.raises(CannotPrepare, match="altered"):
        prepare(group(tmp_path, digest_of(tiny_index)), tmp_path / "e", tmp_path / "stamp")


def test_the_command_says_what_went_wrong(tmp_path: Path, tiny_index: Path) -> None:
    place = tmp_path / "environment"
    place.mkdir()
    (place / "thesis.txt").touch()
    script = str(environment.__file__)
    command = [sys.executable, "-I", script, "peers", "--into", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "could not be made" in done.stderr
    assert "Traceback" not in done.stderr
