"""The words: what a change, an actor, an origin and a plan are to a person, as text with roles.

Both front ends show the same spans: the command line inks them, the terminal styles them.  What
stands alone on a page is told as a sentence with written-out times (`story`); what shares a line
of a pane is told short, with ages (`brief`).  Text from outside is made harmless where it enters
a span, so whoever draws spans need not think of it.
"""
