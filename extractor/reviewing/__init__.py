"""Review on a server of one's own machine: several people decide, each decision is on disk at once.

``shelf`` finds records and letters, ``steps`` tells what a reviewer can take back, ``asked`` makes
corrections of what a page asks for, ``deal`` gives different people different letters, ``desk``
puts these together, ``exported`` writes golden folders. HTTP is ``guard`` (who may ask), ``app``
(what can be asked) and ``server``; only these need the extra ``review``.
"""
