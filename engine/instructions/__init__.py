"""THE table: one file for each chapter of the specification, one row for each instruction.

Spec: syntax/instructions, appendix/index-instructions
"""

from quire.engine.instructions import (
    aggregate,
    control,
    memory,
    numeric,
    parametric,
    reference,
    table,
    variable,
    vector,
)

CHAPTERS = (control, parametric, variable, table, memory, reference, aggregate, numeric, vector)
CORE_ROWS = tuple(row for chapter in CHAPTERS for row in chapter.ROWS)
