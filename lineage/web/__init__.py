"""An index over HTTP: an API for programs, and a page on which people look and decide.

app       routers, errors and what surrounds them, put together
service   what the process holds: the index, threads that ask it, what was answered lately
api       routes for programs

It is thin over the library face: what an answer is, is decided there.
"""
