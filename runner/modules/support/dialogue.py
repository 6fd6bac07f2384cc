"""Runs a program in a terminal and answers its questions. It runs on the machine: Python 3.6, and nothing else.

What is to be done comes as JSON on standard input. What the program prints goes to standard output as it comes, also
what it takes for its standard error; why the dialogue failed is told on the real one, if it did.
"""

import json
import os
import pty
import re
import select
import signal
import sys
import termios
import time
from typing import List, Optional, Pattern, Tuple, Union

Questions = List[Tuple[Pattern[bytes], Union[str, List[str]]]]
"""Questions with their answers: one that is given again and again, or several that are used up."""
PAUSE = 0.05
"""Programs ask, and then see to it that what is typed is not shown: how many seconds they have for that."""
WINDOW = 2000
"""How much of the latest output a question is looked for in, in bytes."""


def start(argv: List[str], echo: bool) -> Tuple[int, int]:
    """Start the program in a terminal; return its process and the terminal's other end."""
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.execvp(argv[0], argv)
        except OSError:
            os._exit(127)
    if not echo:
        settings = termios.tcgetattr(terminal)
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(terminal, termios.TCSANOW, settings)
    return pid, terminal


def found(questions: Questions, output: bytes) -> Optional[Tuple[int, int]]:
    """Return the question that comes first in the output, and where it ends; nothing when there is none."""
    matches = [(match.start(), index, match.end()) for index, match in enumerate(
        pattern.search(output, max(0, len(output) - WINDOW)) for pattern, _ in questions) if match]
    if not matches:
        return None
    _, index, end = min(matches)
    return index, end


def talk(terminal: int, questions: Questions, timeout: Optional[float]) -> Optional[str]:
    """Answer questions until the program is silent for good; return why that failed, if it did."""
    output = b""
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        match = found(questions, output)
        if match is not None:
            index, end = match
            pattern, answers = questions[index]
            if answers == []:
                return "No remaining responses for '{}', output was '{}'".format(
                    pattern.pattern.decode(), output.decode("utf-8", "replace"))
            answer = answers if isinstance(answers, str) else answers.pop(0)
            time.sleep(PAUSE)
            os.write(terminal, answer.encode().rstrip(b"\n") + b"\n")
            output = output[end:]
            deadline = None if timeout is None else time.monotonic() + timeout
            continue
        left = None if deadline is None else max(0, deadline - time.monotonic())
        if not select.select([terminal], [], [], left)[0]:
            return "command exceeded timeout"
        try:
            data = os.read(terminal, 65536)
        except OSError:  # that is how a terminal says that nobody is there any more
            data = b""
        if not data:
            return None
        os.write(1, data)
        output += data


def main() -> None:
    """Hold the dialogue."""
    task = json.load(sys.stdin)
    questions = [(re.compile(pattern.encode(), re.DOTALL), answers) for pattern, answers in task["responses"]]
    pid, terminal = start(task["argv"], task["echo"])
    failed = talk(terminal, questions, task["timeout"])
    if failed is not None:
        os.killpg(pid, signal.SIGKILL)
        sys.exit(failed)
    os.close(terminal)
    status = os.waitpid(pid, 0)[1]
    sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


if __name__ == "__main__":
    main()
