"""The reference page of settings."""

from _reference_tables import code, table
from pydantic.fields import FieldInfo

from wechat_backend.settings import Settings, as_given

HEAD = """# Settings

Read from the environment by `python -m wechat_backend serve` and `worker`. `.env.example` says more about
each, and can be filled in.

"""


def settings() -> str:
    """Name, default, meaning."""
    rows = [
        [code(f"PANYU_{name.upper()}"), _default(field), field.description or ""]
        for name, field in Settings.model_fields.items()
    ]
    return HEAD + table(["setting", "default", "meaning"], rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    return code(shown) if (shown := as_given(field.default)) else "none"
