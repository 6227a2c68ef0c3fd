"""What the controller shows of itself: metrics, health, logs, Events and notifications.

All of it reads the snapshots and the events that everybody reads, in a loop and a thread of its
own, so that a slow scraper or a webhook that hangs never makes the engine wait:

* `metrics`   those that grow, those that a snapshot holds; a dashboard and alert rules for them
* `health`    is it alive, is it ready; `serving` answers at the four paths that say so
* `messages`  what receivers of webhooks and readers of Events are told, and how seldom
* `records`   the log, a JSON object per line
* `station`   the thread; `telemetry` puts it together as `wanted`
"""
