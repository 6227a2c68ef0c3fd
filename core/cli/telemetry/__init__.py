"""What the controller shows of itself: metrics, health, logs, Events and notifications.

All of it reads the snapshots and the events that everybody reads, in a loop and a thread of its
own, so that a slow scraper or a webhook that hangs never makes the engine wait:

* `counters` and `gauges`: metrics, those that grow and those that a snapshot holds
* `health`: is it alive, is it ready; `serving`: the four paths that say so
* `letters`: what is worth telling somebody, and how seldom; `notifying` sends it
* `recording`: Events of Kubernetes
* `records`: the log, a JSON object per line
* `station`: the thread
"""
