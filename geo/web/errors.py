"""One table from error to HTTP status; JSON for clients of `/ogc`, a page for people."""

from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from geo.model import errors, office_time
from geo.web.language import in_words
from geo.web.negotiating import wants_html

STATUS_OF: dict[type[errors.AtlasError], int] = {
    errors.InvalidInput: 400,
    errors.InvalidFile: 400,
    errors.InvalidFeatures: 400,
    errors.SignInNeeded: 401,
    errors.SignInRefused: 401,
    errors.NotAllowed: 403,
    errors.LayerNotFound: 404,
    errors.FeatureNotFound: 404,
    errors.TileNotFound: 404,
    errors.EvidenceNotFound: 404,
    errors.SealNotFound: 404,
    errors.AccountNotFound: 404,
    errors.CorrectionNotFound: 404,
    errors.ScenarioNotFound: 404,
    errors.Conflict: 409,
    errors.TooManyTries: 429,
    errors.TooManyRequests: 429,
    errors.Busy: 503,
    errors.StoreUnavailable: 503,
}

TITLES = {
    400: errors.N_("请求有误"),
    401: errors.N_("需要登录"),
    403: errors.N_("不允许的操作"),
    404: errors.N_("没有找到"),
    405: errors.N_("不支持的请求方式"),
    409: errors.N_("内容已被他人修改"),
    413: errors.N_("提交的内容太大"),
    429: errors.N_("操作过于频繁"),
    500: errors.N_("服务器出错"),
    503: errors.N_("暂时不可用"),
}


def wants_json() -> bool:
    """Whether a program asks: a client of `/ogc` that wants no page, or a script of ours."""
    accepted = request.accept_mimetypes
    if request.path.startswith("/ogc"):
        return not wants_html()
    return request.is_json or ("application/json" in request.headers.get("Accept", "") and not accepted["text/html"])


def _answer(status: int, code: str, detail: str, **more: object) -> tuple[Response | str, int]:
    title = _(TITLES.get(status, TITLES[500 if status >= 500 else 400]))
    if wants_json():
        return jsonify(code=code, title=title, detail=detail), status
    return render_template("errors/error.html", status=status, title=title, detail=detail, **more), status


def _atlas_error(error: errors.AtlasError) -> Response:
    status = STATUS_OF.get(type(error), 500)
    answer = make_response(_answer(status, type(error).__name__, in_words(error)))
    if isinstance(error, errors.Busy | errors.TooManyTries | errors.TooManyRequests):
        answer.headers["Retry-After"] = str(error.seconds)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Session"
    return answer


def _sign_in_needed(error: errors.SignInNeeded) -> Response:
    """A program gets 401; a person the sign-in page, and from there back to where they were."""
    if wants_json():
        return _atlas_error(error)
    back = request.full_path.rstrip("?") if request.method == "GET" else _page_before()
    return redirect(url_for("accounts.sign_in_page", next=back), 303)


def _page_before() -> str:
    """The page of ours that a form was sent from."""
    before = urlsplit(request.referrer or "")
    query = f"?{before.query}" if before.query else ""
    return f"{before.path}{query}" if before.netloc == request.host else "/"


def _page_too_old(error: CSRFError) -> tuple[Response | str, int]:
    return _answer(400, "CSRFError", _("这个页面放得太久，或者登录状态变了：请返回上一页，刷新后再提交。"))


def _http_error(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, MethodNotAllowed):
        answer = make_response(_answer(error.code, type(error).__name__, _(TITLES[405])))
        answer.allow.update(error.valid_methods or ())
        return answer
    detail = (
        _("没有这个地址：%(path)s", path=request.path) if error.code == 404 else _(TITLES.get(error.code, TITLES[400]))
    )
    return _answer(error.code, type(error).__name__, detail)


def _unexpected(error: Exception) -> tuple[Response | str, int]:
    from flask import current_app

    current_app.logger.exception("unexpected error at %s", request.path, exc_info=error)
    return _answer(500, "InternalError", unexpected_words())


def unexpected_words() -> str:
    """What to do about an error of ours; the time is by which the administrator finds it."""
    now = office_time.now()
    words = _("详情已记入服务器的日志。请稍后再试；仍然出错，请把页面地址和时间（%(now)s）告诉管理员。", now=now)
    return words if request.method == "GET" else words + _("刚才提交的内容是否已写入，请看“日志”页。")


def handle_errors(app: Flask) -> None:
    """Answer every error in words, never with a traceback."""
    app.register_error_handler(errors.AtlasError, _atlas_error)
    app.register_error_handler(errors.SignInNeeded, _sign_in_needed)
    app.register_error_handler(CSRFError, _page_too_old)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
