"""The engine's mind: pure decisions over plain values.

`step` takes one input into account and says what to do next, `snapshot` shows the outcome.  The
rooms, each of which knows only those before it:

* `memory`: what is known (`state`, one `Subject` for each object), what can happen (`inputs`), what
  a person can ask (`commands`), what can be done (`effects`);
* `judging`: the verdict of one object, and what must be asked for it;
* `sides`: news of Git and of the clusters, and what must be judged again for it;
* `acting`: plans, the runs that carry them out, and which drift is put right unasked (`healing`).
"""
