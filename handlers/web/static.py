"""Scripts, styles and pictures of the pages."""

from http import HTTPStatus

from tornado.web import HTTPError, StaticFileHandler


class StaticFile(StaticFileHandler):
    """Tornado's; a name that no file can have is not found."""

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        if "\0" in absolute_path:
            raise HTTPError(HTTPStatus.NOT_FOUND)
        return super().validate_absolute_path(root, absolute_path)
