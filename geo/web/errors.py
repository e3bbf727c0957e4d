"""One table from error to HTTP status; JSON for clients of `/ogc`, a page for people."""

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from geo.model import errors
from geo.web.language import in_words

STATUS_OF: dict[type[errors.AtlasError], int] = {
    errors.InvalidInput: 400,
    errors.InvalidFile: 400,
    errors.InvalidFeatures: 400,
    errors.LayerNotFound: 404,
    errors.FeatureNotFound: 404,
    errors.Conflict: 409,
    errors.StoreUnavailable: 503,
}

TITLES = {
    400: errors.N_("请求有误"),
    403: errors.N_("不允许的操作"),
    404: errors.N_("没有找到"),
    405: errors.N_("不支持的请求方式"),
    409: errors.N_("内容已被他人修改"),
    410: errors.N_("已停用"),
    413: errors.N_("提交的内容太大"),
    500: errors.N_("服务器出错"),
    503: errors.N_("暂时不可用"),
}


def _answer(status: int, code: str, detail: str, **more: object) -> tuple[Response | str, int]:
    title = _(TITLES.get(status, TITLES[500 if status >= 500 else 400]))
    if request.path.startswith("/ogc"):
        return jsonify(code=code, title=title, detail=detail), status
    return render_template("errors/error.html", status=status, title=title, detail=detail, **more), status


def _atlas_error(error: errors.AtlasError) -> tuple[Response | str, int]:
    status = STATUS_OF.get(type(error), 500)
    return _answer(status, type(error).__name__, in_words(error))


def _http_error(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    detail = (
        _("没有这个地址：%(path)s", path=request.path) if error.code == 404 else _(TITLES.get(error.code, TITLES[400]))
    )
    return _answer(error.code, type(error).__name__, detail)


def _unexpected(error: Exception) -> tuple[Response | str, int]:
    from flask import current_app

    current_app.logger.exception("unexpected error at %s", request.path, exc_info=error)
    return _answer(500, "InternalError", _("服务器出错，已记入日志；数据没有改动。"))


def handle_errors(app: Flask) -> None:
    """Answer every error in words, never with a traceback."""
    app.register_error_handler(errors.AtlasError, _atlas_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
