"""A headless Chromium for tests, driven by chromedriver's WebDriver protocol: plain JSON over HTTP."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Right": "\ue014", "Down": "\ue015", "Left": "\ue012"}
_CALL_SECONDS = 30.0
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key that the protocol gives an element under

# A proxy of the environment must not come between us and this machine's own port.
_open = build_opener(ProxyHandler({})).open


class Browser:
    """One window. What it is asked for that isn't there, or goes wrong, raises."""

    def __init__(self, session: str) -> None:
        self._session = session

    def open(self, path: Path, fragment: str = "") -> None:
        """Load a file and forget what the console said before."""
        self._call("url", {"url": "about:blank"})
        self.console()
        self._call("url", {"url": path.resolve().as_uri() + fragment})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a JavaScript function and return what it returns."""
        return self._call("execute/sync", {"script": script, "args": list(arguments)})

    def count(self, selector: str) -> int:
        """Return how many elements there are."""
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def text(self, selector: str) -> str:
        """Return what an element shows."""
        return self.run("return document.querySelector(arguments[0]).innerText", selector)

    def click(self, selector: str) -> None:
        """Click in the middle of an element; raises if something else lies on top of it."""
        self._call(f"element/{self._find(selector)}/click", {})

    def type(self, selector: str, text: str) -> None:
        """Type into an element."""
        self._call(f"element/{self._find(selector)}/value", {"text": text})

    def press(self, *keys: str) -> None:
        """Press keys, by their names in KEYS or as they are, wherever the focus is."""
        strokes = [{"type": kind, "value": KEYS.get(k, k)} for k in keys for kind in ("keyDown", "keyUp")]
        self._call("actions", {"actions": [{"type": "key", "id": "keys", "actions": strokes}]})

    def hover(self, selector: str) -> None:
        """Move the pointer onto the middle of an element."""
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": {_ELEMENT: self._find(selector)}}
        self._call("actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": [move]}]})

    def wheel(self, selector: str, amount: int) -> None:
        """Turn the wheel over the middle of an element, by pixels."""
        scroll = {"type": "scroll", "x": 0, "y": 0, "deltaX": 0, "deltaY": amount}
        scroll["origin"] = {_ELEMENT: self._find(selector)}
        self._call("actions", {"actions": [{"type": "wheel", "id": "wheel", "actions": [scroll]}]})

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the mouse at one point of the window and let go at another."""
        steps = [
            {"type": "pointerMove", "x": start[0], "y": start[1]},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "x": end[0], "y": end[1], "duration": 20},
            {"type": "pointerUp", "button": 0},
        ]
        self._call("actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": steps}]})

    def resize(self, width: int, height: int) -> None:
        """Change the window's size."""
        self._call("window/rect", {"width": width, "height": height})

    def console(self) -> list[str]:
        """Return what the console was told since the last call: uncaught errors, refused requests."""
        return [entry["message"] for entry in self._call("se/log", {"type": "browser"})]

    def requests(self) -> list[str]:
        """Return the addresses of everything that the page has loaded beside itself."""
        return self.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")

    def _find(self, selector: str) -> str:
        return self._call("element", {"using": "css selector", "value": selector})[_ELEMENT]

    def _call(self, path: str, body: dict[str, Any]) -> Any:
        return _post(f"{self._session}/{path}", body)


@contextmanager
def open_browser() -> Generator[Browser]:
    """A browser of its own, gone with all of its files at the end; skips the test where there is none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("needs Chromium and chromedriver on the PATH")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            session = _start_session(_port_of(server), program, profile)
            try:
                yield Browser(session)
            finally:
                _open(Request(session, method="DELETE"), timeout=_CALL_SECONDS).close()
        finally:
            server.terminate()


def _port_of(server: subprocess.Popen[str]) -> int:
    assert server.stdout is not None
    for line in server.stdout:
        if found := re.search(r"started successfully on port (\d+)", line):
            return int(found[1])
    raise RuntimeError("chromedriver did not start")


def _start_session(port: int, program: str, profile: str) -> str:
    options = {
        "binary": program,
        "args": [*ARGUMENTS, f"--user-data-dir={profile}", "--window-size=1280,900"],
    }
    wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
    address = f"http://127.0.0.1:{port}/session"
    return f"{address}/{_post(address, {'capabilities': {'alwaysMatch': wanted}})['sessionId']}"


def _post(address: str, body: dict[str, Any]) -> Any:
    request = Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with _open(request, timeout=_CALL_SECONDS) as answer:
        return json.load(answer)["value"]
