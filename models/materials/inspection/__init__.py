"""Whether an uploaded file can be taken: legible, without hidden data, and harmless (article 14).

Its content decides, not its name. Every file is judged in a process of its own, which may be killed:
`inspector` starts it, `child` is it, `kinds` tells what a file is, and `pictures` and `documents` judge and
clean it. `pages` draws a page of a document that is kept, in such a process too. `faults` are the reasons for
which a file is refused, `scratch` where it is meanwhile.
"""
