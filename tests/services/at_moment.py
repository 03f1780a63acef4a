"""Run a module as if it were another moment: `python -m tests.services.at_moment <ISO moment> <module> …`.

The clock then ticks on from there, in this process and in those it forks.
"""

import datetime
import runpy
import sys

import time_machine

if __name__ == "__main__":
    moment, module = sys.argv[1:3]
    sys.argv = [module, *sys.argv[3:]]
    time_machine.travel(datetime.datetime.fromisoformat(moment), tick=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)
