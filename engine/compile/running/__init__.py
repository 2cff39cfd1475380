"""What was written runs in a `world`: the namespace of an instance, in which functions find each other.

`record` is what is kept of them, `beginning` what runs until code is worth the writing. `tier` has the calls from the
host, `traps` the way from an exception of Python to the trap that it stands for, `listing` the source for people;
`sizes` tells how large memories may become.
"""
