"""A store beyond this machine: what one clone has paid for, another one gets, and no server can do harm."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest
from counted_model import calls, make_counted_shop
from moto.server import ThreadedMotoServer
from projects import edit
from said import RunIn

from jaunt.build.store import Store
from jaunt.build.store.beside import NOTHING, Beside
from jaunt.build.store.remote import Remote
from jaunt.build.store.sync import prune_remote, pull, push
from jaunt.errors import JauntWriteError

DIGEST = "ab" + "0" * 62
OTHER = "cd" + "1" * 62
NAME = f"build/ab/{DIGEST}.py"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of an empty store in a folder."""
    return f"file://{tmp_path}/remote"


@pytest.fixture
def bucket(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty store in a bucket."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "anyone")
    name = f"b{abs(hash(tmp_path))}"
    files(f"s3://{name}").mkdir(name)
    return f"s3://{name}/jaunt"


def files(url: str) -> fsspec.AbstractFileSystem:
    return fsspec.url_to_fs(url, skip_instance_cache=True)[0]


def store_at(folder: Path, url: str, *, key: bytes | None = None, readonly: bool = False) -> Store:
    return Store(folder, remote=Remote(url, readonly=readonly), key=key, readonly=readonly)


def found(store: Store, digest: str = DIGEST) -> tuple[str | None, str | None, str | None]:
    """Fetch and get an entry: what it holds, the store's warning, the entry's warning."""
    warning = store.fetch([("build", digest, NOTHING)])
    lookup = store.get("build", digest)
    return lookup.source, warning, lookup.warning


def test_what_one_keeps_another_gets(url: str, tmp_path: Path) -> None:
    one, other = store_at(tmp_path / "one", url), store_at(tmp_path / "other", url)
    assert one.put("build", DIGEST, "a = 'ü'\n", module="app.x") is None
    assert one.close() is None
    assert found(other) == ("a = 'ü'\n", None, None)
    assert found(other, OTHER) == (None, None, None)
    assert Store(tmp_path / "other").get("build", DIGEST).source == "a = 'ü'\n"  # it is here now


def test_a_readonly_store_writes_nothing_here_or_there(url: str, tmp_path: Path) -> None:
    one = store_at(tmp_path / "one", url)
    one.put("build", DIGEST, "a = 1\n", module="app.x")
    one.close()
    reader = store_at(tmp_path / "reader", url, readonly=True)
    assert found(reader) == ("a = 1\n", None, None)
    reader.put("build", OTHER, "b = 1\n", module="app.y")
    assert reader.close() is None
    assert not (tmp_path / "reader").exists()
    assert found(store_at(tmp_path / "third", url), OTHER) == (None, None, None)


def _write(url: str, name: str, data: bytes) -> None:
    system, root = fsspec.url_to_fs(url, skip_instance_cache=True)
    if url.startswith("file"):
        system.makedirs(f"{root}/{name}".rpartition("/")[0], exist_ok=True)
    system.pipe_file(f"{root}/{name}", data)


def _data(url: str, name: str = NAME) -> bytes:
    system, root = fsspec.url_to_fs(url, skip_instance_cache=True)
    return system.cat_file(f"{root}/{name}")


@pytest.mark.parametrize("harm", ["cut", "changed", "swapped", "no text", "empty", "huge"])
def test_an_entry_that_was_tampered_with_is_none(harm: str, url: str, tmp_path: Path) -> None:
    one = store_at(tmp_path / "one", url)
    one.put("build", DIGEST, "a = 1\n", module="app.x")
    one.put("build", OTHER, "b = 1\n", module="app.y")
    one.close()
    data = _data(url)
    harmed = {
        "cut": data[:-4],
        "changed": data.replace(b"a = 1", b"a = 2"),
        "swapped": _data(url, f"build/cd/{OTHER}.py"),
        "no text": b"\xff\xfe" + data,
        "empty": b"",
        "huge": data + b"#" * 1_000_000,
    }[harm]
    _write(url, NAME, harmed)
    source, warning, of_entry = found(store_at(tmp_path / "other", url))
    assert (source, warning) == (None, None)
    assert of_entry == f"{url}/{NAME}: this entry of the store is damaged and is passed over"
    assert found(store_at(tmp_path / "other", url), OTHER) == ("b = 1\n", None, None)  # the rest serves


def test_a_store_of_another_version_is_passed_over_with_one_line(url: str, tmp_path: Path) -> None:
    for digest in (DIGEST, OTHER):
        one = store_at(tmp_path / "one", url)
        one.put("build", digest, "a = 1\n", module="app.x")
        one.close()
        name = f"build/{digest[:2]}/{digest}.py"
        _write(url, name, _data(url, name).replace(b"# jaunt:kind", b"# jaunt:of_tomorrow=1\n# jaunt:kind"))
    other = store_at(tmp_path / "other", url)
    assert other.fetch([("build", digest, NOTHING) for digest in (DIGEST, OTHER)]) is None
    assert not any(other.holds("build", digest) for digest in (DIGEST, OTHER))
    found = [other.get("build", digest) for digest in (DIGEST, OTHER)]
    assert [each.source for each in found] == [None, None]
    told = f"{url}/{NAME}: this entry of the store was written by another version of jaunt and is passed over"
    assert [each.warning for each in found] == [told, None]


ACCEPTED = {"accepted_by": "A Person", "accepted_at": "2026-01-01", "written_by": "m"}


def test_nobody_has_accepted_what_anybody_could_have_written(url: str, tmp_path: Path) -> None:
    """Accepted code is kept from being replaced, and may leave out instructions."""
    for key, expected in ((None, {"written_by": "m"}), (b"ours", ACCEPTED)):
        one = store_at(tmp_path / f"one{key}", url, key=key)
        one.put("build", DIGEST, "a = 1\n", module="app.x", provenance=ACCEPTED)
        one.close()
        other, third = (store_at(tmp_path / f"{name}{key}", url, key=key) for name in ("other", "third"))
        assert other.fetch([("build", DIGEST, NOTHING)]) is None
        assert other.get("build", DIGEST).provenance == expected
        assert pull(third).written == [NAME]
        for store in (other, third):
            assert Store(store.folder, key=key).get("build", DIGEST).provenance == expected
        assert one.get("build", DIGEST).provenance == ACCEPTED  # here, a person did


def test_an_entry_that_would_draw_on_a_terminal_is_none(url: str, tmp_path: Path) -> None:
    one = store_at(tmp_path / "one", url)
    one.put("build", DIGEST, "a = 1\n", module="app.x", provenance={"written_by": "m\x1b[2J"})
    one.close()
    assert found(store_at(tmp_path / "other", url))[0] is None


def test_what_is_damaged_or_serves_no_more_here_is_taken_from_there(url: str, tmp_path: Path) -> None:
    one, other = store_at(tmp_path / "one", url), store_at(tmp_path / "other", url)
    for store, against in ((other, {"app.m:A": "1"}), (one, {"app.m:A": "2"})):
        store.put("build", DIGEST, f"a = {against['app.m:A']}\n", module="app.x", against=against)
        assert store.close() is None
    today = Beside(counted=lambda ref, digest: "2")
    assert store_at(tmp_path / "none", url).fetch([("build", DIGEST, today)]) is None
    assert other.get("build", DIGEST, today).source is None
    assert other.fetch([("build", DIGEST, today)]) is None
    assert other.get("build", DIGEST, today).source == "a = 2\n"
    (tmp_path / "other" / NAME).write_text("torn")
    again = store_at(tmp_path / "other", url)
    assert again.get("build", DIGEST, today).warning is not None
    assert again.fetch([("build", DIGEST, today)]) is None
    assert again.get("build", DIGEST, today).source == "a = 2\n"
    assert Store(tmp_path / "other").get("build", DIGEST, today).source == "a = 2\n"  # it is mended


def test_with_a_key_only_what_is_signed_with_it_serves(url: str, tmp_path: Path) -> None:
    one = store_at(tmp_path / "one", url, key=b"ours")
    one.put("build", DIGEST, "a = 1\n", module="app.x")
    one.close()
    assert found(store_at(tmp_path / "same", url, key=b"ours"))[0] == "a = 1\n"
    assert found(store_at(tmp_path / "none", url))[0] == "a = 1\n"  # who asks for no signature needs no key
    theirs = found(store_at(tmp_path / "theirs", url, key=b"theirs"))
    assert theirs[0] is None
    assert "is not signed with the key" in (theirs[2] or "")
    unsigned = store_at(tmp_path / "unsigned", url)
    unsigned.put("build", OTHER, "b = 1\n", module="app.y")
    unsigned.close()
    assert found(store_at(tmp_path / "same", url, key=b"ours"), OTHER)[0] is None


def test_a_bucket_serves_as_a_folder_does(bucket: str, tmp_path: Path) -> None:
    one = store_at(tmp_path / "one", bucket)
    for number in range(5):
        one.put("build", f"{number}" * 64, f"a = {number}\n", module="app.x")
    assert one.close() is None
    _write(bucket, f"build/33/{'3' * 64}.py", b"")
    _write(bucket, f"build/44/{'4' * 64}.py", b"#" * 1_000_000)
    other = store_at(tmp_path / "other", bucket)
    assert other.fetch([("build", f"{number}" * 64, NOTHING) for number in range(7)]) is None
    held = [other.get("build", f"{number}" * 64).source for number in range(7)]
    assert held == ["a = 0\n", "a = 1\n", "a = 2\n", None, None, None, None]
    pulled = pull(store_at(tmp_path / "third", bucket))
    assert [name[:8] for name in pulled.written] == ["build/00", "build/11", "build/22"]
    assert [name[:8] for name in pulled.refused] == ["build/33", "build/44"]


def test_a_bucket_that_is_not_there_is_told(bucket: str, tmp_path: Path) -> None:
    store = store_at(tmp_path / "one", f"{bucket.replace('//b', '//no')}")
    assert store.put("build", DIGEST, "a = 1\n", module="app.x") is None
    assert "bucket does not exist" in (store.close() or "")


def test_a_server_of_another_protocol_is_told_before_its_time_is_over(
    bucket: str, s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.replace("http:", "https:"))  # what a wrong certificate is, too
    assert "SSL" in (found(store_at(tmp_path / "one", bucket))[1] or "")


def test_no_error_tells_what_opens_a_store(s3: str, tmp_path: Path) -> None:
    options = {"secret": "hunter2", "client_kwargs": {"nonsense": "hunter2"}, "storage": {"password": "hunter3"}}
    told = found(Store(tmp_path / "one", remote=Remote("s3://bucket/jaunt", options=options)))[1]
    assert told is not None
    shown = Remote(f"{s3}/nowhere", options=options)._said(
        OSError("http://me:hunter4@proxy/x hunter3, https://host/a?sig=hunter5 'hunter2'")
    )
    assert shown == "OSError: http://proxy/x ***, https://host/a '***'"
    assert "hunter" not in told


class Flood(BaseHTTPRequestHandler):
    """Knows no ranges, and sends 64 MB for whatever is asked for."""

    sent = 0

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(64 << 20))
        self.end_headers()
        with suppress(OSError):
            for _ in range(64):
                self.wfile.write(bytes(1 << 20))
                type(self).sent += 1

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.mark.parametrize("protocol", ["http", "s3"])
def test_a_server_that_sends_more_than_was_asked_for_is_not_heard_out(
    protocol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flood)
    monkeypatch.setattr(Flood, "sent", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "anyone")
    source, *warnings = found(store_at(tmp_path / "store", url if protocol == "http" else "s3://bucket/prefix"))
    server.shutdown()
    assert source is None
    told = "is damaged and is passed over" if protocol == "http" else "it sends 67108864 bytes where at most "
    assert [told in each for each in warnings if each] == [True]
    assert Flood.sent < 32


class InChunks(BaseHTTPRequestHandler):
    """Refuses whatever is asked for as AWS does: without the length of what it says."""

    protocol_version = "HTTP/1.1"
    error = "404 NoSuchKey"

    def do_GET(self) -> None:
        status, code = self.error.split()
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>".encode()
        self.send_response(int(status))
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.mark.parametrize(("error", "is_told"), [("404 NoSuchKey", False), ("403 AccessDenied", True)])
def test_an_error_without_a_length_is_what_it_says(
    error: str, is_told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), InChunks)
    monkeypatch.setattr(InChunks, "error", error)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "anyone")
    source, warning, _ = found(store_at(tmp_path / "store", "s3://bucket/prefix"))
    server.shutdown()
    assert source is None
    assert "bytes where at most" not in str(warning)
    assert (warning is not None) == is_told, warning


def test_push_and_pull_copy_what_the_other_lacks(url: str, tmp_path: Path) -> None:
    plain = Store(tmp_path / "one")
    plain.put("build", DIGEST, "a = 1\n", module="app.x")
    plain.put("test", OTHER, "b = 1\n", module="app.y")
    damaged = tmp_path / "one" / "build" / "ee" / f"{'e' * 64}.py"
    damaged.parent.mkdir()
    damaged.write_text("no entry\n")
    pushed = push(store_at(tmp_path / "one", url))
    assert pushed.written == [NAME, f"test/cd/{OTHER}.py"]
    assert pushed.refused == {f"build/ee/{'e' * 64}.py": "is damaged"}
    assert push(store_at(tmp_path / "one", url)).written == []
    long, control = f"build/ab/{'a' * 250}.py", "build/ab/\x1b]0;x\x07.py"
    odd = ["build/ff/odd.py", f"build/zz/{DIGEST}.py", f"deep/{NAME}", "setup.py", "app/db/models.py", long, control]
    for name in odd:  # none of ours
        _write(url, name, _data(url))
    _write(url, f"build/dd/{'d' * 64}.py", _data(url))
    pulled = pull(store_at(tmp_path / "other", url))
    assert sorted(pulled.written) == [NAME, f"test/cd/{OTHER}.py"]
    assert pulled.refused == {f"build/dd/{'d' * 64}.py": "is damaged"}
    assert Store(tmp_path / "other").get("test", OTHER).source == "b = 1\n"
    removed = prune_remote(store_at(tmp_path / "other", url), keep_days=0)
    assert removed == [NAME, f"build/dd/{'d' * 64}.py", f"test/cd/{OTHER}.py"]
    assert [_data(url, name)[:1] for name in odd] == [b"#"] * len(odd)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes a connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_is_gone_is_asked_once_and_told_once(
    silent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anyone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anyone")
    monkeypatch.setenv("AWS_ENDPOINT_URL", silent)
    store = Store(tmp_path / "one", remote=Remote("s3://bucket/jaunt", seconds=0.3))
    source, warning, _ = found(store)
    assert (source, warning) == (
        None,
        "s3://bucket/jaunt: no answer within 0.3 s; this run works without it",
    )
    assert found(store, OTHER) == (None, None, None)
    assert store.put("build", DIGEST, "a = 1\n", module="app.x") is None  # it is kept here
    assert store.close() is None
    with pytest.raises(JauntWriteError, match="no answer within"):
        push(Store(tmp_path / "one", remote=Remote("s3://bucket/jaunt", seconds=0.3)))


@pytest.fixture
def clones(tmp_path: Path, url: str) -> tuple[Path, Path]:
    """Two clones of one project, which share a remote store; each has a model of its own that counts its calls."""
    made = []
    for name in ("one", "other"):
        project = make_counted_shop(tmp_path / name)
        with (project / "jaunt.toml").open("a") as settings:
            settings.write(f'ruff = "off"\nty = "off"\n[store]\nurl = "{url}"\n')  # below [verify]
        made.append(project)
    return made[0], made[1]


def test_two_clones_pay_once(clones: tuple[Path, Path], run_in: RunIn) -> None:
    one, other = clones
    assert run_in(one, "build").code == 0
    assert calls(one) == ["app.slug", "app.tally", "app.words"]
    foreseen = run_in(other, "build", "--dry-run")
    assert "3 from the store" in foreseen.out
    assert not (other / ".jaunt").exists()  # a dry run writes nothing
    assert run_in(other, "build").code == 0
    assert calls(other) == []
    edit(other / "src/app/tally.py", "upwards", "up")
    assert run_in(other, "build").code == 0
    assert calls(other) == ["app.tally"]
    edit(one / "src/app/tally.py", "upwards", "up")
    assert run_in(one, "build").code == 0
    assert calls(one) == []


def test_what_comes_from_the_remote_store_has_to_pass_the_checks(clones: tuple[Path, Path], run_in: RunIn) -> None:
    one, other = clones
    assert run_in(one, "build").code == 0
    edit(one / "jaunt.toml", '"off"\nty', '"off"\ndoctests = true\nty')
    url = (other / "jaunt.toml").read_text().partition('url = "')[2].partition('"')[0]
    for path in (one / ".jaunt/store").rglob("*.py"):  # a well-formed entry of wrong code
        name = path.relative_to(one / ".jaunt/store").as_posix()
        kind, digest = name.split("/")[0], path.stem
        if b"split_words(text: str)" in path.read_bytes():
            bad = Store(other.parent / "bad", remote=Remote(url))
            assert kind == "build"
            bad.put("build", digest.partition("-")[0], "def other() -> None:\n    return None\n", module="app.words")
            bad.close()
    assert run_in(other, "build").code == 0
    assert calls(other) == ["app.words"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('url = "nope://x"', "store.url: Protocol not known: nope"),
        ('url = "gs://bucket"', "store.url: Please install gcsfs"),
        ('url = "bucket/prefix"', "store.url: must be a URL such as s3://bucket/prefix"),
        ('url = "sftp://me:secret@host/x"', "without a password"),
        ('url = "https://host/x?sig=secret"', "without a password or a token"),
        ('sign_key_env = "JAUNT_TEST_NO_KEY"', "JAUNT_TEST_NO_KEY is not set"),
    ],
)
def test_a_wrong_setting_is_one_line(lines: str, said: str, counted_shop: Path, run_in: RunIn) -> None:
    with (counted_shop / "jaunt.toml").open("a") as settings:
        settings.write(f"[store]\n{lines}\n")
    done = run_in(counted_shop, "build")
    assert (done.code, len(done.errors)) == (2, 1)
    assert said in done.err
    assert "secret" not in done.err
    assert calls(counted_shop) == []


def test_the_command_pushes_pulls_and_tells_of_both(clones: tuple[Path, Path], run_in: RunIn) -> None:
    one, other = clones
    edit(one / "jaunt.toml", "url =", "readonly = false\nurl =")
    assert run_in(one, "build").code == 0
    assert run_in(one, "store", "push").lines == ["pushed 0 generations"]  # the build wrote them there
    assert run_in(other, "store", "pull").lines == ["pulled 3 generations"]
    assert "3 generations" in run_in(other, "store", "info").lines[-1]
    assert run_in(other, "store", "prune", "--remote", "--keep-days", "1").lines == ["removed 0 generations"]
    assert run_in(other, "store", "prune", "--remote", "--keep-days", "0").lines == ["removed 3 generations"]
    assert run_in(other, "store", "push").lines == ["pushed 3 generations"]
    assert run_in(other, "build").code == 0
    assert calls(other) == []
