"""Of a list of mailboxes the guest rooms are taken, and a line that is no good does no harm to the others."""

from reconciler.takeover.mailboxes import COLUMNS, Mailbox, Unfit, mailboxes_of
from reconciler.takeover.sheet import sheet_of


def boxes(text: str) -> list[Mailbox | Unfit]:
    return list(mailboxes_of(sheet_of("boxes.csv", text.encode(), COLUMNS)))


def test_a_room_is_called_as_the_pms_calls_it_and_has_the_extension_of_its_mailbox() -> None:
    assert boxes("Mailbox,Extension,Room ID,Description,Last Name\n1901,1901,PH1,Penthouse,Souza\n") == [
        Mailbox("boxes.csv:2", "PH1", "1901", "Penthouse")
    ]


def test_without_room_ids_the_mailbox_is_the_room() -> None:
    assert boxes("Mailbox\n1001\n") == [Mailbox("boxes.csv:2", "1001", "1001", "")]


def test_mailboxes_of_the_staff_are_left_out_where_the_list_tells_them() -> None:
    listed = boxes("Mailbox,Type\n1001,Guest Room\n7001,Administrative\n1002,room\n")
    assert [each.room for each in listed if isinstance(each, Mailbox)] == ["1001", "1002"]
    assert len(listed) == 2


def test_lines_that_cannot_be_taken_are_told_and_the_others_taken() -> None:
    assert boxes("Mailbox,Extension,Description\n,,lost\n1001,10x1,\n1002,,\n1002,,again\n") == [
        Unfit("boxes.csv:2", "there is neither a room nor a mailbox nor an extension in it"),
        Unfit("boxes.csv:3", "room 1001: expected digits as extension, not '10x1'"),
        Mailbox("boxes.csv:4", "1002", "1002", ""),
        Unfit("boxes.csv:5", "room 1002 stands in boxes.csv:4 already"),
    ]
