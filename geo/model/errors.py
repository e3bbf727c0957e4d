"""Everything that can be wrong with what we are given, named by its condition.

A message is a Chinese template (the translation key of the English one) plus its parameters, so that the
floor which meets the fault needs to know no language, and the web floor can translate it.
"""


def N_(message: str) -> str:
    """Mark a message for translation where it is written; it is translated where it is shown."""
    return message


class AtlasError(Exception):
    """Base of all our errors.

    Parameters
    ----------
    message
        Chinese template in `%(name)s` style, marked with `N_`.
    params
        The values of the template; also handed to clients that want them apart.
    """

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message, params)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params


class InvalidInput(AtlasError):
    """A parameter, form field or command option that cannot be read."""


class InvalidFile(AtlasError):
    """A file that cannot be taken in; the message names file, row and field."""


class InvalidLayer(AtlasError):
    """A layer folder whose definition or data does not hold; the message names the file and the field."""


class InvalidFeatures(AtlasError):
    """A frame of features that cannot be computed on, for example one without a CRS."""


class LayerNotFound(AtlasError):
    """No layer of that id."""

    def __init__(self, layer_id: str) -> None:
        blank = not layer_id.strip()
        super().__init__(N_("没有写明哪个图层") if blank else N_("没有名为“%(layer_id)s”的图层"), layer_id=layer_id)


class TileNotFound(AtlasError):
    """No tile of that zoom, column and row, or no tiles of that layer or kind."""


class FeatureNotFound(AtlasError):
    """No feature of that id in the layer."""

    def __init__(self, layer_id: str, feature_id: str) -> None:
        super().__init__(
            N_("图层“%(layer_id)s”里没有编号为“%(feature_id)s”的要素"), layer_id=layer_id, feature_id=feature_id
        )


class EvidenceNotFound(AtlasError):
    """No file of evidence of that hash."""

    def __init__(self, sha256: str) -> None:
        super().__init__(N_("没有哈希为“%(sha256)s”的佐证文件"), sha256=sha256[:64])


class SealNotFound(AtlasError):
    """A year that is not closed."""

    def __init__(self, year: int) -> None:
        super().__init__(N_("%(year)s 年没有封存"), year=year)


class StoreUnavailable(AtlasError):
    """The store cannot be opened, read or written."""


class Conflict(AtlasError):
    """A write that names a revision which is no longer the current one."""


class AccountNotFound(AtlasError):
    """No account of that name or number."""

    def __init__(self, account: object) -> None:
        super().__init__(N_("没有账户“%(account)s”"), account=account)


class CorrectionNotFound(AtlasError):
    """No reader's report of that number."""

    def __init__(self, number: int) -> None:
        super().__init__(N_("没有编号为 %(number)s 的意见"), number=number)


class ScenarioNotFound(AtlasError):
    """No catchment scenario of that number."""

    def __init__(self, number: int) -> None:
        super().__init__(N_("没有编号为 %(number)s 的学区方案"), number=number)


class SignInNeeded(AtlasError):
    """Only somebody who has signed in may do this."""

    def __init__(self) -> None:
        super().__init__(N_("请先登录"))


class SignInRefused(AtlasError):
    """Name and password do not belong together, or the account is disabled."""


class NotAllowed(AtlasError):
    """The account's role may not do this."""


class Busy(AtlasError):
    """What is asked for cannot be had just now; `seconds` until it may be asked for again."""

    def __init__(self, message: str, *, retry_after_s: int, **params: object) -> None:
        super().__init__(message, **params)
        self.seconds = retry_after_s


class TooManyTries(AtlasError):
    """Asked too often; `seconds` until it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(N_("尝试次数太多，请 %(minutes)s 分钟后再试"), minutes=-(-seconds // 60))
        self.seconds = seconds


class TooManyRequests(AtlasError):
    """More requests from one address than a minute may have; `seconds` until it may ask again."""

    def __init__(self, most: int, *, seconds: int) -> None:
        message = N_("这个地址一分钟内的请求超过了 %(most)s 次，请 %(seconds)s 秒后再试")
        super().__init__(message, most=most, seconds=seconds)
        self.seconds = seconds
