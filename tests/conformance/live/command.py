"""Any device, configured by a program of its own: `PROGRAM apply FILE`, `PROGRAM reset FILE` and `PROGRAM stop`.

FILE is the case's configuration. Exit code 0: the device is configured so and has forgotten what it learned. 3: it cannot be; the reason is
on standard output. Anything else ends the run. Without a program the device is as somebody left it, and only the cases that the
description does not rule out (`lacks`) are asked.
"""
import json
import os
import subprocess

from . import Unsupported


class Device:
    def __init__(self, options, folder):
        self.program, self.file = options.get("program"), os.path.join(folder, "config.json")

    def start(self):
        return {}

    def call(self, verb, configuration=None):
        if not self.program:
            return
        with open(self.file, "w") as file:
            json.dump(configuration, file, indent=1)
        done = subprocess.run([*self.program, verb] + ([self.file] if configuration else []), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if done.returncode == 3:
            raise Unsupported(done.stdout.strip() or "cannot be configured so")
        if done.returncode:
            raise RuntimeError("%s %s: exit code %d\n%s" % (self.program, verb, done.returncode, done.stdout))

    def apply(self, configuration):
        self.call("apply", configuration)

    def reset(self, configuration):
        self.call("reset", configuration)

    def stop(self):
        self.call("stop")
