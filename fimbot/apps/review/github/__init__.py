"""GitHub's API, as far as a review needs it: facts as frozen values, and the few things that are written.

Only here is PyGithub imported, which costs 300 ms: nobody imports this room before there is a pull request to look at.
"""
