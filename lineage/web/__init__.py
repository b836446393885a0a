"""An index over HTTP: an API for programs, and pages on which people look and decide.

app       routers, errors and what surrounds them, put together
service   what the process holds: the index, threads that ask it, what was answered lately
api       routes for programs
pages     pages for people, their templates/ and static/

It is thin over the library face: what an answer is, is decided there.
"""
