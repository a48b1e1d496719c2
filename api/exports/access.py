"""Who sees an export: whoever started it, with a key that may as much, and administrators."""

from api.permissions import ADMINS, Access
from domain.exports.exports import Export
from tenants.viewer import Viewer

OWN = (
    "({t}.person_id = {viewer} AND {t}.roles <@ {roles}::text[]"
    " OR {t}.app_id = {app} AND {t}.scopes <@ {scopes}::text[])"
)
VISIBLE = Access(ADMINS, own=OWN)


def sees(viewer: Viewer, export: Export) -> bool:
    """Whether the viewer may know of the export and have its file: as `VISIBLE` says it in SQL.

    A key that may less than the one that started it does not open what that one saw.
    """
    if VISIBLE.allows(viewer):
        return True
    if export.holder != viewer.actor:
        return False
    return set(export.roles) <= viewer.roles and set(export.scopes) <= viewer.scopes
