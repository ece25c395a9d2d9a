"""A synthetic but realistic stream of citizens' appeals in one region.

`parameters` has every number, `region` the names, `arrivals` says when citizens write and what
about, `life` what happens to each appeal, `delivery` in which order and how often it is heard of,
`rows` the same appeals as a spreadsheet, and `describe` measures a stream.
"""
