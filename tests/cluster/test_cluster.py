"""Work on a cluster: a real scheduler and real workers on loopback."""

import json
import logging
import shutil
import signal
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from threading import Thread

import pytest
from processes import python_path, run_python
from said import RunIn

pytest.importorskip("distributed")

from clusters import LocalCluster, local_cluster

import jaunt.cluster.cluster
import jaunt.cluster.connection
from jaunt.checks.behaviour.comparison.compare import Versions, compare
from jaunt.cluster.call import open_cluster
from jaunt.cluster.cluster import Cluster
from jaunt.cluster.connection import version_at
from jaunt.config import SandboxConfig, load_config
from jaunt.paths import PACKAGE
from jaunt.plan.module_work import project_work
from jaunt.project.project import load_project

FEW = ("--target", "textkit.slug", "--target", "textkit.words")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with local_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


def textkit(folder: Path, address: str = "", *, robustness: str = "off") -> Path:
    """Return a copy of the example, with a cluster, without the checks that are not looked at: they take most time."""
    built = shutil.ignore_patterns("__generated__", ".jaunt", "__pycache__")  # by the tests of the project itself
    root = shutil.copytree(Path(PACKAGE, "examples", "textkit"), folder, ignore=built)
    settings = root / "jaunt.toml"
    settings.write_text(
        settings.read_text()
        + f'\n[verify]\nruff = "off"\nty = "off"\nrobustness = "{robustness}"\n[cluster]\naddress = "{address}"\n'
    )
    return root


def generated(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("__generated__/**/*.py"))}


def calls_of(root: Path) -> int:
    found = open_cluster(load_config(root=root))
    assert found is not None
    return found.calls


def test_examples_are_run_on_the_workers_and_the_same_lands(
    cluster: LocalCluster, tmp_path: Path, run_in: RunIn
) -> None:
    here = textkit(tmp_path / "here", robustness="warn")
    there = textkit(tmp_path / "there", cluster.address, robustness="warn")
    assert run_in(here, "build", *FEW).code == 0
    said = run_in(there, "build", *FEW)
    assert said.code == 0, said.err
    assert generated(there) == generated(here)
    assert calls_of(there) >= 2, "one for each module"


def test_tests_run_on_the_workers_and_a_failing_one_is_told_by_its_own_path(
    cluster: LocalCluster, tmp_path: Path, run_in: RunIn
) -> None:
    root = textkit(tmp_path / "there", cluster.address)
    said = run_in(root, "test", "-j", "2", "--target", "tests.test_slugs")
    assert said.code == 0, said.err
    assert "tests passed" in said.out
    assert f"-j 2 is for what the cluster at {cluster.address} leaves to this machine" in said.lines
    slug = root / "src" / "textkit" / "__generated__" / "slug.py"
    before = calls_of(root)
    slug.write_text(
        slug.read_text().replace("def slugify(", "def _slugify(") + "\n\ndef slugify(*a, **k):\n    return 'no'\n"
    )
    said = run_in(root, "test", "--no-build", "--all", "--target", "tests.test_slugs")
    assert said.code == 4
    assert "tests/__generated__/test_slugs.py::" in said.err
    assert "jaunt-cluster-" not in said.err + said.out, "the folder of a worker means nothing here"
    assert calls_of(root) == before + 1


def test_a_wrong_candidate_is_refused_by_a_worker_in_the_words_of_this_machine(
    cluster: LocalCluster, tmp_path: Path, run_in: RunIn
) -> None:
    said = []
    for address in ("", cluster.address):
        root = textkit(tmp_path / f"at{bool(address)}", address)
        for recording in sorted((root / "recordings").rglob("*slug*")):
            recording.write_text(recording.read_text().replace("-", "_"))
        run = run_in(root, "build", "--target", "textkit.slug")
        assert run.code == 3
        said.append(run.err.replace(str(root), "ROOT"))
    assert said[0] == said[1]


def test_the_version_of_a_scheduler_is_asked_for_where_it_may_be_the_cause(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert version_at(cluster.address) == version("distributed")
    monkeypatch.setattr(jaunt.cluster.connection, "SECONDS", 0.5)
    assert version_at("tcp://127.0.0.1:9") is None


def test_without_a_scheduler_the_work_is_done_here_with_one_warning(
    tmp_path: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jaunt.cluster.connection, "SECONDS", 0.5)
    root = textkit(tmp_path / "project", "tcp://127.0.0.1:9")
    said = run_in(root, "build", *FEW)
    assert said.code == 0
    assert said.err.count("the cluster at tcp://127.0.0.1:9 is left out of this run: it can't be reached: OSError") == 1
    assert len(generated(root)) >= 2
    said = run_in(root, "check", "--verify", "--target", FEW[1], "--cluster", "tcp://127.0.0.1:7")
    assert said.err.count("the cluster at tcp://127.0.0.1:7 is left out of this run: it can't be reached: OSError") == 1
    loggers = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    assert not any(logging.getLogger(name).isEnabledFor(logging.ERROR) for name in loggers)  # they print lines


def test_without_workers_the_work_is_done_here(tmp_path: Path, run_in: RunIn) -> None:
    with local_cluster(tmp_path, workers=0) as empty:
        root = textkit(tmp_path / "project", empty.address)
        said = run_in(root, "build", *FEW)
        assert said.code == 0
        assert said.err.count(f"the cluster at {empty.address} is left out of this run: it has no workers") == 1
        assert "has no workers" in run_in(root, "doctor").out


def test_a_worker_of_another_kind_is_not_used_and_told(tmp_path: Path, run_in: RunIn) -> None:
    other = tmp_path / "other" / "pytest-0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: pytest\nVersion: 0.1\n")
    with local_cluster(tmp_path, workers=0) as mixed:
        mixed.add_workers(1, PYTHONPATH=python_path(other.parent))
        root = textkit(tmp_path / "project", mixed.address)
        said = run_in(root, "build", *FEW)
        assert said.code == 0
        assert "none of its 1 workers can be used" in said.err
        assert "has pytest 0.1, not" in said.err
        mixed.add_workers(1)
        told = run_in(root, "doctor", "--cluster", mixed.address).out
        assert "is not used: it has pytest 0.1, not" in told.replace("\n" + " " * 17, " ")
        assert "is as this machine" in told


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_the_work_of_a_worker_that_is_killed_or_hangs_is_done_by_the_others(
    tmp_path: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    """It ends with a test module that it runs: nothing is lost, and the other worker, not this machine, does it."""
    monkeypatch.setattr(jaunt.cluster.cluster, "_LOOK_SECONDS", 0.5)
    monkeypatch.setattr(jaunt.cluster.connection, "SECONDS", 2.0)
    monkeypatch.setattr(jaunt.cluster.connection, "_SEND_SECONDS", 3.0)
    with local_cluster(tmp_path, workers=2) as cluster:
        root = textkit(tmp_path / "project", cluster.address)
        assert run_in(root, "test", "--no-run", "--target", "tests.test_slugs").code == 0
        before = calls_of(root)
        ender = Thread(target=lambda: cluster.wait_for_run().send_signal(how))
        ender.start()
        said = run_in(root, "test", "--no-build", "--target", "tests.test_slugs")
        ender.join()
        assert said.code == 0, said.err
        assert "is left out" not in said.err
        assert calls_of(root) == before + 1


def test_a_worker_that_hangs_is_waited_for_no_longer_than_it_takes_to_see_that(
    tmp_path: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jaunt.cluster.cluster, "_LOOK_SECONDS", 0.5)
    monkeypatch.setattr(jaunt.cluster.connection, "SECONDS", 2.0)
    with local_cluster(tmp_path, workers=1) as cluster:
        root = textkit(tmp_path / "project", cluster.address)
        stopper = Thread(target=lambda: (cluster.wait_for_work(), cluster.workers[0].send_signal(signal.SIGSTOP)))
        stopper.start()
        said = run_in(root, "build", *FEW)
        stopper.join()
        assert said.code == 0, said.err
        assert "is left out of this run: none of its 1 workers can be used" in said.err or calls_of(root) >= 2


def test_a_worker_that_hangs_while_the_project_is_sent_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jaunt.cluster.connection, "SECONDS", 2.0)
    monkeypatch.setattr(jaunt.cluster.connection, "_LOOK_SECONDS", 0.5)
    monkeypatch.setattr(jaunt.cluster.connection, "_SEND_SECONDS", 600.0)
    (tmp_path / "project").mkdir()
    with local_cluster(tmp_path, workers=2) as running:
        cluster = Cluster(running.address, tmp_path / "project", SandboxConfig())
        assert cluster.size == 2
        running.workers[0].send_signal(signal.SIGSTOP)
        begin = time.monotonic()
        assert cluster.call_and_wait("os.path:isdir", {"s": str(tmp_path / "project")}, seconds=300) is True
        assert time.monotonic() - begin < 60
        assert (cluster.size, cluster.warning) == (1, None)
        cluster.close()


def test_code_is_compared_on_a_worker_and_the_same_differs(cluster: LocalCluster, tmp_path: Path) -> None:
    found = []
    for address in ("", cluster.address):
        root = textkit(tmp_path / f"at{bool(address)}", address)
        project = load_project(load_config(root=root))
        code = "def slugify(text: str) -> str:\n    return text.{}()\n"
        versions = Versions(
            project_work(project, FEW[1]), [code.format(how) for how in ("lower", "upper")], ["slugify"]
        )
        found += compare(project, [versions], inputs=20)
    assert found[0] == found[1]
    assert found[0].reports[0]["differs"]
    assert calls_of(root) == 1


@pytest.mark.parametrize("address", ["host", "http://host:1", "tcp://host", "tcp://:8786 x"])
def test_an_address_that_is_none_is_told_with_its_key(tmp_path: Path, run_in: RunIn, address: str) -> None:
    root = textkit(tmp_path / "project", address)
    said = run_in(root, "status")
    assert said.code == 2
    assert "cluster.address: must be an address such as tcp://host:8786" in said.err


def test_nothing_of_dask_is_loaded_where_no_cluster_is_asked_for(tmp_path: Path) -> None:
    root = textkit(tmp_path / "project")
    code = "import sys; from jaunt.cli import main; main(['build']); sys.exit('distributed' in sys.modules)"
    assert run_python("-c", code, cwd=root).returncode == 0


def test_mutants_are_tried_on_the_workers_and_the_same_survive(
    cluster: LocalCluster, tmp_path: Path, run_in: RunIn
) -> None:
    found = []
    for address in ("", cluster.address):
        root = textkit(tmp_path / f"at{bool(address)}", address)
        with (root / "jaunt.toml").open("a") as settings:
            settings.write("[test]\nmutants = 16\n")
        said = run_in(root, "test", "--strength", "--target", "tests.test_slugs", "--json")
        assert said.code == 0, said.err
        found.append({key: value for key, value in json.loads(said.out)["strength"].items() if key != "page"})
        if address:
            assert calls_of(root) >= 2, "a part for each worker"
    assert found[0] == found[1]
