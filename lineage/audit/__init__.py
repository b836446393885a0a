"""The audit log: what was answered and what was decided, in one file to which lines are only added.

shape       whether a record says what one of its kind says
line        record ↔ line, each with the digest of the line before
log         adds records, from any number of processes and threads
chain       reads a log, and says where it does not hold
grounds     what an answer depends on besides the post
said        report, note → what is written of them
decisions   a journal whose decisions go into the log before they count
about       what a log says of one post
replay      what was answered against what is answered now; decisions against the journal
"""
