"""Exports: a list that a query asks for, page by page into a file, beside the requests.

`lists` says which queries can be exported and writes the query of one page, `turns` goes on with an export, `links`
seals the addresses of files, `downloads` sends them, `access` says to whom, `exports` is their face in the schema.
"""
