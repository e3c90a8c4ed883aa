"""The table of Zoom's answers (zoom-api.md 3): operation, status and code decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.zoom import operations as op
from drivers.zoom.http import UNREADABLE, Answer
from drivers.zoom.verdicts import AlwaysOpen, NotAllowed, PageTokenRefused, TokenRefused, judge
from reconciler.account.operation import Operation
from reconciler.errors import CallError, Gone, Later, NameRefused, Permanent, Unsupported
from tests.drivers.zoom.conftest import NOON

ROWS = [
    (op.READ_USER, 404, 1001, Gone),
    (op.UPDATE_USER, 404, 1001, Gone),
    (op.SET_PRESENCE, 404, 1001, Gone),
    (op.LIST_USER_VOICEMAILS, 400, 300, Gone),
    (op.LIST_USER_VOICEMAILS, 404, 1001, Gone),
    (op.SET_USER_CALLING, 404, 13500, Gone),
    (op.UPDATE_USER, 400, 1120, Permanent),
    (op.READ_COMMON_AREA, 400, 400, Gone),
    (op.UPDATE_COMMON_AREA, 400, 404, Gone),
    (op.SET_RING, 404, 404, Gone),
    (op.UPDATE_COMMON_AREA, 400, 409, Later),
    (op.UPDATE_DEVICE, 400, 300, Gone),
    (op.DELETE_VOICEMAIL, 404, None, None),
    (op.UPDATE_USER, 400, 300, NameRefused),
    (op.UPDATE_USER, 400, 200, Permanent),
    (op.SET_PRESENCE, 400, 5301, Unsupported),
    (op.SET_PRESENCE, 400, 5411, Unsupported),
    (op.SET_COMMON_AREA_CALLING, 400, 13504, Unsupported),
    (op.SET_RING, 400, 15104, AlwaysOpen),
    (op.SET_USER_HANDLING, 400, 15104, AlwaysOpen),
    (op.SET_USER_HANDLING, 400, 13808, Permanent),
    (op.SET_USER_HANDLING, 404, 404, Gone),
    (op.UPDATE_USER, 400, 124, TokenRefused),
    (op.UPDATE_USER, 401, 124, TokenRefused),
    (op.UPDATE_USER, 401, None, TokenRefused),
    (op.LIST_PHONE_USERS, 400, 124, TokenRefused),
    (op.LIST_DEVICES, 404, 2001, Permanent),
    (op.LIST_DEVICES, 403, None, NotAllowed),
    (op.UPDATE_USER, 403, None, Permanent),
    (op.UPDATE_USER, 400, 4711, NotAllowed),
    (op.LIST_DEVICES, 401, 4700, NotAllowed),
    (op.LIST_USER_VOICEMAILS, 400, 200, NotAllowed),
    (op.LIST_DEVICES, 200, None, None),
    (op.UPDATE_USER, 204, None, None),
]


def answer(status: int, code: int | None) -> Answer:
    return Answer(status, {}, None if code is None else {"code": code, "message": "Ximena Quiroga"})


@pytest.mark.parametrize(("operation", "status", "code", "kind"), ROWS, ids=lambda each: str(each)[:40])
def test_each_answer_means_what_zoom_documents(
    operation: Operation, status: int, code: int | None, kind: type[CallError] | None
) -> None:
    error = judge(operation, answer(status, code), NOON)
    assert type(error) is (kind or type(None))
    assert "Ximena" not in str(error)


@pytest.mark.parametrize(("operation", "code"), [(op.LIST_USERS, 300), (op.LIST_PHONE_USERS, 400)], ids=str)
def test_an_expired_page_token_matters_only_to_a_call_that_had_one(operation: Operation, code: int) -> None:
    assert type(judge(operation, answer(400, code), NOON, paging=True)) is PageTokenRefused
    assert type(judge(operation, answer(400, code), NOON)) is Permanent


@given(
    operation=st.sampled_from(sorted(op.SCOPES, key=str)),
    status=st.integers(100, 999),
    body=st.none()
    | st.just(UNREADABLE)
    | st.dictionaries(st.sampled_from(["code", "message"]), st.integers() | st.text()),
    headers=st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-type", "location"]), st.text()),
    paging=st.booleans(),
)
def test_no_answer_at_all_is_without_a_verdict(
    operation: Operation, status: int, body: object, headers: dict[str, str], *, paging: bool
) -> None:
    error = judge(operation, Answer(status, headers, body), NOON, paging=paging)
    done = 200 <= status < 300 or (operation is op.DELETE_VOICEMAIL and status == 404)
    assert isinstance(error, type(None) if done else CallError)
