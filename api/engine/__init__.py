"""The read engine: a selection set becomes one SQL statement, its JSON the response.

At start-up: `fields` the words in which a type is declared · `types` the declared types and root fields · `assembly`
what the schema derives from them · `filters` their filter and order inputs · `checks` what must hold.
For a document: `documents` parse, validate, plan once · `limits` and `overlaps` what may be run at all · `weights` and
`costs` what it costs · `shapes` which variables make another plan · `planner` the walk
from selection to SQL · `roots` and `changes` where it begins: a query's fields, a subscription's · `pages` connections
and keysets · `orders` · `conditions` filters · `custom` custom fields · `cursors` · `emission` SQL that writes JSON
text · `parameters` what a plan is bound to.
For a request: `execution` one statement's bytes, or graphql-core · `completion` graphql-core reading from a plan.
"""
