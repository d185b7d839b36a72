"""What went wrong, as a page for a person and as a document for a program."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from mkt_pipeline.errors import BadInputError, MktError, TryAgainError
from mkt_pipeline.operator_page.pages import Pages
from mkt_pipeline.operator_page.seams import Seams

Handler = Callable[[Request, Exception], Awaitable[Response]]
UNAUTHENTICATED = 401


def handle_problems(app: FastAPI, seams: Seams, pages: Pages) -> None:
    """Every error of the project, every refusal, and whatever nobody has thought of."""

    def answer(request: Request, status: int, problem: str, remedy: str = "") -> Response:
        if _is_document(request):
            told = {"problem": problem, "remedy": remedy}
            return JSONResponse(told, status_code=status)
        return pages.page(
            request,
            "problem.html",
            None,
            status=status,
            problem=problem,
            remedy=remedy,
            code=status,
        )

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, MktError)  # noqa: S101 - registered for these only
        return answer(request, _status(error), error.problem, error.remedy)

    async def refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)  # noqa: S101
        if error.status_code == UNAUTHENTICATED and _is_visit(request):
            return RedirectResponse(seams.airflow.login(_here(request)), status_code=303)
        return answer(request, error.status_code, str(error.detail))

    async def misread(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        places = {str(part) for one in error.errors() for part in one["loc"][1:]}
        return answer(request, 400, f"the address is wrong: {', '.join(sorted(places))}")

    async def unforeseen(request: Request, error: Exception) -> Response:  # noqa: ARG001
        # Told to nobody but the log of the API server, where it is written by whoever calls us.
        return answer(request, 500, "")

    app.add_exception_handler(MktError, ours)
    app.add_exception_handler(StarletteHTTPException, refusal)
    app.add_exception_handler(HTTPException, refusal)
    app.add_exception_handler(RequestValidationError, misread)
    app.add_exception_handler(Exception, unforeseen)


def _status(error: MktError) -> int:
    if isinstance(error, TryAgainError):
        return 503
    return 400 if isinstance(error, BadInputError) else 409


def _is_document(request: Request) -> bool:
    root = request.scope.get("root_path", "")
    return request.url.path.removeprefix(root).startswith(("/api/", "/openapi.json"))


def _is_visit(request: Request) -> bool:
    return request.method == "GET" and not _is_document(request)


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
