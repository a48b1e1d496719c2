"""Documents by their ids: what apps have registered, and what clients have sent before.

`manifests` reads what Relay, graphql-codegen, Apollo and folders hold · `checking` holds documents against the schema ·
`texts` finds the text that a request means · `memory` keeps what was found or sent lately, within bounds.
"""
