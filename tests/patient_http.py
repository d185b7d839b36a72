"""HTTP as tests ask it: a machine that runs the rest of the suite meanwhile answers late."""

from functools import partial

import httpx

SECONDS = 60

get = partial(httpx.get, timeout=SECONDS)
post = partial(httpx.post, timeout=SECONDS)
request = partial(httpx.request, timeout=SECONDS)
