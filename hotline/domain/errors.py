"""Every error we raise on purpose, as one tree whose branches are remedies.

    HotlineError
    ├── Refused          the caller's fault; never retried                       400
    │   ├── NotSignedIn  nobody, or nobody we know                               401
    │   ├── NotAllowed   known, but not for them                                 403
    │   ├── NotFound     no such thing, or not theirs                            404
    │   ├── Conflict     somebody was faster                                     409
    │   └── TooLarge     more than we take                                       413
    ├── Unavailable      the world's fault; retried after a while                503
    ├── Undeliverable    the channel said no for good: the person is unreachable
    ├── Uncertain        it may have happened: to be reconciled, not repeated
    └── Broken           ours: somebody must look                                500

The docstring of a class is its default message for the log; `message` is what the reader sees, in zh-TW.
"""

from __future__ import annotations


class HotlineError(Exception):
    """Something that Hotline knows how to answer."""

    status = 500
    code = "broken"
    message = "我們這邊出了問題，已經記下來了。急的話請打1999。"

    def __init__(self, message: str | None = None, *, code: str | None = None) -> None:
        self.message = message or self.message
        self.code = code or self.code
        super().__init__(self.message)


class Refused(HotlineError):
    """The request cannot be taken as it is."""

    status = 400
    code = "refused"
    message = "這個要求不能照這樣處理，請看一下內容再送一次。"


class NotSignedIn(Refused):
    """Nobody is signed in, or the token is unknown."""

    status = 401
    code = "not_signed_in"
    message = "請先登入。"


class NotAllowed(Refused):
    """The caller is known and may not do this."""

    status = 403
    code = "not_allowed"
    message = "這個動作不在您的權限裡。"


class NotFound(Refused):
    """There is no such thing, or it is not the caller's."""

    status = 404
    code = "not_found"
    message = "找不到這一項。"


class Conflict(Refused):
    """Somebody else was faster, or the state has moved on."""

    status = 409
    code = "conflict"
    message = "剛剛有人動過了，請看最新的狀態。"


class TooLarge(Refused):
    """More bytes than we take."""

    status = 413
    code = "too_large"
    message = "檔案或內容太大了。"


class Unavailable(HotlineError):
    """The world is not there just now; the caller may try again after `retry_after` seconds."""

    status = 503
    code = "unavailable"
    message = "現在暫時不能處理，請稍等一下再試。急的話請打1999。"

    def __init__(self, message: str | None = None, *, code: str | None = None, retry_after: float = 5.0) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Undeliverable(HotlineError):
    """The channel refused for good: blocked, unfollowed, gone."""

    code = "undeliverable"


class Uncertain(HotlineError):
    """The channel may have accepted it; the answer was lost."""

    code = "uncertain"


class Broken(HotlineError):
    """Ours: a bug, or data that should not exist."""
