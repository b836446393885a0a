"""An index over HTTP: an API for programs, and pages on which people look and decide.

app        routers, errors and what surrounds them, put together
api        routes for programs
pages      pages for people, their templates/ and static/
access     who may ask: keys, rate; size, fetch, uploads and bodies are what comes in
service    what the process holds: the index, a pool of threads, what was answered recently
desk       journal and queue, in the hands of one thread; jobs fill the index
listening  the server, until somebody ends it

It is thin over the library face: what an answer is, is decided there.
"""
