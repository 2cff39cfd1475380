"""What is kept of modules between runs, in a folder of the user's: that they are valid, and what was made of them.

`folder` keeps files, safely against other users and half-written ones; `keys` says what all of it depends on; `kept` is
what is known of one module; `load` is the way from bytes to a valid module that uses it. It knows no tier: what a tier
keeps is bytes to it. docs/rationale.md, "The cache"
"""

from quire.engine.cache.folder import Entry as Entry
from quire.engine.cache.folder import Folder as Folder
from quire.engine.cache.folder import NotSafe as NotSafe
from quire.engine.cache.kept import Cache as Cache
from quire.engine.cache.kept import Kept as Kept
from quire.engine.cache.load import load as load
