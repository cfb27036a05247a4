"""Finding requests among those that memory keeps."""

from uuid import UUID

from beffroi.requests.types import Request, RequestsState
from beffroi.trade.rejected import Rejected


def find(state: RequestsState, request: UUID) -> Request:
    """Return a request that memory keeps; raises Rejected when it is unknown or over for days."""
    found = state.requests.get(request)
    if found is None:
        raise Rejected("requests.not_found", request=str(request))
    return found


def first_of(state: RequestsState, request: Request) -> Request:
    """Return the request that another one follows in the end, itself when it follows none."""
    seen = {request.id}
    while request.follows and (first := state.requests.get(request.follows)) and first.id not in seen:
        request = first
        seen.add(first.id)
    return request


def with_followers(state: RequestsState, request: Request) -> list[Request]:
    """List a request and those that follow it, each once."""
    found = {request.id: request}
    for follower in sorted(state.followers.get(request.id, ())):
        if follower in state.requests:
            found[follower] = state.requests[follower]
    return list(found.values())
