"""Posts as views receive them: from a page of ours, by somebody who has the right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException

from mkt_pipeline.operator_page.form_token import is_ours
from mkt_pipeline.operator_page.posted_form import posted_form
from mkt_pipeline.operator_page.seams import Right, Seams, Visitor


@dataclass(frozen=True)
class Post:
    """A form that may be acted upon, and who sent it."""

    visitor: Visitor
    fields: Mapping[str, str]

    def field(self, name: str) -> str:
        """What was written, without the space around it; empty where it is missing."""
        return self.fields.get(name, "").strip()


def guarded(seams: Seams, right: Right) -> Callable[..., Post]:
    """A dependency that gives the post; 403 without the right or without a token of ours."""

    def post(
        visitor: Annotated[Visitor, Depends(seams.visitor)],
        fields: Annotated[Mapping[str, str], Depends(posted_form)],
    ) -> Post:
        if right not in visitor.may:
            raise HTTPException(403, "you do not have the right to do this")
        if not is_ours(fields.get("token", ""), seams.secret, visitor.name):
            raise HTTPException(403, "the page was open for too long, or is not ours: load it anew")
        return Post(visitor, fields)

    return post
