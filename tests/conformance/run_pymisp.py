"""Runs every test of PyMISP's live suite and writes one JSON line per test.

Usage: run_pymisp.py MUST_PASS_FILE RESULTS_FILE, in the folder of PyMISP's
sources, with a module `keys` (url, key) on the path. The tests named in the
first file run first, so that no other test can disturb them. The exit status
says whether the suite ran to its end, not whether its tests passed.
"""

import json
import os
import signal
import sys
import unittest

SUITE = "tests.testlive_comprehensive"
SECONDS_PER_TEST = 180


class TooSlow(Exception):
    """A test did not end in time."""


def out_of_time(_number, _frame):
    raise TooSlow(f"not done after {SECONDS_PER_TEST} s")


class Recorder(unittest.TestResult):
    """Writes a line as soon as a test is decided."""

    def __init__(self, out):
        super().__init__()
        self.out = out
        self.decided = set()

    def record(self, test, outcome, detail=""):
        name = getattr(test, "_testMethodName", str(test))
        if name in self.decided:
            return
        self.decided.add(name)
        line = {"test": name, "outcome": outcome, "detail": detail}
        self.out.write(json.dumps(line) + "\n")
        self.out.flush()

    def startTest(self, test):
        super().startTest(test)
        signal.alarm(SECONDS_PER_TEST)

    def stopTest(self, test):
        signal.alarm(0)
        super().stopTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.record(test, "passed")

    def addError(self, test, err):
        super().addError(test, err)
        print(self._exc_info_to_string(err, test))
        self.record(test, "failed", f"{err[0].__name__}: {err[1]}"[:500])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        print(self._exc_info_to_string(err, test))
        self.record(test, "failed", str(err[1])[:500])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.record(test, "skipped", reason)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.record(test, "failed", "expected by the suite")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.record(test, "passed")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.record(test, "failed", str(err[1])[:500])


def flat(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flat(item)
        else:
            yield item


def main():
    must_pass_file, results_file = sys.argv[1:]
    with open(must_pass_file, encoding="utf-8") as lines:
        first = {line.split("#")[0].strip() for line in lines}
    sys.path.insert(0, os.getcwd())
    signal.signal(signal.SIGALRM, out_of_time)
    tests = list(flat(unittest.defaultTestLoader.loadTestsFromName(SUITE)))
    tests.sort(key=lambda test: (test._testMethodName not in first, test._testMethodName))
    with open(results_file, "w", encoding="utf-8") as out:
        result = Recorder(out)
        unittest.TestSuite(tests).run(result)
    # No interpreter shutdown: threads of the suite that hang must not hang us.
    sys.stdout.flush()
    os._exit(0 if result.testsRun else 1)


if __name__ == "__main__":
    main()
