"""Who may use the desk's page and API, and for what.

``guard`` stands before an application; routes say ``Depends(allowed(Right.DESK))`` and are given the person. A door
of another kind, such as one for a web hook, stands under a path of ``PUBLIC`` and proves its callers itself.
"""

from reconciler.desk.access.books import Books, StoreBooks
from reconciler.desk.access.doorman import PUBLIC, guard
from reconciler.desk.access.person import Person, Right, allowed, csrf, still, who

__all__ = ["PUBLIC", "Books", "Person", "Right", "StoreBooks", "allowed", "csrf", "guard", "still", "who"]
