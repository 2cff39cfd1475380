"""Validation: from a module as decoded to one that may run. Spec: valid

`contexts` says what indices stand for, `definitions` has the rules of types, `rules` those of instructions, of which
`states` makes an automaton, whose alphabet is `symbols`; `bodies` runs it over code, and `modules` has the rules of
modules. Validation knows no host and no run time.
"""

from quire.engine.validate.contexts import Locals as Locals
from quire.engine.validate.contexts import ModuleContext as ModuleContext
from quire.engine.validate.modules import ValidModule as ValidModule
from quire.engine.validate.modules import validate as validate
from quire.engine.validate.modules import validate_known as validate_known
