"""The read engine: a selection set becomes one SQL statement, its JSON the response.

`fields` the words in which a type is declared · `types` the declared types, and what the schema derives from them ·
`filters` their filter and order inputs · `checks` what must hold at start-up · `shapes` which variables make another
plan · `parameters` what a plan is bound to · `planner` the walk from selection to SQL · `pages` connections ·
`conditions` filters and keysets · `cursors` · `emission` SQL that writes JSON text · `documents` parse, validate, plan
once · `completion` graphql-core reading from a plan.
"""
