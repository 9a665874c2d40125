"""Talking to ``envfactory serve`` without a client library: raw lines, raw requests."""

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import contextmanager

import httpx2

from envfactory_assets_tests.environments.serving.homes import HOTEL

OPENING = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
HEADERS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
SECONDS = 30


def command(*arguments):
    return [sys.executable, "-m", "envfactory_assets.cli", "serve", *map(str, arguments)]


@contextmanager
def process(*arguments, **environment):
    """A running ``envfactory serve``; killed if it is still there at the end."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command(*arguments), env={**os.environ, **environment}, **pipes) as running:
        try:
            yield running
        finally:
            running.kill()


class Pipes:
    """One session on a process's pipes."""

    def __init__(self, running):
        self.running = running
        self.asked = 0
        self.lines = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.running.stdout:
            self.lines.put(line)
        self.lines.put(b"")

    def opened(self):
        """The handshake."""
        assert "result" in self.ask("initialize", OPENING)
        self.write(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}).encode())
        return self

    def write(self, line):
        self.running.stdin.write(line + b"\n")
        self.running.stdin.flush()

    def ask(self, method, params=None):
        """The answer to a request."""
        self.asked += 1
        message = {"jsonrpc": "2.0", "id": self.asked, "method": method} | ({} if params is None else {"params": params})
        self.write(json.dumps(message).encode())
        return self.answer(self.asked)

    def answer(self, number):
        while True:
            line = self.lines.get(timeout=SECONDS)
            assert line, self.running.stderr.read().decode()
            message = json.loads(line)
            assert message["jsonrpc"] == "2.0"
            if message.get("id") == number:
                return message

    def end(self):
        """Close the pipe: the exit code, and what came on stdout and stderr after the last answer."""
        self.running.stdin.close()
        code = self.running.wait(SECONDS)
        return code, b"".join(iter(lambda: self.lines.get(timeout=SECONDS), b"")), self.running.stderr.read()

    def send_junk(self, junk):
        """Something that is no message: one line of it."""
        self.write(junk.replace(b"\n", b" ").replace(b"\r", b" "))


class Web:
    """One session by HTTP."""

    def __init__(self, url):
        self.url = url
        self.client = httpx2.Client(headers=HEADERS, timeout=SECONDS)
        self.asked = 0

    def opened(self):
        """The handshake."""
        answer = self.client.post(self.url, json={"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": OPENING})
        assert answer.status_code == 200, answer.text
        self.client.headers["mcp-session-id"] = answer.headers["mcp-session-id"]
        self.client.post(self.url, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def ask(self, method, params=None):
        """The answer to a request."""
        self.asked += 1
        message = {"jsonrpc": "2.0", "id": self.asked, "method": method} | ({} if params is None else {"params": params})
        return self.client.post(self.url, content=json.dumps(message)).json()

    def send_junk(self, junk):
        """Something that is no message."""
        assert 400 <= self.client.post(self.url, content=junk).status_code < 500


@contextmanager
def web_process(*arguments, target=HOTEL):
    """``envfactory serve`` by HTTP on a free port: the process, and where it answers."""
    with process(target, "--transport", "http", "--port", 0, *arguments) as running:
        said = running.stderr.readline().decode()
        assert " at http" in said, said + running.stderr.read().decode()
        yield running, said.split(" at ")[1].split(",")[0]


def call(wire, tool, arguments):
    """A tool's result."""
    return wire.ask("tools/call", {"name": tool, "arguments": arguments})["result"]


def text_of(result):
    """The JSON that a result's text holds."""
    [block] = result["content"]
    return json.loads(block["text"])
