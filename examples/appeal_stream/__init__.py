"""A synthetic but realistic stream of citizens' appeals in one region.

`parameters` has every number and `region` the names. `arrivals` generates posts, `life` the events
of each appeal, and `delivery` the order and the repetitions in which they are received. `tables`
writes the same appeals as a spreadsheet, and `describe` measures a stream.
"""
