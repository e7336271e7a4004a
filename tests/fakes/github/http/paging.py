"""Pages of a list, with the Link header that leads through them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from tests.fakes.github.http.messages import Answer, Call

Item = TypeVar("Item")

DEFAULT_PAGE_SIZE = 30
LARGEST_PAGE_SIZE = 100


def page_of(call: Call, items: Sequence[Item], document: Callable[[Item], Any]) -> Answer:
    """Return one page; a size above GitHub's largest is brought down to it, as GitHub does silently."""
    size = min(_number(call, "per_page", DEFAULT_PAGE_SIZE), LARGEST_PAGE_SIZE)
    page = _number(call, "page", 1)
    last = max(1, -(-len(items) // size))
    shown = [document(item) for item in items[(page - 1) * size : page * size]]
    links: dict[str, int] = {}
    if page > 1:
        links |= {"prev": min(page - 1, last), "first": 1}
    if page < last:
        links |= {"next": page + 1, "last": last}
    header = ", ".join(f'<{_address(call, number)}>; rel="{relation}"' for relation, number in links.items())
    return Answer(200, shown, {"Link": header} if header else {})


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    return int(text) if text.isdigit() and int(text) > 0 else default


def _address(call: Call, page: int) -> str:
    query = urlencode({**call.query, "page": page})
    return f"{call.addresses.api}{quote(call.request.path, safe='/%[]')}?{query}"
