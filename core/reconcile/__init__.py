"""The engine's mind: pure decisions over plain values.

`step` takes one input into account and says what to do next.  `inputs` are what can happen,
`effects` what can be done, `state` what is known; the other modules each hold one decision:
`desired` (what Git asks), `live` (what clusters report), `judging` (verdict and cause of one
object), `plans`, `runs` (carrying a plan out), `healing` (what is put right unasked).
"""
