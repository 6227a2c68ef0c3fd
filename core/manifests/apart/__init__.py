"""Parsing apart: no file's content may end the process that holds the engine.

A parser can crash, fill the memory or go on for ever; in a process of its own that costs the file.

* `questions` what can be asked of a text from Git, and how it is answered
* `process` what runs in a process of its own: reads questions and answers them, within limits
* `worker` one such process, seen from here
* `workers` as many of them as are asked at a time
* `reader` what callers hold
"""
